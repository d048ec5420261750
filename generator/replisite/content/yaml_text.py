"""YAML in which every value is the text that was written.

YAML 1.1 makes false of ``No``, 750 of ``12:30``, 1.1 of ``1.10`` and 8 of ``010``. Who wants a number, a date or a choice
converts the text; who wants a text has it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

__all__ = ["Parsed", "Problem", "Value", "YamlError", "parse_moment", "parse_yaml"]

Value = str | None | Sequence[Any] | Mapping[str, Any]
"""A text, nothing, a list or a mapping of values."""

MOST_VALUES = 10_000
"""So many values a front matter may have when its aliases are written out."""

DEEPEST = 50
"""So deep lists and mappings may be nested."""

_NOTHING = frozenset({"", "~", "null"})
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
)
_TIMESTAMP = re.compile(r"\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d.*)?", re.DOTALL)
_BREAKS = re.compile("[\u0085\u2028\u2029]")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a text: its line, counted from 1 (0: the file as a whole), and what to do next."""

    line: int
    what: str
    next: str = ""


class YamlError(ValueError):
    """A text that cannot be read as YAML, or not as front matter in YAML."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.what for problem in problems))


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value, the line of each key at its top, and what is wrong with it though it can be read."""

    value: Value
    lines_of: Mapping[str, int]
    problems: tuple[Problem, ...] = ()


def parse_yaml(text: str, first_line: int = 1) -> Parsed:
    r"""Return what a YAML text holds; ``first_line`` is the line at which the text begins.

    Scalars stay as they are written; ``~``, ``null`` and nothing at all are None unless they are quoted. Problems are keys
    that stand twice, and texts that YAML takes for comments, anchors, aliases or tags. Raises YamlError for what is not YAML,
    and for aliases that would make more than 10,000 values.

    >>> parse_yaml("title: No\nsku: 010")
    Parsed(value={'title': 'No', 'sku': '010'}, lines_of={'title': 1, 'sku': 2}, problems=())
    """
    text = _BREAKS.sub(" ", text)  # line breaks to YAML 1.1, and invisible to their author
    lines = text.split("\n")
    builder = _ValueBuilder(lines, first_line)
    try:
        value = builder.document(iter(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))))
    except yaml.YAMLError as error:
        raise YamlError(_in_words(_for_people(text, error), lines, first_line)) from error
    except RecursionError as error:
        raise YamlError(Problem(first_line, "front matter is nested too deep")) from error
    problems = sorted([*builder.problems, *builder.unused_anchors()])
    return Parsed(value, builder.lines_of, tuple(problems))


def parse_moment(text: str) -> datetime.date | None:
    """Return the date or time that a text names in YAML's or ISO 8601's way, or None if it names neither.

    >>> parse_moment("2026-10-01"), parse_moment("2026"), parse_moment("2026-02-30")
    (datetime.date(2026, 10, 1), None, None)
    """
    text = text.strip()
    try:
        if _TIMESTAMP.fullmatch(text):
            value = yaml.safe_load(text)
            if isinstance(value, datetime.date):
                return value
        return datetime.datetime.fromisoformat(text)
    except (ValueError, OverflowError, yaml.YAMLError):
        return None


@dataclass(slots=True)
class _Anchor:
    line: int
    text: str
    value: Any = None
    size: int = 0
    is_used: bool = False


