"""A roster's file in blocks of some hundred rows, so that a later reading finds the stretch that has changed.

What is kept of a block is its size and its digest: nothing of what people wrote.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

__all__ = ["BLOCK_ROWS", "Block", "Changed", "Stretch", "changed", "cut"]

BLOCK_ROWS = 256
"""How many rows a block has, the first apart, which is what stands above them."""

LONGEST = 1 << 21
"""How many bytes a stretch has at most; more is soon read as a whole."""


@dataclass(frozen=True, slots=True)
class Block:
    """So many bytes of the file, from the start of a row: that of ``line``."""

    line: int
    rows: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """What has taken the place of some blocks: as many lines as were there, or the last of the file.

    ``head`` is what stands above the first row; ``line`` is the first of the ``body``; ``rows`` is how many rows were
    there. ``blocks`` is the whole file as it is now, with the stretch as one block, if it has as many rows as before.
    """

    head: bytes
    body: bytes
    line: int
    rows: int
    blocks: tuple[Block, ...]


Changed = Stretch | Literal["not", "much"]


def cut(path: Path, lines: Sequence[int], rows: int) -> tuple[tuple[Block, ...], str]:
    """Return a file in blocks, and the digest of all of it.

    ``lines`` are those of each `BLOCK_ROWS`-th row, from the first; ``rows`` is how many rows there are in all. There are no
    blocks for a file whose lines are told apart in more than one way, as a lone carriage return does.
    """
    whole = hashlib.sha256()
    blocks: list[Block] = []
    is_plain = True
    with path.open("rb") as file:
        for number, (line, body) in enumerate(_iter_bodies(file, lines)):
            whole.update(body)
            is_plain = is_plain and _is_plain(body)
            count = min(BLOCK_ROWS, rows - (number - 1) * BLOCK_ROWS) if number else 0
            blocks.append(Block(line, count, len(body), hashlib.sha256(body).hexdigest()))
    is_whole = is_plain and len(blocks) == len(lines) + 1
    return tuple(blocks) if is_whole else (), whole.hexdigest()


def _iter_bodies(file: BinaryIO, lines: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    starts = iter(lines)
    start, following = 1, next(starts, 0)
    body: list[bytes] = []
    for number, line in enumerate(file, 1):
        if number == following:
            yield start, b"".join(body)
            start, following, body = number, next(starts, 0), []
        body.append(line)
    yield start, b"".join(body)


def changed(path: Path, blocks: Sequence[Block]) -> Changed:
    """Return what of a file is not as it was when it was cut: a stretch, nothing, or so much that it must be read anew."""
    head = b""
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        first = start = 0
        for block in blocks:
            body = file.read(block.size)
            if not _is(body, block):
                break
            head = head if first else body
            first += 1
            start += block.size
        if first == len(blocks) and start == end:
            return "not"
        last = len(blocks)
        while last > first and end - blocks[last - 1].size >= start:
            file.seek(end - blocks[last - 1].size)
            if not _is(file.read(blocks[last - 1].size), blocks[last - 1]):
                break
            last -= 1
            end -= blocks[last].size
        if first in {0, last} or end - start > LONGEST:
            return "much"
        file.seek(start)
        body = file.read(end - start)
    line, rows = blocks[first].line, sum(block.rows for block in blocks[first:last])
    if not _is_plain(body):
        return "much"
    if last < len(blocks) and (body.count(b"\n") != blocks[last].line - line or not body.endswith(b"\n")):
        return "much"
    new = Block(line, rows, len(body), hashlib.sha256(body).hexdigest())
    return Stretch(head, body, line, rows, (*blocks[:first], new, *blocks[last:]))


def _is_plain(body: bytes) -> bool:
    """Say whether a line feed ends each line: no carriage return stands alone."""
    return body.count(b"\r") == body.count(b"\r\n")


def _is(body: bytes, block: Block) -> bool:
    return len(body) == block.size and hashlib.sha256(body).hexdigest() == block.digest
