"""What is really there, where nobody trusts the list: every file that the host lists, compared with what was built."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from replisite.deploy.journal import Journal
from replisite.deploy.transfer import retried
from replisite.errors import ReplisiteError
from replisite.hosts import Bundle, Host, HostError
from replisite.model.live_files import LiveFile, Served

__all__ = ["has_headers", "look_at"]

_UNKNOWN: Final = "unknown"
"""In the place of an encoding: of this file only the path, the size and the host's tag are known."""

AT_ONCE: Final = 64
TOLD_EVERY: Final = 500


async def look_at(host: Host, bundle: Bundle, journal: Journal, progress: Callable[[int], None]) -> None:
    """Write into a journal, which has just begun, what is there.

    A file whose bytes and headers are those that were built is as it was built; of any other only the path is known, so
    that it will be put again, or deleted. Raises HostError.
    """
    await retried(partial(_note_listed, host, journal, progress))
    looked = 0
    for batch in _batches(bundle.files()):
        there = journal.known(file.path for file in batch)
        pairs = [(file, there[file.path]) for file in batch if file.path in there]
        same = await asyncio.gather(*(_is_same(host, bundle, *pair) for pair in pairs))
        for (file, _), is_same in zip(pairs, same, strict=True):
            if is_same:
                journal.put(file)
        looked += len(batch)
        progress(looked)
    journal.flush()


async def _note_listed(host: Host, journal: Journal, progress: Callable[[int], None]) -> None:
    number = 0
    async for listed in host.listing():
        tag = listed.tag if listed.tag_is_md5 else ""
        journal.put(LiveFile(listed.path, "?", listed.size, Served("", tag, _UNKNOWN)))
        number += 1
        if number % TOLD_EVERY == 0:
            progress(number)


async def _is_same(host: Host, bundle: Bundle, file: LiveFile, there: LiveFile) -> bool:
    try:
        body = await asyncio.to_thread(bundle.body, file)
    except ReplisiteError:
        return False  # it is told when it is put
    stored = body if isinstance(body, bytes) else await asyncio.to_thread(Path.read_bytes, body)
    if len(stored) != there.size:
        return False
    md5 = there.served.cache_control
    if md5 and md5 != hashlib.md5(stored, usedforsecurity=False).hexdigest():
        return False
    try:
        found, headers = await retried(partial(host.read, file.path))
    except HostError as error:
        if error.may_pass:
            raise
        return False
    return found == stored and has_headers(file, headers)


def has_headers(file: LiveFile, headers: Mapping[str, str]) -> bool:
    """Say whether a file has the headers that it should have; a host that keeps none tells none."""
    wanted = file.served
    told = {
        "content-type": wanted.content_type,
        "cache-control": wanted.cache_control,
        "content-encoding": wanted.encoding,
    }
    return not headers or all(_plain(headers.get(name, "")) == _plain(value) for name, value in told.items())


def _plain(value: str) -> str:
    return value.replace(" ", "").lower()


def _batches(files: Iterable[LiveFile]) -> Iterator[list[LiveFile]]:
    stream = iter(files)
    while batch := list(islice(stream, AT_ONCE)):
        yield batch
