"""Turn plates and one record into pages."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from replisite.staging.plate import Plate, Record, Slot

__all__ = ["Press"]


class Press:
    """Plates whose slots are fused: a slot that many pages share is evaluated once per record.

    >>> Press([Plate("a", ("Hello",)), Plate("b", ("World",))]).pages({})
    [b'Hello', b'World']
    """

    def __init__(self, plates: Sequence[Plate]) -> None:
        self.plates = tuple(plates)
        numbers: dict[Hashable, int] = {}
        self._slots: list[Slot] = []
        self._forms: list[tuple[list[bytes], list[tuple[int, int]]]] = []
        for plate in self.plates:
            form: list[bytes] = []
            holes: list[tuple[int, int]] = []
            for place, part in enumerate(plate.parts):
                if isinstance(part, str):
                    form.append(part.encode())
                    continue
                number = numbers.setdefault(part.key, len(self._slots))
                if number == len(self._slots):
                    self._slots.append(part)
                form.append(b"")
                holes.append((place, number))
            self._forms.append((form, holes))

    @property
    def slots(self) -> Sequence[Slot]:
        """The distinct slots of all plates."""
        return tuple(self._slots)

    def pages(self, record: Record) -> list[bytes]:
        """Return one page per plate, in their order; raises what Jinja would raise."""
        values = [slot.render(record).encode() for slot in self._slots]
        pages = []
        for form, holes in self._forms:
            parts = form.copy()
            for place, number in holes:
                parts[place] = values[number]
            pages.append(b"".join(parts))
        return pages
