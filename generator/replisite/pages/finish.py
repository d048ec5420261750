"""Finish a plate for its page: fill the marks of the content, and lead its addresses to the right files.

Pelican writes every address for the corporate site. An owner's pages have the paths of the corporate site's, one level down
or on another host; theme files, images, feeds and pages that only the corporate site has exist once. ``site_files.py`` knows
the file of an address; this module finds the addresses, between slots and in the text of slots. Static text is read once for
all sites, the text of a slot for each owner.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, runtime_checkable

from replisite.content.marks import OPEN, mark_with, split_marks
from replisite.links.attributes import AttributeRule, Form
from replisite.links.embedded_addresses import addresses_in, unescape_attribute
from replisite.links.page_links import (
    PageLink,
    holder_addresses,
    page_addresses,
    parse_address,
    with_value,
)
from replisite.links.page_scan import BETWEEN, Gap, Holder, MarkupContext, picture_addresses, scan
from replisite.pages.site_files import ANY_DEPTH, SiteFiles
from replisite.staging import Origin, Plate, Record, Slot, Writer

__all__ = ["AddressSlot", "ContentSlots", "Finish", "LinkingSlot", "slot_behind"]

_JOIN = "".join
_ELEMENT_TEXT = re.compile("<(?:style|script)", re.IGNORECASE)
_HOST = re.compile(r"\s*(?:https?:)?//[^/?#]+[/?#]", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"\s*(?!https?:)[a-z][a-z0-9+.-]*:|\s*#", re.IGNORECASE)
_GAPS = [chr(code) for code in range(0xFDD2, 0xFDF0)]
"""Characters that no text has (Unicode noncharacters), to stand for slots while a page is read as a whole."""


class ContentSlots(dict[str, "Slot | str"]):
    """The slots of the content's marks, by the marks' keys; each is made when it is first needed.

    A mark whose value is the same on all sites has a text in place of a slot.
    """

    def __init__(self, expressions: Mapping[str, str], make: Callable[[str], Slot | str]) -> None:
        super().__init__()
        self._expressions = expressions
        self._make = make

    def __missing__(self, key: str) -> Slot | str:
        self[key] = self._make(self._expressions[key])
        return self[key]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all slots, as plain data: the text of a slot may hold any mark."""
        return dict, ({key: self[key] for key in self._expressions},)


def slot_behind(key: str, slots: Mapping[str, Slot | str]) -> Slot | str:
    """Return the slot or text of the mark with this key; an unknown mark stays, and the final check of the page reports it."""
    try:
        return slots[key]
    except KeyError:
        return mark_with(key)


@runtime_checkable
class LinkingSlot(Protocol):
    """A slot that may write addresses."""

    @property
    def key(self) -> Hashable: ...

    @property
    def is_address(self) -> bool:
        """Whether an owner's value is part of an address."""
        ...

    @property
    def folder(self) -> str | None:
        """The folder that relative addresses in it start from."""
        ...

    def links(self, record: Record) -> list[PageLink]:
        """Return the addresses in the slot's text for one owner."""
        ...


@dataclass(frozen=True, slots=True)
class Finish:
    """Finishes one page, for owners' sites or for the corporate site.

    ``page`` is the page's own file. ``slots`` are the slots or texts behind the marks of the content.
    """

    page: str
    files: SiteFiles
    slots: Mapping[str, Slot | str]
    is_owner: bool

    def __call__(self, plate: Plate) -> Plate:
        """Return the finished plate."""
        lead = _Lead.of(self)
        parts = [
            new for part in plate.parts for new in (lead.unmarked(part) if isinstance(part, str) else [part])
        ]
        gap = _unused_character(parts)
        slots = _Slots(parts)
        text = "".join(part if isinstance(part, str) else gap for part in parts if not _is_silent(part))
        finished: list[str | Slot] = []
        for piece in lead.pieces(text, gap, BETWEEN):
            for new in piece.parts(gap, slots) if gap in piece.text else [piece.text]:
                if isinstance(new, str) and finished and isinstance(finished[-1], str):
                    finished[-1] += new
                elif not isinstance(new, str) or new:
                    finished.append(new)
        finished += slots.silent()
        whole = None if plate.whole is None else _Written(plate.whole, lead.for_slots(), BETWEEN)
        return Plate(plate.name, tuple(finished), plate.widening, whole)


