"""What a preview says on a terminal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from replisite.errors import Fault
from replisite.preview.code_frames import frame_of, frame_text

if TYPE_CHECKING:
    from replisite.cli.terminal import Terminal
    from replisite.preview.reports import ChangeReport, Started

__all__ = ["PreviewReporter"]

FAULTS_SHOWN = 5
"""How many faults are told with the lines around them."""

WARNINGS_SHOWN = 5


class PreviewReporter:
    """Tells on a terminal what happens in a preview: one line a save, and faults with the lines around them."""

    def __init__(self, console: Terminal, root: Path, *, quiet: bool) -> None:
        self._console = console
        self._root = root
        self._quiet = quiet
        self._is_faulty = False

    def started(self, started: Started) -> None:
        """Tell where the preview is."""
        if started.moved_from is not None:
            self._say(f"Port {started.moved_from} is in use, so the preview has another.", style="yellow")
        self._console.print_parts(("Preview:", "bold"), (f" {started.url}", ""))
        if started.public_url:
            self._console.print(f"On other devices: {started.public_url}/")
            told = "Whoever is in this network can see unfinished pages; member pages stay on this machine."
            self._console.print(told, style="yellow")
        self._say("Ctrl-C ends it.", style="dim")

    def happened(self, happened: ChangeReport) -> None:
        """Tell what changed, and what must be mended."""
        if happened.changed and not self._quiet:
            self._say(self._line(happened), style="dim")
        if happened.faults:
            self._is_faulty = True
            for fault in happened.faults[:FAULTS_SHOWN]:
                self._tell_fault(fault)
            more = len(happened.faults) - FAULTS_SHOWN + happened.uncounted
            if more > 0:
                self._console.print(f"… and {more:,} more", style="red")
        elif happened.is_fixed and self._is_faulty:
            self._is_faulty = False
            self._say("Mended: everything is in order again.", style="green")
        for warning in happened.warnings[:WARNINGS_SHOWN]:
            self._say(f"warning: {warning}", style="yellow")

    def ended(self) -> None:
        """Tell that the preview is over."""
        self._say("Preview ended.", style="dim")

    def _line(self, happened: ChangeReport) -> str:
        names = [
            str(path.relative_to(self._root)) if path.is_relative_to(self._root) else str(path)
            for path in happened.changed
        ]
        shown = names[0] if len(names) == 1 else f"{len(names):,} files"
        screens = f", {_screens(happened.refreshed)} refreshed" if happened.refreshed else ""
        return f"{datetime.now().astimezone():%H:%M:%S}  {shown}  {happened.seconds * 1000:.0f} ms{screens}"

    def _tell_fault(self, fault: Fault) -> None:
        self._console.print(str(fault), style="bold red")
        frame = frame_of(self._root, fault)
        if frame is not None:
            self._console.print_lines(frame_text(frame))

    def _say(self, text: str, style: str) -> None:
        if not self._quiet:
            self._console.print(text, style=style)


def _screens(number: int) -> str:
    return "1 screen" if number == 1 else f"{number:,} screens"
