"""Which reader reads which roster file."""

from __future__ import annotations

from pathlib import Path

from replisite.model.text import quoted
from replisite.roster.formats.csv_file import CsvFile
from replisite.roster.formats.jsonl_file import JsonLinesFile
from replisite.roster.rows import Columns, RosterFile

__all__ = ["open_roster"]


def open_roster(path: Path, columns: Columns, name: str = "") -> RosterFile:
    """Return the reader for the file's suffix; raises ValueError for one that is not known.

    ``name`` is what faults call the file. The file is opened when it is iterated.
    """
    name = name or path.as_posix()
    match path.suffix.lower():
        case ".csv":
            return CsvFile(path, columns, name)
        case ".jsonl" | ".ndjson":
            return JsonLinesFile(path, columns, name)
        case suffix:
            raise ValueError(f"a roster cannot be a {quoted(suffix)} file; write it as .csv or .jsonl")
