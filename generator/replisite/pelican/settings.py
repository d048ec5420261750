"""Pelican's settings: our defaults, then those that site.toml hands through."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from glob import escape
from pathlib import Path
from typing import Any

from pelican.settings import DEFAULT_CONFIG, read_settings

from replisite.config.lines import find_lines, line_of
from replisite.config.site_folder import NAME
from replisite.content.ignored_names import is_leftover
from replisite.content.installed_plugins import plugins_of
from replisite.content.kinds import url_settings
from replisite.content.publication import listed_of, rules_of
from replisite.content.readable_files import STORIES
from replisite.model.site import Site
from replisite.pelican.theme import escapes_by_itself

__all__ = ["pelican_settings", "setting_line"]


def pelican_settings(
    site: Site, theme: Path, static_output: Path, leftovers: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the settings of a Pelican run; ``static_output`` receives the files that Pelican copies.

    ``[pelican]`` in site.toml wins over our defaults; ``defaults = "pelican"`` there leaves ours out. Files and folders with the
    names of ``leftovers``, which editors and systems made, are neither read nor copied.
    """
    settings: dict[str, Any] = copy.deepcopy(DEFAULT_CONFIG)
    if site.mode.has_own_settings:
        settings.update(_our_defaults(site, theme))
    settings.update(site.pelican)
    if site.mode.publishes_by_reference:
        settings["STATIC_PATHS"] = _static_paths(site)
    _keep_stories_out(settings, site)
    settings["PLUGINS"] = list(plugins_of(site))
    settings["THEME"] = str(theme)
    settings["PATH"] = str(site.root / site.content)
    settings["OUTPUT_PATH"] = str(static_output)
    settings["DELETE_OUTPUT_DIRECTORY"] = False
    settings["IGNORE_FILES"] = [*settings["IGNORE_FILES"], *map(escape, sorted(leftovers))]
    settings["CACHE_CONTENT"] = settings["LOAD_CONTENT_CACHE"] = False
    markdown = settings["MARKDOWN"] = dict(settings["MARKDOWN"])
    markdown["extensions"] = list(markdown.get("extensions", []))
    return dict(read_settings(path=None, override=settings))


def _static_paths(site: Site) -> list[str]:
    """Return what Pelican copies whether a page asks for it or not; the rest is published as pages ask for it."""
    content = site.root / site.content
    return [path for path in listed_of(site) if (content / path).exists()]


def _keep_stories_out(settings: dict[str, Any], site: Site) -> None:
    """Have no generator read what distributors write about themselves as pages, wherever ARTICLE_PATHS lead."""
    if rules_of(site).has_stories:
        for name in ("ARTICLE_EXCLUDES", "PAGE_EXCLUDES", "STATIC_EXCLUDES"):
            settings[name] = [*settings.get(name, []), STORIES]


def _our_defaults(site: Site, theme: Path) -> dict[str, Any]:
    folder = site.addresses.page_urls == "folder"
    tail = "/" if folder else ".html"
    save = "/index.html" if folder else ".html"
    jinja: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "extensions": []}
    if (escapes := escapes_by_itself(theme, site.root)) is not None:
        jinja["autoescape"] = escapes
    overrides = site.root / "templates"
    content = site.root / site.content
    extra = content / "extra"
    extras = sorted(
        path.relative_to(content).as_posix()
        for path in extra.rglob("*")
        if path.is_file() and not any(map(is_leftover, path.relative_to(content).parts))
    )
    return {
        "SITENAME": site.name,
        "SITESUBTITLE": site.tagline,
        "SITEURL": "",
        "RELATIVE_URLS": True,
        "FEED_DOMAIN": site.url,
        "TIMEZONE": site.timezone,
        "DEFAULT_LANG": site.language,
        "DEFAULT_DATE_FORMAT": "%-d %B %Y",
        "DEFAULT_PAGINATION": False,
        "DEFAULT_METADATA": {"category": "News"},  # without category pages Pelican sets none, and needs one
        "AUTHOR": site.company.name,
        "USE_FOLDER_AS_CATEGORY": False,
        "ARTICLE_PATHS": ["news"],
        "PAGE_PATHS": ["pages"],
        "STATIC_EXCLUDES": [STORIES],
        "EXTRA_PATH_METADATA": {path: {"path": path.removeprefix("extra/")} for path in extras},
        "THEME_TEMPLATES_OVERRIDES": [str(overrides)] if overrides.is_dir() else [],
        "DIRECT_TEMPLATES": ["index", "archives", "404"],
        "ARTICLE_URL": f"news/{{slug}}{tail}",
        "ARTICLE_SAVE_AS": f"news/{{slug}}{save}",
        "PAGE_URL": f"{{slug}}{tail}",
        "PAGE_SAVE_AS": f"{{slug}}{save}",
        "DRAFT_SAVE_AS": "",
        "DRAFT_PAGE_SAVE_AS": "",
        "DRAFT_LANG_SAVE_AS": "",
        "DRAFT_PAGE_LANG_SAVE_AS": "",
        "ARCHIVES_SAVE_AS": "news/index.html" if folder else "news.html",
        "ARCHIVES_URL": "news/" if folder else "news.html",
        "TAG_URL": f"news/tag/{{slug}}{tail}",
        "TAG_SAVE_AS": f"news/tag/{{slug}}{save}",
        "CATEGORY_SAVE_AS": "",
        "AUTHOR_SAVE_AS": "",
        "FEED_ALL_ATOM": "feeds/all.atom.xml",
        "CATEGORY_FEED_ATOM": None,
        "AUTHOR_FEED_ATOM": None,
        "AUTHOR_FEED_RSS": None,
        "TRANSLATION_FEED_ATOM": None,
        "JINJA_ENVIRONMENT": jinja,
        "MARKDOWN": {
            "extension_configs": {
                "markdown.extensions.extra": {},
                "markdown.extensions.admonition": {},
                "markdown.extensions.sane_lists": {},
                "markdown.extensions.toc": {"permalink": False},
                "pymdownx.superfences": {},
                "pymdownx.tasklist": {},
                "pymdownx.tilde": {},
                "pymdownx.caret": {},
                "pymdownx.mark": {},
                "pymdownx.details": {},
            },
            "extensions": [],
            "output_format": "html5",
        },
        **url_settings(site.addresses.page_urls),
    }


def setting_line(site: Site, setting: str) -> int:
    """Return the line of site.toml at which a setting of Pelican stands, or its table; 0 if it has none."""
    try:
        text = (site.root / NAME).read_text(encoding="utf-8-sig")
    except OSError:
        return 0
    return line_of(find_lines(text), ("pelican", setting))
