"""The checks between reading and rendering: links, strays, unread files and templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pelican.generators import Generator

from replisite.content.catalog import make_catalog
from replisite.content.folder_walk import walk_content
from replisite.pelican.content_links import note_broken_links
from replisite.pelican.run_context import RunContext
from replisite.pelican.run_settings import RunSettings
from replisite.pelican.theme import check_templates

__all__ = ["FaultsFound", "check_all"]


class FaultsFound(Exception):
    """Ends a Pelican run in which faults were found before anything was rendered."""


def check_all(context: RunContext, settings: RunSettings, generators: Iterable[Generator]) -> None:
    """Check all that was read, and make the editions' catalogs before anything is rendered.

    Raises FaultsFound if anything must be fixed first.
    """
    first = next(iter(generators))
    names: Mapping[str, Any] = first.context
    collected, noted_faults = context.collected, context.noted_faults
    collected.kinds = names["kinds"]
    if context.request.is_ours:
        _note_strays(context, settings)
        for content in names["generated_content"].values():
            if content is not None:
                note_broken_links(context, settings.files, content, names)
    suffixes = {f".{ext}" for ext in first.readers.extensions}
    published = {*names["static_content"], *names["generated_content"]}
    collected.unread = settings.files.warn_of_unread(noted_faults, suffixes, published)
    if context.request.is_ours and context.request.checks_templates:
        assert collected.environment is not None
        check_templates(
            context.site, context.theme, collected.environment, noted_faults, context.reused.templates
        )
    if noted_faults.faults:
        raise FaultsFound
    for view in context.request.showings:
        collected.catalogs.append(make_catalog(context.site, view, collected.kinds, context.request.now))
    collected.news_url = names.get("ARCHIVES_URL", "") if names["articles"] else ""


def _note_strays(context: RunContext, settings: RunSettings) -> None:
    """Note each text that lies in no folder of a kind: no page can be made of it."""
    if settings.kind_folders & {"", "."}:
        return
    kinds = ", ".join(sorted(settings.kind_folders))
    for path in walk_content(context.rules, settings.kind_folders, ()).stray:
        folder = path.rpartition("/")[0]
        public = ", ".join(f'"{name}"' for name in (*context.site.public, f"{folder}/" if folder else path))
        context.noted_faults.note(
            context.rules.content / path,
            0,
            "is in no folder whose texts are pages",
            f"move it to one of {kinds}; or publish it as it is, with [content] public = [{public}] in site.toml",
        )