@dataclass(slots=True)
class _ValueBuilder:
    """Makes values of YAML's events, and counts them."""

    lines: Sequence[str]
    first_line: int
    problems: list[Problem] = field(default_factory=list)
    lines_of: dict[str, int] = field(default_factory=dict)
    _anchors: dict[str, _Anchor] = field(default_factory=dict)
    _known: list[_Anchor] = field(default_factory=list)
    _size: int = 0

    def document(self, events: Iterator[Any]) -> Any:
        """Return the value of the only document."""
        value: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(
                        event, "front matter holds a second document", "close it with --- above the text"
                    )
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
                value = self._value(event, events, 0)
        return value

    def unused_anchors(self) -> Iterator[Problem]:
        """Yield a problem for each text that YAML takes for the name of a value and that nothing refers to."""
        for anchor in self._known:
            if not anchor.is_used:
                yield Problem(
                    anchor.line,
                    f'"{anchor.text}" is a name of YAML\'s (an anchor) and not read as text',
                    "put the whole text in quotes",
                )

    def _value(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        self._size += 1
        if depth > DEEPEST:
            self._stop(event, f"front matter is nested more than {DEEPEST} deep", "write it flatter")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        anchor = None
        if event.anchor is not None:
            anchor = _Anchor(self._line(event), f"&{event.anchor}", size=-1)
            self._anchors[event.anchor] = anchor
            self._known.append(anchor)
        before = self._size
        if event.tag is not None and event.tag not in _PLAIN_TAGS:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._note(
                event, f'"{tag}" is a tag to YAML and not read as text', "put the whole text in quotes"
            )
        if isinstance(event, yaml.ScalarEvent):
            value: Any = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = []
            while not isinstance(inner := next(events), yaml.SequenceEndEvent):
                value.append(self._value(inner, events, depth + 1))
        else:
            value = self._mapping(events, depth)
        if anchor is not None:
            anchor.value, anchor.size = value, self._size - before + 1
        return value

    def _alias(self, event: Any) -> Any:
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            self._note(
                event,
                f'"*{event.anchor}" refers to a value that has no such name',
                "put the whole text in quotes",
            )
            return None
        anchor.is_used = True
        if anchor.size < 0:
            self._stop(event, f'"*{event.anchor}" stands within the value that it refers to', "take it out")
        self._size += anchor.size
        if self._size > MOST_VALUES:
            self._stop(
                event,
                f"aliases make more than {MOST_VALUES:,} values of the front matter",
                "write the values out",
            )
        return anchor.value

    def _scalar(self, event: Any) -> str | None:
        text: str = event.value
        if event.style or event.tag == "tag:yaml.org,2002:str":
            return text
        if not text:
            return None
        behind = self.lines[event.end_mark.line][event.end_mark.column :]
        if comment := re.match(r"[ \t]+(#[^\s#].*)", behind):
            self._note_comment(event.end_mark.line, comment[1])
        return None if text in _NOTHING else text

    def _mapping(self, events: Iterator[Any], depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        merged: list[Mapping[str, Any]] = []
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                braces = "{{" in self.lines[min(event.start_mark.line, len(self.lines) - 1)]
                advice = "put a text with {{ … }} in quotes" if braces else "put the text in quotes"
                self._stop(event, "a list or an alias stands where a key does", advice)
            key: str = event.value
            value = self._value(next(events), events, depth + 1)
            if value is None:
                self._look_behind(event)
            if key == "<<" and not event.style:
                merged += [
                    part for part in (value if isinstance(value, list) else [value]) if isinstance(part, dict)
                ]
                continue
            if key in values:
                self._note(event, f"{key} stands twice", "keep one of them")
            values[key] = value
            if depth == 0:
                self.lines_of.setdefault(key, self._line(event))
        for part in merged:  # what stands in the mapping itself wins, then the first
            for key, value in part.items():
                values.setdefault(key, value)
        return values

    def _look_behind(self, key: Any) -> None:
        """Note a text behind a key that YAML takes for a comment: ``title: #1 blend``."""
        behind = self.lines[key.end_mark.line][key.end_mark.column :]
        if comment := re.match(r"[ \t]*:[ \t]+(#[^\s#].*)", behind):
            self._note_comment(key.end_mark.line, comment[1])

    def _note_comment(self, line: int, text: str) -> None:
        self.problems.append(
            Problem(
                self.first_line + line,
                f'"{text.strip()}" is a comment to YAML and not read',
                "put the whole text in quotes; a comment has a blank behind its #",
            )
        )

    def _note(self, event: Any, what: str, advice: str) -> None:
        self.problems.append(Problem(self._line(event), what, advice))

    def _stop(self, event: Any, what: str, advice: str) -> None:
        raise YamlError(*self.problems, Problem(self._line(event), what, advice))

    def _line(self, event: Any) -> int:
        return self.first_line + int(event.start_mark.line)


def _for_people(text: str, error: yaml.YAMLError) -> yaml.YAMLError:
    """Return the error in the words of YAML's reader in Python, whose messages say more than libyaml's."""
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except (yaml.YAMLError, RecursionError) as other:
        return other if isinstance(other, yaml.YAMLError) else error
    return error


def _in_words(error: yaml.YAMLError, lines: Sequence[str], first_line: int) -> Problem:
    mark = getattr(error, "problem_mark", None)
    context = str(getattr(error, "context", None) or "")
    if context in {"while scanning a simple key", "while scanning a quoted scalar"}:
        mark = getattr(error, "context_mark", None) or mark
    number = mark.line if mark else 0
    problem = getattr(error, "problem", None) or "it holds a character that YAML cannot hold"
    line = lines[number] if number < len(lines) else ""
    if "\\t" in problem or "tab" in problem:
        advice = "indent with blanks, not with tabs"
    elif "mapping values" in problem:
        advice = "quote texts that hold a colon"
    elif "could not find expected ':'" in problem:
        problem, advice = (
            f'"{line.strip()[:40]}" is no key: value',
            "write a key and a colon before it, or indent it",
        )
    elif "quoted scalar" in context and "end of stream" in problem:
        problem, advice = "the quotes are not closed", "close them"
    elif "escape" in problem:
        advice = "write \\\\ for \\ within double quotes, or use single ones"
    else:
        problem, advice = f'"{line.strip()[:60]}" cannot be read', "put the whole text in quotes"
    return Problem(first_line + number, f"front matter is not YAML: {problem}", advice)
