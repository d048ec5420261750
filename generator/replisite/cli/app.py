"""The command line: one short function a command. The only room that prints."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, Optional

import typer

from replisite import __version__
from replisite.cli.progress import PlainPainter, ProgressBar, SilentProgressBar
from replisite.cli.terminal import Terminal
from replisite.config.site_folder import NAME, find_site
from replisite.errors import Fault, InputError, PartlyDeployed, ReplisiteError, UsageError
from replisite.model.site import Site
from replisite.system.limits import limit_error
from replisite.system.processes import INTERRUPTS

if TYPE_CHECKING:
    from replisite.preview.content_process import ContentProcess

app = typer.Typer(
    name="replisite",
    help="One company's pages and a roster of distributors become one personalised static site each.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Terminal()
err = Terminal(is_error=True)

CUT_SHORT = "Interrupted; what is live holds together, and the next run goes on from there."

FINE, YOURS_TO_MEND, USAGE, IN_PART, INTERRUPTED = 0, 1, 2, 3, 130

SiteOption = Annotated[
    Optional[Path],  # noqa: UP045 - Typer reads it at run time
    typer.Option(
        "--site", metavar="DIR", help="The site's folder; by default the nearest upwards with a site.toml."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON on standard output.")]
RosterOption = Annotated[
    Optional[Path],  # noqa: UP045 - as above
    typer.Option(
        "--roster", metavar="FILE", help="Read this roster (CSV or JSON Lines) instead of site.toml's."
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]
SkipBadRows = Annotated[
    bool, typer.Option("--skip-bad-rows", help="Go on with the good rows and list the others.")
]
Drafts = Annotated[bool, typer.Option("--drafts", help="Read drafts too.")]
Future = Annotated[bool, typer.Option("--future", help="Read what is dated in the future too.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Print seconds per phase, and all warnings.")]


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"replisite {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(
    epilog="""**Examples**

`replisite new shop` — a small complete site in shop/

`replisite new shop --name "Fell Soap"` — with the company's name in it

`replisite new .` — here, if there is nothing here yet

Exit codes: 0 fine, 1 yours to mend, 2 usage."""
)
def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is new or empty.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="The company's name.")] = "Your Company",
) -> None:
    """Start a site: a small one that is complete, builds, and says what to replace."""
    from replisite.commands.new import start_site

    with _faults_told(as_json=False):
        made = start_site(folder, name)
    tops = sorted({path.relative_to(folder).parts[0] for path in made})
    out.print(f"Made {len(made)} files in {folder}: {', '.join(tops)}")
    out.print("Next:")
    if folder.resolve() != Path.cwd():
        out.print(f"  cd {shlex.quote(str(folder))}")
    out.print("  replisite build")


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
        Optional[Path],  # noqa: UP045 - as above
        typer.Option("--output", metavar="DIR", help="Write here instead of site.toml's output folder."),
    ] = None,
    roster: RosterOption = None,
    only: Annotated[
        Optional[list[str]],  # noqa: UP045 - as above
        typer.Option("--only", metavar="ALIAS", help="Build this owner's site only; may be given again."),
    ] = None,
    skip_bad_rows: SkipBadRows = False,
    drafts: Drafts = False,
    future: Future = False,
    prove: Annotated[
        str,
        typer.Option(
            metavar="sample|all", help="Compare a sample of pages, or all, with Jinja's own rendering."
        ),
    ] = "sample",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Read the content anew, also if nothing of it has changed.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="Processes that press; 0: one per core.")] = 0,
    as_json: JsonOption = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Render the corporate site and every distributor's site into the output folder.

    The output is replaced at once when everything is there; a build that fails or is interrupted leaves
    the last good one as it was. While only the roster changes, pages are kept from one build to the next, in
    .replisite/pages: the content is then not read again.
    """
    from replisite.cli.reports import tell_built
    from replisite.commands.build import Options
    from replisite.commands.build import build as build_sites

    with _faults_told(as_json), _painter(quiet, as_json) as bar:
        if prove not in {"sample", "all"}:
            raise UsageError(f'--prove takes "sample" or "all", not "{prove}"')
        loaded, earlier = _site(site)
        options = Options(
            output, roster, tuple(only or ()), skip_bad_rows, drafts, future, prove == "all", fresh, jobs
        )
        report = build_sites(loaded, options, bar, earlier)
    if as_json:
        out.print_json(report.as_json())
    elif not quiet:
        tell_built(err, report, verbose)


