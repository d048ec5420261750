"""From the front matter of one of our kinds to metadata: validated, with each fault at its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from replisite.content.documents import Document, parse_document
from replisite.content.front_matter_lines import line_of_value
from replisite.content.item import Kind
from replisite.content.kinds import default_slug
from replisite.content.marks import OPEN
from replisite.content.yaml_text import YamlError
from replisite.errors import nearest
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.metadata_texts import CANNOT_STAND
from replisite.pelican.refused_files import WRITE_TEXT, RefusedFile

__all__ = ["body_start", "line_of_key", "validated_metadata"]

_FENCE = re.compile(r"^---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def validated_metadata(
    kind: Kind, document: Document, path: Path, text: str, noted_faults: PelicanFaults
) -> dict[str, Any]:
    """Return the metadata of a valid front matter; note every fault of another."""
    try:
        valid = kind.matter.model_validate(dict(document.values))
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            location = [str(part) for part in fault["loc"]]
            line = line_of_key(text, location)
            what, advice = _in_words(fault, location, kind)
            noted_faults.note(path, line, what, advice)
        raise RefusedFile(str(path)) from error
    metadata: dict[str, Any] = {name: getattr(valid, name) for name in type(valid).model_fields}
    metadata["slug"] = valid.slug or default_slug(path.name)
    metadata["lines_of"] = dict(document.lines_of)
    for optional in ("date", "template", "min_rank"):
        if not metadata[optional]:
            del metadata[optional]
    return metadata


def _in_words(fault: Mapping[str, Any], location: list[str], kind: Kind) -> tuple[str, str]:
    key = ".".join(location)
    if fault["type"] == "extra_forbidden":
        known = kind.matter.model_fields if len(location) == 1 else ()
        advice = nearest(location[-1], known) or "take it out or correct its name"
        return f'{kind.name} has no "{key}"', advice
    if fault["type"] == "missing":
        return f"{key}: missing", f"a {kind.name} needs it"
    given = fault.get("input")
    if isinstance(given, str) and OPEN in given:
        if "too_" not in fault["type"]:
            return f"{key}: {CANNOT_STAND[0]}", CANNOT_STAND[1]
        return f"{key}: {str(fault['msg']).removeprefix('Value error, ')}", ""
    if fault["type"] == "string_too_short" and not given:
        given = None
    if given is None:
        is_text = str(fault["type"]).startswith("string")
        return f"{key}: is empty", WRITE_TEXT if is_text else "write a value, or take it out"
    if fault["type"].startswith("string") and isinstance(given, dict):
        return f"{key}: wants a text, got a list of key: value", "quote texts that hold a colon"
    shown = f", got {given!r}" if isinstance(given, str | int | float | bool) else ""
    message = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    lead = f"{key}: " if key else ""
    return f"{lead}{'wants ' if str(fault['msg']).startswith('Input should be ') else ''}{message}{shown}", ""


def body_start(text: str) -> int:
    """Return where the text below the front matter begins; 0 without any."""
    try:
        line = parse_document(text, "title: …", is_optional=True).body_line
    except YamlError:
        return 0
    return sum(len(before) + 1 for before in text.split("\n")[: line - 1])


def line_of_key(text: str, location: list[str]) -> int:
    """Return the line of a value in the front matter; that of the key above it where it is missing, or 1."""
    match = _FENCE.match(text)
    if match is not None:
        return max(line_of_value(match.group(1), location) + 2, 1)
    lines = text.split("\n")
    key = location[0].lower() if location else ""
    return next((number for number, line in enumerate(lines, 1) if line.lower().startswith(key)), 1)
