"""One file that an author writes, as its front matter and the text below it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from replisite.content.yaml_text import Problem, Value, YamlError, parse_yaml

__all__ = ["Document", "begins_with_fence", "check_text", "foreign_front_matter", "parse_document"]

_FENCE = re.compile(r"---[ \t]*")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_KEY = re.compile(r"[A-Za-z][\w -]*:(\s|$)")
_DASHES = re.compile(r"[-\u2010-\u2015\u2212]{2,}[ \t]*")


@dataclass(frozen=True, slots=True)
class Document:
    """Front matter as it is written, the line of each key, and the text below with the line at which it begins.

    ``problems`` are faults of front matter that can be read all the same: the caller reports them.
    """

    values: Mapping[str, Value]
    lines_of: Mapping[str, int]
    body: str
    body_line: int
    problems: tuple[Problem, ...] = ()


def parse_document(text: str, example: str, *, is_optional: bool = False) -> Document:
    r"""Split the text of a file; ``example`` is a key and a value that it may have, such as ``title: About``.

    Raises YamlError, with lines of the file, for a file without front matter unless that ``is_optional``, and for one whose
    front matter is not in YAML between lines of ``---``.

    >>> parse_document("---\ntitle: No\n---\nNote: now.\n", "title: About")
    Document(values={'title': 'No'}, lines_of={'title': 2}, body='Note: now.\n', body_line=4, problems=())
    """
    text = check_text(text)
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        if is_optional:
            return Document({}, {}, "", 1)
        raise YamlError(Problem(0, "is empty", "write front matter and a text, or remove the file"))
    if not _FENCE.fullmatch(lines[first]):
        problem = foreign_front_matter(text)
        if problem is None and is_optional:
            return Document({}, {}, text, 1)
        raise YamlError(problem or _without_fence(lines, first))
    end = next((at for at in range(first + 1, len(lines)) if _FENCE.fullmatch(lines[at])), 0)
    if not end:
        raise YamlError(Problem(first + 1, "the front matter has no end", 'close it with a line of "---"'))
    parsed = parse_yaml("\n".join(lines[first + 1 : end]), first + 2)
    values = {} if parsed.value is None else parsed.value
    if not isinstance(values, Mapping):
        raise YamlError(
            Problem(
                first + 2,
                "front matter is not a list of key: value",
                f"write {example} between the --- lines",
            )
        )
    return Document(values, parsed.lines_of, "\n".join(lines[end + 1 :]), end + 2, parsed.problems)


def begins_with_fence(text: str) -> bool:
    """Whether the first line that is not blank opens front matter."""
    return _FENCE.fullmatch(text.lstrip("\ufeff\n \t").partition("\n")[0]) is not None


def check_text(text: str) -> str:
    """Return a file's text without what only programs see: byte order marks, CR line ends, form feeds.

    Raises YamlError for control characters, which no page can hold.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    text = text.replace("\x0b", " ").replace("\x0c", " ")
    if match := _CONTROL.search(text):
        line = text.count("\n", 0, match.start()) + 1
        code = ord(match.group())
        advice = "save it as UTF-8" if code == 0 else "remove it"
        raise YamlError(Problem(line, f"holds a control character (U+{code:04X})", advice))
    return text


def foreign_front_matter(text: str) -> Problem | None:
    r"""Return what is wrong with a front matter in the form of another program; None if there is none.

    >>> foreign_front_matter("+++\ntitle = 'Tea'\n+++\n").what
    'front matter between +++ is TOML'
    """
    lines = text.split("\n")
    at = next((at for at, line in enumerate(lines) if line.strip()), None)
    if at is None:
        return None
    first = lines[at].strip()
    advice = "write it as YAML between --- lines"
    what = ""
    if first == "+++" or first.startswith("---toml"):
        what = f"front matter {'between' if first == '+++' else 'below'} {first} is TOML"
    elif first == ";;;" or first.startswith("---json"):
        what = f"front matter {'between' if first == ';;;' else 'below'} {first} is JSON"
    elif re.match(r'\{\s*("|$)', first):
        what = "front matter is JSON"
    elif _DASHES.fullmatch(first) and first.rstrip() != "---" and _is_key(lines, at + 1):
        what, advice = f'the first line is "{first}"', "write three hyphens there: ---"
    elif re.match(r"---[ \t]*\S", first) and not first.startswith("----") and _is_key(lines, at + 1):
        what, advice = f'the first line is "{first}"', "write --- and nothing else there"
    elif first == "<!--" and _is_key(lines, at + 1):
        what = "front matter stands in a comment"
    return Problem(at + 1, what, advice) if what else None


def _is_key(lines: list[str], at: int) -> bool:
    return at < len(lines) and _KEY.match(lines[at]) is not None


def _without_fence(lines: list[str], first: int) -> Problem:
    if _KEY.match(lines[first]):
        return Problem(
            first + 1, "front matter stands without --- lines", "put a line of --- above it and one below it"
        )
    later = next((at for at in range(first, len(lines)) if _FENCE.fullmatch(lines[at])), None)
    if later is not None and _is_key(lines, later + 1):
        return Problem(first + 1, f"text stands above the front matter of line {later + 1}", "move it below")
    return Problem(
        first + 1, "no front matter", "begin the file with --- and title: …, and end that with ---"
    )
