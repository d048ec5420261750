"""Run Pelican once on a site, with a writer that records what each page would be rendered of.

Importing Pelican replaces the process's logger class, and its signals are global: call this in a process of its own.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pelican
from jinja2 import TemplateSyntaxError
from pelican.contents import Content
from pelican.generators import PelicanTemplateNotFound
from pelican.writers import FileOverwriteFailedError

from replisite.content.public_files import Verdict
from replisite.errors import Fault
from replisite.model.site import Site
from replisite.pelican.content_checks import FaultsFound
from replisite.pelican.listeners import receivers
from replisite.pelican.pelican_log import listening
from replisite.pelican.plugin_code import PluginCode
from replisite.pelican.plugin_faults import note_plugin, refuse_plugin
from replisite.pelican.plugin_watch import PluginWatch, RefusedPlugin
from replisite.pelican.published_files import publish
from replisite.pelican.render_faults import note_endless, note_template
from replisite.pelican.requested_files import RequestedFiles, requested_by_run
from replisite.pelican.reuse import ReusedFiles
from replisite.pelican.root_names import expected_names, root_names
from replisite.pelican.run_context import RunContext, RunRequest, make_context
from replisite.pelican.run_settings import RunSettings, make_settings
from replisite.pelican.site_code import without_bytecode
from replisite.pelican.site_faults import (
    note_links,
    note_missing_content,
    note_public_list,
    note_special_files,
)
from replisite.pelican.staged_page import StagedPage
from replisite.pelican.staged_site import StagedSite
from replisite.pelican.style_sheets import sheet_sources
from replisite.pelican.written_files import find_written
from replisite.system.processor_time import TooSlow, limited_processor_time

__all__ = ["PelicanRun", "run_pelican", "with_assets"]


@dataclass(frozen=True, slots=True)
class PelicanRun:
    """The result of one run of Pelican; its ``pages`` are no use where there are faults.

    ``output`` is the folder that Pelican took for the output, ``watch`` saw what plugins did there. ``static`` are the
    files that are copied to the corporate site's root, each with its source. ``settings`` is None where
    Pelican was not started; ``is_ended_by_plugin`` says that a plugin ended it half-way.
    """

    context: RunContext
    output: Path
    watch: PluginWatch
    settings: RunSettings | None
    static: Mapping[str, Path]
    pages: StagedSite
    is_ended_by_plugin: bool

    @property
    def site(self) -> Site:
        """The site that was read."""
        return self.context.site

    @property
    def faults(self) -> list[Fault]:
        """The faults that must be fixed before there can be pages."""
        return self.context.noted_faults.faults

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of the report."""
        return tuple(self.context.noted_faults.warnings)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that were read: theme, content and the site's own templates."""
        site = self.site
        return (self.context.theme, *(site.root / name for name in (site.content, "templates")))

    @property
    def until(self) -> datetime.datetime | None:
        """The moment from which on content that is dated or expires makes other pages."""
        return self.context.next_change.until

    @property
    def kind_folders(self) -> frozenset[str]:
        """The folders of the content whose texts are pages."""
        return self.settings.kind_folders if self.settings else frozenset()

    @property
    def names(self) -> frozenset[str]:
        """The files and folders at the corporate site's root; with faults those that are known beforehand."""
        if self.faults:
            return expected_names(self.site)
        return root_names(self.context, self.kind_folders, self.static)

    def style_sheets(self) -> dict[str, tuple[Path, str]]:
        """Return the published style sheets by path: the file that holds each, and the name that faults give it."""
        return sheet_sources(self.static, self.context.collected.origins, self.site.root)

    def requested_files(self) -> RequestedFiles:
        """Return which files the content that is shown asks for, the templates, and site.toml."""
        return requested_by_run(self.context, self.kind_folders)


def run_pelican(
    request: RunRequest,
    output: Path,
    *,
    code: PluginCode | None = None,
    reused: ReusedFiles | None = None,
) -> PelicanRun:
    """Run Pelican and return its pages; faults stand in the result.

    Theme and content files are copied to ``output`` if the request says so; otherwise it gets some empty folders.
    ``code`` are the site's plugins, if the caller watches them too. ``reused`` may hold what an earlier run of
    the site left, and is left for the next. Changes the working directory to the site's root: settings name their
    paths from there. Raises InputError for a site without its theme.
    """
    context = make_context(request, code or PluginCode(request.site), reused)
    site, noted_faults, collected = context.site, context.noted_faults, context.collected
    os.chdir(site.root)
    watch = PluginWatch(
        context.code,
        output,
        site.root / site.output,
        collected.written,
        lambda: collected.copies,
        partial(refuse_plugin, noted_faults, site),
    )
    settings, is_ended_by_plugin = _run(context, output, watch)
    static = _with_written_files(context, settings, output, watch.written, collected.static)
    if not request.is_copied and request.is_ours and not noted_faults.faults and settings:
        taken = {recorded.path for recorded in collected.recorded} | collected.feeds.keys()
        requested = requested_by_run(context, settings.kind_folders)
        static = publish(site, context.rules, static, taken, requested).files
    pages = _staged_site(context, settings, static)
    return PelicanRun(context, output, watch, settings, static, pages, is_ended_by_plugin)


