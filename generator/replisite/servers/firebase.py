"""For Firebase Hosting: ``firebase.json``, beside a folder of releases.

A path that several rules match gets the headers of all of them, and of one header the last (firebase.google.com,
"Configure hosting behavior"). Host names are configured in Firebase itself, so hosts cannot be redirected here.
"""

from __future__ import annotations

import json
from typing import Any

from replisite.model.live_files import Group
from replisite.model.redirects import Redirect
from replisite.servers.rules import ServerFiles, Sites

__all__ = ["firebase_files"]


def firebase_files(sites: Sites) -> ServerFiles:
    """Return ``firebase.json``, with ``current`` as the public folder."""
    known = [redirect for redirect in sites.redirects if not redirect.is_host]
    forever, shared = sites.cache.of(Group.FINGERPRINTED), sites.cache.of(Group.SHARED)
    headers = [
        _headers("**", {**sites.headers, "Cache-Control": sites.cache.of(Group.PAGE)}),
        *(_headers(f"/{folder}**", {"Cache-Control": shared}) for folder in sites.shared),
        *(_headers(f"/{folder}**", {"Cache-Control": forever}) for folder in sites.once),
        *(_headers(f"/{_plain(path)}", {"Cache-Control": forever}) for path in sites.fingerprinted),
    ]
    hosting = {
        "public": "current",
        "ignore": ["**/.*", "**/*.html.gz", "**/*.br"],
        "redirects": [_redirect(redirect) for redirect in known],
        "headers": headers,
    }
    text = json.dumps({"hosting": hosting}, indent=1, ensure_ascii=False) + "\n"
    left_out = [redirect for redirect in sites.redirects if redirect.is_host]
    return ServerFiles({"firebase.json": text.encode()}, len(known), len(known), left_out)


def _headers(source: str, headers: dict[str, str]) -> dict[str, Any]:
    return {"source": source, "headers": [{"key": name, "value": value} for name, value in headers.items()]}


def _redirect(redirect: Redirect) -> dict[str, Any]:
    """Return a rule; its source is a capture where the destination uses it, otherwise a glob."""
    if redirect.keeps_path:
        source, target = f"{redirect.source}:rest*", f"{redirect.target}:rest*"
    else:
        source, target = f"{redirect.source.rstrip('/')}{{,/**}}", redirect.target
    return {"source": source, "destination": target, "type": int(redirect.status)}


def _plain(path: str) -> str:
    """Return a path as a pattern that matches it alone (extglob)."""
    return "".join(f"\\{letter}" if letter in "*?[]{}()!+@\\" else letter for letter in path)
