r"""For nginx (tested with 1.22, with PCRE): maps for the http context, and what a server block includes.

    http {
        include /srv/www/tea/nginx-http.conf;
        server {
            listen 443 ssl; server_name www.tea.example; ...
            include /srv/www/tea/nginx.conf;
        }
    }

Maps are hash tables, so 100,000 redirects cost a visitor nothing, and nginx takes them in the http context alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from replisite.errors import UsageError
from replisite.model.live_files import FINGERPRINT, KNOWN_TYPES, LISTS, PAGE_SUFFIXES, TEXT_TYPES, Group
from replisite.model.redirects import Redirect
from replisite.servers.rules import PREVIOUS_SUFFIXES, ServerFiles, Sites

__all__ = ["nginx_files"]

_MORE_TYPES: Final = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".ttf": "font/ttf",
    ".webm": "video/webm",
    ".zip": "application/zip",
}

_IN_HASH = 40
"""Longer names do not fit into a bucket of nginx's default table (64 bytes); they are patterns."""

_MANY = 1_500
"""With so many entries or more nginx advises a larger table."""


def nginx_files(sites: Sites) -> ServerFiles:
    """Return ``nginx-http.conf`` and ``nginx.conf``. Raises UsageError for what nginx cannot write."""
    label = f"{sites.name} {sites.hosts[0]}"
    variable = (
        f"$replisite_{hashlib.sha256(label.encode()).hexdigest()[:8]}"  # PCRE takes names of 32 letters
    )
    files = {
        "nginx-http.conf": _joined(_maps(sites, variable)),
        "nginx.conf": _joined(_server(sites, variable)),
    }
    return ServerFiles(files, len(sites.redirects), len(sites.redirects))


# -- the http context ---------------------------------------------------------------------------------


def _maps(sites: Sites, variable: str) -> Iterator[str]:
    yield "# Made by replisite, and again by each deploy: what is written here by hand is lost."
    yield "# In the http context, once:"
    yield f"#     include {_quoted(f'{sites.folder}/nginx-http.conf')};"
    if len(sites.redirects) > _MANY:
        size = 1 << (2 * len(sites.redirects) - 1).bit_length()
        yield f"# nginx advises a larger table for {len(sites.redirects):,} redirects. Write before the include, once:"
        yield f"#     map_hash_max_size {size};"
    yield ""
    yield from _cache_map(sites, variable)
    if sites.has_hosts:
        yield f"map $host {variable}_site {{"
        yield '    default "";'
        yield from (f'    {host} "";' for host in sites.hosts)
        yield rf'    "~^(?<{variable[1:]}_host>[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*)$" "/_hosts/{variable}_host";'
        yield "}"
        source = "$host"
        pattern = r"^/(?<{0}_rest>[^?]*)(?<{0}_query>\?.*)?$"
        yield f"map $request_uri {variable}_path {{"
        yield '    default "";'
        yield f'    "~{pattern.format(variable[1:])}" "{variable}_rest{variable}_query";'
        yield "}"
    else:
        source = f"{variable}_old"
        pattern = r"^/(?<{0}_alias>[a-z0-9-]+)(?:/(?<{0}_rest>[^?]*))?(?<{0}_query>\?.*)?$"
        yield f"map $request_uri {source} {{"
        yield '    default "";'
        yield f'    "~{pattern.format(variable[1:])}" {variable}_alias;'
        yield "}"
    yield from _redirect_map(source, f"{variable}_renamed", sites.renamed)
    yield from _redirect_map(source, f"{variable}_closed", sites.closed)
    yield f'map "{variable}_renamed{variable}_closed" {variable}_cache {{'
    yield f"    default {_quoted(sites.cache.of(Group.PAGE))};"
    yield f'    "" {variable}_cache_of_file;'
    yield "}"


def _cache_map(sites: Sites, variable: str) -> Iterator[str]:
    """Yield the map from a path to its ``Cache-Control``: `group_of`, as patterns."""
    yield f"map $uri {variable}_cache_of_file {{"
    yield f"    default {_quoted(sites.cache.of(Group.SHARED))};"
    page, forever = _quoted(sites.cache.of(Group.PAGE)), _quoted(sites.cache.of(Group.FINGERPRINTED))
    pages = "|".join(re.escape(suffix) for suffix in PAGE_SUFFIXES)
    lists = "|".join(re.escape(name) for name in sorted(LISTS))
    yield rf'    "~(?:/|{pages})$" {page};'
    yield rf'    "~^/(?:{lists})$" {page};'
    yield rf'    "~/sitemap[^/]*\.xml(?:\.gz)?$" {page};'
    yield f'    "~{FINGERPRINT.pattern}" {forever};'
    yield f'    "~^/feeds/" {page};'
    yield "}"


