"""Pelican's content class of each of our kinds: Pelican makes an item of a file that was read."""

from __future__ import annotations

from pelican.contents import Content
from pelican.settings import DEFAULT_CONFIG
from pelican.utils import slugify

from replisite.content.item import Kind

__all__ = ["KindContent", "content_class"]


class KindContent(Content):  # type: ignore[misc]  # Pelican has no types
    """An item of one of our kinds (`replisite.content.item.ContentItem`); its front matter has been validated."""

    kind: Kind
    mandatory_properties = ("title",)
    allowed_statuses = ("published", "hidden", "draft", "skip")
    default_status = "published"

    def _expand_settings(self, key: str, klass: str | None = None) -> str:
        return str(super()._expand_settings(key, klass or self.kind.name))

    @property
    def is_protected(self) -> bool:
        """Whether only members may read it."""
        return bool(self.tier != "public")

    def slug_of(self, text: str) -> str:
        """Return a text as Pelican writes it in addresses."""
        return str(slugify(text, DEFAULT_CONFIG["SLUG_REGEX_SUBSTITUTIONS"]))


def content_class(kind: Kind) -> type[KindContent]:
    """Return the Pelican content class of a kind."""
    return type(
        kind.name.title().replace("_", ""), (KindContent,), {"kind": kind, "default_template": kind.name}
    )
