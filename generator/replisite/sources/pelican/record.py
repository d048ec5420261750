"""Run Pelican on a site and give its pages as plates.

Pelican runs once, with a writer that records what each page would be rendered of. Importing Pelican replaces the
process's logger class, and its signals are global: call this in a process of its own.
"""

from __future__ import annotations

import datetime
import logging
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pelican
from jinja2 import Environment, Template, TemplateError, TemplateNotFound, TemplateSyntaxError
from pelican.contents import Content
from pelican.generators import Generator, PelicanTemplateNotFound, StaticGenerator
from pelican.plugins import signals
from pelican.writers import FileOverwriteFailedError

from replisite.errors import Fault
from replisite.model.showing import Showing
from replisite.model.site import Edition, Site
from replisite.pages import Composition
from replisite.pages.functions import install, link_functions
from replisite.sources.pelican.catalog import Catalog, make_catalog
from replisite.sources.pelican.generator import generator_class, moment
from replisite.sources.pelican.kinds import KINDS, KindContent, default_slug, index_url
from replisite.sources.pelican.notebook import Notebook, PelicanLog
from replisite.sources.pelican.own_code import raised_in
from replisite.sources.pelican.pages import Proof, Recording, StagedPage, StagedSite
from replisite.sources.pelican.placeholders import PlaceholderExtension, Placeholders
from replisite.sources.pelican.reader import reader_class
from replisite.sources.pelican.settings import pelican_settings
from replisite.sources.pelican.static import static_sources
from replisite.sources.pelican.theme import check_templates, find_theme, template_folders
from replisite.sources.pelican.warm import Warm
from replisite.sources.pelican.writer import NamedTemplate, Recorded, recording_writer
from replisite.staging import compile_all, escaping, full_template, staged
from replisite.system.processor_time import TooSlow, limited_processor_time
from replisite.system.special_files import iter_special_files

__all__ = ["PelicanRun", "Proof", "Recording", "StagedSite", "record_site"]

DEFERRED = frozenset({"distributor"})
_RENDERED = (
    "JINJA_ENVIRONMENT",
    "JINJA_FILTERS",
    "JINJA_GLOBALS",
    "JINJA_TESTS",
    "THEME_TEMPLATES_OVERRIDES",
    "PLUGINS",
)
"""Settings that make Pelican's Jinja environment what it is."""

_HOME = "index"
"""The template of the page that is looked at first."""

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
    """Run Pelican for these editions, the corporate site's first, and stage every page.

    Faults stand in the result. ``heard`` is told how many pages have been staged.
    """
    run = PelicanRun(site, [Showing(edition) for edition in editions], now, drafts, future)
    pages = run.pages(static_output)
    proofs: dict[str, list[Proof]] = {}
    if not run.faults:
        with run.listening():
            proofs = _all_proofs(pages, run, heard)
            files = {} if run.faults else pages.filled_files()
    if run.faults:
        warnings = tuple(run.notebook.warnings)
        return Recording(Composition({}, {}, (), run.names, warnings), {}, run.faults, ())
    finished = {key: [proof.page for proof in listed] for key, listed in proofs.items()}
    warnings = tuple(run.notebook.warnings)
    composition = Composition(finished, files, sorted(run.static), run.names, warnings, run.until)
    folders = [run.theme, *(site.root / name for name in (site.content, "templates"))]
    return Recording(composition, proofs, [], folders)


def _all_proofs(pages: StagedSite, run: PelicanRun, heard: Callable[[int], None]) -> dict[str, list[Proof]]:
    proofs: dict[str, list[Proof]] = {key: [] for key in pages.pages}
    places = [(key, path) for key, listed in pages.pages.items() for path in listed]
    for number, (key, path) in enumerate(places):
        heard(number)
        try:
            with limited_processor_time():
                proofs[key].append(pages.proof(key, path))
        except TemplateSyntaxError as error:
            run.note_template(error)
        except (TooSlow, RecursionError) as error:
            run.note_endless(error, path)
            break  # each other page may take as long
    return proofs


