"""Checks of an owner's expression: names and fields that do not exist, and values that are no texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import chain

from jinja2 import nodes

from replisite.errors import nearest
from replisite.model.distributor import Distributor, Supporter
from replisite.model.site import Market, Site

__all__ = ["MEANT", "ROOTS", "shortened", "unknown_names", "values_without_text"]

MEANT = r"write \{\{ for braces that are meant, { { in a formula, or show them in a code span"
"""The advice for braces that are no placeholder."""


def unknown_names(
    tree: nodes.Node, known: frozenset[str] | None, custom: frozenset[str]
) -> Iterable[tuple[int, str, str]]:
    """Yield (line, what is wrong, what to do) for names and fields of the owner that do not exist.

    ``known`` is None where any name may be meant, as in a template.
    """
    for name in tree.find_all(nodes.Name):
        if known is not None and name.ctx == "load" and name.name not in known:
            advice = nearest(name.name, known) or f"use distributor.<field>; {MEANT}"
            yield name.lineno, f'no value "{name.name}" in content', advice
    for node in tree.find_all(nodes.Getattr):
        owner = _owner(node.node)
        if owner is None:
            if known is not None and isinstance(node.node, nodes.Name):
                yield from _unknown_of_root(node.node.name, node)
            continue
        if owner == "fields":
            if node.attr not in custom and not hasattr(dict, node.attr):
                yield node.lineno, f'no field "{node.attr}" in [[roster.fields]]', nearest(node.attr, custom)
        elif node.attr not in _FIELDS[owner]:
            yield node.lineno, f'no field "{node.attr}" in the roster', nearest(node.attr, _FIELDS[owner])


def values_without_text(tree: nodes.Template) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, what to do) for what would be printed as Python shows an object, not as a text."""
    for output in tree.find_all(nodes.Output):
        for node in chain.from_iterable(map(_printed, output.nodes)):
            if isinstance(node, nodes.Name) and node.name in _EXAMPLES:
                yield f"{node.name} is not a text", f"write one of its values, such as {_EXAMPLES[node.name]}"
            elif isinstance(node, nodes.Name) and node.name.endswith("_link"):
                yield f"{node.name} is a function", f"write {node.name}(distributor)"
            elif not isinstance(node, nodes.Getattr):
                continue
            elif node.attr in _THINGS and _owner(node.node) in {"distributor", "supporter"}:
                yield f"distributor.{node.attr} is not a text", _THINGS[node.attr]
            elif _is_field_of_text(node.node) and hasattr(str, node.attr):
                yield f"{node.attr} is a function", f"write {node.attr}() or the filter of that name"


def _printed(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield the parts of an expression that may be printed as they are."""
    if isinstance(node, nodes.CondExpr):
        yield from _printed(node.expr1)
        if node.expr2 is not None:
            yield from _printed(node.expr2)
    elif isinstance(node, (nodes.Or, nodes.And)):
        yield from _printed(node.left)
        yield from _printed(node.right)
    elif isinstance(node, nodes.Filter) and node.name in {"default", "d"} and node.node is not None:
        for part in (node.node, *node.args[:1]):
            yield from _printed(part)
    else:
        yield node


def _is_field_of_text(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Getattr)
        and _owner(node.node) in {"distributor", "supporter"}
        and node.attr not in _THINGS
    )


def _unknown_of_root(root: str, node: nodes.Getattr) -> Iterator[tuple[int, str, str]]:
    fields_of_root = ROOTS.get(root)
    if fields_of_root is not None and node.attr not in fields_of_root:
        yield node.lineno, f'no value "{root}.{node.attr}"', nearest(node.attr, fields_of_root)


_FIELDS = {
    "distributor": {field.name for field in fields(Distributor)} | {"initials", "photo_webp"},
    "supporter": {field.name for field in fields(Supporter)} | {"initials", "photo_webp"},
}
ROOTS: Mapping[str, Collection[str]] = {
    "site": {name for name in dir(Site) if not name.startswith("_")},
    "market": {name for name in dir(Market) if not name.startswith("_")},
}

_EXAMPLES = {"distributor": "distributor.name", "site": "site.name", "market": "market.name"}
"""The roots that are no texts, and a value of each."""
_THINGS = {
    "sponsor": "write one of its values, such as distributor.sponsor.name",
    "enroller": "write one of its values, such as distributor.enroller.name",
    "fields": "write one of them, as distributor.fields.<name>",
    "upline": 'join the names: distributor.upline | map(attribute="name") | join(", ")',
    "channels": 'join the texts: distributor.channels | map(attribute="text") | join(", ")',
}
"""The owner's values that are no texts, and what to write instead."""


def _owner(node: nodes.Node) -> str | None:
    """Say what an expression is, of the things that have the owner's fields."""
    if isinstance(node, nodes.Name):
        return "distributor" if node.name == "distributor" else None
    if isinstance(node, nodes.Getattr) and _owner(node.node) == "distributor":
        return {"sponsor": "supporter", "enroller": "supporter", "fields": "fields"}.get(node.attr)
    return None


def shortened(raw: str) -> str:
    """Return braces as a message shows them: on one line of at most 60 letters."""
    text = " ".join(raw.split())
    return text if len(text) <= 60 else f"{text[:58]}…"
