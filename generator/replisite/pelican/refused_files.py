"""Files that are refused while they are read: their faults are noted, and they are left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from replisite.content.documents import Document, parse_document
from replisite.content.yaml_text import Problem, YamlError
from replisite.pelican.faults import PelicanFaults

__all__ = ["WRITE_TEXT", "RefusedFile", "parsed_document", "refuse_file"]

WRITE_TEXT = "write a text; null and ~ are texts in quotes only"
"""The advice for a value that is empty."""


class RefusedFile(Exception):
    """A file that is left out because its faults have been noted."""


def refuse_file(
    noted_faults: PelicanFaults, path: Path, problems: Sequence[Problem], cause: Exception | None = None
) -> NoReturn:
    """Note the problems of a file, and raise RefusedFile."""
    for problem in problems:
        noted_faults.note(path, problem.line, problem.what, problem.next)
    raise RefusedFile(str(path)) from cause


def parsed_document(path: Path, noted_faults: PelicanFaults) -> Document:
    """Return the front matter and the text of a file; raises RefusedFile for a file without good front matter."""
    try:
        document = parse_document(path.read_text(encoding="utf-8-sig"), "title: …")
    except YamlError as error:
        refuse_file(noted_faults, path, error.problems, error)
    for problem in document.problems:
        noted_faults.note(path, problem.line, problem.what, problem.next)
    return document
