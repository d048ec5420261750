"""Pages of the preview's own, where there is no page of the site to show."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from replisite.errors import Fault

__all__ = ["bug_notice", "notice"]

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }}
body {{ max-width: 42rem; margin: 12vh auto 6rem; padding: 0 1.25rem; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; }}
li {{ margin: .5rem 0; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{reason}</p>
{rest}
</main>
</body>
</html>
"""


def bug_notice(what: str, todo: str) -> str:
    """Return a page about a bug in replisite, with the sentence about it and what to do."""
    return _PAGE.format(title="A bug in replisite", reason=escape(what), rest=f"<p>{escape(todo)}</p>")


def notice(reason: str, faults: Sequence[Fault], *, is_waiting: bool) -> str:
    """Return a page that says why there is no other, and what to do."""
    if is_waiting:
        title = "The roster is being read"
        rest = '<p>This page opens by itself as soon as everybody is known. The company&#39;s own site is there already: <a href="/">see it</a>.</p>'
        return _PAGE.format(title=title, reason=f"So far, {escape(reason)}.", rest=rest)
    if faults:
        listed = "".join(f"<li>{escape(str(fault))}</li>" for fault in faults)
        return _PAGE.format(
            title="Something must be mended first",
            reason="There is no good state of this page to show yet. It opens by itself when this is mended:",
            rest=f"<ul>{listed}</ul>",
        )
    rest = '<p><a href="/">The company&#39;s own site</a></p>'
    return _PAGE.format(
        title="Nothing is here", reason=f"{escape(reason[:1].upper() + reason[1:])}.", rest=rest
    )
