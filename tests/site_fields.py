"""Change one field of a site at a time, however deep it lies, to see what depends on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

from replisite.model.live_files import CachePolicy
from replisite.model.site import (
    Addresses,
    Company,
    CustomField,
    Market,
    Members,
    Rank,
    Roster,
    Site,
)
from replisite.model.target import Target

__all__ = ["changed_sites", "full_site"]


def full_site(root: Path) -> Site:
    """Return a site that has one of everything, so that each field of its parts can be changed."""
    return Site(
        root=root,
        name="Tarn & Thistle",
        url="https://www.tea.example",
        company=Company("HOUSE", "Tarn & Thistle"),
        markets=(Market("GB", "United Kingdom", "GBP", ("en",)),),
        addresses=Addresses(style="domain", host="tea.example", domain_field="domain"),
        roster=Roster(fields=(CustomField("domain", "Own host"),)),
        links={"shop": "https://shop.tea.example/{?id}"},
        ranks=(Rank("member", "Member", 0),),
        members=Members(),
        targets={"live": Target("live", "folder", {"path": "/srv"}, cache=CachePolicy())},
    )


def changed_sites(site: Site) -> Iterator[tuple[str, Site]]:
    """Yield (name of a field, the site with that field changed): ``company.name``, ``markets.code``, ``targets.url``."""
    yield from _changed(site)


def _changed(value: Any) -> Iterator[tuple[str, Any]]:
    hints = get_type_hints(type(value))
    for field in fields(value):
        for name, new in _changed_values(getattr(value, field.name), hints[field.name]):
            yield f"{field.name}.{name}".rstrip("."), replace(value, **{field.name: new})


def _changed_values(value: Any, hint: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name within the value, another value); the name is empty for a value without parts."""
    if is_dataclass(value):
        yield from _changed(value)
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        for name, new in _changed(value[0]):
            yield name, (new, *value[1:])
    elif isinstance(value, Mapping) and any(map(is_dataclass, value.values())):
        key, first = next(iter(value.items()))
        for name, new in _changed(first):
            yield name, {**value, key: new}
    else:
        yield "", _another(value, hint)


def _another(value: Any, hint: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        others = [other for other in get_args(hint) if isinstance(other, str) and other != value]
        return others[-1] if others else f"{value}x"
    if isinstance(value, tuple):
        return (*value, "x")
    if isinstance(value, Mapping):
        return {**value, "x": "https://x.tea.example"}
    if isinstance(value, Path):
        return value / "x"
    return 7 if value is None else value + 1