def _redirect_map(source: str, variable: str, redirects: Iterable[Redirect]) -> Iterator[str]:
    yield f"map {source} {variable} {{"
    yield '    default "";'
    for redirect in redirects:
        name = redirect.name
        key = name if len(name) <= _IN_HASH else f'"~^{re.escape(name)}$"'
        yield f'    {key} "{redirect.target}";'
    yield "}"


# -- the server block ---------------------------------------------------------------------------------


def _server(sites: Sites, variable: str) -> Iterator[str]:
    current = f"{sites.folder}/current"
    yield "# Made by replisite, and again by each deploy: what is written here by hand is lost."
    yield "# In the block of the server:"
    yield f"#     include {_quoted(f'{sites.folder}/nginx.conf')};"
    yield ""
    yield f"root {_quoted(current, f'{variable}_site' if sites.has_hosts else '')};"
    yield "index index.html;"
    yield "error_page 404 /404.html;"
    yield "absolute_redirect off;"
    yield "server_tokens off;"
    yield ""
    yield "gzip_static on;"
    yield "gzip_vary on;"
    yield "# brotli_static on;  # where nginx has ngx_brotli, which Debian keeps in libnginx-mod-http-brotli-static"
    yield ""
    yield "charset utf-8;"
    yield f"charset_types {' '.join(_text_types())};"
    yield "default_type application/octet-stream;"
    yield "types {"
    yield from _types()
    yield "}"
    yield ""
    for name, value in sites.headers.items():
        yield f"add_header {name} {_quoted(value)} always;"
    yield f"add_header Cache-Control {variable}_cache always;"
    yield ""
    rest = f"{variable}_path" if sites.has_hosts else f"{variable}_rest{variable}_query"
    yield f"if ({variable}_renamed) {{ return 301 {variable}_renamed{rest}; }}"
    yield f"if ({variable}_closed) {{ return 302 {variable}_closed; }}"
    yield ""
    yield r"location ~ /\.(?!well-known/) { return 404; }"
    if sites.has_hosts:
        yield "location ^~ /_hosts/ { return 404; }"
    yield from _previous_files(sites, current)


def _previous_files(sites: Sites, current: str) -> Iterator[str]:
    """Yield where a missing file is found: shared files on the company's host, others in the release before."""
    if sites.has_hosts:
        yield "location = /404.html {"
        yield f"    root {_quoted(current)};"
        yield "}"
    ways = [(current, "once")] if sites.has_hosts else []
    ways.append((f"{sites.folder}/previous", "before"))
    yield rf"location ~ \.(?:{'|'.join(PREVIOUS_SUFFIXES)})$ {{"
    yield f"    try_files $uri @replisite_{ways[0][1]};"
    yield "}"
    for index, (folder, name) in enumerate(ways):
        yield f"location @replisite_{name} {{"
        yield f"    root {_quoted(folder)};"
        if index + 1 < len(ways):
            yield f"    try_files $uri @replisite_{ways[index + 1][1]};"
        yield "}"


def _types() -> Iterator[str]:
    by_type: dict[str, list[str]] = {}
    for suffix, kind in sorted({**KNOWN_TYPES, **_MORE_TYPES}.items()):
        by_type.setdefault(kind, []).append(suffix.removeprefix("."))
    for kind, suffixes in sorted(by_type.items()):
        yield f"    {kind} {' '.join(suffixes)};"


def _text_types() -> Sequence[str]:
    plain = {kind for kind in KNOWN_TYPES.values() if kind.startswith("text/")}
    return sorted((plain | TEXT_TYPES) - {"text/html"})  # nginx has that type in any case


def _quoted(text: str, variable: str = "") -> str:
    """Return a parameter in quotes; raises UsageError for what nginx would replace."""
    if "$" in text or not text.isprintable():
        raise UsageError(
            f"{text!r} cannot be written for nginx, which reads $ as the start of a variable; remove the $"
        )
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}{variable}"'


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
