"""Explain how pages were staged: the static text, the slots of each owner, and the pages that are rendered in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from replisite.errors import Fault, InputError, UsageError, nearest
from replisite.model.options import Options
from replisite.model.site import Site
from replisite.pages.explanation import PageExplanation
from replisite.rendering.steps import Findings, Preparation, build_lock, compose, phase, rendering_process
from replisite.reporting import NoticeKind, Phase, Reporter

__all__ = ["ExplainOptions", "Explanation", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainOptions:
    """The options of an explanation. ``page`` is a path or a source, ``*`` stands for any text; empty for all pages."""

    page: str = ""
    source: Options = field(default_factory=Options)


@dataclass(slots=True, kw_only=True)
class Explanation(Findings):
    """How pages were staged. ``slots`` is the number of distinct slots of these pages."""

    pages: list[PageExplanation] = field(default_factory=list)
    slots: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as plain data; the code of a slot has the key of earlier versions."""
        plain = Findings.as_json(self)
        for page in plain["pages"]:
            page["slots"] = [
                {"told" if key == "code" else key: value for key, value in slot.items()}
                for slot in page["slots"]
            ]
        return plain


def explain(
    site: Site, options: ExplainOptions, reporter: Reporter, earlier: Sequence[Fault] = ()
) -> Explanation:
    """Explain all pages, or those whose path or source matches ``options.page``.

    Raises InputError for faults of the content, and UsageError if no page matches.
    """
    explanation = Explanation()
    work = Preparation(site, options.source, explanation, reporter)
    with (
        build_lock(site, reporter),
        rendering_process(site, options.source) as rendering,
        phase(work, Phase.CONTENT),
    ):
        composed = compose(work, rendering)
        if earlier or composed.faults:
            raise InputError([*earlier, *composed.faults])
        pages = rendering.explain()
    # the explanation of a page has the reason already
    explanation.notices = [notice for notice in explanation.notices if notice.kind is not NoticeKind.WIDENED]
    explanation.pages = [page for page in pages if not options.page or _matches(page, options.page)]
    if not explanation.pages:
        near = nearest(options.page, {name for page in pages for name in (page.path, page.source)})
        raise UsageError(f'no page "{options.page}"; {near or "replisite explain lists all"}')
    explanation.slots = len({(slot.where, slot.code) for page in explanation.pages for slot in page.slots})
    return explanation


def _matches(page: PageExplanation, pattern: str) -> bool:
    names = {page.path, page.path.removesuffix("index.html").rstrip("/"), page.source}
    return any(fnmatch(name, pattern.rstrip("/")) for name in names)
