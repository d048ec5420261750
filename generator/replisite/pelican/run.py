"""Run Pelican on a site and give its pages as plates.

Pelican runs once, with a writer that records what each page would be rendered of. Importing Pelican replaces the
process's logger class, and its signals are global: call this in a process of its own.
"""

from __future__ import annotations

import datetime
import logging
import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pelican
from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from pelican.contents import Content
from pelican.generators import Generator, PelicanTemplateNotFound, StaticGenerator
from pelican.plugins import signals
from pelican.readers import MarkdownReader, Readers
from pelican.writers import FileOverwriteFailedError

from replisite.config.site_folder import NAME
from replisite.content.catalog import Catalog, is_over_from, make_catalog
from replisite.content.folder_walk import Unasked, link_faults, walk_content
from replisite.content.ignored_names import is_leftover, is_private
from replisite.content.kinds import KINDS, KindContent, default_slug, index_url
from replisite.content.marks import has_marks
from replisite.content.near_names import near_name
from replisite.content.public_files import Verdict
from replisite.content.publication import listed_of, rules_of
from replisite.content.readable_files import MARKDOWN_SUFFIXES, STORIES, is_markdown, iter_hidden_texts
from replisite.errors import Fault
from replisite.model.distributor import PHOTO_SUFFIXES
from replisite.model.site import Edition, Site
from replisite.model.view import EditionView
from replisite.pages import Composition
from replisite.pages.functions import install, link_functions
from replisite.pelican.content_files import ContentFiles, Listing, list_files, note_dangling, suffix_variants
from replisite.pelican.faults import PelicanFaults, PelicanLog
from replisite.pelican.generator import generator_class, moment
from replisite.pelican.markdown_placeholders import PlaceholderExtension
from replisite.pelican.no_page import has_page, why_no_page
from replisite.pelican.other_readers import filling_readers
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.plugin_code import PluginCode
from replisite.pelican.plugin_time import PluginTime
from replisite.pelican.plugin_watch import PluginWatch, RefusedPlugin
from replisite.pelican.published_files import (
    Published,
    RequestedFiles,
    asked_by_content,
    asked_by_pages,
    copy_files,
    publish,
    shown_contents,
)
from replisite.pelican.reader import reader_class, tell_read
from replisite.pelican.reuse import ReusedFiles
from replisite.pelican.settings import pelican_settings, setting_line
from replisite.pelican.site_code import raised_in, without_bytecode
from replisite.pelican.staged_site import Proof, Recording, StagedPage, StagedSite
from replisite.pelican.static import has_private_part, static_sources
from replisite.pelican.style_sheets import sheet_sources
from replisite.pelican.theme import check_templates, find_theme, template_folders
from replisite.pelican.writer import NamedTemplate, Recorded, recording_writer
from replisite.staging import compile_all, escaping, full_template, staged, template_lines
from replisite.system.error_text import error_text, named_text
from replisite.system.last_words import exit_text, frames_of
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

_SHOWN = 5
"""How many files a warning names; the others are counted."""

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
    noted: Callable[[str], None] = lambda _: None,
) -> Recording:
    """Run Pelican for these editions, the corporate site's first, and stage every page.

    Faults stand in the result. ``heard`` is told how many pages have been staged; ``noted`` gets a message for each
    call of a plugin that takes long.
    """
    run = PelicanRun(site, [EditionView(edition) for edition in editions], now, drafts, future)
    with PluginTime(run.code, noted, site.plugin_seconds).watching():
        return _recorded(run, static_output, heard)


def _recorded(run: PelicanRun, static_output: Path, heard: Callable[[int], None]) -> Recording:
    site = run.site
    pages = run.pages(static_output)
    proofs: dict[str, list[Proof]] = {}
    if not run.faults:
        with run.listening(), run.watch.watching(), suppress(RefusedPlugin):
            if run.code.names:
                pages = run.pages_with_assets()
            if not run.faults:
                proofs = _all_proofs(pages, run, heard)
            files = {} if run.faults else _filled_files(pages, run)
            run.note_all(pages.leftovers(files))
    published = Published(run.static, run.by_folder if run.rules.has_stories else {}, frozenset())
    unasked = Unasked()
    if not run.faults and site.mode.publishes_by_reference:
        asked = run.asked()
        asked_by_pages(site, proofs, files, asked)
        written = {path for listed in pages.pages.values() for path in listed} | files.keys()
        published = publish(site, run.rules, run.static, written, asked)
        unasked = walk_content(run.rules, run.kind_folders, {*published.sources, *run.unread}).unasked
        in_place = {
            path: source
            for path, source in published.files.items()
            if not source.is_relative_to(static_output)
        }
        copy_files(in_place, static_output)
        run.static = published.files
        pages.once.settle(published.files)
    if run.faults:
        warnings = tuple(run.noted_faults.warnings)
        return Recording(Composition({}, {}, (), run.names, warnings), {}, run.faults, ())
    finished = {key: [proof.page for proof in listed] for key, listed in proofs.items()}
    warnings = tuple(run.noted_faults.warnings)
    composition = Composition(
        finished,
        files,
        sorted(run.static),
        run.names,
        warnings,
        run.until,
        by_folder=published.by_folder,
        sources=published.sources,
        unasked=(tuple(unasked.names), unasked.count),
        style_sheets={path: name for path, (_, name) in run.style_sheets().items()},
    )
    folders = [run.theme, *(site.root / name for name in (site.content, "templates"))]
    return Recording(composition, proofs, [], folders)


