"""What is live, looked at after a deploy as a visitor gets it: some files of every group, and some owners' pages."""

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

__all__ = ["Looked", "look", "sample_of"]

OF_A_GROUP: Final = 4
OWNERS: Final = 6

TRIES: Final = 4
PAUSE: Final = 1.5
"""Seconds between two looks: what is in front of a host may need a moment to hear of a change."""

TIMEOUT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Looked:
    """``count`` files were looked at; ``differences`` say what is not as it was built, each with its address.

    ``unreached`` says why nobody could look, if nobody could.
    """

    count: int = 0
    differences: tuple[str, ...] = ()
    unreached: str = ""


def sample_of(files: Iterable[LiveFile], total: int) -> list[LiveFile]:
    """Return some files of a list of ``total``: of each group the first and some evenly, and the home pages of owners.

    The same ones for the same list.
    """
    seen: dict[Group, list[LiveFile]] = {group: [] for group in Group}
    homes: list[LiveFile] = []
    step = max(1, total // (OF_A_GROUP * len(Group)))
    for number, file in enumerate(files):
        found = seen[file.group]
        if not found or (number % step == 0 and len(found) < OF_A_GROUP):
            found.append(file)
        if file.path.count("/") == 1 + 2 * file.path.startswith(HOSTS) and file.path.endswith("/index.html"):
            homes.append(file)
            if len(homes) > 2 * OWNERS:
                del homes[1::2]  # the first stays, and the rest stay spread
    chosen = {file.path: file for found in seen.values() for file in found}
    chosen |= {file.path: file for file in homes[:OWNERS]}
    return [chosen[path] for path in sorted(chosen)]


async def look(files: Iterable[LiveFile], url: str, facts: HostFeatures, *, is_own: bool) -> Looked:
    """Fetch files from where they are live, and compare bytes and headers.

    ``url`` is the sites' address, without a slash at its end. ``is_own`` says that it is the sites' real one, so that
    owners' hosts are asked by their own names.
    """
    listed = list(files)
    async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
        try:
            found = await asyncio.gather(*(_looked(client, file, url, facts, is_own) for file in listed))
        except httpx.TransportError as error:
            return Looked(0, (), f"{url}: {str(error) or type(error).__name__}")
    return Looked(len(listed), tuple(sorted(difference for difference in found if difference)))


async def _looked(
    client: httpx.AsyncClient, file: LiveFile, url: str, facts: HostFeatures, is_own: bool
) -> str:
    address, headers = _address(file.path, url, is_own)
    told = ""
    for number in range(TRIES):
        if number:
            await asyncio.sleep(PAUSE)
        answer = await client.get(address, headers=headers)
        told = _difference(file, answer, facts)
        if not told:
            return ""
    return f"{address}: {told}"


def _difference(file: LiveFile, answer: httpx.Response, facts: HostFeatures) -> str:
    expected = 404 if file.path == "404.html" else 200
    if answer.status_code not in {200, expected}:
        return f"answers {answer.status_code}"
    if hashlib.sha256(answer.content).hexdigest() != file.digest:
        return "has other bytes than were built"
    kind = answer.headers.get("content-type", "")
    wanted = file.served.content_type
    if facts.headers in {"metadata", "server"} and not _same_type(kind, wanted):
        return f'is served as "{kind}" instead of "{wanted}"'
    cache = answer.headers.get("cache-control", "")
    if facts.headers == "metadata" and cache != file.served.cache_control:
        return f'has Cache-Control "{cache}" instead of "{file.served.cache_control}"'
    return ""


def _same_type(found: str, wanted: str) -> bool:
    """Say whether two media types are the same; JavaScript and XML have two names each (RFC 9239 §6, RFC 7303 §9.2)."""
    pairs = (("application/javascript", "text/javascript"), ("text/xml", "application/xml"))
    first, second = (text.replace(" ", "").lower() for text in (found, wanted))
    for old, new in pairs:
        first = first.replace(old, new)
    return first == second or (first == second.partition(";")[0] and not second.startswith("text/html"))


def _address(path: str, url: str, is_own: bool) -> tuple[str, dict[str, str]]:
    """Return where a file is fetched, and the headers with which."""
    host = ""
    if path.startswith(HOSTS):
        host, _, path = path.removeprefix(HOSTS).partition("/")
    shown = path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path
    if not host:
        return f"{url}/{quote(shown)}", {}
    if is_own:
        return f"{urlsplit(url).scheme}://{host}/{quote(shown)}", {}
    return f"{url}/{quote(shown)}", {"Host": host}