class _Slots:
    """The slots of a plate in their order; silent slots come with the next one that has text."""

    def __init__(self, parts: Sequence[str | Slot]) -> None:
        self._waiting = [part for part in parts if not isinstance(part, str)]
        self._next = 0

    def silent(self) -> Iterator[Slot]:
        """Yield the slots without text that come next."""
        while self._next < len(self._waiting) and _is_silent(self._waiting[self._next]):
            self._next += 1
            yield self._waiting[self._next - 1]

    def take(self) -> Slot:
        """Return the next slot with text."""
        self._next += 1
        return self._waiting[self._next - 1]


@dataclass(frozen=True, slots=True)
class _Lead:
    """Leads the addresses in a piece of a page.

    Relative addresses start from ``folder``; ``sharing`` is equal for pages whose slots may be filled together. ``is_shared``:
    it serves a slot, and so all those pages.
    """

    files: SiteFiles
    slots: Mapping[str, Slot | str]
    is_owner: bool
    from_root: bool
    folder: str | None
    sharing: Hashable
    is_shared: bool = False

    @classmethod
    def of(cls, finish: Finish) -> _Lead:
        """Return the lead of a whole page."""
        from_root = finish.page == ANY_DEPTH
        lead = cls(finish.files, finish.slots, finish.is_owner, from_root, "", ())
        return lead.within(posixpath.dirname(finish.page))

    def within(self, folder: str | None) -> _Lead:
        """Return the lead from another folder."""
        around = None if folder is None else self.files.shared_by(folder)
        return replace(self, folder=folder, sharing=(around, self.from_root, self.is_owner))

    def for_slots(self) -> _Lead:
        """Return the lead from all pages that share a slot."""
        return replace(self, is_shared=True)

    @property
    def is_idle(self) -> bool:
        """Whether every address stays as it is, as on a corporate site at the root of its host."""
        is_right = self.files.is_lenient or not self.files.host.base
        return not self.is_owner and not self.files.instead and is_right

    def unmarked(self, text: str) -> list[str | Slot]:
        """Split text into static texts and the slots of its marks."""
        return [slot_behind(piece, self.slots) if is_mark else piece for is_mark, piece in split_marks(text)]

    def filled(self, text: str, record: Record) -> str:
        """Fill the marks in a slot's text for one record."""
        if OPEN not in text:
            return text
        return "".join(part if isinstance(part, str) else part.render(record) for part in self.unmarked(text))

    def pieces(self, text: str, gap: str, context: MarkupContext) -> Iterator[_Piece]:
        """Split a page's text at the addresses that change and at gaps; ``gap`` stands for a slot."""
        if self.is_idle:
            yield _Piece(text, self, None)
            return
        lead, done, has_base = self, 0, False
        for scanned in scan(text, gap, context, skims=not gap):
            if isinstance(scanned, Gap):
                where = (
                    None
                    if scanned.tag is None
                    else MarkupContext(scanned.tag, tuple(sorted(scanned.attributes.items())))
                )
                yield _Piece(text[done : scanned.at], lead)
                yield _Piece(gap, lead, where)
                done = scanned.at + 1
                continue
            written = text[scanned.start : scanned.end]
            is_base = scanned.tag == "base" and scanned.attribute == "href" and not has_base
            if gap and gap in written:
                yield _Piece(text[done : scanned.start], lead)
                yield from lead.open_pieces(written, scanned, gap, is_base=is_base)
                done = scanned.end
            elif (new := lead.base(written, scanned) if is_base else lead.value(written, scanned)) != written:
                yield _Piece(text[done : scanned.start], lead)
                yield _Piece(new, lead)
                done = scanned.end
            if is_base:
                lead, has_base = lead.within(lead.base_folder(written, scanned, gap)), True
        yield _Piece(text[done:], lead)

    def led_text(self, text: str, context: MarkupContext) -> str:
        """Return a text with its addresses led; ``context`` is where on the page it begins."""
        if not context.tag and (pictures := picture_addresses(text)) is not None:
            return self._with_pictures(text, pictures)
        return _JOIN([piece.text for piece in self.pieces(text, "", context)])

    def _with_pictures(self, text: str, pictures: Sequence[tuple[int, int]]) -> str:
        parts: list[str] = []
        done = 0
        for start, end in pictures:
            parts += (text[done:start], self._picture(text[start:end]))
            done = end
        return _JOIN([*parts, text[done:]])

    def _picture(self, address: str) -> str:
        return self.files.led(
            address, self.folder, is_owner=self.is_owner, from_root=self.from_root, is_shared=self.is_shared
        )

    def value(self, written: str, holder: Holder) -> str:
        """Return the text of a holder with its addresses led."""
        return written if holder.rule.form is Form.SCRIPT else with_value(written, holder, self.address)

    def address(self, text: str, holder: Holder) -> str:
        """Return one address, without character references, led."""
        return self.files.led(
            text,
            self.folder,
            is_owner=self.is_owner,
            is_company=holder.rule.is_company,
            from_root=self.from_root,
            is_shared=self.is_shared,
        )

    def base(self, written: str, holder: Holder) -> str:
        """Return the address in ``<base href>``: the owner's own folder instead of the company's."""
        folder = self.base_folder(written, holder, "")
        address = parse_address(unescape_attribute(written), self.folder or "", self.files.host)
        if not self.is_owner or folder is None or address is None:
            return written
        if address.style == "relative" and not address.climbs:
            return written
        path = f"{folder}/" if folder else ""
        if self.from_root and self.files.has_hosts:
            return f"/{path}"
        up = "../" * (self.folder.count("/") + 1) if self.folder else ""
        return f"{up}{path}" or "./"

    def base_folder(self, written: str, holder: Holder, gap: str) -> str | None:
        """Return the folder that ``<base href>`` names: the site's root if it has an owner's value, None for another site."""
        if gap and gap in written:
            return ""
        base = unescape_attribute(written) if holder.quote is not None else written
        address = parse_address(base, self.folder or "", self.files.host)
        if address is None or address.is_outside:
            return None if base.strip() else self.folder
        return posixpath.dirname(address.file)

    def open_pieces(self, written: str, holder: Holder, gap: str, *, is_base: bool) -> Iterator[_Piece]:
        """Split the text of a holder that has a slot in it."""
        form = holder.rule.form
        if (
            is_base
            or form is Form.SCRIPT
            or (form is Form.ADDRESS and self._is_elsewhere(written.partition(gap)[0]))
        ):
            yield _Piece(written, self, None)
        elif holder.quote is None and form is Form.STYLE:
            done = 0
            for start, end in addresses_in(written, form):
                address = written[start:end]
                inner = holder._replace(rule=AttributeRule(Form.ADDRESS))
                yield _Piece(written[done:start], self, holder=holder)
                if gap in address:
                    yield _Piece(address, self, holder=inner)
                else:
                    yield _Piece(
                        self.value(address, inner),
                        self,
                    )
                done = end
            yield _Piece(written[done:], self, holder=holder)
        else:
            yield _Piece(written, self, holder=holder)

    def _is_elsewhere(self, beginning: str) -> bool:
        """Say whether an address with this beginning is on another site in any case."""
        match = _HOST.match(beginning)
        if match is None:
            return bool(_OTHER_SCHEME.match(beginning))
        return parse_address(beginning, "", self.files.host) is None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a page, and the context of its slots: between tags, in a tag, in a holder, or (None) none of these."""

    text: str
    lead: _Lead
    context: MarkupContext | None = BETWEEN
    holder: Holder | None = None

    def parts(self, gap: str, slots: _Slots) -> Iterator[str | Slot]:
        """Yield text and finished slots in turn."""
        texts = self.text.split(gap)
        if self.holder is not None and (
            self.holder.quote is not None or self.holder.rule.form is not Form.STYLE
        ):
            yield from self._address(texts, slots)
            return
        for number, text in enumerate(texts):
            if number:
                yield from slots.silent()
                yield self._written(slots.take())
            yield text

    def _written(self, slot: Slot) -> Slot:
        if self.holder is not None:
            return AddressSlot((slot,), self.lead.for_slots(), self.holder)
        return _Written(slot, self.lead.for_slots(), self.context)

    def _address(self, texts: Sequence[str], slots: _Slots) -> Iterator[str | Slot]:
        assert self.holder is not None
        parts: list[str | Slot] = []
        for number, text in enumerate(texts):
            if number:
                yield from slots.silent()
                parts.append(slots.take())
            if text:
                parts.append(text)
        lead = self.lead if self.holder.rule.is_company else self.lead.for_slots()
        yield AddressSlot(tuple(parts), lead, self.holder)


@dataclass(frozen=True, slots=True)
class _Written:
    """A slot whose text is finished as the page around it is; ``context`` is None where there can be no address."""

    slot: Slot
    lead: _Lead
    context: MarkupContext | None
    is_address: ClassVar[bool] = False
    is_silent: ClassVar[bool] = False

    @property
    def key(self) -> Hashable:
        return ("written", self.slot.key, self.context, None if self.context is None else self.lead.sharing)

    @property
    def folder(self) -> str | None:
        """The folder that relative addresses in it start from."""
        return self.lead.folder

    @property
    def origin(self) -> Origin | None:
        """The part of the template that it was cut from."""
        return self.slot.origin

    def render(self, record: Record) -> str:
        """Return the slot's text, finished."""
        return self.finished(self.slot.render(record), record)

    def write(self, writer: Writer) -> str:
        """Return a Python expression for the text."""
        return f"{writer.constant(self.finished)}({_expression(self.slot, writer)}, record)"

    def finished(self, text: str, record: Record) -> str:
        """Return the slot's text for one record, with its marks filled and its addresses led."""
        if OPEN in text:
            text = self.lead.filled(text, record)
        context = self.context
        if context is None or ("=" if context.tag else "<") not in text or self.lead.is_idle:
            return text
        if self.lead.files.may_be_local(text) or _ELEMENT_TEXT.search(text):
            return self.lead.led_text(text, context)
        return text

    def links(self, record: Record) -> list[PageLink]:
        """Return the addresses in the slot's text for one owner."""
        if self.context is None:
            return []
        text = self.render(record)
        return list(page_addresses(text, self.context)) if "=" in text else []


