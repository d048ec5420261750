"""A roster's file in blocks of some hundred rows, so that a later reading finds the stretches that have changed.

What is kept of a block is its size, its digest, and a checksum of its first line, by which it is found again where it has
moved: nothing of what people wrote.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

__all__ = ["BLOCK_ROWS", "Block", "Changed", "Difference", "Stretch", "changed", "cut", "untouched"]

BLOCK_ROWS = 256
"""How many rows a block has, the first apart, which is what stands above them."""

LONGEST = 1 << 21
"""How many bytes stretches have together at most, in a small file; more is soon read as a whole."""

FEW, MANY = 4, 512
"""How many blocks each of two threads compares before they meet: twice as many as before, as long as all are the same."""

SHARE = 8
"""What part of a large file they have at most: an eighth."""


@dataclass(frozen=True, slots=True)
class Block:
    """So many bytes of the file, from the start of a row: that of ``line``. ``mark`` is the CRC-32 of that line."""

    line: int
    rows: int
    size: int
    mark: int
    digest: str

    @classmethod
    def of(cls, line: int, rows: int, body: bytes) -> Block:
        """Return the block of a text."""
        return cls(line, rows, len(body), _mark(body[: body.find(b"\n") + 1] or body), _digest(body))


@dataclass(frozen=True, slots=True)
class Stretch:
    """What replaces the blocks from ``first`` to before ``last``: whole rows, from that of ``line`` on.

    ``before`` rows stood above it, and ``rows`` in it.
    """

    body: bytes
    line: int
    first: int
    last: int
    before: int
    rows: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A file as it is now against the ``blocks`` that it had; ``head`` is what stands above the first row."""

    head: bytes
    stretches: tuple[Stretch, ...]
    blocks: tuple[Block, ...]

    def moved(self, line: int) -> int:
        """Return the line in which a row stands now that stood in a line before, outside the stretches."""
        for stretch in reversed(self.stretches):
            if stretch.last < len(self.blocks) and self.blocks[stretch.last].line <= line:
                return line + stretch.line + stretch.body.count(b"\n") - self.blocks[stretch.last].line
        return line

    def recut(self, lines: Sequence[Sequence[int]]) -> tuple[Block, ...]:
        """Return the file in blocks. ``lines`` are those in which rows begin, for each stretch."""
        new: list[Block] = []
        at = moved = 0
        for stretch, starts in zip(self.stretches, lines, strict=True):
            new += [replace(block, line=block.line + moved) for block in self.blocks[at : stretch.first]]
            bodies = _iter_bodies(
                stretch.body.splitlines(keepends=True), starts[BLOCK_ROWS::BLOCK_ROWS], stretch.line
            )
            new += [
                Block.of(line, max(0, min(BLOCK_ROWS, len(starts) - number * BLOCK_ROWS)), body)
                for number, (line, body) in enumerate(bodies)
                if body
            ]
            at = stretch.last
            if at < len(self.blocks):
                moved = stretch.line + stretch.body.count(b"\n") - self.blocks[at].line
        return (*new, *(replace(block, line=block.line + moved) for block in self.blocks[at:]))


Changed = Difference | Literal["not", "much"]


def cut(path: Path, lines: Sequence[int], rows: int) -> tuple[tuple[Block, ...], str]:
    """Return a file in blocks, and the digest of all of it.

    ``lines`` are those of each `BLOCK_ROWS`-th row, from the first; ``rows`` is how many rows there are in all. There are no
    blocks for a file whose lines can be split in more than one way, as a lone carriage return does.
    """
    whole = hashlib.sha256()
    blocks: list[Block] = []
    is_plain = True
    with path.open("rb") as file:
        for number, (line, body) in enumerate(_iter_bodies(file, lines)):
            whole.update(body)
            is_plain = is_plain and _is_plain(body)
            count = min(BLOCK_ROWS, rows - (number - 1) * BLOCK_ROWS) if number else 0
            blocks.append(Block.of(line, count, body))
    is_whole = is_plain and len(blocks) == len(lines) + 1
    return tuple(blocks) if is_whole else (), whole.hexdigest()


def _iter_bodies(text: Iterable[bytes], lines: Iterable[int], first: int = 1) -> Iterator[tuple[int, bytes]]:
    """Stream pieces of a text that begins in the line ``first``; the others begin in these lines."""
    starts = iter(lines)
    start, following = first, next(starts, 0)
    body: list[bytes] = []
    for number, line in enumerate(text, first):
        if number == following:
            yield start, b"".join(body)
            start, following, body = number, next(starts, 0), []
        body.append(line)
    yield start, b"".join(body)


