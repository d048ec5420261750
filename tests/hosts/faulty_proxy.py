"""A proxy between us and a server, which does to requests what networks and busy servers do to them."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal, get_args
from urllib.parse import urlsplit

__all__ = ["FAULTS", "Asked", "Fault", "faulty", "first_time"]

Fault = Literal["refused", "cut", "busy", "too many", "slow down", "slow", "expired"]
"""What may happen to a request:

closed before it is passed on; passed on, and closed in the middle of the answer; answered with 500, with 429 and
Retry-After, or with S3's 503; passed on and answered in drops; answered with 403, as the credentials have expired.
"""

FAULTS: tuple[Fault, ...] = get_args(Fault)

Asked = Callable[[str, str], Fault | None]
"""What happens to a request with this method and path; None is nothing."""

_ANSWERS: dict[Fault, tuple[int, str, dict[str, str]]] = {
    "busy": (500, "InternalError", {}),
    "too many": (429, "TooManyRequests", {"Retry-After": "1"}),
    "slow down": (503, "SlowDown", {}),
    "expired": (403, "ExpiredToken", {}),
}


@contextlib.contextmanager
def faulty(server: str, asked: Asked) -> Iterator[str]:
    """Stand before a server, and give our own address."""
    upstream = urlsplit(server)

    class _Proxy(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fault = asked(self.command, self.path)
            if fault == "refused":
                self.close_connection = True
                return
            if fault in _ANSWERS:
                self._answer(*_ANSWERS[fault])
                return
            connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port, timeout=60)
            try:
                connection.request(self.command, self.path, body, dict(self.headers.items()))
                answer = connection.getresponse()
                told = answer.read()
            finally:
                connection.close()
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in {"connection", "transfer-encoding", "content-length"}:
                    self.send_header(name, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(told))
            if length is not None:
                self.send_header("Content-Length", length)
            if fault == "cut":
                self._headers_buffer = self._headers_buffer[: len(self._headers_buffer) // 2]  # type: ignore[has-type]
                self.wfile.write(b"".join(self._headers_buffer))
                self.close_connection = True
                return
            self.end_headers()
            if fault == "slow":
                for at in range(0, len(told), 64):
                    self.wfile.write(told[at : at + 64])
                    time.sleep(0.01)
            else:
                self.wfile.write(told)

        do_DELETE = do_GET = do_HEAD = do_POST = do_PUT = _pass_on  # noqa: N815 - http.server's names

        def _answer(self, status: int, code: str, headers: dict[str, str]) -> None:
            body = f"<?xml version='1.0'?>\n<Error><Code>{code}</Code><Message>made up</Message></Error>".encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/xml"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

    class _Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """Whoever asked has gone; that is their business."""

    proxy = _Server(("127.0.0.1", 0), _Proxy)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}"
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


def first_time(fault: Fault) -> Asked:
    """Let every request go wrong when it comes for the first time."""
    known: set[tuple[str, str]] = set()
    turn = threading.Lock()

    def asked(method: str, path: str) -> Fault | None:
        with turn:
            if (method, path) in known:
                return None
            known.add((method, path))
            return fault

    return asked
