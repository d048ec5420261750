"""For Netlify: ``_headers`` and ``_redirects`` at the root (docs.netlify.com, Custom headers; Redirects).

By default Netlify lets browsers ask again each time (``max-age=0, must-revalidate``). It joins the values that several
rules give one header of a path, so no two rules here give the same path a ``Cache-Control``: pages have none, whatever
``page_seconds`` is.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from replisite.model.live_files import Group
from replisite.model.redirects import Redirect
from replisite.servers.rules import ServerFiles, Sites

__all__ = ["netlify_files"]


def netlify_files(sites: Sites) -> ServerFiles:
    """Return both files. A redirect applies whether a file exists or not (``!``), so that an alias has one meaning."""
    headers = "".join(f"{line}\n" for line in _headers(sites)).encode()
    redirects = "".join(f"{_redirect(redirect, sites.url)}\n" for redirect in sites.redirects).encode()
    count = len(sites.redirects)
    return ServerFiles({"_headers": headers, "_redirects": redirects}, count, count)


def _headers(sites: Sites) -> Iterator[str]:
    yield "/*"
    yield from (f"  {name}: {value}" for name, value in sites.headers.items())
    for folder in sites.shared:
        yield f"/{quote(folder)}*"
        yield f"  Cache-Control: {sites.cache.of(Group.SHARED)}"
    for folder in sites.once:
        yield f"/{quote(folder)}*"
        yield f"  Cache-Control: {sites.cache.of(Group.FINGERPRINTED)}"
    for path in sites.fingerprinted:
        if not path.startswith(tuple(sites.shared)):
            yield f"/{quote(path)}"
            yield f"  Cache-Control: {sites.cache.of(Group.FINGERPRINTED)}"


def _redirect(redirect: Redirect, url: str) -> str:
    scheme = url.partition("://")[0]
    source = f"{scheme}://{redirect.source}/*" if redirect.is_host else f"{redirect.source}*"
    return f"{source} {redirect.target}{':splat' if redirect.keeps_path else ''} {redirect.status}!"