def _all_proofs(pages: StagedSite, run: PelicanRun, heard: Callable[[int], None]) -> dict[str, list[Proof]]:
    proofs: dict[str, list[Proof]] = {key: [] for key in pages.pages}
    places = [(key, path) for key, listed in pages.pages.items() for path in listed]
    for number, (key, path) in enumerate(places):
        heard(number)
        try:
            with limited_processor_time(run.site.page_seconds):
                proof = pages.proof(key, path)
                proofs[key].append(proof)
                run.note_all(proof.leftovers)
        except TemplateSyntaxError as error:
            run.note_template(error)
        except (TooSlow, RecursionError) as error:
            run.note_endless(error, path)
            break  # each other page may take as long
    return proofs


def _filled_files(pages: StagedSite, run: PelicanRun) -> dict[str, bytes]:
    try:
        with limited_processor_time(run.site.page_seconds * max(len(run.files), 1)):
            return dict(pages.filled_files())
    except TooSlow as error:
        run.note_endless(error, "a feed")
        return {}


class PelicanRun:
    """One Pelican run, from settings to recorded pages.

    ``faults`` are what must be mended, ``names`` the files and folders at the corporate site's root, ``static`` the
    files that are copied there, each with its source, ``until`` the moment from which on content that is dated or
    expires makes other pages. ``reused`` may hold what an earlier run of the site left.
    """

    def __init__(
        self,
        site: Site,
        showings: Sequence[EditionView],
        now: datetime.datetime,
        drafts: bool,
        future: bool,
        reused: ReusedFiles | None = None,
    ) -> None:
        self.site = site
        self.showings = showings
        self.now = now
        self.drafts, self.future = drafts, future
        self.is_kept_warm = reused is not None
        self.checks_templates = True
        self.reused = reused or ReusedFiles()
        is_lenient = not site.mode.is_strict
        self.noted_faults = PelicanFaults(site.root, site.root / site.content, is_lenient=is_lenient)
        names = {"distributor", "site", "market", "language", *link_functions(site)}
        custom = [custom.name for custom in site.roster.fields]
        self.placeholders = Placeholders(names, custom, is_lenient=is_lenient)
        self.placeholders.refuse = self.noted_faults.note_placeholder
        self._known_in_content = sorted(names), custom
        self.theme = find_theme(site)
        self.catalogs: list[Catalog] = []
        self.recorded: list[Recorded] = []
        self.files: dict[str, bytes] = {}
        self.static: Mapping[str, Path] = {}
        self._origins: Mapping[str, Path] = {}
        self.rules = rules_of(site)
        self.contents: list[Content] = []
        self.by_folder: dict[str, str] = {}
        self.kind_folders: frozenset[str] = frozenset()
        self._theme_folder = "theme"
        self.unread: frozenset[str] = frozenset()
        self._candidates: Sequence[str] = ()
        self._withheld: dict[str, Verdict] = {}
        self.until: datetime.datetime | None = None
        self.environment: Environment | None = None
        self._staged_pages: dict[int, StagedPage] = {}
        self._corporate_paths: set[str] = set()
        self._passing: frozenset[str] = frozenset()
        self._written: tuple[tuple[int, int], frozenset[str]] = ((0, 0), frozenset())
        self._copies: frozenset[str] = frozenset()
        self.is_ended_by_plugin = False
        self.code = PluginCode(site)
        self.noted_faults.note_plugin = self._note_plugin
        self.noted_faults.note_setting = self._refuse_plugin

    @property
    def faults(self) -> list[Fault]:
        """What must be mended before there can be pages."""
        return self.noted_faults.faults

    @property
    def names(self) -> frozenset[str]:
        """The files and folders at the corporate site's root; with faults those that are known beforehand."""
        if self.faults:
            written = (self.site.root / self.site.content / "pages").glob("*")
            pages = {default_slug(path.name) for path in written if not is_leftover(path.name)}
            return frozenset({kind.folder for kind in KINDS} | pages)
        paths = [*self.files, *self.static, *self._corporate_paths, *self._content_folders()]
        return frozenset(path.split("/")[0] for path in paths)

    def _content_folders(self) -> list[str]:
        """Return the folders of the content that pictures and downloads may be published in, as soon as a page asks."""
        if not self.site.mode.publishes_by_reference:
            return []
        kept = {*self.kind_folders, STORIES, "extra"}
        found = (self.site.root / self.site.content).glob("*/")
        return [path.name for path in found if path.name not in kept and not is_private(path.name)]

    def asked(self) -> RequestedFiles:
        """Return which files the content that is shown asks for, the templates, and site.toml."""
        shown = shown_contents(self.recorded, self._kinds, self.catalogs)
        templates = (
            path
            for folder in template_folders(self.site, self.theme)
            for path in (sorted(folder.rglob("*")) if folder.is_dir() else [])
            if path.is_file() and not is_leftover(path.name)
        )
        asked = asked_by_content(self.site, shown, templates)
        asked.folders -= {
            folder for folder in asked.folders if folder.split("/")[0] in {*self.kind_folders, STORIES}
        }
        asked.folders = {folder for folder in asked.folders if (self.rules.content / folder).is_dir()}
        return asked

    def pages(self, static_output: Path, *, is_copied: bool = True) -> StagedSite:
        """Run, and return the pages; they are no use where there are faults.

        Theme and content files are copied to ``static_output``, unless they are not to be: then it gets some empty
        folders, and the files stay where they are.
        """
        os.chdir(self.site.root)  # settings name their paths from here
        self._output = static_output
        self._copies = frozenset()
        self.watch = PluginWatch(
            self.code,
            static_output,
            self.site.root / self.site.output,
            self._pages_written,
            lambda: self._copies,
            self._refuse_plugin,
        )
        pelican.console.quiet = True
        with self.listening():
            if self._has_special_files():
                pass  # whoever opened them would wait for ever
            elif (self.site.root / self.site.content).is_dir():
                self._check_links_of_files()
                self._run_pelican(static_output, is_copied)
            else:
                told = "make it, or name another under [site] content"
                self.noted_faults.note("site.toml", 0, f'site.content: no folder "{self.site.content}"', told)
        self.keep_written()
        if not is_copied and self.site.mode.publishes_by_reference and not self.faults:
            written = {recorded.path for recorded in self.recorded} | self.files.keys()
            self.static = publish(self.site, self.rules, self.static, written, self.asked()).files
        return self._staged_site()

    def style_sheets(self) -> dict[str, tuple[Path, str]]:
        """Return the published style sheets by path: the file that holds each, and the name that faults give it."""
        return sheet_sources(self.static, self._origins, self.site.root)

    def pages_with_assets(self) -> StagedSite:
        """Stage every page, and return the pages with the files that functions of templates wrote meanwhile."""
        for page in self._staged_pages.values():
            try:
                with limited_processor_time(self.site.page_seconds):
                    page.plate  # noqa: B018 - it is kept
            except TemplateSyntaxError:
                pass  # it is noted when the page is proved
            except (TooSlow, RecursionError) as error:
                self.note_endless(error, page.recorded.path)
                break  # each other page may take as long
        self.keep_written()
        return self._staged_site()

    def _staged_site(self) -> StagedSite:
        pages = [self._staged_pages[id(recorded)] for recorded in self.recorded]
        is_ours = self.site.mode.publishes_by_reference
        may = self.rules.judge if is_ours else lambda _: Verdict.ABSENT
        return StagedSite(
            self.site,
            self.showings,
            pages,
            self.placeholders,
            self.files,
            self.static,
            self._source_of,
            lambda path: may(path) is Verdict.MAY,
            self._candidates,
        )

    def keep_written(self) -> None:
        """Keep what has been written to the folder that Pelican takes for the output: by Pelican, and by plugins.

        A file in which a plugin has written what content says of the owner is filled in as feeds are.
        """
        found = {
            path.relative_to(self._output).as_posix(): path
            for path in self._output.rglob("*")
            if path.is_file()
        }
        theme = posixpath.join(self._theme_folder, "")
        hidden = {name for name in found if name.startswith(theme) and has_private_part(name)}
        self._warn_withheld(sorted(hidden))
        found = {name: path for name, path in found.items() if name not in hidden}
        self.static = {**self.static, **found}
        for name in sorted(self.watch.written & found.keys()):
            body = found[name].read_bytes()
            if str(self._output).encode() in body:
                what = f"a plugin writes the path of the folder that Pelican writes to into {name}"
                self._refuse_plugin(what, 'take it out, or have it write what holds of settings["SITEURL"]')
            elif has_marks(body):
                if not is_text(body):
                    what = (
                        f"a plugin writes what content says of the distributor into {name}, which is no text"
                    )
                    self._refuse_plugin(what, "take the placeholder out of the content, or the plugin")
                    continue
                self.files[name] = body
                self.static = {path: source for path, source in self.static.items() if path != name}

    def _pages_written(self) -> frozenset[str]:
        """Return the paths of the pages and feeds that Pelican would have written by now."""
        size = len(self.recorded), len(self.files)
        if self._written[0] != size:
            self._written = size, frozenset([*(page.path for page in self.recorded), *self.files])
        return self._written[1]

    def _refuse_plugin(self, what: str, todo: str) -> None:
        self.noted_faults.note(NAME, setting_line(self.site, "PLUGINS"), f"[pelican] PLUGINS: {what}", todo)

    def _warn_withheld(self, names: Sequence[str]) -> None:
        """Say which files are not published although a folder that is published holds them."""
        if names:
            shown = ", ".join(names[:_SHOWN]) + (
                f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            )
            self.noted_faults.warnings.append(
                f"not published, because such files are private: {shown}; move them out of the folders that are published"
            )

    def _check_links_of_files(self) -> None:
        """Note symbolic links that lead out of the site, and lists in site.toml that name what can never be public."""
        site = self.site
        folders = [site.root / site.content, site.root / "templates"]
        if self.theme.is_relative_to(site.root):
            folders.append(self.theme)
        for fault in link_faults(self.rules, folders):
            self.noted_faults.note(fault.file, 0, fault.what, fault.next)
        for path in site.public:
            place, name = self.rules.content / path, posixpath.normpath(path)
            verdict = Verdict.STORY if name == STORIES else self.rules.judge(path)
            if place.is_dir() and verdict is not Verdict.STORY:
                continue
            if verdict is Verdict.ABSENT and path != "extra/":
                told = "correct the path: it is relative to the content folder"
                self.noted_faults.note("site.toml", 0, f'content.public: no file or folder "{path}"', told)
            elif verdict.is_absolute and verdict is not Verdict.ABSENT:
                what = f'content.public: "{path}" is never published: {verdict.value}'
                self.noted_faults.note("site.toml", 0, what, "leave it out")

    def _has_special_files(self) -> bool:
        """Note named pipes, sockets and devices among what Pelican would open; say whether there are any."""
        before = self.noted_faults.count
        folders = [self.site.root / self.site.content, self.theme, self.site.root / "templates"]
        for path, kind in iter_special_files(folders):
            self.noted_faults.note(path, 0, f"is {kind} and not a file", "move it out of the site")
        return self.noted_faults.count > before

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take note of what Pelican logs meanwhile: contents also log while they are staged."""
        log = PelicanLog(self.noted_faults)
        logging.getLogger().addHandler(log)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(log)

    def note_template(self, error: TemplateSyntaxError) -> None:
        """Note a template that cannot be compiled."""
        self.noted_faults.note(
            error.filename or error.name or "", error.lineno, error.message or "", "mend the template"
        )

    def note_all(self, faults: Iterable[Fault]) -> None:
        """Note faults that are complete."""
        for fault in faults:
            self.noted_faults.note(fault.file, fault.line, fault.what, fault.next)

    def note_endless(self, error: BaseException, page: str) -> None:
        """Note a page that has no end, at the line of the template that was being rendered."""
        file, line = ([(page, 0), *template_lines(error)])[-1]
        if isinstance(error, RecursionError):
            what = f"{page} is nested too deeply: a template includes itself, or a macro calls itself without an end"
        else:
            what = f"{page} takes too long to render: {error}"
        self.noted_faults.note(file, line, what, "fix the template or the content")

    def _source_of(self, page: StagedPage) -> str:
        subject = next((value for value in page.recorded.own.values() if isinstance(value, Content)), None)
        return self.noted_faults.told(subject.source_path) if subject else str(page.recorded.template.name)

    # -- Pelican ------------------------------------------------------------------------------------

    def _run_pelican(self, static_output: Path, is_copied: bool) -> None:
        if not isinstance(self.site.pelican.get("PLUGINS", []), list):
            self._refuse_plugin("wants a list", 'write ["sitemap"]')
            return
        settings, listing = self._settings(static_output, is_copied)
        is_ours = self.site.mode.has_own_settings
        settings["MARKDOWN"]["extensions"].append(PlaceholderExtension(self.placeholders))
        generator = generator_class(
            self.site, self.noted_faults, listing.files, self.now, self.drafts, self.future
        )
        self._kinds_generator = generator
        feed_url = self.site.url if self.site.mode.has_own_settings else ""
        writer = recording_writer(self.catalogs, self.recorded, self._keep, self.files, self._names, feed_url)
        reader = reader_class(self.noted_faults, self.placeholders, self.reused, is_yaml_for_all=is_ours)
        receivers = [
            (signals.get_generators, lambda _: generator),
            (signals.get_writer, lambda _: writer),
            (signals.readers_init, partial(self._add_reader, reader)),
            (signals.readers_init, self._fill_other_formats),
            (signals.generator_init, self._share_environment),
            (signals.generator_init, self._tell_read),
            (signals.generator_init, self._read_ahead),
            (signals.content_object_init, self._leave_out_expired),
            (signals.article_generator_context, self._publish_drafts),
            (signals.page_generator_context, self._publish_drafts),
            (signals.static_generator_finalized, self._withhold),
            (signals.all_generators_finalized, self._all_read),
        ]
        for signal, receiver in receivers:
            signal.connect(receiver)
        process = os.getpid()  # a plugin may fork, and end the copy as it likes
        try:
            with ExitStack() as self._meanwhile, without_bytecode(), self.watch.watching():
                pelican.Pelican(settings).run()
        except (_Stop, RefusedPlugin):
            pass
        except PelicanTemplateNotFound as error:
            self.noted_faults.note(
                self.theme, 0, str(error), "add the template, or take its kind of content out"
            )
        except TemplateSyntaxError as error:
            self.note_template(error)
        except FileOverwriteFailedError as error:
            self.noted_faults.note("", 0, str(error), "give one of them another slug or save_as")
        except BaseException as error:
            if os.getpid() != process or not self._note_plugin(error):
                raise
            self.is_ended_by_plugin = not isinstance(error, Exception)
        finally:
            for signal, receiver in receivers:
                signal.disconnect(receiver)

    def _settings(self, static_output: Path, is_copied: bool) -> tuple[dict[str, Any], Listing]:
        """Return Pelican's settings and what lies in the content folder; note what is wrong with its files."""
        content = self.site.root / self.site.content
        listing = list_files(content)
        leftovers = {*listing.leftovers, *self._look_at_theme()}
        if not self.noted_faults.is_lenient:
            listed = tuple(map(posixpath.normpath, listed_of(self.site)))
            texts = (path for path in listing.files if not _is_in_any(path, listed))
            leftovers |= {name for _, name in iter_hidden_texts(texts)}
        settings = pelican_settings(self.site, self.theme, static_output, leftovers)
        static = tuple(posixpath.normpath(path) for path in settings["STATIC_PATHS"])
        self._warn_withheld([path for path in listing.repositories if _is_in_any(path, static)])
        is_lenient = self.noted_faults.is_lenient
        files = self._content_files = ContentFiles(content, listing, settings, is_lenient=is_lenient)
        files.note_faults(self.noted_faults)
        if not is_lenient:
            self._candidates = [path for path in listing.files if not is_markdown(path)]
        if self.site.mode.has_own_settings:
            settings["WITH_FUTURE_DATES"] = self.future
        self.reused.page_seconds = self.site.page_seconds
        self.reused.reads_with(settings, self.site.pelican_defaults, self._known_in_content)
        self.reused.sees_templates(template_folders(self.site, self.theme))
        made_with = (self.theme, self.site.links, self.site.ranks, self.site.roster.fields)
        self._shape = [*(settings[name] for name in _RENDERED), *made_with]
        self._passing = frozenset(settings["TEMPLATE_PAGES"] or ())
        is_ours = self.site.mode.publishes_by_reference
        self._is_copied = is_copied and (not is_ours or bool(self.code.names))  # plugins may read the copies
        self._theme_folder = settings["THEME_STATIC_DIR"]
        paths = [*settings["ARTICLE_PATHS"], *settings["PAGE_PATHS"]]
        self.kind_folders = frozenset(
            {kind.folder for kind in KINDS} | {posixpath.normpath(p) for p in paths}
        )
        return settings, listing

    def _look_at_theme(self) -> frozenset[str]:
        """Note links in theme and templates that lead nowhere; return the names of editors and systems there."""
        leftovers: set[str] = set()
        for folder in (self.theme, self.site.root / "templates"):
            listing = list_files(folder)
            leftovers |= listing.leftovers
            note_dangling(folder, listing.dangling, self.noted_faults)
        return frozenset(leftovers)

    def _add_reader(self, reader: type[MarkdownReader], readers: Readers) -> None:
        """Make ours the reader of every Markdown file, and in our mode of suffixes in capital letters too."""
        classes = readers.reader_classes
        wanted = {suffix.removeprefix(".") for suffix in MARKDOWN_SUFFIXES}
        classes |= {
            suffix: reader for suffix in wanted if suffix in {"md", "markdown"} or classes.get(suffix)
        }
        if not self.noted_faults.is_lenient:
            known = {suffix for suffix, there in classes.items() if there and suffix != "static"}
            for suffix, plain in suffix_variants(self._content_files.listing.files, known):
                classes[suffix] = classes[plain]

    def _tell_read(self, generator: Generator) -> None:
        """Have readers that are not ours say which file they read."""
        for suffix, reader in generator.readers.readers.items():
            if suffix != "static" and "read_anew" not in dir(reader):
                reader.read = tell_read(reader.read, self.noted_faults)

    def _note_plugin(self, error: BaseException, while_reading: str = "") -> bool:
        """Note an error at the line of the plugin that ran last; say whether there is one."""
        said, is_slow = _said_by(error), isinstance(error, TooSlow)
        place = raised_in(error, self.site)
        if place is not None:
            self.noted_faults.note(*place, f"{said}{while_reading}", "" if is_slow else "mend the plugin")
            return True
        blamed = self.code.blamed(frames_of(error))
        if blamed is None:
            return False
        name, file, line = blamed
        told = "" if is_slow else "update the plugin, or take it out of [pelican] PLUGINS"
        self.noted_faults.note(file, line, f"{name}: {said}{while_reading}", told)
        return True

    def _fill_other_formats(self, readers: Readers) -> None:
        others = filling_readers(readers.reader_classes, self.noted_faults, self.placeholders)
        readers.reader_classes.update(others)

    def _share_environment(self, generator: Generator) -> None:
        """Give all generators one Jinja environment: Pelican makes an equal one for each."""
        if self.environment is None:
            install(generator.env, self.site)
            self.environment = self.reused.environment(generator.env, *self._shape)
            if self.code.names:
                name_strings(self.environment)
            self.placeholders.environment = self.environment
        generator.env = self.environment
        if self.is_kept_warm and not self.code.names:
            generator.get_template = partial(self._named_template, generator)
        if isinstance(generator, StaticGenerator):
            copied = generator.generate_output if self._is_copied else None
            generator.generate_output = partial(self._put_in_place, generator, copied)
            generator.get_files = partial(self._static_files, generator, generator.get_files)

    def _read_ahead(self, generator: Generator) -> None:
        """Have another process begin with the files of our kinds, and compile the home page's templates meanwhile."""
        reader = generator.readers.readers.get("md")
        if not isinstance(generator, self._kinds_generator) or self.code.names or reader is None:
            return  # what plugins read and count must be read and counted here
        paths = [os.path.join(generator.path, path) for path in generator.paths() if is_markdown(path)]  # noqa: PTH118 - as Pelican does
        reading = self.reused.reading_ahead(paths, reader.read_anew, self.noted_faults, self.placeholders)
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

    def _put_in_place(
        self, generator: StaticGenerator, copied: Callable[[Any], None] | None, writer: Any
    ) -> None:
        """Have Pelican copy theme and content files, or leave them where they are."""
        self._origins = static_sources(generator)
        if copied is not None:
            copied(writer)
        else:
            self.static = self._origins
            self._copies = frozenset(self.static)
        for static in generator.staticfiles:
            path = posixpath.normpath(static.get_relative_source_path())
            is_picture = posixpath.splitext(path)[1].lower() in PHOTO_SUFFIXES
            if is_picture and path not in generator.context["static_links"] and path not in self.rules.listed:
                self.by_folder[posixpath.normpath(static.save_as)] = path

    def _static_files(
        self,
        generator: StaticGenerator,
        listed: Callable[..., set[str]],
        paths: Sequence[str],
        exclude: list[str] | None = None,
        extensions: Any = None,
    ) -> set[str]:
        """Return the files that lists name, and those that pages link to as if they were pages."""
        found = set(listed(paths, exclude=exclude, extensions=extensions))
        if extensions is False and self.site.mode.publishes_by_reference:
            generated = generator.context["generated_content"]
            for content in list(generated.values()):
                if content is None:
                    continue
                for link in content._get_intrasite_link_regex().finditer(content._content or ""):  # noqa: SLF001 - as below
                    if link.group("what") == "filename":
                        found.update(
                            path
                            for path in _linked_paths(content, link.group("value"))
                            if path not in generated and self.rules.judge(path) is not Verdict.ABSENT
                        )
        return found

    def _withhold(self, generator: StaticGenerator) -> None:
        """Take out of Pelican's files those that may not be public; a folder's name does not make them so."""
        held = []
        for static in list(generator.staticfiles):
            path = posixpath.normpath(static.get_relative_source_path())
            save_as = str(static.metadata.get("path") or static.metadata.get("save_as") or "")
            if posixpath.normpath(posixpath.join(".", save_as)).startswith(("..", "/")):
                told = f'EXTRA_PATH_METADATA leads out of the output: "{save_as}"'
                self.noted_faults.note("site.toml", 0, told, "write a path without .. and / at its start")
            verdict = self.rules.judge(path)
            if verdict in {Verdict.MAY, Verdict.ABSENT}:
                continue
            generator.staticfiles.remove(static)
            generator.context["static_content"].pop(path, None)
            self._withheld[path] = verdict
            if self.rules.is_listed(path):
                held.append(f"{self.site.content}/{path}")
        self._warn_withheld(sorted(held))

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
        if isinstance(content, KindContent) and content.kind.name == "event":
            self._note_moment(is_over_from(content))
        if isinstance(content, KindContent) or not expires:
            return
        try:
            when = moment(datetime.datetime.fromisoformat(str(expires)))
        except ValueError:
            self.noted_faults.note(
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
        is_ours = self.site.mode.has_kinds
        self._kinds: Sequence[KindContent] = context["kinds"]
        if is_ours:
            self._note_strays()
        for content in context["generated_content"].values() if is_ours else ():
            if content is not None:
                self._check_links(content, context)
        readers = next(iter(generators)).readers
        published = {*context["static_content"], *context["generated_content"]}
        self.unread = self._content_files.warn_of_unread(
            self.noted_faults, {f".{ext}" for ext in readers.extensions}, published
        )
        if is_ours and self.checks_templates:
            assert self.environment is not None
            check_templates(self.site, self.theme, self.environment, self.noted_faults, self.reused)
        if self.noted_faults.faults:
            raise _Stop
        for edition_view in self.showings:
            self.catalogs.append(make_catalog(self.site, edition_view, context["kinds"], self.now))
        self.archives_url = context.get("ARCHIVES_URL", "")
        self.has_news = bool(context["articles"])

    def _check_links(self, content: Content, context: Mapping[str, Any]) -> None:
        """Note each ``{filename}`` and ``{static}`` link that leads nowhere, with its line."""
        for found in content._get_intrasite_link_regex().finditer(content._content or ""):  # noqa: SLF001 - no other way
            what, value = found.group("what"), found.group("value")
            if what not in {"filename", "static", "attach"}:
                continue
            is_known = _is_known(content, what, value, context)
            reason = self._why_no_page(content, value, context) if what == "filename" else None
            if (is_known and reason is None) or self._is_faulty(content, value):
                continue
            path = Path(content.source_path)
            lines = path.read_text(encoding="utf-8-sig").split("\n")
            line = next((n for n, text in enumerate(lines, 1) if f"{what}}}{unescape(value)}" in text), 0)
            why, told = reason or self._why_not(content, value)
            self.noted_faults.note(path, line, f"link to {{{what}}}{value}: {why}", told)

    def _why_no_page(
        self, content: Content, value: str, context: Mapping[str, Any]
    ) -> tuple[str, str] | None:
        """Say why a text that a page links to has no page; None where it has one, or where the page has none itself."""
        path = next((path for path in _linked_paths(content, value) if is_markdown(path)), None)
        if path is None or path.startswith("../") or not has_page(content):
            return None
        target = context["generated_content"].get(path)
        if target is not None and has_page(target):
            return None
        file = self.rules.content / path
        return why_no_page(file, path, self.now, drafts=self.drafts, future=self.future)

    def _is_faulty(self, content: Content, value: str) -> bool:
        """Say whether a link leads to a file that has a fault of its own: once that is fixed, there is a page."""
        paths = _linked_paths(content, value)
        return any(self.noted_faults.has_fault(self.rules.content / path) for path in paths)

    def _why_not(self, content: Content, value: str) -> tuple[str, str]:
        """Say why a link leads to no published file, and what to do."""
        for path in _linked_paths(content, value):
            verdict = self.rules.judge(path)
            if verdict is not Verdict.ABSENT:
                return _reason(verdict, path, self.site)
        near = near_name(_linked_path(content, value), self._content_files.listing.files)
        return "no such file", near or "mend the path"

    def _note_strays(self) -> None:
        """Note each text that is in no folder of a kind: nobody knows what page it would make."""
        if self.kind_folders & {"", "."}:
            return
        kinds = ", ".join(sorted(self.kind_folders))
        for path in walk_content(self.rules, self.kind_folders, ()).stray:
            folder = path.rpartition("/")[0]
            name = f"{folder}/" if folder else path
            public = ", ".join(f'"{one}"' for one in (*self.site.public, name))
            self.noted_faults.note(
                self.rules.content / path,
                0,
                "is in no folder whose texts are pages",
                f"move it to one of {kinds}; or publish it as it is, with [content] public = [{public}] in site.toml",
            )

    # -- staging -----------------------------------------------------------------------------------

    def _staged(self, template: Template | NamedTemplate) -> Template:
        # Themes and plugins are the company's: their functions are taken to be pure, and proofs watch over that.
        env = self.reused.staged(
            template.environment,
            lambda env: staged(escaping(env, DEFERRED), DEFERRED, trust=lambda _: True),
        )
        assert template.name is not None
        return env.get_template(template.name)

    def _keep(self, recorded: Recorded) -> None:
        """Keep one page as Pelican comes by it."""
        recorded.context.update(self._page_names(recorded))
        page = self._staged_pages[id(recorded)] = StagedPage(recorded, self._staged)
        if not self.is_kept_warm or recorded.template.name in self._passing or self.code.names:
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
        shown = {kind.index for kind in KINDS if kind.index and kind.name in catalog.present}
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
        if not self.site.mode.has_kinds:
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


def _is_in_any(path: str, folders: Sequence[str]) -> bool:
    return any(folder == "." or path.startswith(f"{folder}/") for folder in folders)


def name_strings(env: Environment) -> None:
    """Give templates that plugins make of strings a name and a source, as others have: staging reads them again."""
    assert isinstance(env.loader, ChoiceLoader)
    strings: dict[str, str] = {}
    env.loader = ChoiceLoader([*env.loader.loaders, DictLoader(strings)])
    unnamed = env.from_string

    def from_string(
        source: Any,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
        template_class: Any = None,
    ) -> Template:
        if not isinstance(source, str):
            return unnamed(source, globals, template_class)
        name = f"a plugin's template {len(strings) + 1}"
        strings[name] = source
        return env.get_template(name, globals=globals)

    env.from_string = from_string  # type: ignore[method-assign]  # of this environment alone


def _said_by(error: BaseException) -> str:
    """Return what an error of a plugin says."""
    if isinstance(error, TooSlow):
        return str(error)
    if isinstance(error, SyntaxError):
        return named_text(type(error).__name__, error.msg)
    return error_text(error) if isinstance(error, Exception) else exit_text(error)


def is_text(body: bytes) -> bool:
    """Say whether a file can be read as UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Stop(Exception):
    """Ends a Pelican run in which faults were found before anything was rendered."""


def _linked_path(content: Content, value: str) -> str:
    """Return the path under the content folder that a link names."""
    path = unquote(urlparse(unescape(value)).path)
    if path.startswith("/"):
        return path[1:]
    return str(content.get_relative_source_path(os.path.join(content.relative_dir, path)))  # noqa: PTH118 - as Pelican does


def _linked_paths(content: Content, value: str) -> Iterator[str]:
    """Stream the paths below the content folder that a link may mean, as Pelican looks for them."""
    for url in (urlparse(value), urlparse(unquote(value)), urlparse(unescape(value))):
        path = url.path
        if path.startswith("/"):
            yield posixpath.normpath(path[1:])
        else:
            yield str(content.get_relative_source_path(os.path.join(content.relative_dir, path)))  # noqa: PTH118 - as Pelican does


def _reason(verdict: Verdict, path: str, site: Site) -> tuple[str, str]:
    if verdict.is_absolute:
        return f"the file is never published: {verdict.value}", "remove the link"
    public = ", ".join(f'"{one}"' for one in (*site.public, path))
    return (
        f"the file is not published: {verdict.value}",
        f"remove the link, or write [content] public = [{public}] in site.toml",
    )


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
