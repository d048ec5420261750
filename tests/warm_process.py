"""Run the command line in a fork of a process that has imported most of it: what a test runs is the same, but starts at once.

Two thirds of a run on a small site are imports. The server imports the libraries and the rooms that every command
imports, and neither Pelican nor `replisite.cli`, which look at their process while they are imported. Each run is a
fork with its own arguments, folder, environment, standard output and standard error, in which ``python -m replisite``
begins as usual.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["run_warm"]

AT_START = ("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "MALLOC_ARENA_MAX")
"""Variables that Python or the C library reads when a process starts; all that begin with ``PYTHON`` do as well."""

SECONDS = 280
"""A run that takes longer is killed."""


def can_be_warm(environment: dict[str, str]) -> bool:
    """Say whether a run with such an environment, beside the test's own, may be a fork."""
    return not any(name in AT_START or name.startswith("PYTHON") for name in environment)


def run_warm(arguments: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run ``replisite`` in a fork; raises subprocess.TimeoutExpired."""
    output, error = os.memfd_create("stdout"), os.memfd_create("stderr")
    try:
        request = {
            "arguments": arguments,
            "folder": str(Path.cwd()),
            "environment": {**os.environ, **environment},
        }
        code = _Server.running().run(request, output, error)
        texts = [_text_of(descriptor) for descriptor in (output, error)]
    finally:
        os.close(output)
        os.close(error)
    return subprocess.CompletedProcess(["replisite", *arguments], code, *texts)


def _text_of(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), encoding="utf-8") as stream:
        return stream.read()


class _Server:
    """The other end: one for each process that runs tests."""

    _known: _Server | None = None

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._owner = os.getpid()
        with theirs:
            command = [sys.executable, "-m", "tests.warm_process", str(theirs.fileno())]
            self._process = subprocess.Popen(  # it ends when this end of the socket is closed
                command, pass_fds=[theirs.fileno()], cwd=Path(__file__).parents[1]
            )

    @classmethod
    def running(cls) -> _Server:
        if cls._known is None or cls._known._owner != os.getpid():
            cls._known = cls()
        return cls._known

    def run(self, request: object, output: int, error: int) -> int:
        body = json.dumps(request).encode()
        socket.send_fds(self._socket, [len(body).to_bytes(8, "big")], [output, error])
        self._socket.sendall(body)
        child = int.from_bytes(_received(self._socket, 8), "big")
        self._socket.settimeout(SECONDS)
        try:
            return int.from_bytes(_received(self._socket, 8), "big", signed=True)
        except TimeoutError as timeout:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            self._socket.settimeout(None)
            _received(self._socket, 8)
            raise subprocess.TimeoutExpired("replisite", SECONDS) from timeout
        finally:
            self._socket.settimeout(None)


def _received(source: socket.socket, size: int) -> bytes:
    body = b""
    while len(body) < size:
        part = source.recv(size - len(body))
        if not part:
            raise EOFError
        body += part
    return body


def _serve(connection: socket.socket) -> None:
    """Fork for each request, one after the other, until nobody asks."""
    while True:
        head, descriptors, _, _ = socket.recv_fds(connection, 8, 2)
        if not head:
            return
        request = json.loads(_received(connection, int.from_bytes(head, "big")))
        child = os.fork()
        if not child:
            connection.close()
            _become(request, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(child.to_bytes(8, "big"))
        _, status = os.waitpid(child, 0)
        connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))


def _become(request: dict[str, Any], output: int, error: int) -> NoReturn:
    """Turn this fork into a run of the command line, which ends as every process of Python does."""
    os.dup2(output, 1)
    os.dup2(error, 2)
    os.close(output)
    os.close(error)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    sys.path[0] = request["folder"]
    sys.argv = ["replisite", *request["arguments"]]
    runpy.run_module("replisite", run_name="__main__", alter_sys=True)
    sys.exit(0)


def _import_rooms() -> None:
    """Import what every command does, and nothing that looks at its process meanwhile."""
    import jinja2
    import markdown
    import rich.console
    import rich.progress
    import typer

    import replisite.commands.build
    import replisite.commands.check
    import replisite.commands.explain

    assert "pelican" not in sys.modules
    assert "replisite.cli.app" not in sys.modules
    del jinja2, markdown, rich, typer, replisite


if __name__ == "__main__":
    _import_rooms()
    with socket.socket(fileno=int(sys.argv[1])) as ours:
        _serve(ours)
