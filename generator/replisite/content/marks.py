"""The marks that stand in text for the owner's values.

They are built of noncharacters (U+FDD0, U+FDD1), which are dropped from everything that a distributor writes, so no
text can pretend to be one. Small and capital letters in a mark show whether a filter has changed it.
"""

from __future__ import annotations

import hashlib
import json
import re

__all__ = [
    "CLOSE",
    "MARK",
    "OPEN",
    "has_marks",
    "mark_of",
    "mark_with",
    "split_json_marks",
    "split_marks",
    "without_marks",
]

OPEN, CLOSE = "\ufdd0", "\ufdd1"
MARK = re.compile(f"{OPEN}oWn([0-9a-f]{{12}}){CLOSE}?")
"""A mark, and its key as a group; Pelican may cut a summary before the last letter of one."""
_JSON_OPEN = json.dumps(OPEN).strip('"')
_JSON_MARK = re.compile(r"\\ufdd0oWn([0-9a-f]{12})(?:\\ufdd1)?")


def mark_of(expression: str) -> tuple[str, str]:
    """Return the key of an expression, and the mark that stands for it."""
    key = hashlib.sha256(expression.encode()).hexdigest()[:12]
    return key, mark_with(key)


def mark_with(key: str) -> str:
    """Return the mark that has this key."""
    return f"{OPEN}oWn{key}{CLOSE}"


def split_marks(text: str) -> list[tuple[bool, str]]:
    """Split text at its marks into (is a mark, text or the mark's key)."""
    pieces = MARK.split(text)
    return [(index % 2 == 1, piece) for index, piece in enumerate(pieces) if piece]


def split_json_marks(text: str) -> list[tuple[bool, str]]:
    """Split the text of a JSON document at marks that are escaped there, as `split_marks` does."""
    pieces = _JSON_MARK.split(text)
    return [(index % 2 == 1, piece) for index, piece in enumerate(pieces) if piece]


def has_marks(body: bytes) -> bool:
    """Say whether there is a mark in a file, as it is or as JSON escapes it."""
    return OPEN.encode() in body or _JSON_OPEN.encode() in body


def without_marks(text: str) -> str:
    """Return the part of a text that is the same for all owners."""
    return MARK.sub("", text)
