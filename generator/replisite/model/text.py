"""What is done to every text that a distributor writes, before anything else sees it.

Control characters, noncharacters and lone surrogates go, letters are composed (Unicode NFC), and writing directions are
closed in, so that no name can turn round the text beside it (UAX #9 §2). Markup, braces, per-cent signs and
private-use letters stay as they are: templates escape them.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = [
    "BIO_LIMIT",
    "GREETING_LIMIT",
    "LIMIT",
    "clean_line",
    "clean_lines",
    "clean_markdown",
    "drop_surrogates",
    "left_out",
    "quoted",
]

LIMIT = 500
"""The longest line, in letters; a combining mark is no letter of its own."""

GREETING_LIMIT = 1_000
BIO_LIMIT = 20_000

MARKS_TO_A_LETTER = 4
"""How many code points to a letter are still a text and not a prank."""

_LINE_END = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWANTED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Cc but the line feed, surrogates, what XML 1.0 §2.2 cannot hold, and the noncharacters (Unicode §23.7), of which our marks are made."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_FIRST_STRONG_ISOLATE = "\u2068"
_POP_ISOLATE = "\u2069"
_POP_EMBEDDING = "\u202c"
_EMBEDDINGS = "\u202a\u202b\u202d\u202e"
_ISOLATES = "\u2066\u2067\u2068"


def clean_line(text: str, limit: int = LIMIT) -> str:
    r"""Return one safe line, its white space folded to single blanks; raises ValueError if it is too long.

    >>> clean_line(" Jane\r\n  O'Neil\x07 ")
    "Jane O'Neil"
    """
    if not text:
        return text
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():  # nearly every cell
        return line if len(line) <= limit else _measured(line, limit)
    line = unicodedata.normalize("NFC", _UNWANTED.sub("", line))
    return _isolated(_measured(" ".join(line.split()), limit))


def clean_lines(text: str, limit: int = GREETING_LIMIT) -> str:
    """Return safe lines of text, each isolated from the others; raises ValueError if they are too long."""
    if not text:
        return text
    if text.isascii() and text.isprintable():
        return _measured(" ".join(text.split()), limit)
    lines = (" ".join(line.split()) for line in _plain(text).split("\n"))
    measured = _measured("\n".join(lines).strip("\n"), limit)
    return "\n".join(_isolated(line) for line in measured.split("\n"))


def clean_markdown(text: str, limit: int = BIO_LIMIT) -> str:
    """Return safe Markdown; raises ValueError if it is too long.

    Blanks at the start of a line mean something in Markdown, and so does the first letter: directions
    are closed where the line ends, and the block that the line becomes isolates them.
    """
    if not text:
        return text
    if text.isascii() and text.isprintable():
        return _measured(text, limit)
    measured = _measured(_plain(text).strip("\n"), limit)
    return "\n".join(_closed(line) for line in measured.split("\n"))


def left_out(text: str, *, is_line: bool) -> list[str]:
    r"""Return the letters of a text that cleaning leaves out, and the writing directions that it has to close.

    White space is none of them: it becomes a blank, or the end of a line. ``is_line``: the text is for `clean_line`.

    >>> left_out("Ja\x07ne \u202eO'Neil", is_line=True)
    ['\x07', '\u202e']
    """
    plain = " ".join(text.split()) if is_line else _LINE_END.sub("\n", text).replace("\t", "    ")
    unpaired = (letter for line in plain.split("\n") for letter in _balanced(line)[1])
    return [*_UNWANTED.findall(plain), *unpaired]


def drop_surrogates(text: str) -> str:
    """Return the text without halves of UTF-16 pairs, which no encoding can write."""
    return text if text.isascii() else _SURROGATE.sub("", text)


def quoted(text: str, longest: int = 60) -> str:
    r"""Return the text in quotation marks for a message: cut short, and nothing in it invisible.

    >>> quoted("a\x1b[31m")
    '"a\\x1b[31m"'
    """
    cut = text if len(text) <= longest else text[:longest] + "…"
    shown = (letter if letter.isprintable() else ascii(letter)[1:-1] for letter in cut)
    return f'"{"".join(shown)}"'


def _plain(text: str) -> str:
    lines = _LINE_END.sub("\n", text).replace("\t", "    ")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", lines))


def _measured(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    letters = sum(1 for letter in text if unicodedata.category(letter) not in {"Mn", "Me", "Cf"})
    if letters > limit or len(text) > limit * MARKS_TO_A_LETTER:
        raise ValueError(
            f"has {max(letters, len(text) // MARKS_TO_A_LETTER):,} letters; {limit:,} is the most"
        )
    return text


def _isolated(line: str) -> str:
    """Close the line in as a whole if it holds any direction mark."""
    if line.isascii() or not _DIRECTION.search(line):
        return line
    return f"{_FIRST_STRONG_ISOLATE}{_closed(line)}{_POP_ISOLATE}"


def _closed(line: str) -> str:
    """Close every direction that the line leaves open, and drop an end that has no beginning.

    A lone end would otherwise end the isolate that is put round the line.
    """
    return line if line.isascii() or not _DIRECTION.search(line) else _balanced(line)[0]


def _balanced(line: str) -> tuple[str, list[str]]:
    """Return the line with its directions closed, and the letters that have no partner in it."""
    kept: list[str] = []
    opened: list[str] = []
    unpaired: list[str] = []
    for letter in line:
        if letter in _EMBEDDINGS or letter in _ISOLATES:
            opened.append(letter)
        elif letter == _POP_ISOLATE:
            if not any(mark in _ISOLATES for mark in opened):
                unpaired.append(letter)
                continue
            while opened.pop() not in _ISOLATES:
                pass
        elif letter == _POP_EMBEDDING:
            if not opened or opened[-1] in _ISOLATES:
                unpaired.append(letter)
                continue
            opened.pop()
        kept.append(letter)
    ends = [_POP_ISOLATE if letter in _ISOLATES else _POP_EMBEDDING for letter in reversed(opened)]
    return "".join(kept + ends), unpaired + opened
