"""Turn plates and one record into pages.

A press writes one Python function for all its plates: it evaluates each distinct slot once, and joins each page
of static bytes and slots' values. For two pages that share a slot it reads

    def pages(record):
        r0 = record.get('distributor', missing)
        s0 = c0(r0, c1).encode()
        return [join((c2, s0, c3)), join((c4, s0))]

where ``c0`` is the slot's compiled code, ``c1`` a static value that it needs, and the others static bytes.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, cast

from jinja2.debug import rewrite_traceback_stack
from jinja2.utils import missing

from replisite.staging.slot import Record, Slot, SlottedPage
from replisite.staging.stage_two.code import NeedsContext

__all__ = ["Press"]


_FUSED = "<press>"
"""The file name of the functions that presses write."""


class Press:
    """Plates whose slots are fused: a slot that many pages share is evaluated once per record.

    >>> from replisite.staging import Plate
    >>> Press([Plate("a", ("Hello",)), Plate("b", ("World",))]).pages({})
    [b'Hello', b'World']
    """

    def __init__(self, plates: Sequence[SlottedPage]) -> None:
        self.plates = tuple(plates)
        self._pages = _Fused(self.plates, is_text=False)
        self._texts = _Fused(self.plates, is_text=True)
        self._chosen: dict[tuple[int, ...], Press] = {}

    @property
    def slots(self) -> Sequence[Slot]:
        """The distinct slots of all plates."""
        distinct: dict[Hashable, Slot] = {}
        for plate in self.plates:
            for slot in plate.slots:
                distinct.setdefault(slot.key, slot)
        return tuple(distinct.values())

    def pages(self, record: Record, indexes: Sequence[int] | None = None) -> list[bytes]:
        """Return one page per plate, in their order; raises what Jinja would raise.

        ``indexes`` name the plates that this record needs, if not all; the slots of other plates are not evaluated.
        """
        if indexes is None:
            return cast("list[bytes]", self._pages(record))
        chosen = tuple(indexes)
        if chosen not in self._chosen:
            self._chosen[chosen] = Press([self.plates[index] for index in chosen])
        return self._chosen[chosen].pages(record)

    def texts(self, record: Record) -> list[str]:
        """Return the pages as text, which need not be writable as UTF-8."""
        return cast("list[str]", self._texts(record))

    def index_of(self, error: BaseException) -> int | None:
        """Return the index of the plate that was being filled when an error was raised; None if that is not known.

        A slot that several pages share counts as the first one's.
        """
        for frame, line in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename == _FUSED:
                return cast("int | None", frame.f_globals["indexes"].get(line))
            if frame.f_code.co_filename == __file__ and "plate" in frame.f_locals:
                filled = frame.f_locals["plate"]
                return next((index for index, plate in enumerate(self.plates) if plate is filled), None)
        return None


class _Fused:
    """The one function of a press, written when it is first called."""

    def __init__(self, plates: Sequence[SlottedPage], *, is_text: bool) -> None:
        self._plates = plates
        self._is_text = is_text
        self._function: Callable[[Record], list[Any]] | None = None

    def __call__(self, record: Record) -> list[Any]:
        if self._function is None:
            self._function = _FunctionWriter(is_text=self._is_text).function(self._plates)
        for value in record.values():
            if isinstance(value, Iterator):
                return [self._one_by_one(plate, record) for plate in self._plates]
        try:
            return self._function(record)
        except NeedsContext as needs:
            return [self._whole(plate, record, needs) for plate in self._plates]
        except Exception:  # noqa: BLE001 - Jinja makes the traceback lead to the template
            raise rewrite_traceback_stack() from None

    def _one_by_one(self, plate: SlottedPage, record: Record) -> Any:
        """Fill a plate part by part, each slot as often as it stands there: the first one uses up an iterator."""
        if plate.whole is not None:
            text = plate.whole.render(record)
        else:
            text = "".join(part if isinstance(part, str) else part.render(record) for part in plate.parts)
        return text if self._is_text else text.encode()

    def _whole(self, plate: SlottedPage, record: Record, needs: NeedsContext) -> Any:
        """Render a page in full for a record that gives the context to one of its own methods."""
        if plate.is_shared:
            text = "".join(cast("Sequence[str]", plate.parts))
        elif plate.whole is None:
            message = f"{needs} reads the context: the page must be rendered in full, which a stored plate cannot do"
            raise TypeError(message) from None
        else:
            text = plate.whole.render(record)
        return text if self._is_text else text.encode()


class _FunctionWriter:
    """Writes the function of a press; each slot is given it as `replisite.staging.slot.Writer`."""

    def __init__(self, *, is_text: bool) -> None:
        self._is_text = is_text
        self._space: dict[str, Any] = {"missing": missing, "join": ("" if is_text else b"").join}
        self._constants: dict[Hashable, str] = {}
        self._records: dict[str, str] = {}
        self._known: dict[Hashable, str] = {}
        self._lines: list[str] = []
        self._index = 0
        self._indexes: dict[str, int] = {}

    def constant(self, value: Any) -> str:
        """Return the name of a value that does not change."""
        key = value if type(value) is bytes else id(value)  # which the function keeps alive
        if key not in self._constants:
            name = self._constants[key] = f"c{len(self._constants)}"
            self._space[name] = value
        return self._constants[key]

    def record(self, name: str) -> str:
        """Return the variable that holds one of the record's values."""
        if name not in self._records:
            variable = self._records[name] = f"r{len(self._records)}"
            self._lines.insert(0, f"{variable} = record.get({name!r}, missing)")
        return self._records[name]

    def once(self, key: Hashable, expression: Callable[[], str]) -> str:
        """Return the variable that holds what an expression gives, which is evaluated once for each key."""
        if key not in self._known:
            written = expression()  # it may bring variables of its own
            self._known[key] = f"s{len(self._known)}"
            self._indexes[self._known[key]] = self._index
            self._lines.append(f"{self._known[key]} = {written}")
        return self._known[key]

    def rendered(self, slot: Slot) -> str:
        """Return the call of a slot's ``render``."""
        return f"{self.constant(slot.render)}(record)"

    def function(self, plates: Sequence[SlottedPage]) -> Callable[[Record], list[Any]]:
        """Return the function that fills these plates from one record."""
        pages = []
        for self._index, plate in enumerate(plates):
            pages.append(self._page(plate))
        self._space["indexes"] = dict(self._indexes_by_line())
        source = "".join(f"\n    {line}" for line in [*self._lines, f"return [{', '.join(pages)}]"])
        exec(compile(f"def pages(record):{source}", _FUSED, "exec"), self._space)  # noqa: S102 - written above
        return cast("Callable[[Record], list[Any]]", self._space["pages"])

    def _indexes_by_line(self) -> Iterator[tuple[int, int]]:
        """Yield the lines of the function that evaluate a slot, each with the index of the first plate that has it."""
        for number, line in enumerate(self._lines, 2):
            name = line.partition(" = ")[0]
            if name in self._indexes:
                yield number, self._indexes[name]

    def _page(self, plate: SlottedPage) -> str:
        pieces = [piece for part in plate.parts if (piece := self._piece(part))]
        if plate.is_shared and len(pieces) == 1:
            return pieces[0]
        return f"join(({''.join(f'{piece}, ' for piece in pieces)}))"

    def _piece(self, part: str | Slot) -> str:
        if isinstance(part, str):
            return self.constant(part if self._is_text else part.encode())
        if part.is_silent:
            part.write(self)
            return ""
        encode = "" if self._is_text else ".encode()"
        return self.once(("text", part.key), lambda: f"{part.write(self)}{encode}")
