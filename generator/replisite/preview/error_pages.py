"""The notices that the preview shows where the site has no page, or none without faults."""

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
    """Return a page that says why there is no other, and what to do. ``is_waiting``: until the roster has been read."""
    if is_waiting:
        title = "The roster is being read"
        rest = '<p>This page loads automatically when the whole roster has been read. The <a href="/">corporate site</a> is ready.</p>'
        return _PAGE.format(title=title, reason=f"So far, {escape(reason)}.", rest=rest)
    if faults:
        listed = "".join(f"<li>{escape(str(fault))}</li>" for fault in faults)
        return _PAGE.format(
            title="This page has no version without faults yet",
            reason="It loads automatically when these faults are fixed:",
            rest=f"<ul>{listed}</ul>",
        )
    rest = '<p><a href="/">Go to the corporate site</a></p>'
    return _PAGE.format(
        title="There is no page at this address",
        reason=f"{escape(reason[:1].upper() + reason[1:])}.",
        rest=rest,
    )
