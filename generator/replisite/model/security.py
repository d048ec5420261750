"""The headers that protect visitors, as they are sent with every answer.

They are sent by a server, an edge or a list that the host reads. An object store sends none but those of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from replisite.model.site import Site

__all__ = ["NAMED", "SERVERS_OWN", "security_headers"]

NAMED: Final = {
    "csp": "Content-Security-Policy",
    "content_type_options": "X-Content-Type-Options",
    "referrer_policy": "Referrer-Policy",
    "permissions_policy": "Permissions-Policy",
    "frame_options": "X-Frame-Options",
    "hsts": "Strict-Transport-Security",
}
"""The keys of site.toml's ``[headers]`` and the headers that they stand for, in the order in which they are sent."""

SERVERS_OWN: Final = frozenset(
    {
        "age",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "etag",
        "expires",
        "keep-alive",
        "last-modified",
        "location",
        "server",
        "set-cookie",
        "transfer-encoding",
        "vary",
    }
)
"""Headers that say what one answer is. They differ from file to file, and nobody writes them for all."""

_A_YEAR = 31_536_000


def security_headers(site: Site) -> dict[str, str]:
    """Return the headers by name: ours, changed by site.toml, without those that it empties."""
    headers = {
        "Content-Security-Policy": _policy(site),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "X-Frame-Options": "SAMEORIGIN",
    }
    if site.url.startswith("https://"):
        headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
    return {name: value for name, value in {**headers, **site.headers}.items() if value}


def _policy(site: Site) -> str:
    """Return the Content-Security-Policy (CSP Level 3) of sites that load nothing of others but owners' photos.

    Where owners have hosts of their own, what exists once comes from the company's. Columns of Markdown's tables are
    aligned by ``style`` attributes; style elements and scripts within a page are not allowed.
    """
    ours = "'self'"
    if site.addresses.has_hosts:
        parts = urlsplit(site.url)
        ours = f"'self' {parts.scheme}://{parts.netloc}"
    rules = {
        "default-src": ours,
        "base-uri": "'self'",
        "form-action": " ".join(dict.fromkeys([*ours.split(), *_form_targets(site)])),
        "frame-ancestors": "'self'",
        "img-src": f"{ours} data: https:",
        "object-src": "'none'",
        "style-src": ours,
        "style-src-attr": "'unsafe-inline'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def _form_targets(site: Site) -> Iterator[str]:
    """Stream the origins of the shop and whatever else ``[links]`` lead to; a scheme where hosts differ by owner."""
    for template in site.links.values():
        found = re.match(r"(https?)://([^/?#{}]*)((?:\{[^/?;&#])?)", template, re.IGNORECASE)
        if found:
            yield f"{found[1].lower()}:" if found[3] or not found[2] else f"{found[1].lower()}://{found[2]}"
