r"""The only way to a terminal: every text is plain, whatever it holds.

Texts come from rosters, file names, hosts, plugins and the environment. Here they are neither markup (``[red]``) nor emoji
codes (``:100:``) nor addresses to highlight, and characters that steer a terminal, turn text round or cannot be seen are
written as escapes (``\x1b``, ``\u202e``). No text is wrapped: a path or ``file:line`` can be copied from a narrow terminal.
"""

from __future__ import annotations

import io
import json
import re
import sys
import unicodedata
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

__all__ = ["ERR", "OUT", "Bar", "Terminal", "printable"]

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's general categories of control, format, surrogate, private and unassigned characters, and of separators."""


def printable(text: str, keep: str = "") -> str:
    r"""Return a text with every character that is not visible as an escape, except those of ``keep``.

    >>> printable("a\x1b[31mred\u202e\n"), printable("two\nlines", keep="\n")
    ('a\\x1b[31mred\\u202e\\n', 'two\nlines')
    """
    if text.isprintable():
        return text
    return "".join(
        character if character in keep or _is_visible(character) else _escape(character) for character in text
    )


def _is_visible(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) not in _UNPRINTABLE


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


class Terminal:
    """Prints plain texts on standard output, or on standard error for ``is_error``, in a style that is no part of them."""

    def __init__(self, *, is_error: bool = False) -> None:
        self._is_error = is_error
        self._console = Console(stderr=is_error, highlight=False, markup=False, emoji=False, soft_wrap=True)

    @property
    def is_terminal(self) -> bool:
        """Whether a person sees it at once, and can answer."""
        return self._console.is_terminal

    def print(self, text: str, style: str = "") -> None:
        """Print one line; a newline in the text is written as an escape."""
        self.print_parts((text, style))

    def print_parts(self, *parts: tuple[str, str]) -> None:
        """Print one line of several texts, each with its style."""
        self._print(Text.assemble(*((printable(text), style) for text, style in parts)))

    def print_lines(self, text: str, style: str = "") -> None:
        """Print a text of our own with its lines, such as a piece of a file with line numbers."""
        self._print(Text(printable(text, keep="\n"), style))

    def print_json(self, value: object) -> None:
        """Print a value as JSON; characters that are not visible are JSON escapes."""
        self._as_unicode().write(_visible_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")

    def ask(self, question: str) -> str:
        """Print a question and return the line that is typed."""
        return self._console.input(Text(f"{printable(question)} "), markup=False, emoji=False)

    def _print(self, text: Text) -> None:
        self._as_unicode()
        self._console.print(text)

    def _as_unicode(self) -> TextIO:
        """Return the stream; where it is not for Unicode, it takes escapes for what it cannot show."""
        stream = sys.stderr if self._is_error else sys.stdout
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
        return stream


class Bar:
    """A progress bar with its description, a count, and the time left; it vanishes at the end.

    ``refreshes`` starts a thread that redraws it; without one it is redrawn by `refresh`, as where processes are forked.
    """

    def __init__(self, terminal: Terminal, *, refreshes: bool) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=terminal._console,  # noqa: SLF001 - the two are one module, so that nothing else has Rich
            transient=True,
            auto_refresh=refreshes,
        )
        self._task: TaskID | None = None

    def begin(self, description: str, total: int | None = None) -> None:
        """Begin to count something else."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(printable(description), total=total, rate="")

    def update(self, done: int, total: int | None, rate: str) -> None:
        """Show how much is done, of how much if that is known."""
        assert self._task is not None
        self._progress.update(self._task, completed=done, total=total, rate=printable(rate))
        self._progress.start()

    def refresh(self) -> None:
        """Redraw it."""
        self._progress.refresh()

    def stop(self) -> None:
        """Take it away."""
        self._progress.stop()


OUT = Terminal()
ERR = Terminal(is_error=True)
"""The two terminals of the program: results on standard output; progress, warnings and errors on standard error."""


def _visible_json(text: str) -> str:
    """Return JSON with escapes for what `printable` escapes; outside of strings there is only ASCII."""
    if text.isprintable():
        return text
    return re.sub(
        r"[^\x20-\x7e\n]",
        lambda found: found[0] if _is_visible(found[0]) else json.dumps(found[0])[1:-1],
        text,
    )
