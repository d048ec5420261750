"""Run Pelican on a site and give its pages as plates.

Pelican runs once, with a writer that records. Each page is staged as soon as Pelican would have rendered
it, because Pelican's contents change with the page that asks them. Importing Pelican replaces the
process's logger class, and its signals are global: call this in a process of its own.
"""

from __future__ import annotations

import datetime
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pelican
from jinja2 import Environment, Template, TemplateSyntaxError
from pelican.contents import Content
from pelican.generators import Generator, PelicanTemplateNotFound
from pelican.plugins import signals
from pelican.writers import FileOverwriteFailedError

from replisite.model.site import Edition, Site
from replisite.pages import Composition
from replisite.pages.functions import install, link_functions
from replisite.sources.pelican.catalog import Catalog, make_catalog
from replisite.sources.pelican.generator import generator_class, moment
from replisite.sources.pelican.kinds import KINDS, KindContent, default_slug, index_url
from replisite.sources.pelican.notebook import Notebook, PelicanLog
from replisite.sources.pelican.pages import Proof, Recording, StagedPage, fill_files, finish_pages
from replisite.sources.pelican.placeholders import PlaceholderExtension, Placeholders
from replisite.sources.pelican.reader import reader_class
from replisite.sources.pelican.settings import pelican_settings
from replisite.sources.pelican.theme import check_templates, find_theme
from replisite.sources.pelican.writer import Recorded, recording_writer
from replisite.staging import escaping, full_template, stage, staged

__all__ = ["Proof", "Recording", "record_site"]

DEFERRED = frozenset({"distributor"})
_A_DAY = datetime.timedelta(days=1)


def record_site(
    site: Site,
    editions: Sequence[Edition],
    static_output: Path,
    *,
    now: datetime.datetime,
    drafts: bool = False,
    future: bool = False,
    heard: Callable[[int], None] = lambda _: None,
) -> Recording:
    """Run Pelican for these editions, the corporate site's first; faults stand in the result.

    ``heard`` is told how many pages have been staged.
    """
    return _Run(site, editions, static_output, now, drafts, future, heard).recording()


