"""Expand the referral links of site.toml, which are RFC 6570 URI templates.

The only room that knows `uritemplate`, which reads templates more kindly than the RFC: what it would
misread is refused here first. Values come from distributors and are hostile; every character that is not
unreserved is percent-encoded (RFC 6570 §3.2), which is why the operators ``+`` and ``#``, whose values
pass as they are, are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

from uritemplate import URITemplate

__all__ = ["expand", "shortened", "variables"]

_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_CHARACTER = r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})"
_NAME = re.compile(rf"({_CHARACTER}(?:\.?{_CHARACTER})*)(:[1-9][0-9]{{0,3}}|\*)?")  # RFC 6570 §2.3, §2.4
_LITERAL = re.compile(r"(?:[A-Za-z0-9!#$&'()*+,\-./:;=?@\[\]_~]|%[0-9A-Fa-f]{2})*")  # RFC 6570 §2.1, ASCII
_LONE = re.compile(r"[\ud800-\udfff]")


def expand(template: str, variables: Mapping[str, str]) -> str:
    """Expand a template; a variable without a value leaves nothing behind (RFC 6570 §3.2.1).

    Raises ValueError if the template is none.

    >>> expand("https://shop.example/{sku}{?id}", {"sku": "OOL 50", "id": "A&B"})
    'https://shop.example/OOL%2050?id=A%26B'
    """
    pieces = _outline(template, tuple([(name, text == "") for name, text in variables.items()]))
    if pieces is None:
        return _parse(template).expand({name: _LONE.sub("\ufffd", text) for name, text in variables.items()})
    filled = list(pieces)
    for index in range(1, len(pieces), 2):
        filled[index] = _encoded(variables[pieces[index]])
    return "".join(filled)


def variables(template: str) -> frozenset[str]:
    """Return the names of the variables in a template; raises ValueError, with words for people.

    >>> sorted(variables("https://shop.example/{market}/{sku}{?id}"))
    ['id', 'market', 'sku']
    """
    return frozenset(str(name) for name in _parse(template).variable_names)


def shortened(template: str) -> frozenset[str]:
    """Return the names of the variables that a template cuts short, as ``{id:3}`` does; raises ValueError.

    >>> shortened("https://shop.example/{sku}/{id:3}")
    frozenset({'id'})
    """
    return frozenset(
        name
        for part in _parse(template).variables
        for name, how in part.variables
        if how["prefix"] is not None
    )


@lru_cache(maxsize=4096)
def _encoded(text: str) -> str:
    """Encode a value; the same few come again and again while one owner's site is made."""
    return quote(_LONE.sub("\ufffd", text), safe="")


@lru_cache(maxsize=4096)
def _outline(template: str, given: tuple[tuple[str, bool], ...]) -> tuple[str, ...] | None:
    """Return literal text and names of variables in turn, or None where the library must expand each owner's values.

    Of a text, an expansion shows only whether it is empty and its encoded letters, unless it cuts it
    short. So the library expands each template once, around marks, for a million owners.
    """
    parsed = _parse(template)
    if shortened(template) or "%00" in template:
        return None
    marked = parsed.expand({name: "" if is_empty else f"\0{name}\0" for name, is_empty in given})
    return tuple(re.split("%00(.+?)%00", marked))


@lru_cache(maxsize=256)
def _parse(template: str) -> URITemplate:
    for literal in _EXPRESSION.split(template)[::2]:
        _refuse_literal(literal)
    for expression in _EXPRESSION.findall(template):
        _refuse_expression(expression)
    return URITemplate(template)


def _refuse_literal(literal: str) -> None:
    good = _LITERAL.match(literal)
    assert good is not None
    rest = literal[good.end() :]
    if not rest:
        return
    if rest[0] in "{}":
        raise ValueError(f'"{rest[0]}" without its partner')
    if rest[0] == "%":
        raise ValueError('"%" is not followed by two hexadecimal digits')
    raise ValueError(f"{_named(rest[0])} may not stand in a link; write it percent-encoded")


def _refuse_expression(expression: str) -> None:
    if not expression:
        raise ValueError('"{}" names no variable')
    operator = expression[0] if expression[0] in "+#./;?&=,!@|" else ""
    if operator in {"+", "#"}:
        plain = expression[1:] or "id"
        raise ValueError(
            f'"{{{expression}}}" would let a value through unescaped; write "{{{plain}}}"'
            if operator == "+"
            else f'"{{{expression}}}" would let a value through unescaped; write "#{{{plain}}}"'
        )
    if operator and operator in "=,!@|":
        raise ValueError(f'"{{{expression}}}" begins with "{operator}", which RFC 6570 keeps for later')
    for name in expression[len(operator) :].split(","):
        if not _NAME.fullmatch(name):
            raise ValueError(f'"{name}" in "{{{expression}}}" is no name of a variable')


def _named(character: str) -> str:
    return (
        "a blank"
        if character == " "
        else f'"{character}"'
        if character.isprintable()
        else "a control character"
    )
