"""Real web servers on the loopback, over a folder that was deployed with their configuration, and who visits them."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Answer", "caddy_served", "caddy_valid", "nginx_checked", "nginx_served", "visit"]

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "nginx"
CADDY = str(Path(sysconfig.get_path("scripts")) / "caddy")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; header names are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


def visit(port: int, path: str, host: str = "www.tea.example", **headers: str) -> Answer:
    """Ask for a path as it is written, and follow nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        asked = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request("GET", path, headers=asked)
        answer = connection.getresponse()
        return Answer(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        )
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _nginx_settings(folder: Path, room: Path, port: int) -> Path:
    settings = room / "nginx.conf"
    temporary = "".join(
        f"{kind}_temp_path {room}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    settings.write_text(f"""
{user}
daemon off; master_process off; worker_processes 1; pid {room}/pid; error_log {room}/errors warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    {temporary}
    include "{folder}/nginx-http.conf";
    server {{
        listen 127.0.0.1:{port};
        server_name _;
        include "{folder}/nginx.conf";
    }}
}}
""")
    return settings


def nginx_checked(folder: Path, room: Path) -> str:
    """Return what ``nginx -t`` says of the configuration in a folder; empty if it is content."""
    settings = _nginx_settings(folder, room, _free_port())
    done = subprocess.run(
        [NGINX, "-t", "-q", "-c", settings, "-p", room], capture_output=True, text=True, check=False
    )
    errors = (room / "errors").read_text() if (room / "errors").exists() else ""
    return done.stderr + errors if done.returncode or done.stderr or errors else ""


@contextmanager
def nginx_served(folder: Path, room: Path) -> Iterator[int]:
    """Serve with nginx, and give the port."""
    port = _free_port()
    settings = _nginx_settings(folder, room, port)
    with _running([NGINX, "-c", str(settings), "-p", str(room)], port):
        yield port


def _caddy_settings(folder: Path, room: Path, port: int) -> Path:
    settings = room / "Caddyfile"
    settings.write_text(f"""
{{
	admin off
	auto_https off
	persist_config off
	storage file_system "{room}/storage"
	log default {{
		level ERROR
	}}
}}
http://:{port} {{
	bind 127.0.0.1
	import "{folder}/site.caddy"
}}
""")
    return settings


def caddy_valid(folder: Path, room: Path) -> str:
    """Return what ``caddy validate`` says of the configuration in a folder; empty if it is content."""
    settings = _caddy_settings(folder, room, 1)
    done = subprocess.run(
        [CADDY, "validate", "--config", settings, "--adapter", "caddyfile"],
        capture_output=True,
        text=True,
        check=False,
        env=_caddy_surroundings(room),
    )
    return done.stderr if done.returncode else ""


@contextmanager
def caddy_served(folder: Path, room: Path) -> Iterator[int]:
    """Serve with Caddy, and give the port."""
    port = _free_port()
    settings = _caddy_settings(folder, room, port)
    command = [CADDY, "run", "--config", str(settings), "--adapter", "caddyfile"]
    with _running(command, port, _caddy_surroundings(room)):
        yield port


def _caddy_surroundings(room: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(room), "XDG_DATA_HOME": str(room), "XDG_CONFIG_HOME": str(room)}


@contextmanager
def _running(command: list[str], port: int, surroundings: dict[str, str] | None = None) -> Iterator[None]:
    """Run a server until it is not needed, and end it by its own id."""
    server = subprocess.Popen(command, env=surroundings, stdout=sys.stderr, stderr=subprocess.STDOUT)
    try:
        for _ in range(200):
            assert server.poll() is None, f"{command[0]} ended with {server.returncode}"
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(20)
