"""Preview a site: read the content while the server is imported, and serve until Ctrl-C."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from replisite.preview.config import read_config
from replisite.preview.head_start import new_composer
from replisite.preview.messages import ContentRequest
from replisite.preview.options import PreviewOptions

if TYPE_CHECKING:
    from replisite.preview.content_process import ContentProcess
    from replisite.preview.serve import PreviewReporter

__all__ = ["preview"]


def preview(
    folder: Path,
    options: PreviewOptions,
    reporter: PreviewReporter,
    content_process: ContentProcess | None = None,
) -> None:
    """Serve a site until SIGINT (Ctrl-C) or SIGTERM; ``content_process`` is a process that was started before.

    Raises UsageError for a port in use.
    """
    with new_composer() if content_process is None else nullcontext(content_process) as process:
        config = read_config(folder)
        if config.site is not None:
            process.begin_with(ContentRequest.of(config.site, options.source, is_quick=True))
        from replisite.preview.serve import serve  # while the other process reads

        serve(folder, config, options, process, reporter)
