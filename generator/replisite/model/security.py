"""The headers that protect visitors, as they are sent with every answer.

A server, an edge or a list that the host reads sends them. An object store sends only its own headers.
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
"""Headers that describe one answer. They differ from file to file, so site.toml cannot set them for all."""

_A_YEAR = 31_536_000


def security_headers(site: Site) -> dict[str, str]:
    """Return the headers by name: the defaults, changed by site.toml, without those that it empties."""
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
    """Return the Content-Security-Policy (CSP Level 3) of sites that load only owners' photos from other hosts.

    Where owners have hosts of their own, shared files come from the company's host. ``style`` attributes align the columns
    of Markdown's tables; style elements and scripts within a page are not allowed.
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
    """Stream the origins of the shop and of other ``[links]``; only a scheme where hosts differ by owner."""
    for template in site.links.values():
        matched = re.match(r"(https?)://([^/?#{}]*)((?:\{[^/?;&#])?)", template, re.IGNORECASE)
        if matched:
            scheme, host, variable = matched.groups()
            yield f"{scheme.lower()}:" if variable or not host else f"{scheme.lower()}://{host}"
