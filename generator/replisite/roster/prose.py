"""A bio that is prose, with a stressed word here and there, as HTML: what Markdown gives, fifty times as fast."""

from __future__ import annotations

import re

__all__ = ["render_prose"]

_LETTERS = r"""[\w ,.;:?!"'()/@%+=$£€‘’“”–—…-]*+"""  # noqa: RUF001 - these are meant
"""What means nothing to Markdown within a line, and nothing in HTML; possessive, so that no text is gone through twice."""

_STRESSED = rf"(?=\w){_LETTERS}(?<=\w)"
_STRESS = rf"(?<![^\s(])\*(?:\*{_STRESSED}\*|{_STRESSED})\*(?![*\w])"
_LINE = rf"""(?!\d+\.)(?=["'(]?\w|\*)(?>(?:{_LETTERS}(?:{_STRESS})?)*)(?<! )"""
"""No list, heading, rule or quotation begins as such a line does, and no line break ends it."""

_PROSE = re.compile(rf"{_LINE}(?>(?:\n\n?{_LINE})*)")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_EMPHATIC = re.compile(r"\*([^*]+)\*")


def render_prose(text: str) -> str:
    """Return the HTML of paragraphs without any Markdown but stressed words; ``""`` if there is a question left.

    >>> render_prose("I *drink* it.")
    '<p>I <em>drink</em> it.</p>'
    >>> render_prose("- a list")
    ''
    """
    if "_" in text or not _PROSE.fullmatch(text):
        return ""
    if "*" in text:
        text = _EMPHATIC.sub(_emphatic, _STRONG.sub(_strong, text))
    paragraphs = text.replace("\n\n", "</p>\n<p>")
    return f"<p>{paragraphs}</p>"


def _strong(match: re.Match[str]) -> str:
    return f"<strong>{match[1]}</strong>"


def _emphatic(match: re.Match[str]) -> str:
    return f"<em>{match[1]}</em>"
