"""Faults as plain values for the browser: each with the lines around it, and a link that opens the file in an editor."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from replisite.errors import Fault
from replisite.preview.code_frames import frame_of

__all__ = ["editor_link", "faults_json"]

SHOWN = 20
"""How many faults the browser gets; a roster may have thousands."""


def faults_json(root: Path, faults: Iterable[Fault], editor: str) -> list[dict[str, Any]]:
    """Return the first faults; ``editor`` is a URL with ``{path}``, ``{line}`` and ``{column}``."""
    return [_as_json(root, fault, editor) for fault in list(dict.fromkeys(faults))[:SHOWN]]


def _as_json(root: Path, fault: Fault, editor: str) -> dict[str, Any]:
    frame = frame_of(root, fault)
    column = fault.column or (frame.column if frame else 0)
    return {
        "file": fault.file,
        "line": fault.line,
        "column": column,
        "what": fault.what,
        "next": fault.next,
        "editor": editor_link(editor, frame.path, fault.line, column) if frame else "",
        "frame": {
            "first": frame.first,
            "lines": list(frame.lines),
            "line": frame.line,
            "column": frame.column,
            "length": frame.length,
        }
        if frame
        else None,
    }


def editor_link(editor: str, path: Path, line: int = 0, column: int = 0) -> str:
    """Return the link that opens a file in the user's editor, or ``""`` without an editor.

    >>> editor_link("vscode://file/{path}:{line}:{column}", Path("/site/a b.md"), 4)
    'vscode://file//site/a%20b.md:4:1'
    """
    if not editor:
        return ""
    values = {"path": quote(str(path)), "line": str(line or 1), "column": str(column or 1)}
    for name, value in values.items():
        editor = editor.replace(f"{{{name}}}", value)
    return editor
