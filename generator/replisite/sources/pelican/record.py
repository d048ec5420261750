"""Run Pelican on a site and give its pages as plates.

Pelican runs once, with a writer that records. Each page is staged as soon as Pelican would have rendered
it, because Pelican's contents change with the page that asks them. Importing Pelican replaces the
process's logger class, and its signals are global: call this in a process of its own.
"""

from __future__ import annotations

import datetime
import logging
import os
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pelican
from jinja2 import Environment, Template, TemplateError, TemplateSyntaxError
from pelican.contents import Content
from pelican.generators import Generator, PelicanTemplateNotFound
from pelican.plugins import signals

from replisite.errors import Fault
from replisite.model.house import house_account
from replisite.model.site import Edition, Site
from replisite.sources.pelican.catalog import Catalog, make_catalog
from replisite.sources.pelican.finish import Finish
from replisite.sources.pelican.functions import install, link_functions
from replisite.sources.pelican.generator import generator_class, moment
from replisite.sources.pelican.kinds import KINDS, KindContent, index_url
from replisite.sources.pelican.notebook import Notebook, PelicanLog
from replisite.sources.pelican.placeholders import PlaceholderExtension, Placeholders, split_marks, unknown_names
from replisite.sources.pelican.reader import reader_class
from replisite.sources.pelican.settings import find_theme, pelican_settings
from replisite.sources.pelican.writer import Recorded, recording_writer
from replisite.staging import (
    Difference,
    Plate,
    Record,
    Slot,
    escaping,
    full_template,
    prove,
    slot_of,
    stage,
    staged,
)

__all__ = ["Page", "Recording", "record_site"]

DEFERRED = frozenset({"distributor"})


@dataclass(eq=False)
class Page:
    """One page of one edition.

    ``path`` is its file, from the root of the site it is on; ``source`` the file that it is made of, from the
    site's root, or the template's name. ``is_replicated`` pages are on every owner's site, the others on the
    corporate site alone; ``is_listed`` pages stand in the sitemap.
    """

    path: str
    edition: str
    source: str
    plate: Plate
    recorded: Recorded
    staged_template: Template
    is_replicated: bool
    is_listed: bool
    raw: Plate = field(repr=False)

    def prove(self, record: Record) -> Difference | None:
        """Compare pressing with Jinja's rendering for one record; raises what Jinja raises."""
        with self.recorded.in_place() as static:
            return prove(self.raw, self.staged_template, static, record)


@dataclass
class Recording:
    """Everything that one Pelican run gave.

    ``pages`` by edition key; ``files`` are feeds and the like, by path; ``static`` is the folder into which
    Pelican copied theme and content files.
    """

    pages: dict[str, list[Page]]
    files: dict[str, bytes]
    static: Path
    faults: list[Fault]
    warnings: list[str]

    @property
    def static_files(self) -> list[str]:
        """The paths of the copied files, sorted."""
        return sorted(path.relative_to(self.static).as_posix() for path in self.static.rglob("*") if path.is_file())


