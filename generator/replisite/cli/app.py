"""The command line: every command with its options and its help."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from replisite import __version__
from replisite.cli.exits import (
    DEPLOY_INTERRUPTED,
    PREVIEW_INTERRUPTED,
    ExitCode,
    ending,
    system_limits_reported,
)
from replisite.cli.progress import progress
from replisite.cli.site_option import read_site, read_site_folder, read_whole_site
from replisite.cli.terminal import ERR, OUT
from replisite.errors import UsageError

if TYPE_CHECKING:
    from replisite.preview.content_process import ContentProcess

app = typer.Typer(
    name="replisite",
    help="Build one personalised static site for every distributor on a company's roster.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

EXIT_CODES = (
    "Exit codes: 0 success, 1 errors in your input, 2 wrong usage, 70 a bug in replisite, 130 interrupted."
)
PREVIEW_EXIT_CODES = (
    "Exit codes: 0 ended with Ctrl-C, 1 errors in your input, 2 wrong usage, 70 a bug in replisite."
)
DEPLOY_EXIT_CODES = (
    "Exit codes: 0 success, 1 errors in your input or on the host, 2 wrong usage, 3 deployed in part, "
    "70 a bug in replisite, 130 interrupted."
)

SiteOption = Annotated[
    Optional[Path],  # noqa: UP045 - Typer reads it at run time
    typer.Option(
        "--site",
        metavar="DIR",
        help="The folder of the site. Default: the nearest folder with a site.toml, from here upwards.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON on standard output.")]
RosterOption = Annotated[
    Optional[Path],  # noqa: UP045 - as above
    typer.Option(
        "--roster",
        metavar="FILE",
        help="Read this roster (CSV or JSON Lines) instead of the one in site.toml.",
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]
SkipBadRows = Annotated[
    bool, typer.Option("--skip-bad-rows", help="Leave out rows with errors and list them in the report.")
]
Drafts = Annotated[bool, typer.Option("--drafts", help="Include drafts.")]
Future = Annotated[bool, typer.Option("--future", help="Include content that is dated in the future.")]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Print all warnings, and the seconds of each phase.")
]
OnlyOption = Annotated[
    Optional[list[str]],  # noqa: UP045 - as above
    typer.Option("--only", metavar="ALIAS", help="Only the site of this owner. You can repeat this option."),
]
TargetArgument = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="The name of a target in site.toml. Default: the target, if there is only one.",
    ),
]
BreakLock = Annotated[
    bool,
    typer.Option(
        "--break-lock", help="Take over the lock of another deploy that has ended without releasing it."
    ),
]
FormerBreakLock = Annotated[
    bool, typer.Option("--take-turn", hidden=True, help="The former name of --break-lock.")
]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Apply the plan without a question.")]


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        OUT.print(f"replisite {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    pass


@app.command(
    epilog=f"""**Examples**

`replisite new shop` — create a small, complete site in shop/

`replisite new shop --name "Fell Soap"` — with the company's name in it

`replisite new .` — in the current folder, if it is empty

{EXIT_CODES}"""
)
def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or an empty folder.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="The name of the company.")
    ] = "Your Company",
) -> None:
    """Create a small, complete site that builds at once and marks the texts to replace."""
    from replisite.cli.reports import print_new
    from replisite.commands.new import start_site

    with ending(as_json=False):
        made = start_site(folder, name)
    print_new(OUT, folder, made)


@app.command(
    epilog=f"""**Examples**

`replisite build` — build all sites into output/

`replisite build --only jane --only o-neil` — build two owners' sites, and leave the others unchanged

`replisite build --roster export.csv --skip-bad-rows` — build from another roster, without its bad rows

`replisite build --json > report.json` — write a report for programs