TargetArgument = Annotated[
    str, typer.Argument(metavar="[TARGET]", help="A target of site.toml; the only one if there is one.")
]
BreakLock = Annotated[
    bool,
    typer.Option(
        "--break-lock", help="Take the turn from another deploy that has ended without giving it back."
    ),
]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]


@app.command(
    epilog="""**Examples**

`replisite deploy` — shows what would change on the only target, asks, and does it

`replisite deploy live --dry-run` — shows what would change, and changes nothing

`replisite deploy live --yes --json` — for machines: does not ask, and prints a report

`replisite deploy live --only jane` — Jane's site alone

`replisite deploy staging --output ../build` — another finished output

Exit codes: 0 fine, 1 yours to mend, 2 usage, 3 deployed in part."""
)
def deploy(
    target: TargetArgument = "",
    site: SiteOption = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045 - as above
        typer.Option("--output", metavar="DIR", help="Deploy this finished output instead of site.toml's."),
    ] = None,
    only: Annotated[
        Optional[list[str]],  # noqa: UP045 - as above
        typer.Option("--only", metavar="ALIAS", help="Deploy this owner's site only; may be given again."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, and change nothing.")] = False,
    yes: Yes = False,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, help="Files sent at a time; 0: what suits the host.")
    ] = 0,
    allow_deletes: Annotated[
        bool, typer.Option("--allow-deletes", help="Delete however many files are not built any more.")
    ] = False,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Look at every live file, instead of believing the list beside them."),
    ] = False,
    take_lock: BreakLock = False,
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Look at some files afterwards as visitors get them.")
    ] = True,
    rollback_on_failure: Annotated[
        bool,
        typer.Option("--rollback-on-failure", help="Go back at once if what is live is not what was built."),
    ] = False,
    as_json: JsonOption = False,
    quiet: Quiet = False,
) -> None:
    """Make what is live equal to what was built: plan, ask, apply, verify.

    Only what differs is sent, in an order in which no link of a live page ever leads nowhere. A deploy may be cut short at
    any moment: run it again, and it goes on from there.
    """
    from replisite.cli.deploy_reporter import DeployReporter
    from replisite.commands.deploy import deploy as deploy_sites
    from replisite.commands.rollback import rollback as go_back
    from replisite.deploy.reports import DeployOptions
    from replisite.deploy.targets import find_target

    is_quiet = quiet or as_json
    with _faults_told(as_json, CUT_SHORT), DeployReporter(err, is_agreed=yes, is_quiet=is_quiet) as reporter:
        loaded = _whole_site(site)
        chosen = find_target(loaded, target)
        options = DeployOptions(
            output=output,
            only=tuple(only or ()),
            is_dry=dry_run,
            jobs=jobs,
            allows_deletes=allow_deletes,
            refreshes=refresh,
            breaks_lock=take_lock,
            verifies=verify,
        )
        report = deploy_sites(loaded, chosen, options, reporter)
        reporter.tell(report)
        back = go_back(loaded, chosen, "", reporter) if report.differences and rollback_on_failure else None
        if back is not None:
            reporter.tell_back(back)
    if as_json:
        out.print_json({**report.as_json(), "rolled_back_to": back.release if back else None})
    if report.differences:
        raise typer.Exit(YOURS_TO_MEND)


