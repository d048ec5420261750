"""The files and folders at the corporate site's root: an alias of a distributor cannot be one of these names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from replisite.content.ignored_names import is_leftover, is_private
from replisite.content.kinds import KINDS, default_slug
from replisite.content.readable_files import STORIES
from replisite.model.site import Site
from replisite.pelican.run_context import RunContext

__all__ = ["expected_names", "root_names"]


def root_names(
    context: RunContext, kind_folders: frozenset[str], static: Mapping[str, object]
) -> frozenset[str]:
    """Return the names after a run without faults; ``static`` are the files that are copied, by path."""
    collected = context.collected
    folders = _content_folders(context, kind_folders)
    paths = [*collected.feeds, *static, *collected.corporate_paths, *folders]
    return frozenset(path.split("/")[0] for path in paths)


def expected_names(site: Site) -> frozenset[str]:
    """Return the names that are known without a run: folders of kinds, and files of pages."""
    written = (site.root / site.content / "pages").glob("*")
    pages = {default_slug(path.name) for path in written if not is_leftover(path.name)}
    return frozenset({kind.folder for kind in KINDS} | pages)


def _content_folders(context: RunContext, kind_folders: frozenset[str]) -> Iterator[str]:
    """Stream the folders of the content that pictures and downloads may be published in, as soon as a page asks."""
    if context.request.is_ours:
        others = {*kind_folders, STORIES, "extra"}
        for path in (context.site.root / context.site.content).glob("*/"):
            if path.name not in others and not is_private(path.name):
                yield path.name
