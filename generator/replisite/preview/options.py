"""The options of a preview: where it listens, which site it shows first, and the editor that it opens."""

from __future__ import annotations

from dataclasses import dataclass, field

from replisite.model.options import Options

__all__ = ["PreviewOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOptions:
    """The options of a preview. ``port`` is None for the first free port from 8000 on.

    ``owner`` is the alias and ``edition`` the key of the site that is shown first. ``editor`` is a URL with ``{path}``,
    ``{line}`` and ``{column}``.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    owner: str = ""
    edition: str = ""
    is_opening: bool = True
    editor: str = ""
    source: Options = field(default_factory=Options)