@app.command(
    epilog="""**Examples**

`replisite rollback` — back to what was live before the last deploy

`replisite rollback live 20260131T120000Z-1a2b3c` — to an earlier release, where the host keeps several

Exit codes: 0 fine, 1 yours to mend, 2 usage, 3 deployed in part."""
)
def rollback(
    target: TargetArgument = "",
    release: Annotated[
        str, typer.Argument(metavar="[RELEASE]", help="The last one before what is live, if left out.")
    ] = "",
    site: SiteOption = None,
    yes: Yes = False,
    take_lock: BreakLock = False,
    as_json: JsonOption = False,
    quiet: Quiet = False,
) -> None:
    """Make live again what was live before."""
    from replisite.cli.deploy_reporter import DeployReporter
    from replisite.commands.rollback import rollback as go_back
    from replisite.deploy.targets import find_target

    is_quiet = quiet or as_json
    with _faults_told(as_json, CUT_SHORT), DeployReporter(err, is_agreed=yes, is_quiet=is_quiet) as reporter:
        loaded = _whole_site(site)
        chosen = find_target(loaded, target)
        report = go_back(loaded, chosen, release, reporter, reporter.agrees_back, breaks_lock=take_lock)
        reporter.tell_back(report)
    if as_json:
        out.print_json(report.as_json())


