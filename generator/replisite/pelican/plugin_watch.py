"""A watch over plugins and the output folder while Pelican runs: files of their own are published, the rest is refused.

Pelican writes no pages here (``writer.py`` records them), so a plugin that opens, lists or changes pages, or runs
Pelican again, would do nothing or fail. Python's audit events (PEP 578) show what is opened, moved and started;
``os.stat`` has none and is replaced for the time of the run.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pelican

from replisite.pelican.plugin_code import PluginCode, frames_from, is_installed
from replisite.pelican.refused_plugins import Act, known_refusal, reason_of

__all__ = ["PluginWatch", "RefusedPlugin"]

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = frozenset(
    {"os.remove", "os.rmdir", "os.truncate", "os.utime", "os.chmod", "os.chown", "os.setxattr"}
)
_MOVES = frozenset({"os.rename", "os.link", "os.symlink"})
_LISTS = frozenset({"os.listdir", "os.scandir"})
_STARTS = frozenset({"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"})
_BEFORE_A_PROGRAM = frozenset({"", "-c", "-m", "run", "exec", "env", "&&", ";"})
_EVENTS = frozenset({"open", "os.mkdir", "os.stat", "sqlite3.connect"}) | _CHANGES | _MOVES | _LISTS | _STARTS

_watches: list[PluginWatch] = []
_is_hooked: list[bool] = []
_stat = os.stat
_now = threading.local()
"""``is_judging`` is set in a thread whose own looks at files are not to be judged."""


class RefusedPlugin(BaseException):
    """Ends the run in which a plugin did what replisite cannot reproduce; ``except Exception`` in the plugin does not stop it."""


class PluginWatch:
    """Watches the plugins of one run.

    ``output`` is the folder that Pelican takes for the output, ``live`` that of the finished output. ``pages`` returns the
    paths below ``output`` that Pelican would have written by now, and ``copies`` those that it would have copied but
    that are not there; a plugin that wants one of these sets ``needs_copies`` and ends the run.
    """

    def __init__(
        self,
        code: PluginCode,
        output: Path,
        live: Path,
        pages: Callable[[], Collection[str]],
        copies: Callable[[], Collection[str]],
        refuse: Callable[[str, str], None],
    ) -> None:
        self.code = code
        self.needs_copies = False
        self.written: set[str] = set()
        self._output, self._live = os.path.realpath(output), os.path.realpath(live)
        self._spellings = tuple(dict.fromkeys((str(output), self._output)))
        self._pages, self._copies, self._refuse = pages, copies, refuse
        self._process = os.getpid()
        self._refused: set[str] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what is done here; raises RefusedPlugin at what is refused."""
        if not self.code.names:
            yield
            return
        if not _is_hooked:
            sys.addaudithook(_hear)  # an audit hook cannot be removed
            _is_hooked.append(True)
        begin = pelican.Pelican.__init__
        started: list[pelican.Pelican] = []

        def begin_once(run: pelican.Pelican, *arguments: Any, **named: Any) -> None:
            if started and run is not started[0]:
                self._blame(Act.RUNS_PELICAN, "")
            started.append(run)
            begin(run, *arguments, **named)

        self._reports, self._reporting = os.pipe()
        os.set_blocking(self._reports, False)
        os.set_blocking(self._reporting, False)
        pelican.Pelican.__init__ = begin_once
        os.stat = _watched_stat
        _watches.append(self)
        try:
            yield
        finally:
            _watches.remove(self)
            os.stat = _stat
            pelican.Pelican.__init__ = begin
            if os.getpid() == self._process:
                self._hear_copies()
            os.close(self._reports)
            os.close(self._reporting)

    def judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Judge one audit event; ``os.stat`` is one here."""
        if event in _STARTS:
            self._judge_program(event, arguments)
            return
        if event == "open":
            path, mode, flags = arguments[0], arguments[1], arguments[2]
            writes = bool((flags or 0) & _WRITES) if mode is None else bool(set(str(mode)) & set("wax+"))
            self._judge_file(path, Act.REWRITES_PAGES if writes else Act.READS_PAGES)
        elif event == "os.stat":
            self._judge_file(arguments[0], Act.READS_PAGES)
        elif event in _LISTS:
            self._judge_folder(arguments[0])
        else:
            for path in arguments[: 2 if event in _MOVES else 1]:
                self._judge_file(path, Act.REWRITES_PAGES)

    def _judge_file(self, path: object, act: Act) -> None:
        inside = self._inside(path)
        if inside is None:
            return
        if inside in self._pages():
            self._blame(act, inside)
        elif inside in self._copies():
            self._want_copies()
        elif act is Act.REWRITES_PAGES and self._blamed() is not None:
            self.written.add(inside)

    def _judge_folder(self, path: object) -> None:
        inside = self._inside("." if path is None else path)
        if inside is None:
            return
        folder = "" if inside == "." else f"{inside}/"
        if any(page.startswith(folder) for page in self._pages()):
            self._blame(Act.LISTS_PAGES, "" if inside == "." else inside)
        elif any(copy.startswith(folder) for copy in self._copies()):
            self._want_copies()

    def _judge_program(self, event: str, arguments: tuple[Any, ...]) -> None:
        words = [os.fsdecode(word) for word in _words(arguments[:2])]
        names = [Path(word).name for text in words for word in text.split()]
        if any(name == "pelican" and before in _BEFORE_A_PROGRAM for before, name in pairwise(["", *names])):
            self._blame(Act.RUNS_PELICAN, "")
        folder = arguments[2] if event == "subprocess.Popen" else None
        if any(
            top in os.fsdecode(word) for word in (folder or Path.cwd(), *words) for top in self._spellings
        ):
            self._blame(Act.STARTS_PROGRAM, names[0] if names else "")
        if any(f"{self._live}/" in f"{word}/" for word in words):
            self._blame(Act.OPENS_LIVE_OUTPUT, names[0])

    def _inside(self, path: object) -> str | None:
        """Return a path relative to the output folder; None if it is outside."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return None
        whole = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - pathlib does not drop ".."
        for top in self._spellings:
            if whole == top or whole.startswith(f"{top}{os.sep}"):
                return os.path.relpath(whole, top).replace(os.sep, "/")
        if whole.startswith(f"{self._live}{os.sep}"):
            self._blame(Act.OPENS_LIVE_OUTPUT, self.code.shown(whole))
        return None

    def _blamed(self) -> tuple[str, str, int] | None:
        """Return which plugin's code is running, and where; None if it is Pelican itself, which starts no threads."""
        blamed = self.code.blamed(frames_from(sys._getframe(1)))  # noqa: SLF001 - the only way to the calls before
        if blamed is None and threading.current_thread() is not threading.main_thread():
            return "a plugin", "", 0
        return blamed

    def _blame(self, act: Act, subject: str) -> None:
        """Refuse the plugin whose code is running; nothing happens if it is Pelican itself."""
        blamed = self._blamed()
        if blamed is None:
            return
        name, file, line = blamed
        known = known_refusal(name) if is_installed(file) else None
        where = f"{file}:{line}" if line and not is_installed(file) else ""
        reason = known or reason_of(act, subject, where)
        if os.getpid() != self._process:
            with suppress(OSError):
                os.write(self._reporting, f"{json.dumps([name, reason.what, reason.todo])}\n".encode())
            return
        self._note(name, reason.what, reason.todo)
        if threading.current_thread() is threading.main_thread():
            raise RefusedPlugin(name)

    def _note(self, name: str, what: str, todo: str) -> None:
        if name not in self._refused:
            self._refused.add(name)
            self._refuse(f"{name} {what}", todo)

    def _want_copies(self) -> None:
        if self._blamed() is not None:
            self.needs_copies = True
            raise RefusedPlugin

    def _hear_copies(self) -> None:
        """Note what forked copies of this process have reported: a pool's workers, for instance."""
        text = b""
        with suppress(BlockingIOError):
            while part := os.read(self._reports, 65536):
                text += part
        for line in text.decode().splitlines():
            self._note(*json.loads(line))


def _words(value: object) -> Iterator[str | bytes | os.PathLike[str]]:
    if isinstance(value, (str, bytes, os.PathLike)):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _words(item)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watches or event not in _EVENTS or getattr(_now, "is_judging", False):
        return
    _now.is_judging = True
    try:
        _watches[-1].judge(event, arguments)
    finally:
        _now.is_judging = False


def _watched_stat(path: Any, *arguments: Any, **named: Any) -> os.stat_result:
    _hear("os.stat", (path,))
    return _stat(path, *arguments, **named)
