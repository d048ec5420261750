"""One page of every template, by its address on an owner's site."""

from __future__ import annotations

__all__ = ["LISTS", "OWNER", "PAGES", "PAGE_404"]

OWNER = "maggie-braithe"
"""The demo's owner who publishes everything."""

PAGES: dict[str, str] = {
    "index": "",
    "products": "products/",
    "line": "lines/oolong/",
    "product": "products/high-fell-oolong/",
    "packs": "packs/",
    "pack": "packs/tasting-trio/",
    "course": "training/",
    "lesson": "training/a-tasting-at-home/",
    "plan": "plan/",
    "help": "help/",
    "help_article": "help/returns-and-refunds/",
    "legal": "legal/",
    "legal_page": "legal/income-disclosure/",
    "events": "events/",
    "event": "events/spring-gathering/",
    "page": "ways-to-take-part/",
    "archives": "news/",
    "article": "news/lighter-parcels-and-one-that-is-heavier/",
    "tag": "news/tag/oolong/",
}

LISTS: dict[str, str] = {"category": "news/category/news/", "author": "news/author/tarn-thistle/"}
"""What the demo does not have, and the site of the awkward owners has."""

PAGE_404 = "404.html"
"""On the company's own site alone."""
