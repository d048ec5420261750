"""The first steps of ``replisite preview``: Pelican takes the longest to start, so it starts first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from replisite.preview.composer import Composer

if TYPE_CHECKING:
    from replisite.preview.desk import Happened
    from replisite.preview.serve import Started

__all__ = ["PreviewOptions", "preview"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOptions:
    """What the command line may say. ``port`` is None for the first free one from 8000 on."""

    host: str = "127.0.0.1"
    port: int | None = None
    owner: str = ""
    edition: str = ""
    is_opening: bool = True
    editor: str = ""
    roster: Path | None = None
    skip_bad_rows: bool = False
    drafts: bool = False
    future: bool = False


def preview(
    folder: Path,
    options: PreviewOptions,
    started: Callable[[Started], None],
    told: Callable[[Happened], None],
) -> None:
    """Serve a site until SIGINT (Ctrl-C) or SIGTERM. Raises UsageError for a port in use."""
    with TemporaryDirectory(prefix="replisite-preview-") as scratch, Composer(Path(scratch)) as composer:
        from replisite.preview.serve import serve  # meanwhile the other process reads Pelican

        serve(folder, options, composer, started, told)
