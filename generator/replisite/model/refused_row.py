"""What is left of a roster row with faults."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RefusedRow"]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """Stands in the stream of people for a row with faults, so that its sponsor line is not reported as unknown.

    ``id`` is as the row has it, or ``""`` where it cannot be read. ``rows`` is how many rows of the file are lost with it.
    With ``is_whole_file`` the roster cannot be trusted as a whole: leaving rows out would not make it right.
    """

    id: str
    rows: int = 1
    is_whole_file: bool = False
