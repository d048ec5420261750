"""Faults of rendering: a template that cannot be compiled, and a page that never ends."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import TemplateSyntaxError

from replisite.errors import Fault
from replisite.pelican.faults import PelicanFaults
from replisite.staging import template_lines

__all__ = ["note_all", "note_endless", "note_template"]


def note_template(noted_faults: PelicanFaults, error: TemplateSyntaxError) -> None:
    """Note a template that cannot be compiled, at its line."""
    file = error.filename or error.name or ""
    noted_faults.note(file, error.lineno, error.message or "", "fix the template")


def note_endless(noted_faults: PelicanFaults, error: BaseException, page: str) -> None:
    """Note a page that has no end (`TooSlow`, `RecursionError`), at the line of the template that was being rendered."""
    file, line = ([(page, 0), *template_lines(error)])[-1]
    if isinstance(error, RecursionError):
        what = (
            f"{page} is nested too deeply: a template includes itself, or a macro calls itself without an end"
        )
    else:
        what = f"{page} takes too long to render: {error}"
    noted_faults.note(file, line, what, "fix the template or the content")


def note_all(noted_faults: PelicanFaults, faults: Iterable[Fault]) -> None:
    """Note faults that are complete."""
    for fault in faults:
        noted_faults.note(fault.file, fault.line, fault.what, fault.next)
