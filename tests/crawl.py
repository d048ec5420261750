"""Walk a finished site as a visitor does, from its home page, by its links."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["Walk", "links_of", "walk"]

_LINKS = {
    ("a", "href"),
    ("link", "href"),
    ("img", "src"),
    ("script", "src"),
    ("source", "srcset"),
    ("form", "action"),
}


@dataclass
class Walk:
    """What a walk found: pages of the site, shared files, links that lead nowhere, and links to the outside."""

    pages: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    broken: list[tuple[str, str]] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if (tag, name) in _LINKS and value:
                self.found.append((tag, value))


def links_of(text: str) -> list[tuple[str, str]]:
    """Return (tag, URL) of every link on a page."""
    parser = _Links()
    parser.feed(text)
    return parser.found


def walk(output: Path, prefix: str, hosts: dict[str, str] | None = None) -> Walk:
    """Walk the site that lies under ``prefix`` ("" for the corporate site, else with a slash at its end).

    ``hosts`` maps absolute origins to prefixes of the output: links to them are followed as files.
    """
    found = Walk()
    todo = [f"{prefix}index.html"]
    while todo:
        page = todo.pop()
        if page in found.pages:
            continue
        found.pages.add(page)
        for tag, url in links_of((output / page).read_text(encoding="utf-8")):
            target = _target(page, url, prefix, hosts or {})
            if target is None:
                found.outside.add(url)
                continue
            if target == "":
                continue
            place = output / target
            if place.is_dir():
                target = posixpath.join(target, "index.html")
            if not (output / target).is_file():
                found.broken.append((page, url))
            elif target.endswith(".html") and target.startswith(prefix) and tag == "a":
                todo.append(target)
            elif not target.startswith(prefix) or not target.endswith(".html"):
                found.shared.add(target)
    return found


def _target(page: str, url: str, prefix: str, hosts: dict[str, str]) -> str | None:
    """Return the file that a URL leads to, "" for a place on the page itself, None for the outside."""
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        root = hosts.get(f"{parts.scheme}://{parts.netloc}")
        return None if root is None else root + unquote(parts.path).lstrip("/")
    if not parts.path:
        return ""
    path = unquote(parts.path)
    top = prefix if prefix.startswith("_hosts/") else ""
    if path.startswith("/"):
        return posixpath.normpath(top + path.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
