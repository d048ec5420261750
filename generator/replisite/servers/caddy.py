"""For Caddy 2: a snippet for a site block.

    www.tea.example {
        import /srv/www/tea/site.caddy
    }

Caddy looks through a map line by line, so it is asked only where no site is: what is there costs no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from replisite.errors import UsageError
from replisite.model.live_files import KNOWN_TYPES, LISTS, PAGE_SUFFIXES, TEXT_TYPES, Group
from replisite.model.redirects import Redirect
from replisite.servers.rules import KEPT_SUFFIXES, ServerFiles, Sites

__all__ = ["caddy_files"]

_HEX = "|".join(
    [f"[a-f]{{{count}}}[0-9][0-9a-f]{{{7 - count},}}" for count in range(8)] + ["[a-f]{8,}[0-9][0-9a-f]*"]
)
_LONG = "|".join(
    [f"[a-z]{{{count}}}[0-9][0-9a-z]{{{19 - count},}}" for count in range(20)] + ["[a-z]{20,}[0-9][0-9a-z]*"]
)
FINGERPRINT: Final = rf"[.-](?:{_HEX}|{_LONG})\.[a-z0-9.]+$"
"""`model.live.FINGERPRINT` without its look-ahead, which RE2 does not have: by the place of the first digit."""


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
    yield "header -Server"  # by itself: what is in one block with it is not sent with errors
    by_type: dict[str, list[str]] = {}
    for suffix, kind in sorted(KNOWN_TYPES.items()):
        by_type.setdefault(kind, []).append(suffix)
    for number, (kind, suffixes) in enumerate(sorted(by_type.items())):
        told = f"{kind}; charset=utf-8" if kind.startswith("text/") or kind in TEXT_TYPES else kind
        yield f"@replisite_type_{number} path {' '.join(f'*{suffix}' for suffix in suffixes)}"
        yield f"header @replisite_type_{number} Content-Type {_quoted(told)}"
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
    for one in redirects:
        yield f'\t\t\t{one.name} "{one.target.rstrip("/") if one.keeps_path else one.target}"'
    yield "\t\t}"


def _elsewhere(name: str, folder: str, *not_in: str) -> Iterator[str]:
    """Yield where else a file is looked for: what exists once at the company's, then in the release before."""
    yield f"@replisite_{name} {{"
    yield f"\tpath {' '.join(f'*.{suffix}' for suffix in KEPT_SUFFIXES)}"
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
    """Return a parameter in quotes of one kind or the other; raises UsageError for what Caddy would replace or cannot read.

    In double quotes it knows no escaped backslash, in backquotes no escapes at all.
    """
    if "{" in text or "}" in text or not text.isprintable():
        told = "it takes what is in braces for a placeholder"
        raise UsageError(f"Caddy cannot be told {text!r}: {told}; write it without")
    if '"' not in text and "\\" not in text:
        return f'"{text}{placeholder}"'
    if "`" in text:
        told = 'it has no quotes for a text with ` and " or \\ in it'
        raise UsageError(f"Caddy cannot be told {text!r}: {told}; write it without")
    return f"`{text}{placeholder}`"
