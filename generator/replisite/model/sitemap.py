"""The corporate site's sitemap and robots.txt."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

__all__ = ["robots", "sitemap"]


def sitemap(url: str, paths: Iterable[str]) -> bytes:
    """Return a sitemap of these pages (sitemaps.org protocol 0.9); ``url`` is the site's, without a slash.

    >>> print(sitemap("https://tea.example", ["a/index.html"]).decode().splitlines()[2])
    <url><loc>https://tea.example/a/</loc></url>
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    for path in paths:
        address = (
            path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path
        )
        lines.append(f"<url><loc>{escape(f'{url}/{address}')}</loc></url>")
    lines.append("</urlset>")
    return "\n".join([*lines, ""]).encode()


def robots(url: str) -> bytes:
    """Return a robots.txt (RFC 9309) that allows all crawlers and names the sitemap."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {url}/sitemap.xml\n".encode()
