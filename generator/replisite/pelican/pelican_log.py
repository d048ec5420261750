"""Pelican's log records as faults and warnings of a run."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replisite.pelican.faults import PelicanFaults
from replisite.pelican.refused_files import RefusedFile
from replisite.pelican.reused_content import GivenUp
from replisite.system.error_text import error_text

__all__ = ["PelicanLog", "listening"]

_SKIPPING = "Skipping %s: "


@contextmanager
def listening(noted_faults: PelicanFaults) -> Iterator[None]:
    """Note Pelican's log records meanwhile: contents also log while they are staged."""
    log = PelicanLog(noted_faults)
    logging.getLogger().addHandler(log)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(log)


class PelicanLog(logging.Handler):
    """Takes what Pelican logs: an error is a fault, a warning stands in the report."""

    def __init__(self, noted_faults: PelicanFaults) -> None:
        super().__init__(logging.WARNING)
        self.noted_faults = noted_faults

    def emit(self, record: logging.LogRecord) -> None:
        """Note one record."""
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
        if isinstance(cause, (RefusedFile, GivenUp)):
            return  # its faults have been noted
        if failure := re.match(r"Cannot (load|register) plugin `(.*?)`", message):
            self._note_plugin(failure.group(2), cause)
            return
        # Paths are taken from the arguments: in the message, a blank may be part of a name or end it.
        match record.msg, record.args:
            case "Could not process %s", (path, *_):
                self.noted_faults.note_unread(self._named_path(str(path)), cause)
            case str(form), (status, path, *_) if form.startswith("Unknown status '%s' for file %s"):
                advice = "write published, draft or hidden"
                self.noted_faults.note_key(
                    self._named_path(str(path)), "status", f'no status "{status}"', advice
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
            advice = "install it, put it into a folder of PLUGIN_PATHS, or take it out"
            self.noted_faults.note_setting(
                f"{name}: {what}", advice if missing else "fix the plugin, or take it out"
            )

    def _named_path(self, text: str) -> Path:
        path = Path(text)
        return path if path.is_absolute() else self.noted_faults.content / path

    def _relative(self, message: str) -> str:
        return message.replace(f"{self.noted_faults.root}/", "")


def _said_by(cause: BaseException | None) -> str:
    return "it cannot be loaded" if cause is None else error_text(cause)
