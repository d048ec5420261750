"""The first steps of ``replisite preview``: the content is read while the server is still being imported."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from replisite.model.options import Options
from replisite.preview.config import read_config
from replisite.preview.head_start import new_content_process
from replisite.preview.messages import ContentRequest

if TYPE_CHECKING:
    from replisite.preview.content_process import ContentProcess
    from replisite.preview.reports import Report
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
    source: Options = field(default_factory=Options)


def preview(
    folder: Path,
    options: PreviewOptions,
    started: Callable[[Started], None],
    report: Report,
    content_process: ContentProcess | None = None,
) -> None:
    """Serve a site until SIGINT (Ctrl-C) or SIGTERM. ``content_process``: one that has a head start.

    Raises UsageError for a port in use.
    """
    with new_content_process() if content_process is None else nullcontext(content_process) as process:
        config = read_config(folder)
        if config.site is not None:
            process.begin_with(ContentRequest.of(config.site, options.source, is_quick=True))
        from replisite.preview.serve import serve  # while the other process reads

        serve(folder, config, options, process, started, report)
