"""What a link of site.toml must be: a template that carries the owner, and leads where it says.

Each function returns the value, or raises ValueError whose arguments are what is wrong and what to do. A template that
loses the owner is answered with one that does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from replisite.config.values import url
from replisite.errors import nearest
from replisite.links import uri_template
from replisite.links.owner_id import carriers, carriers_of, has_sound_host, samples

__all__ = ["LINK_VARIABLES", "link_name", "link_template", "ownerless_link"]

LINK_VARIABLES = ("id", "alias", "market", "language", "sku", "slug", "page")
"""What a link template may name. The first is the owner's id, which carries the referral."""

_IN_HOST = frozenset({"alias", "market", "language"})
"""Variables whose values are checked so strictly that a host name may hold them."""

_EXPRESSION = re.compile(r"\{[^{}]*\}")
_AMPERSAND = re.compile(r"&(?:amp|#0*38|#x0*26);", re.IGNORECASE)
_PIECE = re.compile(r"\{[^{}]*\}|[?&;]|[^{}?&;]+")


def link_name(value: str) -> str:
    """The name of a link: ``shop`` becomes ``shop_link()`` in templates."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise ValueError(f'the link "{value}" is not made of a-z, 0-9 and _ with a letter first', "")
    return value


def link_template(value: str, *, reads_fragment: bool = False) -> str:
    """An RFC 6570 URI template that carries the owner's id to an http or https address, where a server reads it.

    ``reads_fragment``: the shop routes by what stands behind the ``#``, so the id may be there.
    """
    _refuse_form(value, reads_fragment=reads_fragment)
    if re.match(r"https?://[^/?#{}]*(?:[&;]|\{[&;])", value, re.IGNORECASE):
        _refuse_loose_host(value, _advice(value, reads_fragment=reads_fragment))
    _refuse_loose_host(value)
    _refuse_no_address(value)
    _refuse_lost_owner(value, reads_fragment=reads_fragment)
    return value


def ownerless_link(value: str) -> str:
    """An address that needs no owner; a ``*`` at its end stands for anything."""
    start = value.removesuffix("*")
    if "*" in start:
        raise ValueError('has a "*" within it', 'write one "*", at the end')
    address = start.partition("#")[0].partition("?")[0]
    try:
        url(address)
    except ValueError as error:
        raise ValueError(f'"{value}" does not begin as an http or https address', error.args[1]) from error
    if value != start and not urlsplit(start).path:
        raise ValueError(f'"{value}" may stand for other hosts', f'write "{start}/*"')
    return value


def _refuse_form(value: str, *, reads_fragment: bool) -> None:
    """Refuse what is no template, or names what no link has."""
    try:
        named = uri_template.variables(value)
        cut = uri_template.shortened(value)
    except ValueError as error:
        what, _, hint = str(error).partition("; ")
        plain = value.replace("{+", "{").replace("{#", "#{")
        if plain != value and not _is_accepted(plain, reads_fragment=reads_fragment):
            hint = _advice(plain, reads_fragment=reads_fragment)
        raise ValueError(f"is no usable URI template: {what}", hint) from error
    if unknown := sorted(named - set(LINK_VARIABLES)):
        hint = nearest(unknown[0], LINK_VARIABLES) or f"known are {', '.join(LINK_VARIABLES)}"
        raise ValueError(f'has no value for "{{{unknown[0]}}}"', hint)
    if "id" not in named:
        carrier = "{&id}" if "?" in value else "{?id}"
        hint = f'add "{carrier}" at its end'
        if not _is_accepted(value + carrier, reads_fragment=reads_fragment):
            hint = _advice(value, reads_fragment=reads_fragment) or hint
        raise ValueError("does not carry the owner: a link without {id} loses the referral", hint)
    if "id" in cut:
        raise ValueError(
            "cuts the owner's id short, so the referral may go to another", "write it without the length"
        )


def _refuse_loose_host(template: str, advice: str = 'write it after the host and a "/"') -> None:
    """Refuse a template whose host a free value could change: ``https://shop.example{id}/``."""
    start = re.match(r"https?://((?:\{[^{}]*\}|[^/?#{}])*)", template, re.IGNORECASE)
    for expression in _EXPRESSION.findall(start.group(1)) if start else ():
        if expression[1] in "/?":  # begins a path or a query: the host has ended
            return
        if loose := sorted(uri_template.variables(expression) - _IN_HOST):
            raise ValueError(f'lets "{{{loose[0]}}}" change the host that it leads to', advice)


def _refuse_no_address(template: str) -> None:
    """Refuse a template that does not become an http or https address."""
    try:
        url(
            uri_template.expand(template, dict.fromkeys(LINK_VARIABLES, "a"))
            .partition("?")[0]
            .partition("#")[0]
        )
    except ValueError as error:
        raise ValueError(
            f'"{template}" does not become an http or https address', "begin it with https:// and a host"
        ) from error


def _refuse_lost_owner(template: str, *, reads_fragment: bool) -> None:
    """Refuse a template of which one expansion leads to no host, or carries the owner where no server reads it."""
    if _is_accepted(template, reads_fragment=reads_fragment):
        return
    advice = _advice(template, reads_fragment=reads_fragment)
    if not has_sound_host(template):
        raise ValueError(
            "leads to another host, or to none, where a variable has no value: the company has no alias, "
            "and many links have no product",
            advice,
        )
    if written := _AMPERSAND.search(template):
        raise ValueError(f'has "{written[0]}" in it, which means "&" in HTML and not in an address', advice)
    if _is_accepted(template, reads_fragment=True):
        advice += f'; or, if the shop reads it there, {{ template = "{template}", fragment = true }}'
        raise ValueError('carries the owner behind the "#", which no server gets to see', advice)
    raise ValueError(_lost(template, reads_fragment=reads_fragment), advice)


