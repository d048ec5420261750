"""The invalidation of changed paths at CloudFront, so that it fetches them again.

The distribution's origin is the bucket, and its origin path the prefix: the object ``<prefix>/jane/index.html`` is the
page ``/jane/``.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from replisite.errors import UsageError
from replisite.hosts.host import HostError
from replisite.model.live_files import Group, group_of

__all__ = ["Changes", "Distribution"]

MOST: Final = 15
"""How many paths are invalidated at most: CloudFront takes 15 with a wildcard at a time, and 3,000 without one.

(docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html) Beyond the first 1,000 of a month
each path costs the same, with a wildcard or without, so the limit holds for both.
"""

EVERYTHING: Final = "/*"

_PASSING = frozenset(
    {"TooManyInvalidationsInProgress", "Throttling", "ThrottlingException", "ServiceUnavailable"}
)


class Changes:
    """The paths that changed: at most `MOST` files, beyond that the folders at the top, beyond `MOST` of these everything."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._tops: set[str] = set()
        self.is_everything = False

    def note(self, path: str) -> None:
        """Note a file that changed or is gone. A fingerprinted file never changes."""
        if group_of(path) is Group.FINGERPRINTED:
            return
        if len(self._files) <= MOST:
            self._files.add(path)
        if len(self._tops) <= MOST:
            top, slash, _ = path.partition("/")
            self._tops.add(top + slash)

    def paths(self) -> Sequence[str]:
        """Return the paths of addresses to invalidate; a folder's page has three addresses.

        >>> changes = Changes()
        >>> changes.note("jane/index.html")
        >>> changes.paths()
        ['/jane', '/jane/', '/jane/index.html']
        """
        if self.is_everything or len(self._tops) > MOST:
            return [EVERYTHING]
        if len(self._files) <= MOST:
            return sorted({address for path in self._files for address in _addresses(path)})
        files = {address for top in self._tops if not top.endswith("/") for address in _addresses(top)}
        return sorted(files | {f"/{quote(top)}*" for top in self._tops if top.endswith("/")})


def _addresses(path: str) -> Sequence[str]:
    address = f"/{quote(path)}"
    folder = address.removesuffix("index.html")
    if folder == address or not folder.endswith("/"):
        return [address]
    return [address, folder, folder.rstrip("/")] if folder != "/" else [address, folder]


class Distribution:
    """One distribution, reached with boto3, which finds its own keys. Raises UsageError without boto3."""

    def __init__(self, name: str) -> None:
        if importlib.util.find_spec("boto3") is None:
            raise UsageError('cloudfront in site.toml needs boto3; pip install "replisite[cloudfront]"')
        self._name = name

    async def invalidate(self, paths: Sequence[str], reference: str) -> None:
        """Invalidate paths. Two requests with the same reference count as one (CallerReference)."""
        if paths:
            await asyncio.to_thread(self._invalidate, paths, reference)

    def _invalidate(self, paths: Sequence[str], reference: str) -> None:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError

        batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}
        where = f"CloudFront {self._name}"
        try:
            client = boto3.client("cloudfront", region_name="us-east-1")
            client.create_invalidation(DistributionId=self._name, InvalidationBatch=batch)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            may_pass = code in _PASSING or status >= 500
            effect = "all files are live in the bucket, but CloudFront serves old copies until this is fixed"
            raise HostError(f"{where}: {code}; {effect}", may_pass=may_pass) from error
        except BotoCoreError as error:
            raise HostError(f"{where}: {error}", may_pass=True) from error
