"""For Caddy 2: a snippet for a site block.

    www.tea.example {
        import /srv/www/tea/site.caddy
    }

Caddy searches a map line by line, so the map is used only for paths without a site: existing sites take no more time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from replisite.errors import UsageError
from replisite.model.live_files import KNOWN_TYPES, LISTS, PAGE_SUFFIXES, TEXT_TYPES, Group
from replisite.model.redirects import Redirect
from replisite.servers.rules import PREVIOUS_SUFFIXES, ServerFiles, Sites

__all__ = ["caddy_files"]

_HEX = "|".join(
    [f"[a-f]{{{count}}}[0-9][0-9a-f]{{{7 - count},}}" for count in range(8)] + ["[a-f]{8,}[0-9][0-9a-f]*"]
)
_LONG = "|".join(
    [f"[a-z]{{{count}}}[0-9][0-9a-z]{{{19 - count},}}" for count in range(20)] + ["[a-z]{20,}[0-9][0-9a-z]*"]
)
FINGERPRINT: Final = rf"[.-](?:{_HEX}|{_LONG})\.[a-z0-9.]+$"
"""`model.live_files.FINGERPRINT` without its look-ahead, which RE2 does not have: by the position of the first digit."""


def caddy_files(sites: Sites) -> ServerFiles:
    """Return ``site.caddy``. Raises UsageError for what Caddy cannot write."""
    text = "".join(f"{line}\n" for line in _lines(sites))
    return ServerFiles({"site.caddy": text.encode()}, len(sites.redirects), len(sites.redirects))


def _lines(sites: Sites) -> Iterator[str]:
    current = f"{sites.folder}/current"
    yield "# Made by replisite, and again by each deploy: what is written here by hand is lost."
    yield "# In the block of the site:"
    yield f"#     import {_quoted(f'{sites.folder}/site.caddy')}"
    yield ""
    if sites.has_hosts:
        yield "map {host} {replisite_site} {"
        yield from (f'\t{host} ""' for host in sites.hosts)
        yield r'	~^([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*)$ "/_hosts/${1}"'
        yield '\tdefault ""'
        yield "}"
    yield f"root * {_quoted(current, '{replisite_site}' if sites.has_hosts else '')}"
    yield ""
    yield from _headers(sites)
    yield from _redirects(sites)
    yield "@replisite_hidden {"
    yield f"\tpath */.*{' /_hosts/*' if sites.has_hosts else ''}"
    yield "\tnot path */.well-known/*"
    yield "}"
    yield "error @replisite_hidden 404"
    yield ""
    if sites.has_hosts:
        yield from _elsewhere("once", current)
    yield from _elsewhere("before", f"{sites.folder}/previous", *([current] if sites.has_hosts else []))
    yield from _serve("")
    yield ""
    yield "handle_errors {"
    yield f"\theader Cache-Control {_quoted(sites.cache.of(Group.PAGE))}"
    yield '\theader Content-Type "text/html; charset=utf-8"'
    yield "\theader -Server"
    yield "\t@replisite_lost expression {err.status_code} == 404"
    yield "\thandle @replisite_lost {"
    yield f"\t\troot * {_quoted(current)}"
    yield "\t\trewrite * /404.html"
    yield "\t\tfile_server"
    yield "\t}"
    yield "}"


def _headers(sites: Sites) -> Iterator[str]:
    page, forever = _quoted(sites.cache.of(Group.PAGE)), _quoted(sites.cache.of(Group.FINGERPRINTED))
    pages = "|".join(re.escape(suffix) for suffix in PAGE_SUFFIXES)
    yield "map {path} {replisite_cache} {"
    yield f"\t~(?:/|{pages})$ {page}"
    yield f"\t~^/(?:{'|'.join(re.escape(name) for name in sorted(LISTS))})$ {page}"
    yield f"\t~/sitemap[^/]*\\.xml(?:\\.gz)?$ {page}"
    yield f'\t"~{FINGERPRINT}" {forever}'
    yield f"\t~^/feeds/ {page}"
    yield f"\tdefault {_quoted(sites.cache.of(Group.SHARED))}"
    yield "}"
    yield "header {"
    for name, value in sites.headers.items():
        yield f"\t{name} {_quoted(value)}"
    yield "\tCache-Control {replisite_cache}"
    yield "}"
    yield "header -Server"  # in a block of its own: headers in the same block are not sent with errors
    by_type: dict[str, list[str]] = {}
    for suffix, kind in sorted(KNOWN_TYPES.items()):
        by_type.setdefault(kind, []).append(suffix)
    for number, (kind, suffixes) in enumerate(sorted(by_type.items())):
        content_type = f"{kind}; charset=utf-8" if kind.startswith("text/") or kind in TEXT_TYPES else kind
        yield f"@replisite_type_{number} path {' '.join(f'*{suffix}' for suffix in suffixes)}"
        yield f"header @replisite_type_{number} Content-Type {_quoted(content_type)}"
    yield ""


def _redirects(sites: Sites) -> Iterator[str]:
    if not sites.redirects:
        return
    if sites.has_hosts:
        source, absent = "{host}", "/"
        yield "route {"
    else:
        source, absent = "{re.replisite_old.1}", "/{re.replisite_old.1}/"
        yield "@replisite_old path_regexp replisite_old ^/([a-z0-9-]+)(?:/|$)"
        yield "route @replisite_old {"
    yield f"\t@replisite_absent not file {absent}"
    yield "\troute @replisite_absent {"
    yield f"\t\theader Cache-Control {_quoted(sites.cache.of(Group.PAGE))}"
    yield from _redirect_map(source, "{replisite_renamed}", sites.renamed)
    yield from _redirect_map(source, "{replisite_closed}", sites.closed)
    yield '\t\t@replisite_renamed not vars {replisite_renamed} ""'
    yield "\t\troute @replisite_renamed {"
    if not sites.has_hosts:
        yield f"\t\t\turi strip_prefix /{source}"
    yield "\t\t\tredir {replisite_renamed}{uri} 301"
    yield "\t\t}"
    yield '\t\t@replisite_closed not vars {replisite_closed} ""'
    yield "\t\tredir @replisite_closed {replisite_closed} 302"
    yield "\t}"
    yield "}"
    yield ""


def _redirect_map(source: str, variable: str, redirects: Iterable[Redirect]) -> Iterator[str]:
    yield f"\t\tmap {source} {variable} {{"
    yield '\t\t\tdefault ""'
    for redirect in redirects:
        target = redirect.target.rstrip("/") if redirect.keeps_path else redirect.target
        yield f'\t\t\t{redirect.name} "{target}"'
    yield "\t\t}"


def _elsewhere(name: str, folder: str, *not_in: str) -> Iterator[str]:
    """Yield where a missing file is found: shared files on the company's host, others in the release before."""
    yield f"@replisite_{name} {{"
    yield f"\tpath {' '.join(f'*.{suffix}' for suffix in PREVIOUS_SUFFIXES)}"
    yield "\tnot file"
    for other in not_in:
        yield "\tnot file {"
        yield f"\t\troot {_quoted(other)}"
        yield "\t}"
    yield "\tfile {"
    yield f"\t\troot {_quoted(folder)}"
    yield "\t}"
    yield "}"
    yield f"handle @replisite_{name} {{"
    yield f"\troot * {_quoted(folder)}"
    yield from _serve("\t")
    yield "}"


def _serve(margin: str) -> Iterator[str]:
    yield f"{margin}file_server {{"
    yield f"{margin}\tprecompressed br gzip"
    yield f"{margin}}}"


def _quoted(text: str, placeholder: str = "") -> str:
    """Return a parameter in quotes of one kind or the other; raises UsageError for text that Caddy would replace or misread.

    Caddy reads no escaped backslash in double quotes, and no escapes in backquotes.
    """
    if "{" in text or "}" in text or not text.isprintable():
        raise UsageError(
            f"{text!r} cannot be written for Caddy, which reads braces as a placeholder; remove the braces"
        )
    if '"' not in text and "\\" not in text:
        return f'"{text}{placeholder}"'
    if "`" in text:
        raise UsageError(
            f'{text!r} cannot be written for Caddy, which has no quotes for ` together with " or \\; remove the `'
        )
    return f"`{text}{placeholder}`"
