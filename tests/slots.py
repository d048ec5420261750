"""Slots for tests: a class with a ``key`` and a ``render`` becomes a slot."""

from __future__ import annotations

from typing import ClassVar

from replisite.staging import Slot, Writer


class PlainSlot:
    """A slot that was cut out nowhere, and that a press fills by calling ``render``."""

    origin: ClassVar[None] = None
    is_silent: ClassVar[bool] = False

    def write(self: Slot, writer: Writer) -> str:
        """Return the call of ``render``."""
        return writer.rendered(self)
