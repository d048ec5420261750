"""Finish a plate for its place: fill what content says of the owner, and point links to files that exist once.

Pelican writes every link relative to the page. On an owner's site the owner's pages are where the corporate
site's are, one level down or on another host; theme files, images, feeds and pages of the corporate site
alone exist once. Links to those get a slot in front, which is empty on the corporate site.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass

from replisite.model.page_links import INTERNAL_URL, is_internal, target_of
from replisite.pages.marks import OPEN, split_marks
from replisite.staging import Origin, Plate, Record, Slot, Writer

__all__ = ["Finish"]


@dataclass(frozen=True, slots=True)
class Finish:
    """How the pages at one depth are finished.

    ``page`` is the page's own file; ``once`` are the files that exist once. ``instead`` maps pages that this
    edition does not have (no price in this market, members only) to those that links to them lead to.
    ``slots`` are those of the expressions behind marks; ``shared_root`` is the absolute address of the
    corporate site where owners have hosts of their own, else empty.
    """

    page: str
    once: Collection[str]
    instead: Mapping[str, str]
    slots: Mapping[str, Slot]
    shared_root: str

    def __call__(self, plate: Plate) -> Plate:
        """Return the finished plate."""
        return plate.refine(self.text, lambda slot: _Finished(slot, self))

    def text(self, text: str) -> list[str | Slot]:
        """Split text into what is the same for everybody and what is not."""
        parts: list[str | Slot] = []
        for is_mark, piece in split_marks(text):
            if is_mark:
                parts.append(self.slots[piece])
                continue
            parts.extend(self._linked(piece))
        return parts

    def filled(self, text: str, record: Record) -> str:
        """Return text of a slot with its marks and links finished for one record."""
        if OPEN in text:
            parts = self.text(text)
        elif "=" in text:
            parts = self._linked(text)
            if len(parts) == 1:
                return text
        else:
            return text
        return "".join([part if isinstance(part, str) else part.render(record) for part in parts])

    def _linked(self, text: str) -> list[str | Slot]:
        """Split text without marks where links lead to what exists once."""
        parts: list[str | Slot] = []
        done = 0
        for found in INTERNAL_URL.finditer(text):
            new = self._link(found["url"])
            if new is not None:
                parts.append(text[done : found.end("before")])
                parts.extend(new)
                done = found.end("url")
        parts.append(text[done:])
        return parts

    def _link(self, url: str) -> list[str | Slot] | None:
        """Return what stands for a URL, or None where it stays as it is."""
        if not is_internal(url):
            return None
        target = target_of(url, self.page)
        if target in self.instead:
            return [_relative(self.instead[target], self.page)]
        if target not in self.once:
            return None
        return [SharedPrefix(url[: len(url) - len(url.lstrip("./"))], self.shared_root), url.lstrip("./")]


@dataclass(frozen=True, slots=True)
class SharedPrefix:
    """The way from a page to the root where the files that exist once are.

    On the corporate site it is what Pelican wrote (``../../``); on an owner's site it is one level more, or
    the corporate site's address where owners have hosts of their own (``root``).
    """

    relative: str
    root: str

    @property
    def origin(self) -> Origin:
        """No template says it: it is what makes a link to such a file right on every site."""
        return Origin("links", 0, f"{self.relative} to files that exist once")

    @property
    def key(self) -> Hashable:
        return ("shared prefix", self.relative, self.root)

    def render(self, record: Record) -> str:
        if record["distributor"].is_company:
            return self.relative
        return self.root or "../" + self.relative.removeprefix("./")


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
