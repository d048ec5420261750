"""Read a page as a browser's tokenizer does, as far as that finds the texts that hold addresses.

Text that only looks like an attribute is none: in prose, in another attribute's value, in a comment, in a script, in
``<textarea>`` or escaped in a code sample. The states are those of the standard's tokenizer
(https://html.spec.whatwg.org/multipage/parsing.html#tokenization).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from replisite.links.attributes import AttributeRule, Form, attribute_rule, is_picture, may_be_empty

__all__ = ["BETWEEN", "Gap", "Holder", "MarkupContext", "picture_addresses", "scan"]


class Holder(NamedTuple):
    """A text that holds addresses: an attribute's value, or what is inside ``<style>`` or ``<script>``.

    ``start`` and ``end`` leave the quotes out. ``quote`` is ``""`` for a value without quotes, and None for the text
    of an element, which has no character references.
    """

    start: int
    end: int
    tag: str
    attribute: str
    rule: AttributeRule
    quote: str | None


class Gap(NamedTuple):
    """A gap in the page that is neither between tags nor in a holder.

    ``tag`` is None in text without markup; in a tag, where a gap may bring whole attributes, it is the tag's name.
    ``attributes`` are the tag's own.
    """

    at: int
    tag: str | None
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MarkupContext:
    """Where a text begins: between tags, or behind a tag's name if there is one, beside these attributes."""

    tag: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


BETWEEN = MarkupContext()

_RAW = frozenset(
    {"iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"}
)
"""Elements that hold text and no tags; ``noscript`` is read as browsers without scripts read it."""

_FOREIGN = frozenset({"svg", "math"})
"""Elements of another language: there a tag may close itself, and CDATA is what it says."""

_JSON_SCRIPTS = frozenset({"importmap", "speculationrules"})

