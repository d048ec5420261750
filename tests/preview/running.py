"""A preview as a person starts it, in a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

__all__ = ["Got", "RunningPreview", "unmarked"]

_TAG = re.compile(r'<script src="/_replisite/client.js" data-digest="[0-9a-f]+" defer></script>')


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class RunningPreview:
    """``replisite preview`` on a free port; a context manager that ends it as Ctrl-C does."""

    def __init__(
        self,
        site: Path,
        *arguments: str,
        port: int = 0,
        env: Mapping[str, str] | None = None,
        program: Sequence[str] = (sys.executable, "-m", "replisite"),
    ) -> None:
        command = [*program, "preview", "--site", str(site), "--no-open"]
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, "--port", str(port), *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **(env or {})},
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._told: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        line = self.wait_for("Preview: ", 60)
        self.seconds = time.perf_counter() - started
        self.url = line.removeprefix("Preview: ").strip()
        self.port = int(self.url.split(":")[2].split("/")[0])

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            self._told.put(line)
        self._told.put("")

    def wait_for(self, text: str, seconds: float = 30) -> str:
        """Wait until the terminal says something; fails with what it said instead."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._told.get(timeout=left)
            except queue.Empty:
                break
            if text in line:
                return line
            if not line:
                break
        raise AssertionError(f"the preview did not say {text!r}:\n{''.join(self.lines)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, number: int = signal.SIGINT) -> float:
        """End it, and return how long that took."""
        started = time.perf_counter()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        seconds = time.perf_counter() - started
        self._listener.join(5)
        if self.process.stderr:
            self.process.stderr.close()
        return seconds

    def get(self, path: str, *, host: str = "", headers: dict[str, str] | None = None) -> Got:
        """Ask for a path, of a host if one is named."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Host": host or f"localhost:{self.port}", **(headers or {})})
        answer = connection.getresponse()
        got = Got(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        connection.close()
        return got

    def page(self, path: str, *, host: str = "") -> str:
        """Return a page as a build would write it."""
        got = self.get(path, host=host)
        assert got.status == 200, (path, got.status, got.text[:500])
        return unmarked(got.text)

    def ask(self, path: str) -> Any:
        """Ask for JSON."""
        got = self.get(path)
        assert got.status == 200, got.text
        return json.loads(got.body)

    def events(self, at: str, *, last: str = "") -> Iterator[tuple[str, Any]]:
        """Stream the events for a screen that shows a path; ends after ten seconds without one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Host": f"localhost:{self.port}", **({"Last-Event-ID": last} if last else {})}
        connection.request("GET", f"/_replisite/events?at={at}", headers=headers)
        answer = connection.getresponse()
        name = ""
        latest = time.monotonic()
        try:
            while (raw := answer.readline()) and time.monotonic() < latest + 10:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield name, json.loads(line.removeprefix("data: "))
                    latest = time.monotonic()
        finally:
            connection.close()

    def wait_until_read(self) -> None:
        """Wait until the roster has been taken in."""
        for _ in range(400):
            if self.ask("/_replisite/page?at=/")["roster"]["state"] != "reading":
                return
            time.sleep(0.05)
        raise AssertionError("the roster is still being read")


def unmarked(text: str) -> str:
    """Return a page without the script tag, which must be there once."""
    page, times = _TAG.subn("", text)
    assert times == 1
    return page
