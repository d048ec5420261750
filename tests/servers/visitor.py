"""A visitor who asks a web server for pages, many at a time, until its standard input ends; run as a process.

Each page is one line, again and again, that names its release (``<p>release 007</p>``). Prints, as JSON, how many answers
came, the releases in the order in which they were seen, and what was wrong.
"""

from __future__ import annotations

import gzip
import json
import re
import select
import socket
import sys

AT_ONCE = 60
"""Requests that wait in a row (RFC 9112 §9.3.2), so that the server is never idle while a link changes."""

LINES = 200


def main(port: int, paths: list[str], is_packed: bool) -> None:
    """Ask, and print what came."""
    answers, seen, wrong = 0, [], []
    packed = "Accept-Encoding: gzip\r\n" if is_packed else ""
    asked = "".join(
        f"GET {paths[number % len(paths)]} HTTP/1.1\r\nHost: tea\r\n{packed}\r\n" for number in range(AT_ONCE)
    ).encode()
    while not select.select([sys.stdin], [], [], 0)[0]:
        with (
            socket.create_connection(("127.0.0.1", port), 10) as connection,
            connection.makefile("rb") as came,
        ):
            for _ in range(10):
                connection.sendall(asked)
                for _ in range(AT_ONCE):
                    status = came.readline()
                    length = 0
                    while (line := came.readline()) not in {b"\r\n", b""}:
                        if line.lower().startswith(b"content-length:"):
                            length = int(line.split(b":")[1])
                    body = came.read(length)
                    body = gzip.decompress(body) if is_packed and b" 200 " in status else body
                    found = re.fullmatch(rb"(<p>release \d{3}</p>\n)\1*", body)
                    if b" 200 " not in status or not found or body.count(b"\n") != LINES:
                        wrong.append(f"{status!r} {body[:60]!r}")
                        continue
                    answers += 1
                    if seen[-1:] != [found[1].decode()]:
                        seen.append(found[1].decode())
    sys.stdout.write(json.dumps([answers, seen, wrong[:5]]))


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
