"""Build the demo as an ordinary Pelican site of one distributor, with the kinds of content from this plugin.

A pelicanconf.py contains ``globals().update(settings_for(site_folder, database, alias, output))``. `pelican` then reads
all content, renders every page in full with Jinja, and writes theme, pictures and pages.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from pelican.contents import Content
from pelican.generators import Generator
from pelican.plugins import signals
from pelican.readers import Readers
from pelican.writers import Writer

from replisite.config import load_site
from replisite.content.catalog import Catalog, make_catalog
from replisite.content.kinds import KINDS, index_url
from replisite.model.distributor import Distributor
from replisite.model.site import Site
from replisite.model.view import EditionView
from replisite.pages.functions import install
from replisite.pelican.content_class import KindContent
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.generator import generator_class
from replisite.pelican.reader import reader_class
from replisite.pelican.settings import pelican_settings
from replisite.pelican.theme import find_theme
from replisite.people import PeopleDatabase

__all__ = ["register", "settings_for"]


def settings_for(folder: Path, database: Path, alias: str, output: Path) -> dict[str, Any]:
    """Return Pelican's settings for one owner's site."""
    site = load_site(folder)
    with PeopleDatabase.open(database) as people:
        owner = next(people.distributors(site.owner_url, only=[alias]))
    settings = pelican_settings(site, find_theme(site), output)
    settings["MARKDOWN"]["extensions"].append(OwnersValues(owner))
    settings["JINJA_GLOBALS"] = {"distributor": owner}
    settings["FEED_ALL_ATOM"] = None  # an owner's site has no feeds
    settings["DIRECT_TEMPLATES"] = [name for name in settings["DIRECT_TEMPLATES"] if name != "404"]
    settings["PLUGINS"] = ["benchmarks.pelican_plugin"]
    settings["SITE"] = site
    return {name: value for name, value in settings.items() if name.isupper()}


def register() -> None:
    """Connect the plugin to Pelican's signals."""
    signals.initialized.connect(_connect)


def _connect(pelican: Any) -> None:
    site = pelican.settings["SITE"]
    faults = PelicanFaults(site.root, site.root / site.content)
    reader = reader_class(faults, is_yaml_for_all=True)
    generator = generator_class(site, faults, datetime.datetime.now(datetime.UTC), drafts=False, future=False)
    catalogs: list[Catalog] = []
    writer = _writer_class(site, catalogs)

    def kinds(_: object) -> type[Generator]:
        return generator

    def ours(_: object) -> type[Writer]:
        return writer

    def read(readers: Readers) -> None:
        readers.reader_classes.update(md=reader, markdown=reader)

    def add_functions(generator: Generator) -> None:
        install(generator.env, site)

    def all_read(generators: Iterable[Generator]) -> None:
        assert not faults.faults, faults.faults
        context = next(iter(generators)).context
        catalogs.append(make_catalog(site, EditionView(site.editions[0]), context["kinds"]))

    signals.get_generators.connect(kinds, weak=False)
    signals.get_writer.connect(ours, weak=False)
    signals.readers_init.connect(read, weak=False)
    signals.generator_init.connect(add_functions, weak=False)
    signals.all_generators_finalized.connect(all_read, weak=False)


def _writer_class(site: Site, catalogs: list[Catalog]) -> type[Writer]:
    class KindsWriter(Writer):  # type: ignore[misc]  # Pelican has no types
        """Pelican's writer with the lists of the catalog and the page's own names in every template."""

        def write_file(
            self, name: str, template: Template, context: dict[str, Any], *args: Any, **kwargs: Any
        ) -> None:
            (catalog,) = catalogs
            options = {key: kwargs.pop(key) for key in _OPTIONS & kwargs.keys()}
            own = _own(catalog, kwargs)
            if own is not None:
                names = {
                    **catalog.lists,
                    **_names(site, catalog, context),
                    **_page_names(site, name, own),
                    **own,
                }
                super().write_file(name, template, context, *args, **options, **names)

    return KindsWriter


_OPTIONS = frozenset({"relative_urls", "paginated", "template_name", "override_output", "url"})


class OwnersValues(Extension):
    """A Markdown extension that fills in the owner's values, such as ``{{ distributor.first_name }}``."""

    def __init__(self, owner: Distributor) -> None:
        super().__init__()
        self._owner = owner

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        """Register between code spans (190) and backslash escapes (180)."""
        md.inlinePatterns.register(_Value(self._owner, md), "owner's value", 185)


class _Value(InlineProcessor):
    def __init__(self, owner: Distributor, md: Markdown) -> None:
        super().__init__(r"\{\{(?!\{)(.+?)\}\}", md)
        self._environment = Environment(autoescape=True)
        self._owner = owner

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002
    ) -> tuple[str, int, int]:
        html = self._environment.from_string(m.group(0)).render(distributor=self._owner)
        return self.md.htmlStash.store(html), m.start(0), m.end(0)


def _own(catalog: Catalog, names: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a page's own names in the owner's market; None if its subject is not sold there."""
    own: dict[str, Any] = {}
    for name, value in names.items():
        own[name] = catalog.own(value) if isinstance(value, KindContent) else value
        if own[name] is None and isinstance(value, KindContent):
            return None
    if listed := own.pop("index_of", ""):
        own["page_kind"] = next(kind.list_name for kind in KINDS if kind.name == listed)
    return own


def _names(site: Site, catalog: Catalog, context: Mapping[str, Any]) -> dict[str, Any]:
    urls = {
        kind.index: index_url(kind, site.addresses.page_urls) if catalog.lists[kind.list_name] else ""
        for kind in KINDS
        if kind.index
    }
    news = context.get("ARCHIVES_URL", "") if context["articles"] else ""
    market = catalog.edition.market
    return {
        "site": site,
        "edition": catalog.edition,
        "market": market,
        "language": catalog.edition.language,
        "urls": {"home": "", **urls, "news": news},
    }


def _page_names(site: Site, path: str, own: Mapping[str, Any]) -> dict[str, Any]:
    names = [*(kind.name for kind in KINDS), "page", "article"]
    kind = next((name for name in names if isinstance(own.get(name), Content)), "")
    other = "home" if path == "index.html" else "list"
    listed = own.get("page_kind", "")
    tier = getattr(own.get(kind), "tier", "public")
    return {
        "page_kind": kind or listed or other,
        "protected": tier != "public" or listed in {"lessons", "courses", "plan"},
        "canonical": f"{site.url}/{path.removesuffix('index.html')}",
    }
