"""The first steps of ``replisite preview``: the content is read while the server is still being imported."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from replisite.preview.config import read_config
from replisite.preview.head_start import new_content_process
from replisite.preview.messages import ContentRequest
from replisite.preview.options import PreviewOptions

if TYPE_CHECKING:
    from replisite.preview.content_process import ContentProcess
    from replisite.preview.reports import Report
    from replisite.preview.serve import Started

__all__ = ["preview"]


@dataclass(frozen=True, slots=True)
class _Callbacks:
    started: Callable[[Started], None]
    happened: Report


def preview(
    folder: Path,
    options: PreviewOptions,
    started: Callable[[Started], None],
    report: Report,
    content_process: ContentProcess | None = None,
) -> None:
    """Serve a site until SIGINT (Ctrl-C) or SIGTERM. ``content_process`` is one that has been started before.

    Raises UsageError for a port in use.
    """
    with new_content_process() if content_process is None else nullcontext(content_process) as process:
        config = read_config(folder)
        if config.site is not None:
            process.begin_with(ContentRequest.of(config.site, options.source, is_quick=True))
        from replisite.preview.serve import serve  # while the other process reads

        serve(folder, config, options, process, _Callbacks(started, report))
