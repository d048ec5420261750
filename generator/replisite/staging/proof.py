"""Compare a pressed page with Jinja's own rendering of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template

from replisite.staging.plate import Plate
from replisite.staging.raised import error_text
from replisite.staging.slot import Record
from replisite.staging.stage_one.stage import in_full

__all__ = ["Difference", "prove"]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference between two renderings; ``position`` counts characters from 0."""

    page: str
    position: int
    pressed: str
    rendered: str

    def __str__(self) -> str:
        return (
            f"{self.page}: the pressed page differs from Jinja's at character {self.position}: "
            f"{self.pressed!r} instead of {self.rendered!r}"
        )


def prove(plate: Plate, template: Template, static: Mapping[str, Any], record: Record) -> Difference | None:
    """Press a record and render it in full; return where they differ, or None.

    An error counts as a rendering: if Jinja raises, pressing must raise too. What Jinja itself raises
    is raised here, because such a page cannot be built.
    """
    rendered = in_full(template, static, record)
    try:
        pressed = plate.text(record)
    except Exception as error:  # noqa: BLE001 - what pressing raises is the difference
        return Difference(plate.name, 0, error_text(error), rendered[:80])
    if pressed == rendered:
        return None
    shorter = min(len(pressed), len(rendered))
    position = next((i for i in range(shorter) if pressed[i] != rendered[i]), shorter)
    cut = slice(max(0, position - 20), position + 60)
    return Difference(plate.name, position, pressed[cut], rendered[cut])
