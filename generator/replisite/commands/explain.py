"""Explain how pages were staged: what is static, what is filled in for each owner, and what costs more than it need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch

from replisite.errors import Fault, InputError, UsageError, nearest
from replisite.model.options import Options
from replisite.model.site import Site
from replisite.pages.explanation import PageExplanation
from replisite.rendering.steps import Findings, Progress, compose, in_turn, phase, rendering_process

__all__ = ["Explanation", "explain"]


@dataclass(slots=True, kw_only=True)
class Explanation(Findings):
    """How pages were staged. ``slots`` are the distinct ones of all pages asked for."""

    pages: list[PageExplanation] = field(default_factory=list)
    slots: int = 0


def explain(
    site: Site, options: Options, progress: Progress, wanted: str = "", earlier: Sequence[Fault] = ()
) -> Explanation:
    """Tell of all pages, or of those whose path or source is ``wanted`` (``*`` stands for anything).

    Raises InputError for faults of the content, and UsageError where there is no such page.
    """
    told = Explanation()
    with in_turn(site, progress), rendering_process(site, options) as room, phase(told, "content", progress):
        composed = compose(room, told, progress)
        if earlier or composed.faults:
            raise InputError([*earlier, *composed.faults])
        pages = room.explain()
    told.warnings = [warning for warning in told.warnings if "rendered in full" not in warning]
    told.pages = [page for page in pages if not wanted or _is_wanted(page, wanted)]
    if not told.pages:
        near = nearest(wanted, {name for page in pages for name in (page.path, page.source)})
        raise UsageError(f'no page "{wanted}"' + (f"; {near}" if near else "; replisite explain lists all"))
    told.slots = len({(slot.where, slot.told) for page in told.pages for slot in page.slots})
    return told


def _is_wanted(page: PageExplanation, wanted: str) -> bool:
    names = {page.path, page.path.removesuffix("index.html").rstrip("/"), page.source}
    return any(fnmatch(name, wanted.rstrip("/")) for name in names)
