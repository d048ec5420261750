"""Record a site for a build: run Pelican, stage and prove every page, and decide which files are published."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import TemplateSyntaxError

from replisite.content.folder_walk import Unasked, walk_content
from replisite.errors import Fault
from replisite.model.site import Edition, Site
from replisite.model.view import EditionView
from replisite.pages import Composition, Page
from replisite.pelican.pelican_log import listening
from replisite.pelican.plugin_code import PluginCode
from replisite.pelican.plugin_time import PluginTime
from replisite.pelican.plugin_watch import RefusedPlugin
from replisite.pelican.published_files import Published, copy_files, publish
from replisite.pelican.render_faults import note_all, note_endless, note_template
from replisite.pelican.requested_files import add_requested_by_pages
from replisite.pelican.run import PelicanRun, run_pelican, with_assets
from replisite.pelican.run_context import RunRequest
from replisite.pelican.staged_page import Proof
from replisite.system.processor_time import TooSlow, limited_processor_time

__all__ = ["Recording", "record_site"]


@dataclass
class Recording:
    """Everything that one Pelican run gave; there is a proof for each page, by edition, where there are no faults."""

    composition: Composition
    proofs: Mapping[str, Sequence[Proof]]
    faults: list[Fault]
    folders: Sequence[Path]
    """Where what was read lies, as far as it is known beforehand."""

    @property
    def pages(self) -> Mapping[str, Sequence[Page]]:
        """The pages of each edition, by its key."""
        return self.composition.pages


def record_site(
    site: Site,
    editions: Sequence[Edition],
    static_output: Path,
    *,
    now: datetime.datetime,
    drafts: bool = False,
    future: bool = False,
    heard: Callable[[int], None] = lambda _: None,
    noted: Callable[[str], None] = lambda _: None,
) -> Recording:
    """Run Pelican for these editions, the corporate site's first, and stage every page.

    Faults stand in the result. ``heard`` gets the number of pages that have been staged; ``noted`` gets a message for each
    call of a plugin that takes long. Files that are published are copied to ``static_output``. Raises InputError for a
    site without its theme.
    """
    request = RunRequest(site, [EditionView(edition) for edition in editions], now, drafts, future)
    code = PluginCode(site)
    with PluginTime(code, noted, site.plugin_seconds).watching():
        run = run_pelican(request, static_output, code=code)
        proofs: dict[str, list[Proof]] = {}
        files: Mapping[str, bytes] = {}
        if not run.faults:
            run, proofs, files = _proved(run, heard)
        if run.faults:
            return Recording(Composition({}, {}, (), run.names, run.warnings), {}, run.faults, ())
        run, published, unasked = _published(run, proofs, files)
        composition = Composition(
            {key: [proof.page for proof in listed] for key, listed in proofs.items()},
            files,
            sorted(run.static),
            run.names,
            run.warnings,
            run.until,
            by_folder=published.by_folder,
            sources=published.sources,
            unasked=(tuple(unasked.names), unasked.count),
            style_sheets={path: name for path, (_, name) in run.style_sheets().items()},
        )
        return Recording(composition, proofs, [], run.folders)


def _proved(
    run: PelicanRun, heard: Callable[[int], None]
) -> tuple[PelicanRun, dict[str, list[Proof]], Mapping[str, bytes]]:
    """Return the run with its assets, a proof of each page by edition, and the feeds filled in; faults are noted."""
    noted_faults = run.context.noted_faults
    proofs: dict[str, list[Proof]] = {}
    files: Mapping[str, bytes] = {}
    with listening(noted_faults), run.watch.watching(), suppress(RefusedPlugin):
        if run.context.code.names:
            run = with_assets(run)
        if not run.faults:
            proofs = _all_proofs(run, heard)
        if not run.faults:
            files = _filled_files(run)
        note_all(noted_faults, run.pages.leftovers(files))
    return run, proofs, files


def _all_proofs(run: PelicanRun, heard: Callable[[int], None]) -> dict[str, list[Proof]]:
    pages, noted_faults = run.pages, run.context.noted_faults
    proofs: dict[str, list[Proof]] = {key: [] for key in pages.pages}
    paths = [(key, path) for key, listed in pages.pages.items() for path in listed]
    for number, (key, path) in enumerate(paths):
        heard(number)
        try:
            with limited_processor_time(run.site.page_seconds):
                proof = pages.proof(key, path)
                proofs[key].append(proof)
                note_all(noted_faults, proof.leftovers)
        except TemplateSyntaxError as error:
            note_template(noted_faults, error)
        except (TooSlow, RecursionError) as error:
            note_endless(noted_faults, error, path)
            break  # each other page may take as long
    return proofs


def _filled_files(run: PelicanRun) -> Mapping[str, bytes]:
    try:
        with limited_processor_time(run.site.page_seconds * max(len(run.pages.files), 1)):
            return run.pages.filled_files()
    except TooSlow as error:
        note_endless(run.context.noted_faults, error, "a feed")
        return {}


def _published(
    run: PelicanRun, proofs: Mapping[str, Sequence[Proof]], files: Mapping[str, bytes]
) -> tuple[PelicanRun, Published, Unasked]:
    """Return the run with the files that are published, which are copied, and the files that no page asks for.

    Pelican's own defaults publish what Pelican publishes.
    """
    context = run.context
    if not context.request.is_ours:
        by_folder = context.collected.by_folder if context.rules.has_stories else {}
        return run, Published(run.static, by_folder, frozenset()), Unasked()
    requested = run.requested_files()
    add_requested_by_pages(run.site, proofs, files, requested)
    taken = {path for listed in run.pages.pages.values() for path in listed} | files.keys()
    published = publish(run.site, context.rules, run.static, taken, requested)
    used = {*published.sources, *context.collected.unread}
    unasked = walk_content(context.rules, run.kind_folders, used).unasked
    copy_files(
        {path: source for path, source in published.files.items() if not source.is_relative_to(run.output)},
        run.output,
    )
    run.pages.once.settle(published.files)
    return replace(run, static=published.files), published, unasked