def record_site(
    site: Site,
    editions: Sequence[Edition],
    static_output: Path,
    *,
    now: datetime.datetime,
    drafts: bool = False,
    future: bool = False,
) -> Recording:
    """Run Pelican for these editions, the corporate site's first; faults stand in the result."""
    return _Run(site, editions, static_output, now, drafts, future).recording()


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
    ) -> None:
        self.site = site
        self.editions = editions
        self.static_output = static_output
        self.now = now
        self.drafts, self.future = drafts, future
        is_lenient = site.pelican_defaults == "pelican"
        self.notebook = Notebook(site.root, site.root / site.content, is_lenient=is_lenient)
        names = {"distributor", "site", "market", "language", *link_functions(site)}
        self.placeholders = Placeholders(names, (custom.name for custom in site.roster.fields))
        self.placeholders.refuse = self.notebook.note_placeholder
        self.theme = find_theme(site)
        self.catalogs: list[Catalog] = []
        self.recorded: list[Recorded] = []
        self.files: dict[str, bytes] = {}
        self.environment: Environment | None = None
        self._environments: dict[int, Environment] = {}
        self._staged_pages: dict[int, tuple[Template, Plate]] = {}

    def recording(self) -> Recording:
        os.chdir(self.site.root)  # settings name their paths from here
        log = PelicanLog(self.notebook)
        logging.getLogger().addHandler(log)
        pelican.console.quiet = True
        try:
            self._check_templates()
            self._run_pelican()
        finally:
            logging.getLogger().removeHandler(log)
        if self.notebook.faults:
            return Recording({}, {}, self.static_output, self.notebook.faults, self.notebook.warnings)
        pages = self._pages()
        return Recording(pages, self._filled_files(), self.static_output, self.notebook.faults, self.notebook.warnings)

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
        """Articles and pages may expire too: Pelican skips what has the status *skip*."""
        expires = getattr(content, "expires", None)
        if isinstance(content, KindContent) or not expires:
            return
        try:
            when = moment(datetime.datetime.fromisoformat(str(expires)))
        except ValueError:
            self.notebook.note(content.source_path, 1, f"expires: wants a date, got {expires!r}", "write 2026-12-31")
            return
        if when <= self.now:
            content.status = "hidden"
            content.override_save_as = ""

    def _all_read(self, generators: Iterable[Generator]) -> None:
        """Check what has been read, and make the editions' catalogs before anything is rendered."""
        context = next(iter(generators)).context
        is_ours = self.site.pelican_defaults == "replisite"
        for content in context["generated_content"].values() if is_ours else ():
            if content is not None:
                self._check_links(content, context)
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

    # -- templates ----------------------------------------------------------------------------------

    def _check_templates(self) -> None:
        """Note fields of the owner that do not exist, in every template of the theme."""
        custom = frozenset(custom.name for custom in self.site.roster.fields)
        for folder in (self.theme / "templates", self.site.root / "templates"):
            for path in sorted(folder.rglob("*.html")) if folder.is_dir() else []:
                try:
                    tree = Environment(extensions=_USUAL).parse(path.read_text(encoding="utf-8"))
                except (TemplateError, UnicodeDecodeError):
                    continue  # an unknown extension's tag, or a fault that Jinja tells when it is used
                for line, what, told in unknown_names(tree, None, custom):
                    self.notebook.note(path, line, what, told)

    def _note_template(self, error: TemplateSyntaxError) -> None:
        self.notebook.note(error.filename or error.name or "", error.lineno, error.message or "", "mend the template")

    def _staged(self, template: Template) -> Template:
        env = template.environment
        if id(env) not in self._environments:
            self._environments[id(env)] = staged(escaping(env, DEFERRED), DEFERRED)
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
            self._staged_pages[id(recorded)] = template, stage(template, static)

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
        if self.site.pelican_defaults == "pelican":
            return {}
        names = [*(kind.name for kind in KINDS), "page", "article"]
        kind = next((name for name in names if isinstance(context.get(name), Content) and name in recorded.own), "")
        subject = context.get(kind) if kind else None
        listed = context.get(recorded.own.get("page_kind", ""), None)
        if listed and kind == "":
            protected = all(content.is_protected for content in listed)
        else:
            protected = getattr(subject, "tier", "public") != "public"
        url = path.removesuffix("index.html")
        return {
            "page_kind": kind or recorded.own.get("page_kind") or ("home" if path == "index.html" else "list"),
            "protected": protected,
            "canonical": f"{self.site.url}/{url}",
        }

    # -- plates -------------------------------------------------------------------------------------

    def _pages(self) -> dict[str, list[Page]]:
        """Finish the plates: owner's values in content, and links to files that exist once."""
        main = self.editions[0].key
        paths: dict[str, set[str]] = {edition.key: set() for edition in self.editions}
        for recorded in self.recorded:
            paths[recorded.catalog.edition.key].add(recorded.path)
        corporate_only = {path for path in paths[main] if self._is_corporate_only(path)}
        static = {path.relative_to(self.static_output).as_posix() for path in self.static_output.rglob("*")}
        once = static | set(self.files) | corporate_only
        everywhere = {content.save_as: content for content in self._all_contents() if content.save_as}
        pages: dict[str, list[Page]] = {edition.key: [] for edition in self.editions}
        root = "" if self.site.addresses.style == "path" else f"{self.site.url}/"
        for recorded in self.recorded:
            template, plate = self._staged_pages[id(recorded)]
            edition = recorded.catalog.edition
            replicated = recorded.path not in corporate_only
            if not replicated and edition.key != main:
                continue
            instead = {
                path: self._instead(content, paths[edition.key])
                for path, content in everywhere.items()
                if path not in paths[edition.key]
            }
            finish = Finish(recorded.path, once, instead, self._slot_maker(recorded, template), root)
            subject = next((v for v in recorded.own.values() if isinstance(v, Content)), None)
            source = self.notebook.told(subject.source_path) if subject else f"{template.name}"
            if edition.key != main and recorded.path not in paths[main]:
                recorded.context["canonical"] = ""
            pages[edition.key].append(
                Page(
                    recorded.path,
                    edition.key,
                    source,
                    finish(plate.refine(lambda text: [text], partial(_InPlace, recorded)) if plate.widening else plate),
                    recorded,
                    template,
                    replicated,
                    not recorded.context.get("protected") and recorded.path != "404.html",
                    plate,
                )
            )
        for listed in pages.values():
            listed.sort(key=lambda page: page.path.split("/"))
        return pages

    def _filled_files(self) -> dict[str, bytes]:
        """Fill what content says of the owner in feeds, which are the company's."""
        if not self.recorded:
            return self.files
        recorded = self.recorded[0]
        template, _ = self._staged_pages[id(recorded)]
        slot_of_key = self._slot_maker(recorded, template)
        record = {"distributor": house_account(self.site)}
        return {
            path: "".join(
                slot_of_key(piece).render(record) if is_mark else piece for is_mark, piece in split_marks(body.decode())
            ).encode()
            for path, body in self.files.items()
        }

    def _all_contents(self) -> list[KindContent]:
        return list(self.recorded[0].shared["kinds"]) if self.recorded else []

    def _instead(self, content: KindContent, known: Collection[str]) -> str:
        """Return the page that a link leads to where an edition lacks what it named."""
        tail = "/index.html" if self.site.addresses.page_urls == "folder" else ".html"
        choices = [f"members{tail}"] if content.is_protected else [f"{content.kind.folder}{tail}"]
        return next((path for path in choices if path in known), "index.html")

    def _is_corporate_only(self, path: str) -> bool:
        return any(Path(path).match(pattern) for pattern in self.site.corporate_only)

    def _slot_maker(self, recorded: Recorded, template: Template) -> Any:
        static = {name: recorded.context[name] for name in ("site", "market", "language") if name in recorded.context}

        def make(key: str) -> Slot:
            edition = recorded.catalog.edition.key
            slots = self.__dict__.setdefault("_slots", {})
            if (edition, key) not in slots:
                expression = self.placeholders.expression(key)
                slots[edition, key] = slot_of(template.environment, expression, static, name=f"content ({edition})")
            return slots[edition, key]

        return make


@dataclass(frozen=True, slots=True)
class _InPlace:
    """A page that is rendered in full: the links in its contents lead from this page."""

    recorded: Recorded
    slot: Slot

    @property
    def key(self) -> Hashable:
        return self.slot.key

    def render(self, record: Record) -> str:
        with self.recorded.in_place():
            return self.slot.render(record)


_USUAL = ("jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n", "jinja2.ext.debug")


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
            path = content.get_relative_source_path(os.path.join(content.relative_dir, path))
        if any(context[key].get(path) is not None for key in keys):
            return True
    return False
