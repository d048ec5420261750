"""What goes wrong while Pelican runs, noted with file and line; nothing is logged and skipped."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from replisite.errors import Fault
from replisite.system.bugs import is_programming_error
from replisite.system.error_text import error_text

__all__ = ["PelicanFaults", "PelicanLog"]

_SKIPPING = "Skipping %s: "


class PelicanFaults:
    """Collects the faults and warnings of one Pelican run; paths are told relative to the site's root.

    ``is_lenient`` leaves a broken link in content a warning, as it is to Pelican. ``note_plugin`` notes an error that a
    plugin raised, with what was done meanwhile, and says whether a plugin did; ``note_setting`` notes a fault of PLUGINS.
    """

    def __init__(self, root: Path, content: Path, *, is_lenient: bool = False) -> None:
        self.is_lenient = is_lenient
        self.root = root
        self.content = content
        self.faults: list[Fault] = []
        self.warnings: list[str] = []
        self.note_plugin: Callable[[BaseException, str], bool] = lambda *_: False
        self.note_setting: Callable[[str, str], None] = lambda what, told: self.note("", 0, what, told)
        self._file = root
        self._body_line = 1

    @property
    def count(self) -> int:
        """How many faults have been noted."""
        return len(self.faults)

    def content_path(self, path: Path) -> str:
        """Return a path relative to the content folder, with forward slashes."""
        return _within(self.content, path).as_posix()

    def told(self, path: Path | str) -> str:
        """Return a path as it is told: relative to the site's root where it lies in it; no path is none."""
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

    def note(self, path: Path | str, line: int, what: str, told: str = "") -> None:
        """Note a fault."""
        fault = Fault(self.told(path), line, what, told)
        if fault not in self.faults:
            self.faults.append(fault)

    def has_fault(self, path: Path) -> bool:
        """Say whether a fault of this file has been noted."""
        return any(fault.file == self.told(path) for fault in self.faults)

    def note_unread(self, path: Path, cause: BaseException | None) -> None:
        """Note that a file could not be read, unless something is known of it that says more.

        Raises the cause itself if it is a bug: a programming error of replisite's own code.
        """
        if cause is not None and self.note_plugin(cause, f" (while reading {self.told(path)})"):
            return
        if cause is not None and is_programming_error(cause):
            cause.add_note(f"while reading {self.told(path)}")
            raise cause
        if isinstance(cause, UnicodeDecodeError):
            line = cause.object.count(b"\n", 0, cause.start) + 1
            self.note(path, line, "is not UTF-8", "save it as UTF-8")
        elif found := re.match(r".*?:(\d+): \(\w+/\d\) (.*)", str(cause), re.DOTALL):  # docutils
            self.note(path, int(found[1]), f"cannot be read as reStructuredText: {found[2].splitlines()[0]}")
        elif not self.has_fault(path):
            reason = f": {_in_words(cause)}" if cause else ""
            self.note(path, 0, f"cannot be read{reason}")

    def note_placeholder(self, expression: str, what: str, told: str) -> None:
        """Note a fault of ``{{ expression }}`` in the file being read."""
        lines = _lines_of(self._file)
        line = next(
            (n for n, text in enumerate(lines, 1) if expression in text and "{{" in text), self._body_line
        )
        self.note(self._file, line, what, told)

    def note_key(self, path: Path, key: str, what: str, told: str) -> None:
        """Note a fault at a key of a file's front matter."""
        lines = _lines_of(path)
        line = next((n for n, text in enumerate(lines, 1) if text.lower().startswith(key)), 1)
        self.note(path, line, what, told)

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


def _said_by(cause: BaseException | None) -> str:
    return "it cannot be loaded" if cause is None else error_text(cause)