{EXIT_CODES}"""
)
def build(
    site: SiteOption = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045 - as above
        typer.Option(
            "--output", metavar="DIR", help="Write into this folder instead of the one in site.toml."
        ),
    ] = None,
    roster: RosterOption = None,
    only: OnlyOption = None,
    skip_bad_rows: SkipBadRows = False,
    drafts: Drafts = False,
    future: Future = False,
    prove: Annotated[
        str,
        typer.Option(
            metavar="sample|all", help="Compare a sample of the pages, or all, with Jinja's own rendering."
        ),
    ] = "sample",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Read the content again, even if it has not changed.")
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", metavar="N", min=0, help="The number of processes. 0: one per core.")
    ] = 0,
    as_json: JsonOption = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Render the corporate site and every distributor's site into the output folder.

    The finished output replaces the last one in a single step. A build that fails or is interrupted leaves the last
    output unchanged. If only the roster has changed, the build reuses the pages in .replisite/pages and does not read the
    content again.
    """
    from replisite.cli.reports import print_built
    from replisite.commands.build import BuildOptions
    from replisite.commands.build import build as build_sites
    from replisite.model.options import Options

    with ending(as_json=as_json), progress(is_silent=quiet or as_json) as reporter:
        if prove not in {"sample", "all"}:
            raise UsageError(f'--prove takes "sample" or "all", not "{prove}"')
        loaded, faults = read_site(site)
        source = Options(roster, skip_bad_rows, drafts, future, jobs)
        options = BuildOptions(
            output=output, only=tuple(only or ()), prove_all=prove == "all", fresh=fresh, source=source
        )
        report = build_sites(loaded, options, reporter, faults)
    if as_json:
        OUT.print_json(report.as_json())
    elif not quiet:
        print_built(ERR, report, verbose)


@app.command(
    epilog=f"""**Examples**

`replisite deploy` — show the changes on the only target, ask, and apply them

`replisite deploy live --dry-run` — show the changes, and change nothing

`replisite deploy live --yes --json` — for programs: apply without a question, and print a report

`replisite deploy live --only jane` — deploy Jane's site only

`replisite deploy staging --output ../build` — deploy another finished output

{DEPLOY_EXIT_CODES}"""
)
def deploy(
    target: TargetArgument = "",
    site: SiteOption = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045 - as above
        typer.Option(
            "--output", metavar="DIR", help="Deploy this finished output instead of the one in site.toml."
        ),
    ] = None,
    only: OnlyOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, and change nothing.")] = False,
    yes: Yes = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", metavar="N", min=0, help="How many files are sent at a time. 0: the host's own number."
        ),
    ] = 0,
    allow_deletes: Annotated[
        bool,
        typer.Option("--allow-deletes", help="Delete any number of live files that are no longer built."),
    ] = False,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Read every live file instead of trusting the list of live files."),
    ] = False,
    break_lock: BreakLock = False,
    former_break_lock: FormerBreakLock = False,
    verify: Annotated[
        bool,
        typer.Option("--verify/--no-verify", help="Fetch some files afterwards, as visitors get them."),
    ] = True,
    rollback_on_failure: Annotated[
        bool,
        typer.Option(
            "--rollback-on-failure", help="Roll back at once if the live files differ from the build."
        ),
    ] = False,
    as_json: JsonOption = False,
    quiet: Quiet = False,
) -> None:
    """Make the live sites equal to the finished output: plan, ask, apply, verify.

    A deploy sends only the files that differ, in an order that never breaks a link between live pages. You can interrupt
    a deploy at any moment: the next deploy continues from there.
    """
    from replisite.cli.deploy_reporter import DeployReporter
    from replisite.commands.deploy import DeployOptions
    from replisite.commands.deploy import deploy as deploy_sites
    from replisite.commands.rollback import RollbackOptions
    from replisite.commands.rollback import rollback as roll_back

    with (
        ending(as_json=as_json, interrupted=DEPLOY_INTERRUPTED),
        DeployReporter(ERR, is_agreed=yes, is_quiet=quiet or as_json) as reporter,
    ):
        loaded = read_whole_site(site)
        options = DeployOptions(
            target=target,
            output=output,
            only=tuple(only or ()),
            is_dry=dry_run,
            jobs=jobs,
            allows_deletes=allow_deletes,
            refreshes=refresh,
            breaks_lock=break_lock or former_break_lock,
            verifies=verify,
            agrees=reporter.agrees,
        )
        report = deploy_sites(loaded, options, reporter)
        reporter.print_deployed(report)
        back = None
        if report.differences and rollback_on_failure:
            back = roll_back(loaded, RollbackOptions(target=target), reporter)
            reporter.print_rolled_back(back)
    if as_json:
        OUT.print_json({**report.as_json(), "rolled_back_to": back.release if back else None})
    if report.differences:
        raise typer.Exit(ExitCode.FAULT)


