"""For Cloudflare's Workers and Pages: ``_headers`` and ``_redirects`` at the root.

Cloudflare joins the values that several rules give one header of a path, so a later rule first removes the value of an
earlier one (``! Cache-Control``). ``/old/*`` does not match ``/old``, which has a rule of its own. A source is a path: hosts
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
    known = [redirect for redirect in sites.redirects if not redirect.is_host]
    redirects = "".join(f"{line}\n" for redirect in known for line in _redirect(redirect)).encode()
    left_out = [redirect for redirect in sites.redirects if redirect.is_host]
    files = {"_headers": headers, "_redirects": redirects}
    return ServerFiles(files, 2 * len(known), len(known), left_out)


def _headers(sites: Sites) -> Iterator[str]:
    yield "/*"
    for name, value in sites.headers.items():
        if ":splat" in value:
            raise UsageError(f"Cloudflare replaces :splat in {name} by a part of the address; remove :splat")
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


def _redirect(redirect: Redirect) -> Iterator[str]:
    source, target, status = redirect.source, redirect.target, redirect.status
    yield f"{source.rstrip('/')} {target} {status}"
    yield f"{source}* {target}{':splat' if redirect.keeps_path else ''} {status}"
