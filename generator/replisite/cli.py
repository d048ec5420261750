"""The command line: one short function a command. The only room that prints."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn, Optional

import typer
from rich.console import Console

from replisite import __version__
from replisite.errors import InputError, ReplisiteError, UsageError
from replisite.model.site import Site
from replisite.progress import Painter, PlainPainter, SilentPainter
from replisite.sources.config import SiteFaults, find_site, load_site

app = typer.Typer(
    name="replisite",
    help="One company's pages and a roster of distributors become one personalised static site each.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

FINE, YOURS_TO_MEND, USAGE, INTERRUPTED = 0, 1, 2, 130

SiteOption = Annotated[
    Optional[Path],  # noqa: UP007, UP045 - Typer reads it at run time
    typer.Option("--site", metavar="DIR", help="The site's folder; by default the nearest upwards with a site.toml."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON on standard output.")]
RosterOption = Annotated[
    Optional[Path],  # noqa: UP007, UP045
    typer.Option("--roster", metavar="FILE", help="Read this roster (CSV or JSON Lines) instead of site.toml's."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Print seconds per phase, and all warnings.")]


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"replisite {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


@app.command(
    epilog="""**Examples**

`replisite build` — everything, into output/

`replisite build --only jane --only o-neil` — two owners' sites, the others stay as they are

`replisite build --roster export.csv --skip-bad-rows` — another roster, without its bad rows

`replisite build --json > report.json` — a report for machines

Exit codes: 0 fine, 1 yours to mend, 2 usage."""
)
def build(
    site: SiteOption = None,
    output: Annotated[
        Optional[Path],  # noqa: UP007, UP045
        typer.Option("--output", metavar="DIR", help="Write here instead of site.toml's output folder."),
    ] = None,
    roster: RosterOption = None,
    only: Annotated[
        Optional[list[str]],  # noqa: UP007, UP045
        typer.Option("--only", metavar="ALIAS", help="Build this owner's site only; may be given again."),
    ] = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Build the good rows and list the others.")
    ] = False,
    drafts: Annotated[bool, typer.Option("--drafts", help="Build drafts too.")] = False,
    future: Annotated[bool, typer.Option("--future", help="Build what is dated in the future too.")] = False,
    prove: Annotated[
        str,
        typer.Option(metavar="sample|all", help="Compare a sample of pages, or all, with Jinja's own rendering."),
    ] = "sample",
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="Processes that press; 0: one per core.")] = 0,
    as_json: JsonOption = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Render the corporate site and every distributor's site into the output folder.

    The output is replaced at once when everything is there; a build that fails or is interrupted leaves
    the last good one as it was.
    """
    from replisite.build import Options
    from replisite.build import build as build_sites

    with _faults_told(as_json), _painter(quiet, as_json) as painter:
        if prove not in {"sample", "all"}:
            raise UsageError(f'--prove takes "sample" or "all", not "{prove}"')
        loaded, earlier = _site(site)
        options = Options(
            output, roster, tuple(only or ()), skip_bad_rows, drafts, future, prove == "all", jobs
        )
        report = build_sites(loaded, options, painter, earlier)
    if as_json:
        sys.stdout.write(json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n")
    elif not quiet:
        painter.summary(report, verbose)


def _site(folder: Path | None) -> tuple[Site, list]:
    """Read site.toml; its faults are told together with those of the rest where that can be read."""
    try:
        return load_site(folder if folder is not None else find_site(Path.cwd())), []
    except SiteFaults as refused:
        if refused.site is None:
            raise
        return refused.site, list(refused.faults)


@contextmanager
def _painter(quiet: bool, as_json: bool) -> Iterator[Painter | PlainPainter | SilentPainter]:
    if quiet or as_json:
        yield SilentPainter()
    elif err.is_terminal:
        with Painter(err) as painter:
            yield painter
    else:
        yield PlainPainter(err)


@contextmanager
def _faults_told(as_json: bool) -> Iterator[None]:
    """Tell what went wrong and end with the right code; SIGTERM ends as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        yield
    except ReplisiteError as error:
        _tell(error, as_json)
    except KeyboardInterrupt:
        err.print("Interrupted; the last good output is as it was.")
        raise typer.Exit(INTERRUPTED) from None


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _tell(error: ReplisiteError, as_json: bool) -> NoReturn:
    if as_json:
        faults = [{"file": f.file, "line": f.line, "what": f.what, "next": f.next} for f in getattr(error, "faults", [])]
        told = {"error": type(error).__name__, "message": str(error), "faults": faults}
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        err.print(str(error), style=None, markup=False)
        if isinstance(error, InputError):
            count = error.total
            err.print(f"{count} fault{'s' if count != 1 else ''}; nothing was written.", style="bold red")
    raise typer.Exit(USAGE if isinstance(error, UsageError) else YOURS_TO_MEND)


def main() -> None:
    """Run the command line."""
    app()