@dataclass(frozen=True, slots=True)
class AddressSlot:
    """A text with addresses that an owner's values are part of, such as a whole attribute's value."""

    parts: tuple[str | Slot, ...]
    lead: _Lead
    holder: Holder
    is_address: ClassVar[bool] = True
    is_silent: ClassVar[bool] = False

    @property
    def key(self) -> Hashable:
        parts = tuple(part if isinstance(part, str) else (part.key,) for part in self.parts)
        rule = self.holder.rule
        folder = None if self.lead.is_shared else self.lead.folder
        return ("address", parts, rule, self.holder.quote, self.lead.sharing, folder)

    @property
    def folder(self) -> str | None:
        """The folder that relative addresses in it start from."""
        return self.lead.folder

    @property
    def origin(self) -> Origin | None:
        """The part of the template that its first slot was cut from."""
        slots = (part for part in self.parts if not isinstance(part, str))
        return next((slot.origin for slot in slots if slot.origin is not None), None)

    def render(self, record: Record) -> str:
        """Return the finished text."""
        text = _JOIN([part if isinstance(part, str) else part.render(record) for part in self.parts])
        return self.finished(text, record)

    def write(self, writer: Writer) -> str:
        """Return a Python expression for the text."""
        pieces = [
            writer.constant(part) if isinstance(part, str) else _expression(part, writer)
            for part in self.parts
        ]
        text = pieces[0] if len(pieces) == 1 else f"{writer.constant(_JOIN)}(({', '.join(pieces)}))"
        return f"{writer.constant(self.finished)}({text}, record)"

    def finished(self, text: str, record: Record) -> str:
        """Return the text for one record, with its marks filled and its addresses led."""
        if OPEN in text:
            text = self.lead.filled(text, record)
        rule = self.holder.rule
        if rule.form is Form.ADDRESS and (
            (rule.is_company and text[:4] == "http") or self.lead.files.is_elsewhere(text)
        ):
            return text  # the company's own page has its address, whatever the host
        return self.lead.value(text, self.holder)

    def links(self, record: Record) -> list[PageLink]:
        """Return the addresses in it for one owner."""
        return list(holder_addresses(self.render(record), self.holder))


def _expression(slot: Slot, writer: Writer) -> str:
    return slot.write(writer)


def _is_silent(part: str | Slot) -> bool:
    """Say whether a part has no text, and only sets names for other slots."""
    return not isinstance(part, str) and part.is_silent


def _unused_character(parts: Sequence[str | Slot]) -> str:
    texts = [part for part in parts if isinstance(part, str)]
    return next(gap for gap in _GAPS if not any(gap in text for text in texts))
