"""What a link of site.toml must be: a template that carries the owner, and leads where it says.

Each function returns the value, or raises ValueError whose arguments are what is wrong and what to do.
"""

from __future__ import annotations

import re

from replisite.errors import nearest
from replisite.model import links
from replisite.sources.config.values import url

__all__ = ["LINK_VARIABLES", "link_name", "link_template"]

LINK_VARIABLES = ("id", "alias", "market", "language", "sku", "slug", "page")
"""What a link template may name. The first is the owner's id, which carries the referral."""

_IN_HOST = frozenset({"alias", "market", "language"})
"""Variables whose values are checked so strictly that a host name may hold them."""

_EXPRESSION = re.compile(r"\{[^{}]*\}")


def link_name(value: str) -> str:
    """The name of a link: ``shop`` becomes ``shop_link()`` in templates."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise ValueError(f'the link "{value}" is not made of a-z, 0-9 and _ with a letter first', "")
    return value


def link_template(value: str) -> str:
    """An RFC 6570 URI template that carries the owner's id to an http or https address."""
    try:
        named = links.variables(value)
        cut = links.shortened(value)
    except ValueError as error:
        what, _, todo = str(error).partition("; ")
        raise ValueError(f"is no usable URI template: {what}", todo) from error
    if unknown := sorted(named - set(LINK_VARIABLES)):
        hint = nearest(unknown[0], LINK_VARIABLES) or f"known are {', '.join(LINK_VARIABLES)}"
        raise ValueError(f'has no value for "{{{unknown[0]}}}"', hint)
    if "id" not in named:
        carrier = "{&id}" if "?" in value else "{?id}"
        raise ValueError(
            "does not carry the owner: a link without {id} loses the referral", f'add "{carrier}" at its end'
        )
    if "id" in cut:
        raise ValueError(
            "cuts the owner's id short, so the referral may go to another", "write it without the length"
        )
    _refuse_loose_host(value)
    try:
        url(links.expand(value, dict.fromkeys(LINK_VARIABLES, "a")).partition("?")[0].partition("#")[0])
    except ValueError as error:
        raise ValueError(
            f'"{value}" does not become an http or https address', "begin it with https:// and a host"
        ) from error
    return value


def _refuse_loose_host(template: str) -> None:
    """Refuse a template whose host a free value could change: ``https://shop.example{id}/``."""
    start = re.match(r"https?://((?:\{[^{}]*\}|[^/?#{}])*)", template)
    for expression in _EXPRESSION.findall(start.group(1)) if start else ():
        if expression[1] in "/?;&":  # begins a path or a query: the host has ended
            return
        if loose := sorted(links.variables(expression) - _IN_HOST):
            raise ValueError(
                f'lets "{{{loose[0]}}}" change the host that it leads to', 'write it after the host and a "/"'
            )
