"""Explain of each page which parts are the same on all sites, which depend on the owner, and why no fewer do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from replisite.pages import Composition, Page
from replisite.staging import Slot

__all__ = ["PageExplanation", "SlotExplanation", "explain_pages"]


@dataclass(frozen=True, slots=True)
class SlotExplanation:
    """One slot of a page.

    ``where`` is ``template:line`` and ``code`` the expression, or the statement's first tag. ``times`` is how often it
    stands on the page; it is evaluated once per owner, for all ``pages`` of the edition that share it. ``widened`` are
    the expressions because of which a whole statement is the slot, each with its reason.
    """

    where: str
    code: str
    times: int
    pages: int
    widened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageExplanation:
    """One page of one edition.

    ``static_bytes`` are rendered once for all sites. ``widened`` says why the whole page is rendered in full for each
    owner, if it is; then it has no slots.
    """

    edition: str
    path: str
    source: str
    static_bytes: int
    slots: tuple[SlotExplanation, ...]
    widened: str

    @property
    def is_shared(self) -> bool:
        """Whether the page is the same file on all sites."""
        return not self.slots and not self.widened


def explain_pages(composition: Composition) -> Iterator[PageExplanation]:
    """Explain all pages, edition by edition."""
    for edition, pages in composition.pages.items():
        sharing = _sharing(pages)
        for page in pages:
            yield _explained(edition, page, sharing)


def _sharing(pages: Sequence[Page]) -> Mapping[Hashable, int]:
    """Count the pages on which each slot stands."""
    return Counter(key for page in pages for key in {slot.key for slot in page.plate.slots})


def _explained(edition: str, page: Page, sharing: Mapping[Hashable, int]) -> PageExplanation:
    plate = page.plate
    widened = str(plate.widening) if plate.widening else ""
    times = Counter(slot.key for slot in plate.slots)
    slots = {slot.key: slot for slot in plate.slots} if not widened else {}
    explained = tuple(_explained_slot(slot, times[key], sharing[key]) for key, slot in slots.items())
    return PageExplanation(edition, page.path, page.source, plate.static_size, explained, widened)


def _explained_slot(slot: Slot, times: int, pages: int) -> SlotExplanation:
    origin = slot.origin
    if origin is None:
        return SlotExplanation("", type(slot).__name__, times, pages, ())
    where = f"{origin.template}:{origin.line}" if origin.line else origin.template
    return SlotExplanation(where, origin.code, times, pages, tuple(map(str, origin.widenings)))