def changed(path: Path, blocks: Sequence[Block]) -> Changed:
    """Return what of a file is not as it was when it was cut: stretches, nothing, or so much that it must be read again."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(blocks[0].size)
        if not _is(head, blocks[0]) or (head and not head.endswith(b"\n")):
            return "much"
        try:
            stretches = tuple(_iter_stretches(file, size, blocks))
        except _TooMuch:
            return "much"
    return Difference(head, stretches, tuple(blocks)) if stretches else "not"


class _TooMuch(Exception):
    """It is sooner read as a whole."""


def _iter_stretches(file: BinaryIO, size: int, blocks: Sequence[Block]) -> Iterator[Stretch]:
    """Stream the stretches of a file of this size, which has been read to the end of the first block."""
    left = max(LONGEST, size // SHARE)
    indexes: dict[int, list[int]] = {}
    for index, block in enumerate(blocks[1:], 1):
        indexes.setdefault(block.mark, []).append(index)
    at, moved = 1, 0
    while True:
        at = _same_until(file, blocks, at)
        if at == len(blocks) and file.tell() == size:
            return
        earliest = at
        if at == len(blocks) > 1:  # what is new may go on with the last row, and a small block grows
            at -= 1
            file.seek(-blocks[at].size, os.SEEK_CUR)
        body, index = _until_known(file, blocks, earliest, indexes, left)
        left -= len(body) + sum(block.size for block in blocks[at:index])
        if left < 0 or not _is_plain(body):
            raise _TooMuch
        line = blocks[at].line + moved if at < len(blocks) else 1 + moved
        before, rows = (sum(block.rows for block in some) for some in (blocks[:at], blocks[at:index]))
        yield Stretch(body, line, at, index, before, rows)
        if index == len(blocks):
            return
        moved = line + body.count(b"\n") - blocks[index].line
        at = index


def _same_until(file: BinaryIO, blocks: Sequence[Block], at: int) -> int:
    """Read over the blocks that stand where they are looked for; return the first that does not."""
    number, start = file.fileno(), file.tell()
    together = FEW
    with ThreadPoolExecutor(1) as other:  # reading and hashing let the others go on meanwhile
        while at < len(blocks):
            middle, end = at + together, at + 2 * together
            half = sum(block.size for block in blocks[at:middle])
            later = other.submit(_count_same, number, start + half, blocks[middle:end])
            same = _count_same(number, start, blocks[at:middle])
            if same == together:
                same += later.result()
            start += sum(block.size for block in blocks[at : at + same])
            at += same
            if same < 2 * together:
                break
            together = min(2 * together, MANY)
    file.seek(start)
    return at


def _count_same(file: int, start: int, blocks: Sequence[Block]) -> int:
    """Return how many blocks stand in an open file from this byte on, one after another."""
    for count, block in enumerate(blocks):
        if not _is(os.pread(file, block.size, start), block):
            return count
        start += block.size
    return len(blocks)


def _until_known(
    file: BinaryIO, blocks: Sequence[Block], at: int, indexes: Mapping[int, Sequence[int]], most: int
) -> tuple[bytes, int]:
    """Read up to where one of the blocks stands, from this one on, or the file ends; return that text, and which it is."""
    body: list[bytes] = []
    length = 0
    while line := file.readline():
        after = file.tell()
        for index in indexes.get(_mark(line), ()):
            if index >= at:
                file.seek(after - len(line))
                if _is(file.read(blocks[index].size), blocks[index]):
                    file.seek(after - len(line))
                    return b"".join(body), index
        file.seek(after)
        body.append(line)
        length += len(line)
        if length > most:
            raise _TooMuch
    return b"".join(body), len(blocks)


def untouched(path: Path, blocks: Sequence[Block], row: int) -> Difference:
    """Return the block with the n-th row of a file that has not changed, counted from 0, as a stretch."""
    before = 0
    index = 1
    while before + blocks[index].rows <= row:
        before += blocks[index].rows
        index += 1
    with path.open("rb") as file:
        head = file.read(blocks[0].size)
        file.seek(sum(block.size for block in blocks[1:index]), os.SEEK_CUR)
        body = file.read(blocks[index].size)
    stretch = Stretch(body, blocks[index].line, index, index + 1, before, blocks[index].rows)
    return Difference(head, (stretch,), tuple(blocks))


def _is_plain(body: bytes) -> bool:
    """Say whether a line feed ends each line: no carriage return stands alone."""
    return body.count(b"\r") == body.count(b"\r\n")


def _is(body: bytes, block: Block) -> bool:
    return len(body) == block.size and _digest(body) == block.digest


def _mark(line: bytes) -> int:
    return zlib.crc32(line)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
