"""The results that one Pelican run leaves to the next of the same site: files that were read, templates that were compiled.

A run without an earlier one starts with nothing; a preview makes hundreds of runs, in which one file has changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pelican.contents import Content

from replisite.pelican.reused_content import ReusedContent
from replisite.pelican.reused_templates import ReusedTemplates

__all__ = ["ReusedFiles", "forget_contents"]


@dataclass(frozen=True, slots=True)
class ReusedFiles:
    """Results of earlier runs. Each use compares what a result depends on, so that they may always be given."""

    content: ReusedContent = field(default_factory=ReusedContent)
    templates: ReusedTemplates = field(default_factory=ReusedTemplates)


def forget_contents() -> None:
    """Have Pelican forget the contents of earlier runs; it caches every text that it ever gave (``utils.memoized``)."""
    for name in ("get_content", "get_summary"):
        cache = getattr(getattr(Content, name), "cache", None)
        if cache is not None:
            cache.clear()
