"""The check after a deploy: some files of every group and some owners' pages, fetched as a visitor gets them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

import httpx

from replisite.hosts import HostFeatures
from replisite.model.addresses import HOSTS
from replisite.model.live_files import Group, LiveFile

__all__ = ["Verification", "sample_of", "verify"]

OF_A_GROUP: Final = 4
OWNERS: Final = 6

TRIES: Final = 4
PAUSE: Final = 1.5
"""Seconds between two requests: a cache in front of a host may need a moment to notice a change."""

TIMEOUT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Verification:
    """``count`` files were fetched; ``differences`` are those that differ from the build, each with its address.

    ``unreached`` says why the sites cannot be reached; empty if they can.
    """

    count: int = 0
    differences: tuple[str, ...] = ()
    unreached: str = ""


def sample_of(files: Iterable[LiveFile], total: int) -> list[LiveFile]:
    """Return some files of a list of ``total``: of each group the first and some evenly, and the home pages of owners.

    The same list gives the same files.
    """
    seen: dict[Group, list[LiveFile]] = {group: [] for group in Group}
    homes: list[LiveFile] = []
    step = max(1, total // (OF_A_GROUP * len(Group)))
    for number, file in enumerate(files):
        sample = seen[file.group]
        if not sample or (number % step == 0 and len(sample) < OF_A_GROUP):
            sample.append(file)
        if file.path.count("/") == 1 + 2 * file.path.startswith(HOSTS) and file.path.endswith("/index.html"):
            homes.append(file)
            if len(homes) > 2 * OWNERS:
                del homes[1::2]  # the first stays, and the rest stay spread
    chosen = {file.path: file for sample in seen.values() for file in sample}
    chosen |= {file.path: file for file in homes[:OWNERS]}
    return [chosen[path] for path in sorted(chosen)]


async def verify(
    files: Iterable[LiveFile], url: str, features: HostFeatures, *, is_own: bool
) -> Verification:
    """Fetch files from where they are live, and compare bytes and headers.

    ``url`` is the sites' address, without a slash at its end. ``is_own``: visitors use this address, so owners' sites are
    fetched from their own hosts.
    """
    listed = list(files)
    async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
        try:
            differences = await asyncio.gather(
                *(_compared(client, file, url, features, is_own) for file in listed)
            )
        except httpx.TransportError as error:
            return Verification(0, (), f"{url}: {str(error) or type(error).__name__}")
    return Verification(len(listed), tuple(sorted(filter(None, differences))))


async def _compared(
    client: httpx.AsyncClient, file: LiveFile, url: str, features: HostFeatures, is_own: bool
) -> str:
    """Return how a file differs, with its address; empty if it does not."""
    address, headers = _address(file.path, url, is_own)
    difference = ""
    for number in range(TRIES):
        if number:
            await asyncio.sleep(PAUSE)
        answer = await client.get(address, headers=headers)
        difference = _difference(file, answer, features)
        if not difference:
            return ""
    return f"{address}: {difference}"


def _difference(file: LiveFile, answer: httpx.Response, features: HostFeatures) -> str:
    expected = 404 if file.path == "404.html" else 200
    if answer.status_code not in {200, expected}:
        return f"answers {answer.status_code}"
    if hashlib.sha256(answer.content).hexdigest() != file.digest:
        return "differs from the build (other bytes)"
    kind = answer.headers.get("content-type", "")
    expected_kind = file.served.content_type
    if features.headers in {"metadata", "server"} and not _same_type(kind, expected_kind):
        return f'is served as "{kind}" instead of "{expected_kind}"'
    cache = answer.headers.get("cache-control", "")
    if features.headers == "metadata" and cache != file.served.cache_control:
        return f'has Cache-Control "{cache}" instead of "{file.served.cache_control}"'
    return ""


def _same_type(kind: str, expected: str) -> bool:
    """Say whether two media types are the same; JavaScript and XML have two names each (RFC 9239 §6, RFC 7303 §9.2)."""
    pairs = (("application/javascript", "text/javascript"), ("text/xml", "application/xml"))
    first, second = (text.replace(" ", "").lower() for text in (kind, expected))
    for old, new in pairs:
        first = first.replace(old, new)
    return first == second or (first == second.partition(";")[0] and not second.startswith("text/html"))


def _address(path: str, url: str, is_own: bool) -> tuple[str, dict[str, str]]:
    """Return the address of a file, and the headers of the request."""
    host = ""
    if path.startswith(HOSTS):
        host, _, path = path.removeprefix(HOSTS).partition("/")
    shown = path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path
    if not host:
        return f"{url}/{quote(shown)}", {}
    if is_own:
        return f"{urlsplit(url).scheme}://{host}/{quote(shown)}", {}
    return f"{url}/{quote(shown)}", {"Host": host}
