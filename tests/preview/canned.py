"""What the fake server says: one page's facts, some people, a fault, and a page with its personal slots marked."""

from __future__ import annotations

from typing import Any

__all__ = [
    "COMPANY",
    "FACTS",
    "FAULT",
    "HOSTILE",
    "PEOPLE",
    "PERSONAL",
    "PERSONAL_PAGE",
    "PLAIN_FAULT",
    "document",
]


def document(body: str, head: str = "", attributes: str = "") -> str:
    """A whole page."""
    return (
        f'<!doctype html><html lang="en"{attributes}><head><meta charset="utf-8"><link rel="icon" href="data:,">'
        f"<title>Tea</title>{head}</head><body>{body}</body></html>"
    )


FACTS: dict[str, Any] = {
    "at": "/",
    "owner": {"alias": "jane", "name": "Jane O.", "is_company": False, "status": "active"},
    "people": 1_000_000,
    "edition": "GB-en",
    "editions": ["GB-en", "US-en"],
    "view": "public",
    "views": [
        {"key": "public", "title": "As published"},
        {"key": "member", "title": "Member"},
        {"key": "leader", "title": "Leader"},
    ],
    "case": "",
    "cases": [
        {"key": "longest-name", "title": "Longest name"},
        {"key": "right-to-left", "title": "Right to left"},
        {"key": "no-photo", "title": "No photo"},
        {"key": "lapsed", "title": "Lapsed"},
    ],
    "source": "content/products/oolong.md",
    "template": "themes/storefront/templates/product.html",
    "editor": "vscode://file/content/products/oolong.md:1:1",
    "bytes": 9650,
    "compressed": 3120,
    "slots": 11,
    "widened": "",
    "stage_ms": 14.2,
    "press_ms": 0.1,
    "is_protected": False,
    "is_unlocked": False,
    "qr": "http://192.0.2.7:8000/jane/",
    "roster": {"state": "ready", "done": 0, "total": 0},
    "warnings": [],
}


PEOPLE = [
    {"alias": "jane", "name": "Jane O.", "market": "GB", "status": "active"},
    {"alias": "janet", "name": "Janet <b>Bold</b>", "market": "US", "status": "active"},
    {"alias": "janus", "name": "Janus T.", "market": "GB", "status": "lapsed"},
]


COMPANY = "Corporate site"


HOSTILE = "<script>globalThis.isHarmed = true</script><img src=x onerror='globalThis.isHarmed = true'>"


FAULT: dict[str, Any] = {
    "file": "content/x.md",
    "line": 4,
    "column": 7,
    "what": 'no field "fone" in the roster',
    "next": 'Did you mean "phone"?',
    "editor": "vscode://file/content/x.md:4:7",
    "frame": {
        "first": 3,
        "lines": ["first line", f"Call: fone {HOSTILE}", "\tlast line " + "long " * 60],
        "line": 4,
        "column": 7,
        "length": 4,
    },
}


PLAIN_FAULT = FAULT | {"file": HOSTILE, "what": f"unknown {HOSTILE}", "next": "", "editor": "", "frame": None}


PERSONAL_PAGE = document(
    "<h1>Hello Jane</h1><p>Ask <b>Jane</b> now, <a href=/jane/shop/>in the shop</a>.</p><p></p>"
    + "<p>tea</p>" * 80
)


PERSONAL: dict[str, Any] = {
    "html": document(
        "<h1>Hello <!--replisite:0-->Jane<!--/replisite:0--></h1><p>Ask <b><!--replisite:0-->Jane<!--/replisite:0--></b> now, "
        '<a href=/jane/shop/ data-replisite-slots="1">in the shop</a>.</p><p><!--replisite:3--><!--/replisite:3--></p>'
        + "<p>tea</p>"
        * 80
    ).replace("<title>", '<title data-replisite-slots="2">'),
    "slots": [
        {
            "expression": "distributor.first_name",
            "where": "base.html:12",
            "editor": "vscode://file/base.html:12",
            "times": 2,
        },
        {"expression": "shop_link(product, distributor)", "where": "base.html:14", "editor": "", "times": 1},
        {"expression": "distributor.name", "where": "base.html:2", "editor": "", "times": 1},
        {"expression": "<b>distributor.phone</b>", "where": "x.md:3", "editor": "", "times": 1},
    ],
}