@app.command(
    epilog="""**Examples**

`replisite explain` — all pages: how much is rendered once for everybody, and what is rendered in full

`replisite explain index.html` — one page: each slot with its expression, its template and line

`replisite explain "products/*"` — some pages, by path

`replisite explain content/faq.md --json` — for machines, by source

Exit codes: 0 fine, 1 yours to mend, 2 usage."""
)
def explain(
    page: Annotated[
        str, typer.Argument(metavar="[PAGE]", help="A page's path or source; * stands for anything.")
    ] = "",
    site: SiteOption = None,
    drafts: Drafts = False,
    future: Future = False,
    as_json: JsonOption = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show how pages are staged: what is static, what is filled in for each owner, and what costs more.

    A slot is what depends on the owner. Where a piece of a template cannot be cut exactly, a larger one becomes
    the slot, and in the end the whole page is rendered in full for each owner: slower, never different. The
    reason stands beside it, with the line to change.
    """
    from replisite.cli.reports import tell_explained
    from replisite.commands.build import Options
    from replisite.commands.explain import explain as explain_pages

    with _faults_told(as_json), _painter(quiet, as_json) as bar:
        loaded, earlier = _site(site)
        told = explain_pages(loaded, Options(drafts=drafts, future=future), bar, page, earlier)
    if as_json:
        out.print_json(told.as_json())
    else:
        tell_explained(out, told, verbose or bool(page))


@app.command(
    epilog="""**Examples**

`replisite preview` — the company's site, in the browser

`replisite preview --owner jane` — Jane's site; the toolbar switches to anybody else

`replisite preview --host 0.0.0.0` — also for a phone in the same network: the toolbar has a QR code

`replisite preview --editor 'idea://open?file={path}&line={line}'` — "Open in editor" for another editor

Exit codes: 0 fine, 1 yours to mend, 2 usage."""
)
def preview(
    context: typer.Context,
    site: SiteOption = None,
    owner: Annotated[
        str, typer.Option("--owner", metavar="ALIAS", help="Begin with this distributor's site.")
    ] = "",
    edition: Annotated[
        str, typer.Option("--edition", metavar="KEY", help="Begin in this edition, such as US-en.")
    ] = "",
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Listen there; 0.0.0.0 is for other devices too.")
    ] = "127.0.0.1",
    port: Annotated[
        Optional[int],  # noqa: UP045 - as above
        typer.Option(
            "--port", metavar="PORT", help="Listen at this port; by default the first free from 8000 on."
        ),
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")] = True,
    roster: RosterOption = None,
    skip_bad_rows: SkipBadRows = False,
    drafts: Drafts = False,
    future: Future = False,
    editor: Annotated[
        str,
        typer.Option(
            "--editor",
            metavar="URL",
            envvar="REPLISITE_EDITOR",
            help="What opens a file in your editor, with {path}, {line} and {column}.",
        ),
    ] = "vscode://file/{path}:{line}:{column}",
    quiet: Quiet = False,
) -> None:
    """Show the sites while you write: anybody's, at once, and anew as soon as a file is saved.

    Pages are made when they are asked for, just as a build makes them. The toolbar at the bottom switches owner,
    edition and reader, and shows what of a page is personal; Alt+Shift+P hides it. Ctrl-C ends the preview.
    """
    from replisite.cli.preview_reporter import PreviewReporter
    from replisite.model.options import Options
    from replisite.preview.start import PreviewOptions
    from replisite.preview.start import preview as start_preview

    with _faults_told(as_json=False, interrupted="Preview ended.", is_interruptible=False):
        folder = site if site is not None else find_site(Path.cwd())
        if not (folder / NAME).is_file():
            raise UsageError(f"{folder}: no {NAME} there; name the site's folder with --site")
        reporter = PreviewReporter(err, folder.resolve(), quiet=quiet)
        options = PreviewOptions(
            host=host,
            port=port,
            owner=owner,
            edition=edition,
            is_opening=open_browser,
            editor=editor,
            source=Options(roster=roster, skip_bad_rows=skip_bad_rows, drafts=drafts, future=future),
        )
        start_preview(folder.resolve(), options, reporter.started, reporter.happened, context.obj)
        reporter.ended()


@app.command(
    epilog="""**Examples**

`replisite check` — is everything in order?

`replisite check --roster export.csv` — would this roster do?

`replisite check --links` — does every link to the company's shop carry the owner of its site?

`replisite check --json` — the same for machines

Exit codes: 0 fine, 1 yours to mend, 2 usage."""
)
def check(
    site: SiteOption = None,
    roster: RosterOption = None,
    skip_bad_rows: SkipBadRows = False,
    drafts: Drafts = False,
    future: Future = False,
    links: Annotated[
        bool,
        typer.Option(
            "--links",
            help="Also press every site in memory, and list the company links that do not carry its owner.",
        ),
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, help="Processes that prove and press; 0: one per core.")
    ] = 0,
    as_json: JsonOption = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Do everything that a build does but write: read, stage, prove, and follow every link.

    With --links, count the links of all pages of all sites that lead to the hosts of [links] in site.toml, and end with exit
    code 1 if one does not carry the owner of its site, or the house account on the company's. Addresses that need no owner
    are listed in site.toml: [site] ownerless_links.
    """
    from replisite.cli.reports import tell_checked, tell_findings
    from replisite.commands.check import check as check_site
    from replisite.model.options import Options

    with _faults_told(as_json), _painter(quiet, as_json) as bar:
        loaded, earlier = _site(site)
        options = Options(roster=roster, skip_bad_rows=skip_bad_rows, drafts=drafts, future=future, jobs=jobs)
        checked = check_site(loaded, options, bar, earlier, counts_links=links)
    has_lost = checked.links is not None and checked.links.lost_count > 0
    if as_json:
        out.print_json(checked.as_json())
    elif has_lost or not quiet:
        tell_checked(out, checked)
    if not (as_json or quiet):
        tell_findings(err, checked, verbose)
    if has_lost:
        raise typer.Exit(YOURS_TO_MEND)


@app.command(
    epilog="""**Examples**

`replisite roster` — how many people, by status and market

`replisite roster --roster export.csv --skip-bad-rows` — another roster, and which of its rows are bad

`replisite roster --json` — the same for machines

Exit codes: 0 fine, 1 yours to mend, 2 usage."""
)
def roster(
    site: SiteOption = None,
    roster: RosterOption = None,
    skip_bad_rows: SkipBadRows = False,
    as_json: JsonOption = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check the roster and count its people."""
    from replisite.cli.reports import tell_findings, tell_roster
    from replisite.commands.check import count_roster
    from replisite.model.options import Options

    with _faults_told(as_json), _painter(quiet, as_json) as bar:
        loaded, earlier = _site(site)
        options = Options(roster=roster, skip_bad_rows=skip_bad_rows)
        counted = count_roster(loaded, options, bar, earlier)
    if as_json:
        out.print_json(counted.as_json())
    else:
        tell_roster(out, counted)
        if not quiet:
            tell_findings(err, counted, verbose)


@app.command(hidden=True)
def reference(
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="The folder that docs/ is written into.")
    ] = Path(),
) -> None:
    """Write the reference of site.toml, front matter and roster, and the JSON Schema, from the models."""
    from replisite.reference.pages import references

    for path, text in references().items():
        place = output / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")
        out.print(str(place))


def _site(folder: Path | None) -> tuple[Site, list[Fault]]:
    """Read site.toml; its faults are told together with those of the rest where that can be read."""
    from replisite.config import SiteFaults, load_site

    try:
        return load_site(folder if folder is not None else find_site(Path.cwd())), []
    except SiteFaults as refused:
        if refused.site is None:
            raise
        return refused.site, list(refused.faults)


def _whole_site(folder: Path | None) -> Site:
    """Read site.toml; raises InputError for any fault of it."""
    loaded, faults = _site(folder)
    if faults:
        raise InputError(faults)
    return loaded


@contextmanager
def _painter(quiet: bool, as_json: bool) -> Iterator[ProgressBar | PlainPainter | SilentProgressBar]:
    if quiet or as_json:
        yield SilentProgressBar()
    elif err.is_terminal:
        with ProgressBar(err) as bar:
            yield bar
    else:
        yield PlainPainter(err)


@contextmanager
def _faults_told(
    as_json: bool,
    interrupted: str = "Interrupted; the last good output is as it was.",
    *,
    is_interruptible: bool = True,
) -> Iterator[None]:
    """Tell what went wrong and end with the right code.

    From here on Ctrl-C and SIGTERM interrupt the command, unless it is not ``is_interruptible`` yet and unblocks them
    itself.
    """
    try:
        if is_interruptible:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
        yield
    except ReplisiteError as error:
        _tell(error, as_json)
    except (OSError, MemoryError, RuntimeError) as error:
        limit = limit_error(error)
        if limit is None:
            raise
        _tell(limit, as_json)
    except KeyboardInterrupt:
        err.print(interrupted)
        raise typer.Exit(INTERRUPTED) from None


def _tell(error: ReplisiteError, as_json: bool) -> NoReturn:
    if as_json:
        faults = [
            {"file": f.file, "line": f.line, "what": f.what, "next": f.next}
            for f in getattr(error, "faults", [])
        ]
        told = {"error": type(error).__name__, "message": str(error), "faults": faults}
        if isinstance(error, PartlyDeployed):
            told["failures"] = [{"path": path, "why": why} for path, why in error.failures]
        out.print_json(told)
    elif not isinstance(error, InputError):
        err.print_lines(str(error))
    else:
        for fault in error.shown:
            err.print(fault)
        err.print(f"{error.total:,} fault{'s' * (error.total > 1)}; nothing was written.", style="bold red")
    codes = {UsageError: USAGE, PartlyDeployed: IN_PART}
    raise typer.Exit(codes.get(type(error), YOURS_TO_MEND))


def run(content_process: ContentProcess | None = None) -> None:
    """Run the command line. ``content_process``: one for a preview, if it has been started already."""
    try:
        app(obj=content_process)
    except (
        OSError,
        MemoryError,
        RuntimeError,
    ) as error:  # before a command began, or as it said how it ended
        limit = limit_error(error)
        if limit is None:
            raise
        err.print(str(limit))
        raise SystemExit(YOURS_TO_MEND) from None