@app.command(
    epilog=f"""**Examples**

`replisite rollback` — restore the release before the last deploy

`replisite rollback live 20260131T120000Z-1a2b3c` — restore an earlier release, if the host has several

{DEPLOY_EXIT_CODES}"""
)
def rollback(
    target: TargetArgument = "",
    release: Annotated[
        str,
        typer.Argument(
            metavar="RELEASE", help="The name of a release. Default: the one before the live one."
        ),
    ] = "",
    site: SiteOption = None,
    yes: Yes = False,
    break_lock: BreakLock = False,
    former_break_lock: FormerBreakLock = False,
    as_json: JsonOption = False,
    quiet: Quiet = False,
) -> None:
    """Restore the sites that were live before the last deploy, or an earlier release."""
    from replisite.cli.deploy_reporter import DeployReporter
    from replisite.commands.rollback import RollbackOptions
    from replisite.commands.rollback import rollback as roll_back

    with (
        ending(as_json=as_json, interrupted=DEPLOY_INTERRUPTED),
        DeployReporter(ERR, is_agreed=yes, is_quiet=quiet or as_json) as reporter,
    ):
        options = RollbackOptions(
            target=target,
            release=release,
            breaks_lock=break_lock or former_break_lock,
            agrees=reporter.agrees_to_roll_back,
        )
        report = roll_back(read_whole_site(site), options, reporter)
        reporter.print_rolled_back(report)
    if as_json:
        OUT.print_json(report.as_json())


