"""Finish a plate for its place: fill what content says of the owner, and point links to files that exist once.

Pelican writes every link relative to the page. On an owner's site the owner's pages are where the corporate
site's are, one level down or on another host; theme files, images, feeds and pages of the corporate site
alone exist once. On owners' sites links to those lead one level further up, or to the corporate host.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from replisite.model.page_links import INTERNAL_URL, target_of
from replisite.pages.marks import OPEN, mark_with, split_marks
from replisite.staging import Plate, Record, Slot, Writer

__all__ = ["ContentSlots", "Finish", "slot_behind"]


class ContentSlots(dict[str, "Slot | str"]):
    """What content says of the owner, by the keys of its marks; each is made when it is first asked for.

    What turns out to be the same for everybody is text.
    """

    def __init__(self, expressions: Mapping[str, str], make: Callable[[str], Slot | str]) -> None:
        super().__init__()
        self._expressions = expressions
        self._make = make

    def __missing__(self, key: str) -> Slot | str:
        self[key] = self._make(self._expressions[key])
        return self[key]

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel complete, as plain data: the text of a slot may hold any mark."""
        return dict, ({key: self[key] for key in self._expressions},)


def slot_behind(key: str, slots: Mapping[str, Slot | str]) -> Slot | str:
    """Return what the mark with this key stands for; an unknown mark stays, and the last look over the page reports it."""
    try:
        return slots[key]
    except KeyError:
        return mark_with(key)


@dataclass(frozen=True, slots=True)
class Finish:
    """How the pages at one depth are finished.

    ``page`` is the page's own file; ``once`` are the files that exist once. ``instead`` maps pages that this
    edition does not have (no price in this market, members only) to those that links to them lead to.
    ``slots`` are those of the expressions behind marks, or the text of those that are the same for everybody; ``root`` leads from the root of the site that the page
    is on to the root where the files that exist once are: empty on the corporate site, ``../`` on an owner's, or the
    address of the corporate site where owners have hosts of their own.
    """

    page: str
    once: Collection[str]
    instead: Mapping[str, str]
    slots: Mapping[str, Slot | str]
    root: str

    def __call__(self, plate: Plate) -> Plate:
        """Return the finished plate."""
        return plate.refine(self._text, lambda slot: _Finished(slot, self))

    def filled(self, text: str, record: Record) -> str:
        """Return text of a slot with its marks and links finished for one record."""
        if OPEN in text:
            return "".join(
                part if isinstance(part, str) else part.render(record) for part in self._text(text)
            )
        return self._linked(text) if "=" in text else text

    def _text(self, text: str) -> list[str | Slot]:
        """Split text into what is the same for everybody and what is not."""
        return [
            slot_behind(piece, self.slots) if is_mark else self._linked(piece)
            for is_mark, piece in split_marks(text)
        ]

    def _linked(self, text: str) -> str:
        """Return text without marks whose links lead where they should."""
        return INTERNAL_URL.sub(self._link, text)

    def _link(self, found: re.Match[str]) -> str:
        url = found["url"]
        if not url:
            return found[0]
        target = target_of(url, self.page)
        if target in self.instead:
            return found["before"] + _relative(self.instead[target], self.page)
        if not self.root or target not in self.once:
            return found[0]
        if self.root == "../":
            return f"{found['before']}../{url.removeprefix('./')}"
        return found["before"] + self.root + url.lstrip("./")


@dataclass(frozen=True, slots=True)
class _Finished:
    """A slot whose text is finished as the page around it is."""

    slot: Slot
    finish: Finish

    @property
    def key(self) -> Hashable:
        # Text with links depends on how deep the page lies, not on which page it is.
        return (
            "finished",
            self.slot.key,
            posixpath.dirname(self.finish.page).count("/"),
            self.finish.page == "index.html",
            self.finish.root,
        )

    @property
    def is_silent(self) -> bool:
        """It writes nothing, and sets names for other slots."""
        return bool(getattr(self.slot, "is_silent", False))

    @property
    def origin(self) -> object:
        """Where it was cut out."""
        return getattr(self.slot, "origin", None)

    def render(self, record: Record) -> str:
        """Return the slot's text, finished."""
        return self.finish.filled(self.slot.render(record), record)

    def write(self, writer: Writer) -> str:
        """Return a Python expression for the text."""
        write = getattr(self.slot, "write", None)
        text = write(writer) if write else f"{writer.constant(self.slot.render)}(record)"
        return text if self.is_silent else f"{writer.constant(self.finish.filled)}({text}, record)"


def _relative(target: str, page: str) -> str:
    way = posixpath.relpath(target, posixpath.dirname(page) or ".")
    return way.removesuffix("index.html") if way.endswith("/index.html") else way
