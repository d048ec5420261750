"""The line of the site's files at which a text stands that is left over in a finished page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from pathlib import Path

__all__ = ["iter_templates", "line_in_raw_block", "line_of_expression", "line_of_text", "read_source"]

_RAW_BLOCK = re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}(.*?)\{%[-+]?\s*endraw\b", re.DOTALL)


def line_of_text(text: str, raw: str) -> int:
    r"""Return the only line at which a leftover begins, 0 if there is none or if several may be meant.

    >>> line_of_text("a\n{{ b }}", "{{ b }}"), line_of_text("{{ b }} {{ b }}", "{{ b }}")
    (2, 0)
    """
    spelt = {raw, unescape(raw), escape(raw, quote=False)}
    return _only_line(text, (re.escape(written) for written in spelt))


def line_in_raw_block(template: str, raw: str) -> int:
    """Return the line at which a leftover stands in a ``{% raw %}`` block, 0 if it stands in none: elsewhere it is filled in.

    >>> line_in_raw_block("{{ b }}{% raw %} {{ b }}{% endraw %}", "{{ b }}")
    1
    """
    for block in _RAW_BLOCK.finditer(template):
        if (at := block[1].find(raw)) >= 0:
            return template.count("\n", 0, block.start(1) + at) + 1
    return 0


def line_of_expression(text: str, expression: str) -> int:
    r"""Return the only line with a placeholder of this expression, 0 if there is none or if several may be meant.

    >>> line_of_expression("a\n{{  b.c }}", "b.c")
    2
    """
    words = r"\s+".join(map(re.escape, expression.split()))
    return _only_line(text, [rf"\{{\{{[-+]?\s*{words}\s*[-+]?\}}\}}"])


def read_source(path: Path) -> str:
    """Return the text of a file of the site; "" for what is no file or no text."""
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace") if path.is_file() else ""
    except OSError:
        return ""


def iter_templates(site: Path, template: Path) -> Iterator[Path]:
    """Stream the template of a page, then the others of its theme and of the site: it may include them."""
    theme = next((folder for folder in template.parents if folder.name == "templates"), None)
    folders = dict.fromkeys(folder for folder in (site / "templates", theme) if folder is not None)
    yield template
    for folder in folders:
        yield from sorted(path for path in folder.rglob("*.html") if path != template)


def _only_line(text: str, patterns: Iterable[str]) -> int:
    starts = {match.start() for pattern in patterns for match in re.finditer(pattern, text)}
    return text.count("\n", 0, starts.pop()) + 1 if len(starts) == 1 else 0
