"""The scan of a host: the files that the host itself lists, compared with what was built, where the list is not trusted."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from replisite.deploy.journal import Journal
from replisite.deploy.states import Seen
from replisite.deploy.transfer import retried
from replisite.errors import ReplisiteError
from replisite.hosts import Bundle, Host, HostError
from replisite.model.live_files import LiveFile

__all__ = ["has_headers", "scan"]

AT_ONCE: Final = 64
"""How many files are compared at the same time."""

REPORTED_EVERY: Final = 500


async def scan(host: Host, bundle: Bundle, journal: Journal, progress: Callable[[int], None]) -> None:
    """Record in a journal that has just begun what is on the host; ``progress`` gets the number of files so far.

    A file with the bytes and the headers that were built is recorded as present. Every other file stays seen, so that
    the deploy puts it again or deletes it. Raises HostError.
    """
    await retried(partial(_record_listed, host, journal, progress))
    compared = 0
    for batch in _batches(bundle.files()):
        seen = journal.seen(file.path for file in batch)
        pairs = [(file, seen[file.path]) for file in batch if file.path in seen]
        same = await asyncio.gather(*(_is_same(host, bundle, *pair) for pair in pairs))
        for (file, _), is_same in zip(pairs, same, strict=True):
            if is_same:
                journal.put(file)
        compared += len(batch)
        progress(compared)
    journal.flush()


async def _record_listed(host: Host, journal: Journal, progress: Callable[[int], None]) -> None:
    number = 0
    async for listed in host.listing():
        journal.see(Seen(listed.path, listed.size, listed.tag if listed.tag_is_md5 else ""))
        number += 1
        if number % REPORTED_EVERY == 0:
            progress(number)


async def _is_same(host: Host, bundle: Bundle, file: LiveFile, seen: Seen) -> bool:
    try:
        body = await asyncio.to_thread(bundle.body, file)
    except ReplisiteError:
        return False  # reported when the file is put
    stored = body if isinstance(body, bytes) else await asyncio.to_thread(Path.read_bytes, body)
    if len(stored) != seen.size:
        return False
    if seen.md5 and seen.md5 != hashlib.md5(stored, usedforsecurity=False).hexdigest():
        return False
    try:
        live, headers = await retried(partial(host.read, file.path))
    except HostError as error:
        if error.may_pass:
            raise
        return False
    return live == stored and has_headers(file, headers)


def has_headers(file: LiveFile, headers: Mapping[str, str]) -> bool:
    """Say whether a file has the headers that it should have; a host that stores none returns none."""
    expected = {
        "content-type": file.served.content_type,
        "cache-control": file.served.cache_control,
        "content-encoding": file.served.encoding,
    }
    return not headers or all(
        _plain(headers.get(name, "")) == _plain(value) for name, value in expected.items()
    )


def _plain(value: str) -> str:
    return value.replace(" ", "").lower()


def _batches(files: Iterable[LiveFile]) -> Iterator[list[LiveFile]]:
    stream = iter(files)
    while batch := list(islice(stream, AT_ONCE)):
        yield batch
