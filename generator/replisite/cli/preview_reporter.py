"""The events of a preview on a terminal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from replisite.errors import Fault
from replisite.preview.code_frames import frame_of, frame_text

if TYPE_CHECKING:
    from replisite.cli.terminal import Terminal
    from replisite.preview.serve import Started
    from replisite.preview.session import Happened

__all__ = ["PreviewReporter"]

FAULTS_SHOWN = 5
"""How many faults are printed with the lines around them."""

WARNINGS_SHOWN = 5


class PreviewReporter:
    """Prints the events of a preview: one line a save, and faults with the lines around them."""

    def __init__(self, terminal: Terminal, root: Path, *, quiet: bool) -> None:
        self._terminal = terminal
        self._root = root
        self._quiet = quiet
        self._is_faulty = False

    def started(self, started: Started) -> None:
        """Print the addresses of the preview."""
        if started.moved_from is not None:
            self._print(
                f"Port {started.moved_from} is in use; the preview uses another port.", style="yellow"
            )
        self._terminal.print_parts(("Preview:", "bold"), (f" {started.url}", ""))
        if started.public_url:
            self._terminal.print(f"On other devices: {started.public_url}/")
            self._terminal.print(
                "All devices in this network can see unfinished pages; member pages stay on this machine.",
                style="yellow",
            )
        self._print("Ctrl-C ends it.", style="dim")

    def happened(self, happened: Happened) -> None:
        """Print the changed files, and the faults to fix."""
        if happened.changed and not self._quiet:
            self._print(self._line(happened), style="dim")
        if happened.faults:
            self._is_faulty = True
            for fault in happened.faults[:FAULTS_SHOWN]:
                self._print_fault(fault)
            more = len(happened.faults) - FAULTS_SHOWN + happened.uncounted
            if more > 0:
                self._terminal.print(f"… and {more:,} more", style="red")
        elif happened.is_mended and self._is_faulty:
            self._is_faulty = False
            self._print("Fixed: no faults are left.", style="green")
        for warning in happened.warnings[:WARNINGS_SHOWN]:
            self._print(f"warning: {warning}", style="yellow")

    def ended(self) -> None:
        """Print that the preview has ended."""
        self._print("Preview ended.", style="dim")

    def _line(self, happened: Happened) -> str:
        names = [
            str(path.relative_to(self._root)) if path.is_relative_to(self._root) else str(path)
            for path in happened.changed
        ]
        shown = names[0] if len(names) == 1 else f"{len(names):,} files"
        screens = f", {_screens(happened.refreshed)} refreshed" if happened.refreshed else ""
        return f"{datetime.now().astimezone():%H:%M:%S}  {shown}  {happened.seconds * 1000:.0f} ms{screens}"

    def _print_fault(self, fault: Fault) -> None:
        self._terminal.print(str(fault), style="bold red")
        frame = frame_of(self._root, fault)
        if frame is not None:
            self._terminal.print_lines(frame_text(frame))

    def _print(self, text: str, style: str) -> None:
        if not self._quiet:
            self._terminal.print(text, style=style)


def _screens(number: int) -> str:
    return "1 screen" if number == 1 else f"{number:,} screens"