class _Run:
    """One Pelican run, from settings to plates."""

    def __init__(
        self,
        site: Site,
        editions: Sequence[Edition],
        static_output: Path,
        now: datetime.datetime,
        drafts: bool,
        future: bool,
        heard: Callable[[int], None],
    ) -> None:
        self.site = site
        self.editions = editions
        self.static_output = static_output
        self.now = now
        self.drafts, self.future = drafts, future
        self.heard = heard
        is_lenient = site.pelican_defaults == "pelican"
        self.notebook = Notebook(site.root, site.root / site.content, is_lenient=is_lenient)
        names = {"distributor", "site", "market", "language", *link_functions(site)}
        self.placeholders = Placeholders(names, (custom.name for custom in site.roster.fields))
        self.placeholders.refuse = self.notebook.note_placeholder
        self.theme = find_theme(site)
        self.catalogs: list[Catalog] = []
        self.recorded: list[Recorded] = []
        self.files: dict[str, bytes] = {}
        self.until: datetime.datetime | None = None
        self.environment: Environment | None = None
        self._environments: dict[int, Environment] = {}
        self._staged_pages: dict[int, StagedPage] = {}
        self._corporate_paths: set[str] = set()

    def recording(self) -> Recording:
        os.chdir(self.site.root)  # settings name their paths from here
        log = PelicanLog(self.notebook)
        logging.getLogger().addHandler(log)
        pelican.console.quiet = True
        try:
            if (self.site.root / self.site.content).is_dir():
                self._run_pelican()
            else:
                told = "make it, or name another under [site] content"
                self.notebook.note("site.toml", 0, f'site.content: no folder "{self.site.content}"', told)
        finally:
            logging.getLogger().removeHandler(log)
        if self.notebook.faults:
            written = (self.site.root / self.site.content / "pages").glob("*")
            names = {kind.folder for kind in KINDS} | {default_slug(path.name) for path in written}
            composition = Composition({}, {}, (), frozenset(names), tuple(self.notebook.warnings))
            return Recording(composition, {}, self.notebook.faults, ())
        staged = [self._staged_pages[id(recorded)] for recorded in self.recorded]
        found = (path for path in self.static_output.rglob("*") if path.is_file())
        static = sorted(path.relative_to(self.static_output).as_posix() for path in found)
        files = [*self.files, *static]
        proofs = finish_pages(self.site, self.editions, staged, self.placeholders, files, self._source_of)
        pages = {edition: [proof.page for proof in listed] for edition, listed in proofs.items()}
        feeds = fill_files(self.site, self.editions[0], staged, self.placeholders, self.files)
        paths = [*files, *(page.path for page in pages[self.editions[0].key])]
        first = frozenset(path.split("/")[0] for path in paths)
        warnings = tuple(self.notebook.warnings)
        composition = Composition(pages, feeds, static, first, warnings, self.until)
        folders = [self.theme, *(self.site.root / name for name in (self.site.content, "templates"))]
        return Recording(composition, proofs, [], folders)

    def _source_of(self, page: StagedPage) -> str:
        subject = next((value for value in page.recorded.own.values() if isinstance(value, Content)), None)
        return self.notebook.told(subject.source_path) if subject else str(page.template.name)

    # -- Pelican ------------------------------------------------------------------------------------

    def _run_pelican(self) -> None:
        settings = pelican_settings(self.site, self.theme, self.static_output)
        if self.site.pelican_defaults == "replisite":
            settings["WITH_FUTURE_DATES"] = self.future
        settings["MARKDOWN"]["extensions"].append(PlaceholderExtension(self.placeholders))
        generator = generator_class(self.site, self.notebook, self.now, self.drafts, self.future)
        feed_url = self.site.url if self.site.pelican_defaults == "replisite" else ""
        writer = recording_writer(self.catalogs, self.recorded, self._keep, self.files, self._names, feed_url)
        is_ours = self.site.pelican_defaults == "replisite"
        reader = reader_class(self.notebook, is_yaml_for_all=is_ours)
        receivers = [
            (signals.get_generators, lambda _: generator),
            (signals.get_writer, lambda _: writer),
            (signals.readers_init, lambda readers: readers.reader_classes.update(md=reader, markdown=reader)),
            (signals.generator_init, self._share_environment),
            (signals.content_object_init, self._leave_out_expired),
            (signals.article_generator_context, self._publish_drafts),
            (signals.page_generator_context, self._publish_drafts),
            (signals.all_generators_finalized, self._all_read),
        ]
        for signal, receiver in receivers:
            signal.connect(receiver)
        try:
            pelican.Pelican(settings).run()
        except _Stop:
            pass
        except PelicanTemplateNotFound as error:
            self.notebook.note(self.theme, 0, str(error), "add the template, or take its kind of content out")
        except TemplateSyntaxError as error:
            self._note_template(error)
        except FileOverwriteFailedError as error:
            self.notebook.note("", 0, str(error), "give one of them another slug or save_as")
        finally:
            for signal, receiver in receivers:
                signal.disconnect(receiver)

    def _share_environment(self, generator: Generator) -> None:
        """Give all generators one Jinja environment: Pelican makes an equal one for each."""
        if self.environment is None:
            self.environment = generator.env
            install(self.environment, self.site)
        generator.env = self.environment

    def _publish_drafts(self, _: Generator, metadata: dict[str, Any]) -> None:
        if self.drafts and metadata.get("status") == "draft":
            metadata["status"] = "published"

    def _leave_out_expired(self, content: Content) -> None:
        """Articles and pages may expire too; and note when the next piece of content comes or goes."""
        expires = getattr(content, "expires", None)
        for when in (getattr(content, "date", None), expires):
            with suppress(ValueError, TypeError, AttributeError):  # it is told below
                self._note_moment(
                    when if isinstance(when, datetime.date) else datetime.datetime.fromisoformat(str(when))
                )
        if isinstance(content, KindContent) or not expires:
            return
        try:
            when = moment(datetime.datetime.fromisoformat(str(expires)))
        except ValueError:
            self.notebook.note(
                content.source_path, 1, f"expires: wants a date, got {expires!r}", "write 2026-12-31"
            )
            return
        if when <= self.now:
            content.status = "hidden"
            content.override_save_as = ""

    def _note_moment(self, when: datetime.date) -> None:
        if not isinstance(when, datetime.datetime):
            when = datetime.datetime.combine(when, datetime.time())
        then = moment(when)
        if then + _A_DAY <= self.now:
            return
        if when.tzinfo is None:  # somewhere it is that time a day earlier
            then = max(then - _A_DAY, self.now)
        if then >= self.now and (self.until is None or then < self.until):
            self.until = then

    def _all_read(self, generators: Iterable[Generator]) -> None:
        """Check what has been read, and make the editions' catalogs before anything is rendered."""
        context = next(iter(generators)).context
        is_ours = self.site.pelican_defaults == "replisite"
        for content in context["generated_content"].values() if is_ours else ():
            if content is not None:
                self._check_links(content, context)
        if is_ours:
            assert self.environment is not None
            check_templates(self.site, self.theme, self.environment, self.notebook)
        if self.notebook.faults:
            raise _Stop
        is_open = self.site.members.access == "open"
        for edition in self.editions:
            self.catalogs.append(make_catalog(edition, context["kinds"], is_open))
        self.archives_url = context.get("ARCHIVES_URL", "")
        self.has_news = bool(context["articles"])

    def _check_links(self, content: Content, context: Mapping[str, Any]) -> None:
        """Note each ``{filename}`` and ``{static}`` link that leads nowhere, with its line."""
        for found in content._get_intrasite_link_regex().finditer(content._content or ""):  # noqa: SLF001 - no other way
            what, value = found.group("what"), found.group("value")
            if what not in {"filename", "static", "attach"} or _is_known(content, what, value, context):
                continue
            path = Path(content.source_path)
            lines = path.read_text(encoding="utf-8-sig").split("\n")
            line = next((n for n, text in enumerate(lines, 1) if f"{what}}}{unescape(value)}" in text), 0)
            self.notebook.note(path, line, f"link to {{{what}}}{value}: no such file", "mend the path")

    # -- staging -----------------------------------------------------------------------------------

    def _note_template(self, error: TemplateSyntaxError) -> None:
        self.notebook.note(
            error.filename or error.name or "", error.lineno, error.message or "", "mend the template"
        )

    def _staged(self, template: Template) -> Template:
        env = template.environment
        if id(env) not in self._environments:
            # Themes and plugins are the company's: their functions are taken to be pure, and proofs watch over that.
            self._environments[id(env)] = staged(escaping(env, DEFERRED), DEFERRED, trust=lambda _: True)
        assert template.name is not None
        return self._environments[id(env)].get_template(template.name)

    def _keep(self, recorded: Recorded) -> None:
        """Stage one page as Pelican comes by it."""
        try:
            template = self._staged(recorded.template)
        except TemplateSyntaxError as error:
            self._note_template(error)
            return
        recorded.context.update(self._page_names(recorded))
        full_template(template)  # loaded while Pelican's loader knows it: template pages come and go
        with recorded.in_place() as static:
            self.heard(len(self.recorded))
            self._staged_pages[id(recorded)] = StagedPage(recorded, template, stage(template, static))

    # -- what templates get -------------------------------------------------------------------------

    def _names(self, catalog: Catalog) -> Mapping[str, Any]:
        """Return the names that every page of an edition has."""
        urls = {kind.index: index_url(kind, self.site.addresses.page_urls) for kind in KINDS if kind.index}
        shown = {kind.index for kind in KINDS if kind.index and catalog.lists[kind.list_name]}
        known = {name: url if name in shown else "" for name, url in urls.items()}
        news = self.archives_url if self.has_news else ""
        return {
            "site": self.site,
            "edition": catalog.edition,
            "market": catalog.edition.market,
            "language": catalog.edition.language,
            "urls": {"home": "", **known, "news": news},
        }

    def _page_names(self, recorded: Recorded) -> Mapping[str, Any]:
        context, path = recorded.context, recorded.path
        if recorded.catalog.edition == self.editions[0]:  # it is written first
            self._corporate_paths.add(path)
        if self.site.pelican_defaults == "pelican":
            return {}
        names = [*(kind.name for kind in KINDS), "page", "article"]
        kind = next(
            (name for name in names if isinstance(context.get(name), Content) and name in recorded.own), ""
        )
        subject = context.get(kind) if kind else None
        listed = context.get(recorded.own.get("page_kind", ""), None)
        if listed and kind == "":
            protected = all(content.is_protected for content in listed)
        else:
            protected = getattr(subject, "tier", "public") != "public"
        url = path.removesuffix("index.html")
        return {
            "page_kind": kind
            or recorded.own.get("page_kind")
            or ("home" if path == "index.html" else "list"),
            "protected": protected,
            "canonical": f"{self.site.url}/{url}" if path in self._corporate_paths else "",
        }


class _Stop(Exception):
    """Ends a Pelican run in which faults were found before anything was rendered."""


def _is_known(content: Content, what: str, value: str, context: Mapping[str, Any]) -> bool:
    """Say whether Pelican will find what a link names, the three ways in which it looks."""
    keys = ["generated_content", "static_content"] if what == "filename" else ["static_content"]
    for url in (urlparse(value), urlparse(unquote(value)), urlparse(unescape(value))):
        path = url.path
        if path.startswith("/"):
            path = path[1:]
        else:
            path = content.get_relative_source_path(os.path.join(content.relative_dir, path))  # noqa: PTH118 - as Pelican does
        found = next((context[key][path] for key in keys if context[key].get(path) is not None), None)
        if found is not None:  # Pelican believes a static link without looking
            return what == "filename" or Path(found.source_path).is_file()
    return False
