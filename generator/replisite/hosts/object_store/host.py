"""An object store: Amazon S3 and whatever speaks its language, Google Cloud Storage, Azure Blob Storage.

Files change one by one, each whole or not at all. What is overwritten or deleted is kept first, so that one can go back
(`object_kept`); lists and the turn lie beside the sites (`object_state`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from obstore.store import S3Store

from replisite.hosts.host import Body, Bundle, HostError, Listed, Release
from replisite.hosts.object_store.cloudfront import Changes, Distribution
from replisite.hosts.object_store.errors import FOREIGN
from replisite.hosts.object_store.lock import SETTLE_SECONDS
from replisite.hosts.object_store.open import Opened
from replisite.hosts.object_store.previous_files import Keepings
from replisite.hosts.object_store.private_folder import OURS, Folder
from replisite.hosts.object_store.state import ObjectState
from replisite.model.live_files import LiveFile, Served

__all__ = ["ObjectStoreHost"]

LARGE: Final = 8 << 20
"""From so many bytes on a file is sent in parts."""

PARTS: Final = 9_000
"""Amazon S3 takes 10,000 parts of a file (docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html)."""

PARTS_AT_ONCE: Final = 4
LISTED_AT_ONCE: Final = 1_000

_MD5 = re.compile(r"[0-9a-f]{32}\Z")


class ObjectStoreHost:
    """Keeps sites in an opened store; ``distribution`` is told what has changed.

    Keys are the prefix and the path as they are: a store knows no encoding, and a visitor's ``/th%C3%A9`` is decoded
    before it is looked up. Whether index.html is served for a folder is the business of what stands before the store.
    """

    def __init__(
        self,
        opened: Opened,
        distribution: Distribution | None = None,
        *,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        self.facts = opened.facts
        self._store = opened.store
        self._patient = opened.patient
        self._border = opened.border
        self._prefix = f"{opened.prefix}/" if opened.prefix else ""
        self._distribution = distribution
        self._changes = Changes()
        self._run = secrets.token_hex(4)
        folder = Folder(opened.patient, opened.border, f"{self._prefix}{OURS}")
        self._state = ObjectState(folder, is_sure=opened.is_sure, settle_seconds=settle_seconds)
        self._keepings = Keepings(folder)

    @property
    def state(self) -> ObjectState:
        """The lists, and whose turn it is."""
        return self._state

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Connections end with the store."""

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:  # noqa: ARG002 - the protocol's
        """Begin; what was kept of older releases goes. What differs must be put."""
        self._changes.is_everything = release.is_resumed  # what an earlier try changed, nobody has told
        await self._keepings.begin(release.base, is_resumed=release.is_resumed)
        if not release.base and not release.is_resumed:
            await self._state.forget("before")  # nothing is kept of it any more
        return None

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put a file with its headers; a large one in parts, which become a file when all are there."""
        key = self._prefix + file.path
        headers = _headers(file.served)
        try:
            if isinstance(body, Path) or len(body) >= LARGE:
                part = max(LARGE, file.size // PARTS)
                await self._patient.put_async(
                    key, body, attributes=headers, chunk_size=part, max_concurrency=PARTS_AT_ONCE
                )
            else:
                await self._store.put_async(key, body, attributes=headers, use_multipart=False)
        except FOREIGN as error:
            raise self._border.told(error, key) from error
        self._changes.note(file.path)

    async def delete(self, path: str) -> None:
        """Remove a file."""
        try:
            await self._store.delete_async(self._prefix + path)
        except FileNotFoundError:
            pass
        except FOREIGN as error:
            raise self._border.told(error, self._prefix + path) from error
        self._changes.note(path)

    async def finish(self, release: Release, bundle: Bundle) -> None:  # noqa: ARG002 - the protocol's
        """Let CloudFront know; everything else is live already."""
        if self._distribution is not None:
            await self._distribution.invalidate(self._changes.paths(), f"{release.name}-{self._run}")

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """No server of ours reads any."""
        del files
        return ()

    async def abandon(self, release: Release) -> None:
        """What is live stays."""

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream what is there.

        Amazon's ETag is the MD5 of what was sent in one piece, unless the bucket encrypts with keys of its own
        (SSE-KMS); then nothing seems to be as it was built, and a deploy with --refresh puts everything again.
        """
        ours = f"{self._prefix}{OURS}/"
        is_md5 = isinstance(self._store, S3Store)
        try:
            async for batch in self._store.list(self._prefix.rstrip("/") or None, chunk_size=LISTED_AT_ONCE):
                for found in batch:
                    if found["path"].startswith(ours):
                        continue
                    tag = (found["e_tag"] or "").strip('"')
                    path = found["path"].removeprefix(self._prefix)
                    yield Listed(path, found["size"], tag, is_md5 and _MD5.match(tag) is not None)
        except FOREIGN as error:
            raise self._border.told(error, self._prefix.rstrip("/")) from error

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return what is stored, and the headers that go with it."""
        try:
            answer = await self._store.get_async(self._prefix + path)
            body = bytes(await answer.bytes_async())
        except FOREIGN as error:
            raise self._border.told(error, self._prefix + path) from error
        return body, {name.lower(): value for name, value in answer.attributes.items()}

    async def keep(self, path: str) -> None:
        """Let the store copy what is live to where it can be found again."""
        await self._keepings.keep(self._prefix + path, path)

    async def restore(self, file: LiveFile, release: str) -> None:
        """Let the store copy back what was kept."""
        await self._keepings.restore(self._prefix + file.path, file.path, release)
        self._changes.note(file.path)

    async def releases(self) -> Sequence[str]:
        """Return the releases of which files are kept."""
        return await self._keepings.names()

    async def go_back(self, release: str) -> None:
        """Files are restored one by one."""
        raise HostError(f"{release}: an object store restores files one by one")


@lru_cache(maxsize=256)
def _headers(served: Served) -> dict[str, str]:
    headers = {"Content-Type": served.content_type, "Cache-Control": served.cache_control}
    return headers | ({"Content-Encoding": served.encoding} if served.encoding else {})