def with_assets(run: PelicanRun) -> PelicanRun:
    """Stage every page, and return the run with the files that functions of templates wrote meanwhile."""
    context = run.context
    for page in context.collected.staged.values():
        try:
            with limited_processor_time(run.site.page_seconds):
                page.plate  # noqa: B018 - it is cached
        except TemplateSyntaxError:
            pass  # it is noted when the page is proved
        except (TooSlow, RecursionError) as error:
            note_endless(context.noted_faults, error, page.recorded.path)
            break  # each other page may take as long
    static = _with_written_files(context, run.settings, run.output, run.watch.written, run.static)
    return replace(run, static=static, pages=_staged_site(context, run.settings, static))


def _run(context: RunContext, output: Path, watch: PluginWatch) -> tuple[RunSettings | None, bool]:
    """Check the site's files and start Pelican; return its settings, and whether a plugin ended it."""
    site, noted_faults = context.site, context.noted_faults
    pelican.console.quiet = True
    with listening(noted_faults):
        if note_special_files(site, context.theme, noted_faults) or note_missing_content(site, noted_faults):
            return None, False
        note_links(site, context.theme, context.rules, noted_faults)
        note_public_list(site, context.rules, noted_faults)
        if not isinstance(site.pelican.get("PLUGINS", []), list):
            refuse_plugin(noted_faults, site, "wants a list", 'write ["sitemap"]')
            return None, False
        settings = make_settings(context, output)
        return settings, _start_pelican(context, settings, watch)


def _start_pelican(context: RunContext, settings: RunSettings, watch: PluginWatch) -> bool:
    """Run Pelican, and note what it raises; say whether a plugin ended it otherwise than by an error."""
    noted_faults = context.noted_faults
    process = os.getpid()  # a plugin may fork, and end the copy as it likes
    with ExitStack() as connected, ExitStack() as meanwhile:
        for signal, receiver in receivers(context, settings, meanwhile):
            signal.connect(receiver)
            connected.callback(signal.disconnect, receiver)
        try:
            with without_bytecode(), watch.watching():
                pelican.Pelican(settings.pelican).run()
        except (FaultsFound, RefusedPlugin):
            pass
        except PelicanTemplateNotFound as error:
            advice = "add the template, or take its kind of content out"
            noted_faults.note(context.theme, 0, str(error), advice)
        except TemplateSyntaxError as error:
            note_template(noted_faults, error)
        except FileOverwriteFailedError as error:
            noted_faults.note("", 0, str(error), "give one of them another slug or save_as")
        except BaseException as error:
            if os.getpid() != process or not note_plugin(noted_faults, context.site, context.code, error):
                raise
            return not isinstance(error, Exception)
    return False


def _with_written_files(
    context: RunContext,
    settings: RunSettings | None,
    output: Path,
    by_plugins: Collection[str],
    static: Mapping[str, Path],
) -> Mapping[str, Path]:
    """Return static files with those that were written below ``output``; collect what is filled in as feeds are."""
    if settings is None:
        return static
    written = find_written(output, settings.theme_folder, by_plugins, context.site, context.noted_faults)
    context.collected.feeds.update(written.marked)
    files = {**static, **written.static}
    return {path: source for path, source in files.items() if path not in written.marked}


def _staged_site(context: RunContext, settings: RunSettings | None, static: Mapping[str, Path]) -> StagedSite:
    request, collected = context.request, context.collected
    judge = context.rules.judge if request.is_ours else lambda _: Verdict.ABSENT
    return StagedSite(
        context.site,
        request.showings,
        [collected.staged[id(recorded)] for recorded in collected.recorded],
        context.placeholders,
        collected.feeds,
        static,
        partial(_source_of, context),
        lambda path: judge(path) is Verdict.MAY,
        settings.candidates if settings else (),
    )


def _source_of(context: RunContext, page: StagedPage) -> str:
    """Return the file that a page is made of, as a report shows it: its content's, or else its template."""
    subject = next((value for value in page.recorded.own.values() if isinstance(value, Content)), None)
    return context.noted_faults.shown(subject.source_path) if subject else str(page.recorded.template.name)
