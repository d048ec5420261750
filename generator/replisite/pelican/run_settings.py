"""The settings of one Pelican run, with what lies in the folders that it reads."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replisite.content.kinds import KINDS
from replisite.content.publication import listed_of
from replisite.content.readable_files import is_markdown, iter_hidden_texts
from replisite.pelican.content_files import ContentFiles, Listing, list_files, note_dangling
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.markdown_placeholders import PlaceholderExtension
from replisite.pelican.run_context import RunContext, known_names
from replisite.pelican.settings import pelican_settings
from replisite.pelican.static import warn_withheld
from replisite.pelican.theme import template_folders

__all__ = ["RunSettings", "make_settings"]

_RENDERED = (
    "JINJA_ENVIRONMENT",
    "JINJA_FILTERS",
    "JINJA_GLOBALS",
    "JINJA_TESTS",
    "THEME_TEMPLATES_OVERRIDES",
    "PLUGINS",
)
"""Settings that make Pelican's Jinja environment what it is."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Pelican's settings, and what follows from them.

    ``files`` are those of the content folder. ``kind_folders`` are the folders whose texts are pages; ``candidates`` the
    files that are no texts, which may be published as soon as a page asks for one. ``template_pages`` are templates
    that Pelican knows for a moment only. ``environment_shape`` is equal where Jinja environments are.
    ``is_copied`` says whether Pelican copies static files.
    """

    pelican: Mapping[str, Any]
    files: ContentFiles
    kind_folders: frozenset[str]
    candidates: Sequence[str]
    template_pages: frozenset[str]
    environment_shape: Sequence[object]
    is_copied: bool

    @property
    def theme_folder(self) -> str:
        """The folder below the output that the theme's files are copied to."""
        return str(self.pelican["THEME_STATIC_DIR"])


def make_settings(context: RunContext, output: Path) -> RunSettings:
    """Return the settings of a run that writes to ``output``; note what is wrong with the files of the site."""
    request, site, noted_faults = context.request, context.site, context.noted_faults
    listing = list_files(site.root / site.content)
    leftovers = {*listing.leftovers, *_template_leftovers(context), *_hidden_texts(context, listing)}
    settings = pelican_settings(site, context.theme, output, leftovers)
    files = ContentFiles(site.root / site.content, listing, settings, is_lenient=not request.is_ours)
    _warn_of_repositories(listing, settings, noted_faults)
    files.note_faults(noted_faults)
    if request.is_ours:
        settings["WITH_FUTURE_DATES"] = request.future
    pages = [*settings["ARTICLE_PATHS"], *settings["PAGE_PATHS"]]
    shape = [settings[name] for name in _RENDERED]
    made_with = (context.theme, site.links, site.ranks, site.roster.fields)
    _prepare_reuse(context, settings)
    settings["MARKDOWN"]["extensions"].append(PlaceholderExtension(context.placeholders))
    return RunSettings(
        settings,
        files,
        frozenset({kind.folder for kind in KINDS} | set(map(posixpath.normpath, pages))),
        [path for path in listing.files if not is_markdown(path)] if request.is_ours else (),
        frozenset(settings["TEMPLATE_PAGES"] or ()),
        [*shape, *made_with],
        request.is_copied
        and (not request.is_ours or bool(context.code.names)),  # plugins may read the copies
    )


def _prepare_reuse(context: RunContext, settings: Mapping[str, Any]) -> None:
    """Have what an earlier run left forget whatever was made with other settings, names or templates."""
    site, reused = context.site, context.reused
    names = known_names(site)
    reused.content.read_with(settings, site.mode, names, page_seconds=site.page_seconds)
    reused.templates.forget_changed(template_folders(site, context.theme))


def _template_leftovers(context: RunContext) -> frozenset[str]:
    """Note links in theme and templates that lead nowhere; return the names of editors and systems there."""
    leftovers: set[str] = set()
    for folder in (context.theme, context.site.root / "templates"):
        listing = list_files(folder)
        leftovers |= listing.leftovers
        note_dangling(folder, listing.dangling, context.noted_faults)
    return frozenset(leftovers)


def _hidden_texts(context: RunContext, listing: Listing) -> frozenset[str]:
    """Return the names that keep a text from being read; Pelican's own defaults read them."""
    if not context.request.is_ours:
        return frozenset()
    listed = tuple(map(posixpath.normpath, listed_of(context.site)))
    texts = (path for path in listing.files if not _is_in_any(path, listed))
    return frozenset(name for _, name in iter_hidden_texts(texts))


def _warn_of_repositories(listing: Listing, settings: Mapping[str, Any], noted_faults: PelicanFaults) -> None:
    static = tuple(posixpath.normpath(path) for path in settings["STATIC_PATHS"])
    warn_withheld(noted_faults, [path for path in listing.repositories if _is_in_any(path, static)])


def _is_in_any(path: str, folders: Sequence[str]) -> bool:
    return any(folder == "." or path.startswith(f"{folder}/") for folder in folders)
