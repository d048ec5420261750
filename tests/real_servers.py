"""Real servers on loopback: each on a free port, with a configuration of its own, and ended by its own process id."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

__all__ = ["Nginx", "Sshd", "a_path_without", "a_small_disk", "free_port", "made_key", "serving", "until"]

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def until(is_so: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is so; fails after a while."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it has not come about"
        time.sleep(0.01)


def _program(name: str, package: str) -> str:
    found = shutil.which(name, path=PATH)
    assert found, f"{name} is not here; install Debian's {package} (make servers)"
    return found


@contextlib.contextmanager
def serving(command: list[str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the end; give its process when somebody listens."""
    with log.open("ab") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            until(lambda: _listens(port) or process.poll() is not None)
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            process.terminate()
            process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def made_key(place: Path, comment: str = "tea") -> Path:
    """Make a key; return its private half's file, beside which the public half is."""
    command = [_program("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-C", comment]
    subprocess.run([*command, "-f", str(place)], check=True)
    return place


class Sshd:
    """Debian's openssh-server, which lets one key in; ``folder`` holds all that it needs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.identity = made_key(folder / "identity")
        self.host_key = made_key(folder / "host_key")
        self.known_hosts = folder / "known_hosts"
        self.know()
        self.environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._until = contextlib.ExitStack()

    def know(self) -> None:
        """Write down the key that it shows, as somebody who trusts it."""
        kind, key, *_ = self.host_key.with_suffix(".pub").read_text().split()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")

    def start(self) -> None:
        """Begin to serve."""
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where the unprivileged half lives
        home = self.folder / "home"  # without what somebody's .bashrc does whenever a shell begins
        home.mkdir(exist_ok=True)
        environment = " ".join(f"{key}={value}" for key, value in self.environment.items())
        authorized = self.folder / "authorized_keys"
        authorized.write_bytes(self.identity.with_suffix(".pub").read_bytes())
        configuration = self.folder / "sshd_config"
        configuration.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.host_key}\nPidFile none\n"
            f"AuthorizedKeysFile {authorized}\nPermitRootLogin yes\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\nMaxStartups 100\n"
            f"Subsystem sftp internal-sftp\nSetEnv HOME={home} {environment}\n"
        )
        command = [_program("sshd", "openssh-server"), "-D", "-e", "-f", str(configuration)]
        self._process = self._until.enter_context(serving(command, self.port, self.folder / "log"))

    def stop(self) -> None:
        """Serve no more, and cut all connections."""
        self.cut()
        self._until.close()
        self._process = None

    def cut(self) -> None:
        """Cut all connections, as a network that fails."""
        assert self._process is not None
        for child in _children(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    @property
    def connections(self) -> int:
        """How many there are."""
        assert self._process is not None
        return len(_children(self._process.pid))


def _children(parent: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


class Nginx:
    """Debian's nginx serving one folder, which may be a symbolic link that changes."""

    def __init__(self, folder: Path, root: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder, self._root = folder, root
        self._until = contextlib.ExitStack()

    def start(self) -> None:
        """Begin to serve."""
        temporary = "".join(
            f"{kind}_temp_path {self._folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = f"user {pwd.getpwuid(os.getuid()).pw_name};\n" if os.getuid() == 0 else ""
        configuration = self._folder / "nginx.conf"
        configuration.write_text(
            f"{user}daemon off;\nmaster_process off;\npid {self._folder}/pid;\nerror_log stderr;\n"
            f"events {{}}\nhttp {{\naccess_log off;\ninclude /etc/nginx/mime.types;\ncharset utf-8;\n{temporary}"
            f"server {{ listen 127.0.0.1:{self.port}; root '{self._root}'; gzip_static on; }}\n}}\n"
        )
        command = [_program("nginx", "nginx-light"), "-c", str(configuration), "-p", str(self._folder)]
        self._until.enter_context(serving(command, self.port, self._folder / "log"))

    def stop(self) -> None:
        """Serve no more."""
        self._until.close()


def a_path_without(folder: Path, *names: str, **instead: str) -> str:
    """Return a PATH on which some programs are not, and others are shell scripts."""
    folder.mkdir()
    for place in ("/usr/bin", "/bin"):
        for program in Path(place).iterdir():
            if program.name not in {*names, *instead} and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program)
    for name, script in instead.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return str(folder)


@contextlib.contextmanager
def a_small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk of so many bytes (``2m``); skips the test where nobody may mount."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False) if os.getuid() == 0 else None
    if done is None or done.returncode:
        pytest.skip(f"a small disk cannot be mounted: {done.stderr if done else 'only root may mount'}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """A server that lets us in."""
    server = Sshd(tmp_path / "sshd")
    server.start()
    yield server
    server.stop()