@app.command(
    epilog=f"""**Examples**

`replisite explain` — list all pages: the part that is shared, and the pages that are rendered in full

`replisite explain index.html` — show each slot of a page with its expression, template and line

`replisite explain "products/*"` — explain some pages, by their paths

`replisite explain content/faq.md --json` — explain a page by its source, for programs

{EXIT_CODES}"""
)
def explain(
    page: Annotated[
        str,
        typer.Argument(
            metavar="PAGE",
            help="The path or the source of a page; * stands for any text. Default: all pages.",
        ),
    ] = "",
    site: SiteOption = None,
    drafts: Drafts = False,
    future: Future = False,
    as_json: JsonOption = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show how pages are staged: the static text, the slots of each owner, and the pages that cost more.

    A slot is a piece of a page that depends on the owner. If a piece of a template cannot be cut exactly, a larger piece
    becomes the slot; in the last resort the whole page is rendered in full for each owner. That is slower, and never
    different. The report gives the reason, with the line to change.
    """
    from replisite.cli.reports import print_explained
    from replisite.commands.explain import ExplainOptions
    from replisite.commands.explain import explain as explain_pages
    from replisite.model.options import Options

    with ending(as_json=as_json), progress(is_silent=quiet or as_json) as reporter:
        loaded, faults = read_site(site)
        options = ExplainOptions(page=page, source=Options(drafts=drafts, future=future))
        explanation = explain_pages(loaded, options, reporter, faults)
    if as_json:
        OUT.print_json(explanation.as_json())
    else:
        print_explained(OUT, explanation, verbose or bool(page))


@app.command(
    epilog=f"""**Examples**

`replisite preview` — show the corporate site in the browser

`replisite preview --owner jane` — show Jane's site; the toolbar switches to any other owner

`replisite preview --host 0.0.0.0` — also for a phone in the same network: the toolbar has a QR code

`replisite preview --editor 'idea://open?file={{path}}&line={{line}}'` — "Open in editor" for another editor

{PREVIEW_EXIT_CODES}"""
)
def preview(
    context: typer.Context,
    site: SiteOption = None,
    owner: Annotated[
        str, typer.Option("--owner", metavar="ALIAS", help="Show the site of this distributor first.")
    ] = "",
    edition: Annotated[
        str, typer.Option("--edition", metavar="KEY", help="Show this edition first, such as US-en.")
    ] = "",
    host: Annotated[
        str,
        typer.Option(
            "--host", metavar="HOST", help="Listen on this address. 0.0.0.0 lets other devices connect."
        ),
    ] = "127.0.0.1",
    port: Annotated[
        Optional[int],  # noqa: UP045 - as above
        typer.Option(
            "--port", metavar="PORT", help="Listen on this port. Default: the first free port from 8000 on."
        ),
    ] = None,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the preview in the browser.")
    ] = True,
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
            show_default="VS Code",
            help="The URL that opens a file in your editor, with {path}, {line} and {column}.",
        ),
    ] = "vscode://file/{path}:{line}:{column}",
    quiet: Quiet = False,
) -> None:
    """Show any owner's site while you write, and refresh it as soon as you save a file.

    The preview makes each page when you open it, as a build makes it. The toolbar at the bottom switches owner, edition
    and reader, and marks the personal parts of a page; Alt+Shift+P hides it. Ctrl-C ends the preview.
    """
    from replisite.cli.preview_reporter import PreviewReporter
    from replisite.commands.preview import preview as preview_site
    from replisite.model.options import Options
    from replisite.preview.options import PreviewOptions

    with ending(as_json=False, interrupted=PREVIEW_INTERRUPTED, is_interruptible=False):
        folder = read_site_folder(site)
        reporter = PreviewReporter(ERR, folder, quiet=quiet)
        options = PreviewOptions(
            host=host,
            port=port,
            owner=owner,
            edition=edition,
            is_opening=open_browser,
            editor=editor,
            source=Options(roster=roster, skip_bad_rows=skip_bad_rows, drafts=drafts, future=future),
        )
        preview_site(folder, options, reporter, context.obj)
        reporter.ended()


@app.command(
    epilog=f"""**Examples**

`replisite check` — check the whole site

`replisite check --roster export.csv` — check the site with another roster

`replisite check --links` — check that every link to the company's shop carries the owner of its site

`replisite check --json` — print a report for programs

{EXIT_CODES}"""
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
            help="Press every site in memory as well, and list the company links that do not carry its owner.",
        ),
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", metavar="N", min=0, help="The number of processes. 0: one per core.")
    ] = 0,
    as_json: JsonOption = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Do everything that a build does except writing: read, stage, prove, and follow every link.

    With --links, the check counts the links on all pages of all sites that lead to the hosts of [links] in site.toml. It
    ends with exit code 1 if a link does not carry the owner of its site, or the house account on the corporate site. List
    addresses that need no owner in site.toml: [site] ownerless_links.
    """
    from replisite.cli.reports import print_checked, print_findings
    from replisite.commands.check import CheckOptions
    from replisite.commands.check import check as check_site
    from replisite.model.options import Options

    with ending(as_json=as_json), progress(is_silent=quiet or as_json) as reporter:
        loaded, faults = read_site(site)
        source = Options(roster, skip_bad_rows, drafts, future, jobs)
        checked = check_site(loaded, CheckOptions(counts_links=links, source=source), reporter, faults)
    if as_json:
        OUT.print_json(checked.as_json())
    elif checked.has_lost_links or not quiet:
        print_checked(OUT, checked)
    if not (as_json or quiet):
        print_findings(ERR, checked, verbose)
    if checked.has_lost_links:
        raise typer.Exit(ExitCode.FAULT)


@app.command(
    epilog=f"""**Examples**

`replisite roster` — count the people on the roster, by status and market

`replisite roster --roster export.csv --skip-bad-rows` — count another roster, and list its bad rows

`replisite roster --json` — print a report for programs

{EXIT_CODES}"""
)
def roster(
    site: SiteOption = None,
    roster: RosterOption = None,
    skip_bad_rows: SkipBadRows = False,
    as_json: JsonOption = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check the roster and count the people on it."""
    from replisite.cli.reports import print_findings, print_roster
    from replisite.commands.roster import count_roster
    from replisite.model.options import Options

    with ending(as_json=as_json), progress(is_silent=quiet or as_json) as reporter:
        loaded, faults = read_site(site)
        options = Options(roster=roster, skip_bad_rows=skip_bad_rows)
        counted = count_roster(loaded, options, reporter, faults)
    if as_json:
        OUT.print_json(counted.as_json())
    else:
        print_roster(OUT, counted)
        if not quiet:
            print_findings(ERR, counted, verbose)


@app.command(hidden=True)
def reference(
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="The folder that contains docs/.")
    ] = Path(),
) -> None:
    """Write the reference of site.toml, front matter and roster, and the JSON Schema, from the models."""
    from replisite.reference.pages import write_references

    for path in write_references(output):
        OUT.print(str(path))


def run(content_process: ContentProcess | None = None) -> None:
    """Run the command line. ``content_process`` is the process of a preview that was started before."""
    with system_limits_reported():
        app(obj=content_process)
