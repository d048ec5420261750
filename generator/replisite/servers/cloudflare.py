"""For Cloudflare's Workers and Pages: ``_headers`` and ``_redirects`` at the root.

Of several rules that match a path the values of one header are joined, so a later rule first takes away what an earlier
gave (``! Cache-Control``). ``/old/*`` does not match ``/old``, which has a rule of its own. A source is a path: hosts
cannot be redirected here (developers.cloudflare.com, Workers, Static assets, Headers and Redirects).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from replisite.errors import UsageError
from replisite.model.live_files import Group
from replisite.model.redirects import Redirect
from replisite.servers.rules import ServerFiles, Sites

__all__ = ["HEADER_RULES", "cloudflare_files"]

HEADER_RULES: Final = 100
"""How many rules ``_headers`` may have; fingerprinted files beyond are served as other shared files are."""


def cloudflare_files(sites: Sites) -> ServerFiles:
    """Return both files. Raises UsageError for a header that Cloudflare would fill with part of the address."""
    headers = "".join(f"{line}\n" for line in _headers(sites)).encode()
    known = [one for one in sites.redirects if not one.is_host]
    redirects = "".join(f"{line}\n" for one in known for line in _redirect(one)).encode()
    left_out = [one for one in sites.redirects if one.is_host]
    files = {"_headers": headers, "_redirects": redirects}
    return ServerFiles(files, 2 * len(known), len(known), left_out)


def _headers(sites: Sites) -> Iterator[str]:
    yield "/*"
    for name, value in sites.headers.items():
        if ":splat" in value:
            raise UsageError(
                f"Cloudflare puts part of the address in the place of :splat in {name}; write it without"
            )
        yield f"  {name}: {value}"
    if sites.cache.page_seconds:
        yield "  ! Cache-Control"
        yield f"  Cache-Control: {sites.cache.of(Group.PAGE)}"
    rules = [
        *((f"{quote(folder)}*", Group.SHARED) for folder in sites.shared),
        *((f"{quote(folder)}*", Group.FINGERPRINTED) for folder in sites.once),
        *((quote(path), Group.FINGERPRINTED) for path in sites.fingerprinted),
    ]
    for source, group in rules[: HEADER_RULES - 1]:
        yield f"/{source}"
        yield "  ! Cache-Control"
        yield f"  Cache-Control: {sites.cache.of(group)}"


def _redirect(one: Redirect) -> Iterator[str]:
    yield f"{one.source.rstrip('/')} {one.target} {one.status}"
    yield f"{one.source}* {one.target}{':splat' if one.keeps_path else ''} {one.status}"
