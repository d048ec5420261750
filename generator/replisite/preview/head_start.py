"""The content process, started before the command line is read: importing Pelican takes longest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replisite.preview.content_process import ContentProcess

__all__ = ["head_start", "new_content_process"]

COMMAND = "preview"


@contextmanager
def head_start(words: Sequence[str]) -> Iterator[ContentProcess | None]:
    """Start the content process if the command is a preview, and end it afterwards; other commands start none."""
    is_asked = list(words[:1]) == [COMMAND] and not {"-h", "--help"} & {*words}
    with new_content_process() if is_asked else nullcontext() as content_process:
        yield content_process


@contextmanager
def new_content_process() -> Iterator[ContentProcess]:
    """Start a content process with a folder of its own, and end it afterwards."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from replisite.preview.content_process import ContentProcess
    from replisite.system.processes import interrupts_held

    with interrupts_held():  # or the file with which Python tests whether it can write would stay
        folder = TemporaryDirectory(prefix="replisite-preview-")
    with folder as scratch, ContentProcess(Path(scratch)) as content_process:
        yield content_process
