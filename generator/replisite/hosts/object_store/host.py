"""The host of an object store: Amazon S3 and stores with its API, Google Cloud Storage, Azure Blob Storage.

Files change one by one, each whole or not at all. A file is backed up before it is replaced or deleted
(`previous_files`); the lists and the lock lie beside the sites (`state`).
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
from replisite.hosts.object_store.previous_files import PreviousFiles
from replisite.hosts.object_store.private_folder import OURS, Folder
from replisite.hosts.object_store.state import ObjectState
from replisite.model.live_files import LiveFile, Served

__all__ = ["ObjectStoreHost"]

LARGE: Final = 8 << 20
"""A file of so many bytes or more is sent in parts."""

PARTS: Final = 9_000
"""Amazon S3 takes 10,000 parts of a file (docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html)."""

PARTS_AT_ONCE: Final = 4
LISTED_AT_ONCE: Final = 1_000

_MD5 = re.compile(r"[0-9a-f]{32}\Z")


class ObjectStoreHost:
    """Holds sites in an opened store; changed paths are invalidated at the ``distribution``.

    Keys are the prefix and the path as they are: a store knows no encoding, and a visitor's ``/th%C3%A9`` is decoded
    before it is looked up. Whether index.html is served for a folder is up to the server before the store.
    """

    def __init__(
        self,
        opened: Opened,
        distribution: Distribution | None = None,
        *,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        self.features = opened.features
        self._store = opened.store
        self._patient = opened.patient
        self._errors = opened.errors
        self._prefix = f"{opened.prefix}/" if opened.prefix else ""
        self._distribution = distribution
        self._changes = Changes()
        self._run = secrets.token_hex(4)
        folder = Folder(opened.patient, opened.errors, f"{self._prefix}{OURS}")
        self._state = ObjectState(folder, has_conditions=opened.has_conditions, settle_seconds=settle_seconds)
        self._previous = PreviousFiles(folder)

    @property
    def state(self) -> ObjectState:
        """The lists, and the lock."""
        return self._state

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Connections end with the store."""

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:  # noqa: ARG002 - the protocol's
        """Begin; backups of older releases are removed. Files that differ must be put."""
        self._changes.is_everything = (
            release.is_resumed
        )  # changes of the deploy that was cut short are not known here
        await self._previous.begin(release.base, is_resumed=release.is_resumed)
        if not release.base and not release.is_resumed:
            await self._state.forget("before")  # its backups are removed
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
            raise self._errors.host_error(error, key) from error
        self._changes.note(file.path)

    async def delete(self, path: str) -> None:
        """Remove a file."""
        try:
            await self._store.delete_async(self._prefix + path)
        except FileNotFoundError:
            pass
        except FOREIGN as error:
            raise self._errors.host_error(error, self._prefix + path) from error
        self._changes.note(path)

    async def finish(self, release: Release, bundle: Bundle) -> None:  # noqa: ARG002 - the protocol's
        """Invalidate the changed paths at CloudFront; every file is live already."""
        if self._distribution is not None:
            await self._distribution.invalidate(self._changes.paths(), f"{release.name}-{self._run}")

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Do nothing: no server reads the files."""
        del files
        return ()

    async def abandon(self, release: Release) -> None:
        """Do nothing: live files stay."""

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream the stored files.

        Amazon's ETag is the MD5 of a file that was sent in one piece, unless the bucket encrypts with keys of its own
        (SSE-KMS); then every file seems to differ from the build, and a deploy with --refresh puts all of them again.
        """
        ours = f"{self._prefix}{OURS}/"
        is_md5 = isinstance(self._store, S3Store)
        try:
            async for batch in self._store.list(self._prefix.rstrip("/") or None, chunk_size=LISTED_AT_ONCE):
                for stored in batch:
                    if stored["path"].startswith(ours):
                        continue
                    tag = (stored["e_tag"] or "").strip('"')
                    path = stored["path"].removeprefix(self._prefix)
                    yield Listed(path, stored["size"], tag, is_md5 and _MD5.match(tag) is not None)
        except FOREIGN as error:
            raise self._errors.host_error(error, self._prefix.rstrip("/")) from error

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a file's stored bytes, and its headers."""
        try:
            answer = await self._store.get_async(self._prefix + path)
            body = bytes(await answer.bytes_async())
        except FOREIGN as error:
            raise self._errors.host_error(error, self._prefix + path) from error
        return body, {name.lower(): value for name, value in answer.attributes.items()}

    async def back_up(self, path: str) -> None:
        """Let the store copy the live file to the folder of previous files."""
        await self._previous.back_up(self._prefix + path, path)

    async def restore(self, path: str, release: str) -> None:
        """Let the store copy the backup back."""
        await self._previous.restore(self._prefix + path, path, release)
        self._changes.note(path)

    async def releases(self) -> Sequence[str]:
        """Return the releases with backups."""
        return await self._previous.releases()

    async def roll_back(self, release: str) -> None:
        """Files are restored one by one."""
        raise HostError(f"{release}: an object store restores files one by one")


@lru_cache(maxsize=256)
def _headers(served: Served) -> dict[str, str]:
    headers = {"Content-Type": served.content_type, "Cache-Control": served.cache_control}
    return headers | ({"Content-Encoding": served.encoding} if served.encoding else {})
