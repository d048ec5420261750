"""Items of content as plain values: what a catalog needs of a file that was read."""

from __future__ import annotations

from typing import Any

from replisite.content.item import Kind
from replisite.content.kinds import KINDS

__all__ = ["Item", "an_item", "kind_named"]


def kind_named(name: str) -> Kind:
    """Return a kind by its name."""
    return next(kind for kind in KINDS if kind.name == name)


class Item:
    """An item with the attributes that it was given."""

    def __init__(self, kind: Kind, **fields: Any) -> None:
        self.kind = kind
        self.__dict__.update(fields)

    def __repr__(self) -> str:
        return f"{self.kind.name} {self.slug}"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def slug_of(self, text: str) -> str:
        """Return a text in small letters, with a hyphen for each blank."""
        return text.lower().replace(" ", "-")


def an_item(kind: str | Kind, slug: str, **fields: Any) -> Any:
    """Return a public item of all markets, with the defaults of its kind's front matter."""
    kind = kind if isinstance(kind, Kind) else kind_named(kind)
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in kind.matter.model_fields.items()
        if not field.is_required()
    }
    common = {
        "title": slug.title(),
        "slug": slug,
        "tier": "public",
        "relative_source_path": f"{kind.folder}/{slug}.md",
    }
    return Item(kind, **{**defaults, "markets": [], **common, **fields})