class PelicanRun:
    """One Pelican run, from settings to recorded pages.

    ``faults`` are what must be mended, ``names`` the files and folders at the corporate site's root, ``static`` the
    files that are copied there, each with its source, ``until`` the moment from which on content that is dated or
    expires makes other pages. ``warm`` may hold what an earlier run of the site left.
    """

    def __init__(
        self,
        site: Site,
        showings: Sequence[Showing],
        now: datetime.datetime,
        drafts: bool,
        future: bool,
        warm: Warm | None = None,
    ) -> None:
        self.site = site
        self.showings = showings
        self.now = now
        self.drafts, self.future = drafts, future
        self.is_kept_warm = warm is not None
        self.checks_templates = True
        self.warm = warm or Warm()
        is_lenient = site.pelican_defaults == "pelican"
        self.notebook = Notebook(site.root, site.root / site.content, is_lenient=is_lenient)
        names = {"distributor", "site", "market", "language", *link_functions(site)}
        custom = [custom.name for custom in site.roster.fields]
        self.placeholders = Placeholders(names, custom)
        self.placeholders.refuse = self.notebook.note_placeholder
        self._known_in_content = sorted(names), custom
        self.theme = find_theme(site)
        self.catalogs: list[Catalog] = []
        self.recorded: list[Recorded] = []
        self.files: dict[str, bytes] = {}
        self.static: Mapping[str, Path] = {}
        self.until: datetime.datetime | None = None
        self.environment: Environment | None = None
        self._staged_pages: dict[int, StagedPage] = {}
        self._corporate_paths: set[str] = set()
        self._passing: frozenset[str] = frozenset()

    @property
    def faults(self) -> list[Fault]:
        """What must be mended before there can be pages."""
        return self.notebook.faults

    @property
    def names(self) -> frozenset[str]:
        """The files and folders at the corporate site's root; with faults those that are known beforehand."""
        if self.faults:
            written = (self.site.root / self.site.content / "pages").glob("*")
            return frozenset({kind.folder for kind in KINDS} | {default_slug(path.name) for path in written})
        return frozenset(path.split("/")[0] for path in [*self.files, *self.static, *self._corporate_paths])

    def pages(self, static_output: Path, *, is_copied: bool = True) -> StagedSite:
        """Run, and return the pages; they are no use where there are faults.

        Theme and content files are copied to ``static_output``, unless they are not to be: then it gets some empty
        folders, and the files stay where they are.
        """
        os.chdir(self.site.root)  # settings name their paths from here
        pelican.console.quiet = True
        with self.listening():
            if self._has_special_files():
                pass  # whoever opened them would wait for ever
            elif (self.site.root / self.site.content).is_dir():
                self._run_pelican(static_output, is_copied)
            else:
                told = "make it, or name another under [site] content"
                self.notebook.note("site.toml", 0, f'site.content: no folder "{self.site.content}"', told)
        if is_copied:
            found = (path for path in static_output.rglob("*") if path.is_file())
            self.static = {path.relative_to(static_output).as_posix(): path for path in found}
        pages = [self._staged_pages[id(recorded)] for recorded in self.recorded]
        return StagedSite(
            self.site, self.showings, pages, self.placeholders, self.files, self.static, self._source_of
        )

    def _has_special_files(self) -> bool:
        """Note named pipes, sockets and devices among what Pelican would open; say whether there are any."""
        before = self.notebook.count
        folders = [self.site.root / self.site.content, self.theme, self.site.root / "templates"]
        for path, kind in iter_special_files(folders):
            self.notebook.note(path, 0, f"is {kind} and not a file", "move it out of the site")
        return self.notebook.count > before

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take note of what Pelican logs meanwhile: contents also log while they are staged."""
        log = PelicanLog(self.notebook)
        logging.getLogger().addHandler(log)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(log)

    def note_template(self, error: TemplateSyntaxError) -> None:
        """Note a template that cannot be compiled."""
        self.notebook.note(
            error.filename or error.name or "", error.lineno, error.message or "", "mend the template"
        )

    def note_endless(self, error: BaseException, page: str) -> None:
        """Note a page that has no end, at the line of the template that was being rendered."""
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".html")]
        file, line = (frames[-1].filename, frames[-1].lineno or 0) if frames else (page, 0)
        if isinstance(error, RecursionError):
            what = f"{page} is nested too deeply: a template includes itself, or a macro calls itself without an end"
        else:
            what = f"{page} takes too long to render: {error}"
        self.notebook.note(file, line, what, "fix the template or the content")

    def _source_of(self, page: StagedPage) -> str:
        subject = next((value for value in page.recorded.own.values() if isinstance(value, Content)), None)
        return self.notebook.told(subject.source_path) if subject else str(page.recorded.template.name)

    # -- Pelican ------------------------------------------------------------------------------------

    def _run_pelican(self, static_output: Path, is_copied: bool) -> None:
        settings = pelican_settings(self.site, self.theme, static_output)
        if self.site.pelican_defaults == "replisite":
            settings["WITH_FUTURE_DATES"] = self.future
        self.warm.reads_with(settings, self.site.pelican_defaults, self._known_in_content)
        self.warm.sees_templates(template_folders(self.site, self.theme))
        made_with = (self.theme, self.site.links, self.site.ranks, self.site.roster.fields)
        self._shape = [*(settings[name] for name in _RENDERED), *made_with]
        self._passing = frozenset(settings["TEMPLATE_PAGES"] or ())
        self._is_copied = is_copied
        settings["MARKDOWN"]["extensions"].append(PlaceholderExtension(self.placeholders))
        generator = generator_class(self.site, self.notebook, self.now, self.drafts, self.future)
        self._kinds_generator = generator
        feed_url = self.site.url if self.site.pelican_defaults == "replisite" else ""
        writer = recording_writer(self.catalogs, self.recorded, self._keep, self.files, self._names, feed_url)
        is_ours = self.site.pelican_defaults == "replisite"
        reader = reader_class(self.notebook, self.placeholders, self.warm, is_yaml_for_all=is_ours)
        receivers = [
            (signals.get_generators, lambda _: generator),
            (signals.get_writer, lambda _: writer),
            (signals.readers_init, lambda readers: readers.reader_classes.update(md=reader, markdown=reader)),
            (signals.generator_init, self._share_environment),
            (signals.generator_init, self._read_ahead),
            (signals.content_object_init, self._leave_out_expired),
            (signals.article_generator_context, self._publish_drafts),
            (signals.page_generator_context, self._publish_drafts),
            (signals.all_generators_finalized, self._all_read),
        ]
        for signal, receiver in receivers:
            signal.connect(receiver)
        try:
            with ExitStack() as self._meanwhile:
                pelican.Pelican(settings).run()
        except _Stop:
            pass
        except PelicanTemplateNotFound as error:
            self.notebook.note(self.theme, 0, str(error), "add the template, or take its kind of content out")
        except TemplateSyntaxError as error:
            self.note_template(error)
        except FileOverwriteFailedError as error:
            self.notebook.note("", 0, str(error), "give one of them another slug or save_as")
        except Exception as error:
            place = raised_in(error, self.site)
            if place is None:
                raise
            what = error.msg if isinstance(error, SyntaxError) else error
            self.notebook.note(*place, f"{type(error).__name__}: {what}", "mend the plugin")
        finally:
            for signal, receiver in receivers:
                signal.disconnect(receiver)

    def _share_environment(self, generator: Generator) -> None:
        """Give all generators one Jinja environment: Pelican makes an equal one for each."""
        if self.environment is None:
            install(generator.env, self.site)
            self.environment = self.warm.environment(generator.env, *self._shape)
        generator.env = self.environment
        if self.is_kept_warm and not self.site.pelican.get("PLUGINS"):
            generator.get_template = partial(self._named_template, generator)
        if isinstance(generator, StaticGenerator) and not self._is_copied:
            generator.generate_output = lambda _: self._leave_in_place(generator)

    def _read_ahead(self, generator: Generator) -> None:
        """Have another process begin with the files of our kinds, and compile the home page's templates meanwhile."""
        reader = generator.readers.readers.get("md")
        if (
            not isinstance(generator, self._kinds_generator)
            or self.site.pelican.get("PLUGINS")
            or reader is None
        ):
            return  # what plugins read and count must be read and counted here
        paths = [os.path.join(generator.path, path) for path in generator.paths()]  # noqa: PTH118 - as Pelican does
        reading = self.warm.reading_ahead(paths, reader.read_anew, self.notebook, self.placeholders)
        if self._meanwhile.enter_context(reading):
            with suppress(TemplateError, PelicanTemplateNotFound):  # it is told where it is used
                compile_all(self._staged(self._named_template(generator, _HOME)))

    def _named_template(self, generator: Generator, name: str) -> NamedTemplate:
        """Find a template as Pelican does, without compiling what may never be asked for."""
        for ext in generator.settings["TEMPLATE_EXTENSIONS"]:
            with suppress(TemplateNotFound):
                _, filename, _ = generator.env.loader.get_source(generator.env, name + ext)
                return NamedTemplate(name + ext, filename or "", generator.env)
        raise PelicanTemplateNotFound(f"[templates] unable to load {name} from {generator._templates_path}")  # noqa: SLF001 - as Pelican tells it

    def _leave_in_place(self, generator: StaticGenerator) -> None:
        self.static = static_sources(generator)

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
        if is_ours and self.checks_templates:
            assert self.environment is not None
            check_templates(self.site, self.theme, self.environment, self.notebook, self.warm)
        if self.notebook.faults:
            raise _Stop
        for showing in self.showings:
            self.catalogs.append(make_catalog(self.site, showing, context["kinds"]))
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

    def _staged(self, template: Template | NamedTemplate) -> Template:
        # Themes and plugins are the company's: their functions are taken to be pure, and proofs watch over that.
        env = self.warm.staged(
            template.environment,
            lambda env: staged(escaping(env, DEFERRED), DEFERRED, trust=lambda _: True),
        )
        assert template.name is not None
        return env.get_template(template.name)

    def _keep(self, recorded: Recorded) -> None:
        """Keep one page as Pelican comes by it."""
        recorded.context.update(self._page_names(recorded))
        page = self._staged_pages[id(recorded)] = StagedPage(recorded, self._staged)
        if (
            not self.is_kept_warm
            or recorded.template.name in self._passing
            or self.site.pelican.get("PLUGINS")
        ):
            try:
                full_template(
                    page.template
                )  # loaded while Pelican's loader knows it: template pages come and go
            except TemplateSyntaxError as error:
                self.note_template(error)

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
        if recorded.catalog.key == self.showings[0].key:  # it is written first
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