def _lost(template: str, *, reads_fragment: bool) -> str:
    """Show an address in which the owner is lost."""
    for values, address in samples(template):
        if not carriers(address, values["id"], reads_fragment=reads_fragment):
            return (
                f'loses the referral: in "{address}" the id {values["id"]} is no parameter '
                "and no path segment of its own"
            )
    return "loses the referral: where a variable has no value, the id moves to another place in the address"


def _is_accepted(template: str, *, reads_fragment: bool) -> bool:
    """Say whether `link_template` accepts a template, without looking for a better one."""
    try:
        if not has_sound_host(template) or _AMPERSAND.search(template):
            return False
        _refuse_loose_host(template)
        _refuse_no_address(template)
        named, cut = uri_template.variables(template), uri_template.shortened(template)
        return (
            named <= set(LINK_VARIABLES)
            and "id" not in cut
            and bool(carriers_of(template, reads_fragment=reads_fragment))
        )
    except ValueError:
        return False


def _advice(template: str, *, reads_fragment: bool) -> str:
    """Return what to write instead: the nearest template that is accepted, or nothing."""
    for candidate in dict.fromkeys(_corrections(template)):
        if _is_accepted(candidate, reads_fragment=reads_fragment):
            return f'write "{candidate}"'
    return ""


# -- corrections, the nearest first ------------------------------------------------------------------


def _corrections(template: str) -> Iterator[str]:
    """Yield templates that may be what was meant. Whether one is accepted is for the caller to find out."""
    plain = _AMPERSAND.sub("&", template)
    yield plain
    main, hash_, fragment = plain.partition("#")
    for whole in (plain, main):
        yield _with_one_query(whole)
        yield _with_own_value(_with_one_query(whole))
    kept = _without_id(_with_one_query(fragment)).strip("#")
    tail = hash_ + kept if kept else ""
    bare = _with_one_query(_without_id(main))
    yield _with_id(bare) + tail
    yield _with_id(_without_double(bare)) + tail
    yield _with_id(_without_double(bare))
    yield _with_id(re.sub(r"\{[?&/;.][^{}]*\}", "", bare.partition("?")[0]))
    if origin := re.match(r"https?://[^/?#{}&;]+", plain, re.IGNORECASE):
        yield f"{origin[0]}/{{?id}}"
    host = re.match(r"(https?://)[^/?#]*?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?=[/?#]|$)", plain, re.IGNORECASE)
    if host:
        yield f"{host[1]}{host[2]}/{{?id}}"


def _with_one_query(template: str) -> str:
    """Begin the query once, with a ``?``, and go on with ``&``; variables that begin it together stand together."""
    pieces: list[str] = []
    has_query = False
    for piece in _PIECE.findall(template):
        last = pieces[-1] if pieces else ""
        if piece in {"?", "&", ";"}:
            if last not in {"?", "&"}:
                pieces.append("&" if has_query else "?")
            has_query = True
        elif not piece.startswith(("{?", "{&", "{;")):
            pieces.append(piece)
        elif last.startswith(("{?", "{&")):
            pieces[-1] = f"{last[:-1]},{piece[2:]}"
        else:
            pieces.append(f"{'{&' if has_query else '{?'}{piece[2:]}")
            has_query = True
    return "".join(pieces)


def _with_own_value(template: str) -> str:
    """Give the id a value of its own: ``?ref=pre{id}`` becomes ``?ref={id}``."""
    return re.sub(r"([?&][\w.-]+=)[^?&#]*\{id\}[^&#{]*(?:\{[^?&][^{}]*\})*[^&#{]*", r"\1{id}", template)


def _without_id(template: str) -> str:
    """Take the id out of every expression, and what joined it to other text."""

    def cut(expression: re.Match[str]) -> str:
        operator = expression[1]
        kept = [name for name in expression[2].split(",") if not re.fullmatch(r"id(?::\d+|\*)?", name)]
        return f"{{{operator}{','.join(kept)}}}" if kept else "\0"

    without = re.sub(r"\{([?&;/.]?)([^{}]*)\}", cut, template)
    without = without.replace("/\0/", "/")
    without = re.sub(r"[?&]=?\0(?=[?&#]|$)", "", without)
    return re.sub(r"(?<!/)[-_.,~]*\0|\0(?:\.[a-z]+)?", "", without)


def _without_double(template: str) -> str:
    """Take another parameter ``id`` out of the query."""
    cut = re.sub(r"([?&])id=[^&#{}]*(?:\{[^?&{}][^{}]*\})?[^&#{}]*", r"\1", template, flags=re.IGNORECASE)
    return re.sub(r"([?&])&+", r"\1", cut)


def _with_id(template: str) -> str:
    """Carry the id in the query."""
    template = template.rstrip("?&")
    if last := re.search(r"\{[?&][^{}]*\}$", template):
        return f"{template[: last.end() - 1]},id}}"
    return f"{template}{'{&id}' if '?' in re.sub(r'{[^?{}][^{}]*}', '', template) else '{?id}'}"