_OPENING = re.compile(r"<(?:(!--)|(!\[CDATA\[)|[!?]|/(?![A-Za-z])|(/?)([A-Za-z][^\t\n\f\r />]*))")
_ATTRIBUTE = re.compile(
    r"""
    [\t\n\f\r /]*
    (?:(>)
    |([^\t\n\f\r />][^\t\n\f\r />=]*)
     (?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)("?)|'([^']*)('?)|([^\t\n\f\r >"'][^\t\n\f\r >]*))?)?)
    """,
    re.VERBOSE,
)
_QUIET_ATTRIBUTES = r"""
    (?>(?:[\t\n\f\r ]++
      (?:(?:alt|aria-[a-z]++|class|dir|height|id|lang|loading|referrerpolicy|rel|role|target|title|type|width)="[^"]*+"
      |href="(?:tel:|mailto:|\#)[^"]*+")
    )*)
"""
_QUIET = rf"""
    (?>(?:[^<]++
    |</?+(?!(?i:iframe|math|noembed|noframes|plaintext|script|style|svg|textarea|title|xmp)[\t\n\f\r />])
     [A-Za-z][^\t\n\f\r />]*+{_QUIET_ATTRIBUTES}[\t\n\f\r ]*+>
    )*)
"""
_PLAIN = re.compile(_QUIET, re.VERBOSE)
"""Text and tags without an address that could lead anywhere else."""
_UP_TO_PICTURE = re.compile(
    rf"""
    {_QUIET}
    (?:<(?:img|source){_QUIET_ATTRIBUTES}
     [\t\n\f\r ]++(?:src|srcset)="(?P<address>[A-Za-z0-9_./-]++)"{_QUIET_ATTRIBUTES}[\t\n\f\r ]*+>
    )?
    """,
    re.VERBOSE,
)
"""The same, and the tag of a picture with one address behind it."""
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT_STEP = re.compile(r"<!--|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)


class _Attribute(NamedTuple):
    name: str
    name_start: int
    start: int
    end: int
    quote: str
    has_value: bool = True


class _Tag(NamedTuple):
    """A tag that was read up to ``end``; a closed one ends in ``/>``."""

    end: int
    attributes: list[_Attribute]
    is_closed: bool


_BARE = _Tag(0, [], is_closed=False)
"""A tag that is only a name."""


def scan(
    text: str,
    gap: str = "",
    context: MarkupContext = BETWEEN,
    *,
    skims: bool = False,
    reads_data: bool = False,
    keeps_empty: bool = False,
) -> Iterator[Holder | Gap]:
    """Yield what holds addresses, in the order of the page, and the gaps that stand in no holder and not between tags.

    ``gap`` is a character that stands for something unknown. Of attributes with the same name the first counts.
    ``skims`` leaves out telephone numbers, mail addresses and fragments of the same page, which is faster; there are no
    gaps then. ``reads_data`` yields structured data (JSON-LD) too, whose addresses stay as they are written. With
    ``keeps_empty`` there is a holder for an empty attribute that names a picture, unless it may be empty.

    >>> [page[h.start : h.end] for page in ['<a title="href=/x" HREF = /y>'] for h in scan(page)]
    ['/y']
    """
    at = 0
    foreign = 0
    if context.tag:
        tag = _read_tag(text, 0, gap)
        yield from _holders(text, context.tag, tag, gap, dict(context.attributes), keeps_empty)
        at = tag.end
    while opening := _OPENING.search(text, _behind_plain(text, at) if skims else at):
        comment, cdata, slash, written = opening.groups()
        start = opening.start()
        if not written:
            if comment:
                at = _comment_end(text, start)
            else:
                at = _behind(text, "]]>", opening.end()) if cdata and foreign else _behind(text, ">", start)
            yield from _gaps(text, gap, start, at)
            continue
        name = (written.partition(gap)[0] if gap else written).lower()
        at = opening.end()
        is_bare = text.startswith(">", at)
        tag = _BARE if is_bare else _read_tag(text, at, gap)
        at = at + 1 if is_bare else tag.end
        if slash:  # what an end tag says is not read
            yield from _gaps(text, gap, start, at)
            if name in _FOREIGN and foreign:
                foreign -= 1
            continue
        if gap and gap in written:
            known = _known({key.name: text[key.start : key.end] for key in reversed(tag.attributes)}, gap)
            yield from (Gap(at, name, known) for at in _positions(text, gap, start, opening.end()))
        yield from _holders(text, name, tag, gap, {}, keeps_empty)
        is_closed = tag.is_closed and (bool(foreign) or name in _FOREIGN)
        if name in _FOREIGN and not is_closed:
            foreign += 1
        if name in _RAW and not is_closed and not (foreign and name == "title"):
            start, at = at, _raw_end(text, name, at)
            holder = _raw_holder(text, name, tag, start, at, reads_data=reads_data)
            if holder is None:
                yield from _gaps(text, gap, start, at)
            else:
                yield holder


def picture_addresses(text: str) -> list[tuple[int, int]] | None:
    """Return where the addresses of pictures stand in text without other addresses; None where only `scan` can tell.

    The text stands between tags. This is what owners' photos are, on every page, and many times as fast.

    >>> picture_addresses('<p class="a"><img src="a.png" alt=""></p>'), picture_addresses('<a href="/">')
    ([(23, 28)], None)
    """
    at, size = 0, len(text)
    spans: list[tuple[int, int]] = []
    while at < size:
        step = _UP_TO_PICTURE.match(text, at)
        if step is None or step.end() == at:
            return None
        at = step.end()
        if step.lastgroup is not None:
            spans.append(step.span(1))
    return spans


def _behind_plain(text: str, at: int) -> int:
    plain = _PLAIN.match(text, at)
    return plain.end() if plain else at


def _read_tag(text: str, at: int, gap: str) -> _Tag:
    """Read a tag from behind its name. A gap right before a name brings attributes of its own."""
    attributes: list[_Attribute] = []
    while match := _ATTRIBUTE.match(text, at):
        at = match.end()
        if match[1]:
            return _Tag(at, attributes, match[0].endswith("/>"))
        name, start = match[2].lower(), match.start(2)
        while gap and name.startswith(gap):
            attributes.append(_Attribute(gap, start, start + 1, start + 1, "", has_value=False))
            name, start = name[1:], start + 1
        if not name and match[3] is match[5] is match[7] is None:
            continue
        for group, quote in ((3, '"'), (5, "'"), (7, "")):
            if match[group] is not None:
                attributes.append(_Attribute(name, start, *match.span(group), quote))
                if quote and not match[group + 1]:
                    return _Tag(len(text), attributes, False)
                break
        else:
            attributes.append(_Attribute(name, start, at, at, "", has_value=False))
    return _Tag(len(text), attributes, False)


def _holders(
    text: str, name: str, tag: _Tag, gap: str, beside: Mapping[str, str], keeps_empty: bool
) -> Iterator[Holder | Gap]:
    first: dict[str, _Attribute] = {}
    for attribute in tag.attributes:
        first.setdefault(attribute.name, attribute)
    values = {**{key: text[attribute.start : attribute.end] for key, attribute in first.items()}, **beside}
    for attribute in tag.attributes:
        if gap and gap in attribute.name:
            known = {} if attribute.has_value else _known(values, gap)
            where = None if attribute.has_value else name
            for at in _positions(text, gap, attribute.name_start, attribute.start):
                yield Gap(at, where, known)
        rule = None
        if (
            (attribute.start < attribute.end or (keeps_empty and _is_missing(name, attribute.name, values)))
            and first[attribute.name] is attribute
            and attribute.name not in beside
        ):
            rule = attribute_rule(name, attribute.name, values)
        if rule is not None:
            yield Holder(attribute.start, attribute.end, name, attribute.name, rule, attribute.quote)
        else:
            yield from _gaps(text, gap, attribute.start, attribute.end)


def _is_missing(tag: str, name: str, values: Mapping[str, str]) -> bool:
    return name != "style" and is_picture(tag, name) and not may_be_empty(name, values)


def _known(values: Mapping[str, str], gap: str) -> Mapping[str, str]:
    """Leave out the attributes of a tag that are not known as text."""
    return {key: value for key, value in values.items() if gap not in key and gap not in value}


def _raw_holder(text: str, name: str, tag: _Tag, start: int, end: int, *, reads_data: bool) -> Holder | None:
    if name not in {"style", "script"}:
        return None
    form = Form.STYLE
    if name == "script":
        kind = next((text[a.start : a.end] for a in tag.attributes if a.name == "type"), "")
        kind = kind.strip().lower()
        if kind in _JSON_SCRIPTS:
            form = Form.JSON
        elif kind in {"", "module"} or kind.endswith(("javascript", "ecmascript")):
            form = Form.SCRIPT
        elif kind == "application/ld+json" and reads_data:
            form = Form.LINKED_DATA
        else:
            return None  # structured data names the company's pages; templates are the script's own
    return Holder(start, end, name, "", AttributeRule(form), None)


def _positions(text: str, gap: str, start: int, end: int) -> Iterator[int]:
    while (start := text.find(gap, start, end)) >= 0:
        yield start
        start += 1


def _gaps(text: str, gap: str, start: int, end: int) -> Iterator[Gap]:
    if gap:
        yield from (Gap(at, None, {}) for at in _positions(text, gap, start, end))


def _behind(text: str, closing: str, at: int) -> int:
    index = text.find(closing, at)
    return len(text) if index < 0 else index + len(closing)


def _comment_end(text: str, start: int) -> int:
    for short in ("<!-->", "<!--->"):
        if text.startswith(short, start):
            return start + len(short)
    match = _COMMENT_END.search(text, start + 4)
    return match.end() if match else len(text)


def _raw_end(text: str, name: str, at: int) -> int:
    """Return where the end tag begins of the element whose raw text begins here."""
    if name == "plaintext":
        return len(text)
    if name == "script":
        closing_tag = _script_closing(text, at)
    else:
        closing_tag = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(text, at)
    return closing_tag.start() if closing_tag else len(text)


def _script_closing(text: str, at: int) -> re.Match[str] | None:
    """Find the tag that closes a script; in ``<!--``, a ``<script>`` within it has a ``</script>`` of its own."""
    is_escaped = is_twice = False
    while step := _SCRIPT_STEP.search(text, at):
        at = step.end()
        written = step.group()
        if written == "<!--":
            at -= 2  # its dashes may be those of -->
            is_escaped = True
        elif written == "-->":
            is_escaped = is_twice = False
        elif step.group(1):
            if not is_twice:
                return step
            is_twice = False
        elif is_escaped:
            is_twice = True
    return None
