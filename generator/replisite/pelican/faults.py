"""The faults and warnings of one Pelican run, noted with file and line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from replisite.errors import Fault
from replisite.system.bugs import is_programming_error
from replisite.system.error_text import error_text

__all__ = ["PelicanFaults"]


class PelicanFaults:
    """Collects the faults and warnings of one Pelican run; paths are shown relative to the site's root.

    ``is_lenient`` leaves a broken link in content a warning, as it is to Pelican. ``note_plugin`` notes an error that a
    plugin raised, with the activity that it interrupted, and says whether a plugin did; ``note_setting`` notes a fault of PLUGINS.
    """

    def __init__(self, root: Path, content: Path, *, is_lenient: bool = False) -> None:
        self.is_lenient = is_lenient
        self.root = root
        self.content = content
        self.faults: list[Fault] = []
        self.warnings: list[str] = []
        self.note_plugin: Callable[[BaseException, str], bool] = lambda *_: False
        self.note_setting: Callable[[str, str], None] = lambda what, advice: self.note("", 0, what, advice)
        self._file = root
        self._body_line = 1

    @property
    def count(self) -> int:
        """How many faults have been noted."""
        return len(self.faults)

    def content_path(self, path: Path) -> str:
        """Return a path relative to the content folder, with forward slashes."""
        return _within(self.content, path).as_posix()

    def shown(self, path: Path | str) -> str:
        """Return a path as a report shows it: relative to the site's root if it lies there; "" for no path."""
        if not str(path):
            return ""
        try:
            return _within(self.root, path).as_posix()
        except ValueError:
            return str(path)

    def reading(self, path: Path) -> None:
        """Say which file is being read from here on."""
        self._file = path
        self._body_line = 1

    def body_starts(self, line: int) -> None:
        """Say at which line the body of the file begins."""
        self._body_line = line

    def note(self, path: Path | str, line: int, what: str, advice: str = "") -> None:
        """Note a fault."""
        fault = Fault(self.shown(path), line, what, advice)
        if fault not in self.faults:
            self.faults.append(fault)

    def has_fault(self, path: Path) -> bool:
        """Say whether a fault of this file has been noted."""
        return any(fault.file == self.shown(path) for fault in self.faults)

    def note_unread(self, path: Path, cause: BaseException | None) -> None:
        """Note that a file could not be read, unless a fault of it is known that says more.

        Raises the cause itself if it is a bug: a programming error of replisite's own code.
        """
        if cause is not None and self.note_plugin(cause, f" (while reading {self.shown(path)})"):
            return
        if cause is not None and is_programming_error(cause):
            cause.add_note(f"while reading {self.shown(path)}")
            raise cause
        if isinstance(cause, UnicodeDecodeError):
            line = cause.object.count(b"\n", 0, cause.start) + 1
            self.note(path, line, "is not UTF-8", "save it as UTF-8")
        elif match := re.match(r".*?:(\d+): \(\w+/\d\) (.*)", str(cause), re.DOTALL):  # docutils
            self.note(path, int(match[1]), f"cannot be read as reStructuredText: {match[2].splitlines()[0]}")
        elif not self.has_fault(path):
            reason = f": {_in_words(cause)}" if cause else ""
            self.note(path, 0, f"cannot be read{reason}")

    def note_placeholder(self, expression: str, what: str, advice: str) -> None:
        """Note a fault of ``{{ expression }}`` in the file being read."""
        lines = _lines_of(self._file)
        line = next(
            (n for n, text in enumerate(lines, 1) if expression in text and "{{" in text), self._body_line
        )
        self.note(self._file, line, what, advice)

    def note_key(self, path: Path, key: str, what: str, advice: str) -> None:
        """Note a fault at a key of a file's front matter."""
        lines = _lines_of(path)
        line = next((n for n, text in enumerate(lines, 1) if text.lower().startswith(key)), 1)
        self.note(path, line, what, advice)

    def check_reserved(self, path: Path, metadata: Mapping[str, Any], reserved: Collection[str]) -> None:
        """Note the front matter keys that would overwrite what Pelican itself needs."""
        for key in sorted(set(metadata) & set(reserved)):
            self.note_key(path, key, f'"{key}" is a name that Pelican needs itself', "rename it")


def _lines_of(path: Path) -> list[str]:
    """Return the lines of a file; none where no file is being read."""
    if not path.is_file():
        return []
    return path.read_text(encoding="utf-8-sig", errors="replace").split("\n")


def _in_words(cause: BaseException) -> str:
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    return error_text(cause)


def _within(folder: Path, path: Path | str) -> Path:
    """Return a path relative to a folder; raises ValueError if it is neither there nor by a link from there.

    A link has its own name, wherever it leads; unlike `Path.resolve` of Python 3.11 this bears links in a circle.
    """
    parent, name = os.path.split(path)
    real = Path(os.path.realpath(folder))
    for candidate in (Path(os.path.realpath(parent), name), real / os.path.relpath(path, folder)):
        if candidate.is_relative_to(real) and ".." not in candidate.parts:
            return candidate.relative_to(real)
    raise ValueError(f"{path} is not below {folder}")
