"""Plugins that are known not to work with replisite, each with its reason and its replacement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Act", "Refusal", "known_refusal", "reason_of"]


class Act(Enum):
    """The acts of plugins that replisite cannot reproduce: it renders every page once, for all sites, and writes it later."""

    RUNS_PELICAN = "runs Pelican again"
    READS_PAGES = "opens pages that Pelican has written"
    REWRITES_PAGES = "changes pages that Pelican has written"
    LISTS_PAGES = "looks through the folder of pages that Pelican has written"
    STARTS_PROGRAM = "starts another program on the output folder"
    OPENS_LIVE_OUTPUT = "opens the finished output of an earlier build"
    BRINGS_WRITER = "brings a writer of its own"


_WHY = {
    Act.RUNS_PELICAN: "this is not supported, because replisite runs Pelican once for all sites",
    Act.OPENS_LIVE_OUTPUT: 'use settings["OUTPUT_PATH"], which is another folder during a build',
    Act.BRINGS_WRITER: "replisite needs Pelican's own writer",
}
_NO_PAGES = (
    "replisite fills pages in for each distributor after Pelican has ended, so there are none to open yet"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plugin is refused, as the end of a sentence that begins with its name, and what to do."""

    what: str
    todo: str


_COMPRESS = Refusal(
    "compresses the pages that Pelican has written, and replisite writes them after Pelican has ended",
    "take it out: web servers and hosts compress pages themselves",
)
_MINIFY = Refusal(
    "rewrites the pages that Pelican has written, and replisite writes them after Pelican has ended",
    "take it out: set trim_blocks and lstrip_blocks in JINJA_ENVIRONMENT for shorter pages, and minify CSS and "
    "JavaScript before the build",
)
_IMAGES = Refusal(
    "reads the images of each page that Pelican has written, and replisite writes pages after Pelican has ended",
    "take it out: put derived images into the content folder before the build",
)
_TOUCH = Refusal(
    "dates the pages that Pelican has written, and replisite writes them after Pelican has ended",
    "take it out: the dates of files mean nothing to a host",
)
_SUBSITES = Refusal(
    "runs Pelican again for each language, which is not supported: replisite runs it once for all sites",
    "take it out: Pelican's own translations work (lang: and slug: in the front matter)",
)
_SEO = Refusal(
    "rewrites the pages that Pelican has written, and replisite writes them after Pelican has ended",
    "take it out: put structured data and Open Graph tags into the theme's templates",
)
_SEARCH = Refusal(
    "starts another program that reads the pages that Pelican has written, and replisite writes them after Pelican has ended",
    "take it out: index the finished output after the build",
)

_KNOWN = {
    "i18n_subsites": _SUBSITES,
    "minify": _MINIFY,
    "minification": _MINIFY,
    "pelican_minification": _MINIFY,
    "minifier": _MINIFY,
    "htmlmin": _MINIFY,
    "css_html_js_minify": _MINIFY,
    "css-html-js-minify": _MINIFY,
    "precompress": _COMPRESS,
    "gzip_cache": _COMPRESS,
    "zopfli": _COMPRESS,
    "pelican_zopfli": _COMPRESS,
    "compressor": _COMPRESS,
    "image_process": _IMAGES,
    "optimize_images": _IMAGES,
    "touch": _TOUCH,
    "seo": _SEO,
    "search": _SEARCH,
}


def known_refusal(plugin: str) -> Refusal | None:
    """Return why a published plugin is refused, by its name with or without ``pelican.plugins.``."""
    return _KNOWN.get(plugin.removeprefix("pelican.plugins."))


def reason_of(act: Act, *subjects: str) -> Refusal:
    """Return why a plugin that did this is refused; ``subjects`` are the file or program, and the plugin's line."""
    shown = ", ".join(filter(None, subjects))
    what = f"{act.value} ({shown})" if shown else act.value
    return Refusal(f"{what}: {_WHY.get(act, _NO_PAGES)}", "take it out, or change it")