def _within(folder: Path, path: Path | str) -> Path:
    """Return a path relative to a folder; raises ValueError if it is neither there nor by a link from there.

    A link has its own name, wherever it leads; unlike `Path.resolve` of Python 3.11 this bears links in a circle.
    """
    parent, name = os.path.split(path)
    real = Path(os.path.realpath(folder))
    for place in (Path(os.path.realpath(parent), name), real / os.path.relpath(path, folder)):
        if place.is_relative_to(real) and ".." not in place.parts:
            return place.relative_to(real)
    raise ValueError(f"{path} is not below {folder}")


class PelicanLog(logging.Handler):
    """Takes what Pelican logs: an error is a fault, a warning is told in the report."""

    def __init__(self, noted_faults: PelicanFaults) -> None:
        super().__init__(logging.WARNING)
        self.noted_faults = noted_faults

    def emit(self, record: logging.LogRecord) -> None:
        """Sort one record into the notebook."""
        message = " ".join(record.getMessage().split())
        if "writers found, using only first one" in message:
            self.noted_faults.note_setting(
                "a plugin brings a writer of its own: replisite needs Pelican's own writer", "take it out"
            )
            return
        if record.levelno < logging.ERROR:
            if self.noted_faults.is_lenient or "skipping url replacement" not in message:
                self.noted_faults.warnings.append(self._relative(message))
            return  # a link that leads nowhere is a fault of its own, with file and line
        cause = sys.exc_info()[1]  # Pelican logs from within its except clauses, without the exception
        if cause is not None and type(cause).__name__ == "Refused":
            return
        if found := re.match(r"Cannot (load|register) plugin `(.*?)`", message):
            self._note_plugin(found.group(2), cause)
            return
        # Paths are taken from the arguments: in the message, a blank may be part of a name or end it.
        match record.msg, record.args:
            case "Could not process %s", (path, *_):
                self.noted_faults.note_unread(self._named_path(str(path)), cause)
            case str(form), (status, path, *_) if form.startswith("Unknown status '%s' for file %s"):
                told = "write published, draft or hidden"
                self.noted_faults.note_key(
                    self._named_path(str(path)), "status", f'no status "{status}"', told
                )
            case str(form), (path, *values) if form.startswith(_SKIPPING):
                why = form.removeprefix(_SKIPPING) % tuple(values)
                self._note_skipped(self._named_path(str(path)), why)
            case _:
                reason = f"{message}: {cause}" if str(cause or "") else message
                self.noted_faults.note("", 0, self._relative(reason))

    def _note_skipped(self, path: Path, why: str) -> None:
        missing = re.match(r"could not find information about '(\w+)'", why)
        written = re.match(r"file '(.*)' would be written outside output path", why)
        if missing:
            self.noted_faults.note(path, 1, f'no "{missing.group(1)}"', "add it to the front matter")
        elif self.noted_faults.has_fault(path):
            return  # a page without a title has no address either
        elif written and written.group(1).strip("/") in {"index.html", ".html"}:
            what = "has no address: no letter or digit of its title can stand in one"
            self.noted_faults.note(path, 1, what, "add a slug to the front matter")
        elif written:
            what = f'its address "{written.group(1)}" leads out of the site'
            self.noted_faults.note(path, 1, what, "write a path below the site under slug and save_as")
        else:
            self.noted_faults.note(path, 1, why, "change its front matter")

    def _note_plugin(self, name: str, cause: BaseException | None) -> None:
        """Note a plugin that could not be imported, or whose ``register`` failed."""
        if cause is None or not self.noted_faults.note_plugin(cause, ""):
            missing = isinstance(cause, ImportError) and f"`{name}`" in str(cause)
            what = "there is no such plugin" if missing else _said_by(cause)
            told = "install it, put it into a folder of PLUGIN_PATHS, or take it out"
            self.noted_faults.note_setting(
                f"{name}: {what}", told if missing else "fix the plugin, or take it out"
            )

    def _named_path(self, text: str) -> Path:
        path = Path(text)
        return path if path.is_absolute() else self.noted_faults.content / path

    def _relative(self, message: str) -> str:
        return message.replace(f"{self.noted_faults.root}/", "")
