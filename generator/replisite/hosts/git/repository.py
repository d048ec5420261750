"""Git's own commands on a bare repository, with their errors in plain words. No command asks for a password."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from replisite.hosts.host import HostError
from replisite.system.limits import disk_meaning

__all__ = ["CHUNK", "Repository", "without_password"]

CHUNK: Final = 1 << 20
"""How many bytes of a process's output are buffered."""

_OURS_ALONE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE", "SSH_ASKPASS")
"""Variables that a hook of another repository, or a desktop, leaves in the environment."""

_NO_KEY = (
    "permission denied: git finds no key and no password that may push there. Add your key to the ssh agent, or set up a "
    'credential helper, until "git ls-remote" works there without a question'
)

_DENIED = (
    r"permission denied|permission to .* denied|authentication failed|could not read (username|password)|"
    r"terminal prompts disabled|access denied|error: 40[13]|unable to access.* 40[13]"
)

_AWAY = (
    r"could not resolve host|timed out|connection (refused|reset|closed)|hung up|early eof|rpc failed|"
    r"error: 5\d\d|network is unreachable|unable to access"
)

_MEANINGS: Final[tuple[tuple[str, str, bool], ...]] = (
    (
        r"protected branch|gh006|gh013",
        "the remote protects this branch; allow pushes to it (and, without history, forced pushes) in its settings",
        False,
    ),
    (
        r"gh001|exceeds .*file size limit|larger than .*size",
        "the remote does not take a file as large as one of these",
        False,
    ),
    (
        r"stale info|non-fast-forward|fetch first|cannot lock ref|incorrect old value",
        "another push arrived at the same time; deploy again",
        False,
    ),
    (_DENIED, _NO_KEY, False),
    (
        r"host key verification failed",
        "the server's key is not known; connect once by hand, and compare the key",
        False,
    ),
    (
        r"(?<!host )not found|does not appear to be a git repository|no such file|does not exist|not a git repository",
        "there is no such repository, or you may not read it; check remote in site.toml",
        False,
    ),
    (r"no space left|disk quota", disk_meaning(errno.ENOSPC, ""), False),
    (_AWAY, "the remote cannot be reached", True),
    (r"remote rejected|hook declined", "the remote refuses the push", False),
)
"""Patterns of git's messages (in English, by LC_ALL), what they mean, and whether a retry can succeed; the first that fits."""


def without_password(text: str) -> str:
    """Remove user names and passwords from the addresses of a text.

    >>> without_password("fatal: https://ann:secret@git.tea.example/sites.git not found")
    'fatal: https://git.tea.example/sites.git not found'
    """
    return re.sub(r"(\w://)[^/\s]*@", r"\1", text)


class Repository:
    """A bare repository in ``folder`` with one remote; commands run in ``root``, where relative paths start."""

    def __init__(self, folder: Path, remote: str, root: Path) -> None:
        self.folder = folder
        self.remote = remote
        self._root = root
        self._variables: Mapping[str, str] | None = None

    async def open(self) -> None:
        """Make the repository, if it does not exist yet."""
        if not (self.folder / "HEAD").is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            await self.run("init", "--quiet", "--bare")

    async def start(self, *words: str, given: bool = False, dates: str = "") -> Process:
        """Start a command. Raises HostError if there is no git."""
        settings = ("gc.auto=0", "maintenance.auto=false")
        options = [word for setting in settings for word in ("-c", setting)]
        try:
            return await asyncio.create_subprocess_exec(
                "git", f"--git-dir={self.folder}", *options, *words,
                stdin=PIPE if given else DEVNULL, stdout=PIPE, stderr=PIPE,
                cwd=self._root, env=await self._environment(dates), limit=CHUNK,
            )  # fmt: skip
        except FileNotFoundError as error:
            if not self._root.is_dir():
                raise
            raise HostError(
                "git is not installed; install it (on Debian: apt-get install git), then deploy again"
            ) from error

    async def run(self, *words: str, given: bytes | None = None, dates: str = "") -> bytes:
        """Run a command and return its output. ``dates`` is the date of a commit (``1769860800 +0000``).

        Raises HostError with the meaning of git's message.
        """
        process = await self.start(*words, given=given is not None, dates=dates)
        try:
            output, errors = await process.communicate(given)
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise
        if process.returncode:
            raise self.host_error(f"{errors.decode(errors='replace')}\n{output.decode(errors='replace')}")
        return output

    async def line(self, *words: str, given: bytes | None = None, dates: str = "") -> str:
        """Run a command that writes one line."""
        return (await self.run(*words, given=given, dates=dates)).decode().strip()

    async def has(self, *names: str) -> bool:
        """Say whether all of these objects are in the repository."""
        output = await self.run(
            "cat-file", "--batch-check", given="".join(f"{name}\n" for name in names).encode()
        )
        return b" missing\n" not in output

    async def commit(self, tree: str, parents: Sequence[str], message: str, dates: str = "") -> str:
        """Make a commit and return its id."""
        given = [word for parent in parents for word in ("-p", parent)]
        return await self.line("commit-tree", tree, *given, given=message.encode(), dates=dates)

    async def theirs(self, *refs: str) -> dict[str, str]:
        """Return the commits of refs on the remote; refs that do not exist are left out."""
        output = await self.run("ls-remote", self.remote, *refs)
        pairs = (line.split("\t") for line in output.decode().splitlines())
        return {name: commit for commit, name in pairs if name in refs}

    async def push(self, changes: Mapping[str, tuple[str, str]]) -> None:
        """Change refs of the remote, all or none: by name the commit they must have now, and the new one.

        An empty commit stands for a ref that does not exist. Raises HostError, also if a ref has another commit.
        """
        leases = [f"--force-with-lease={name}:{now}" for name, (now, _) in changes.items()]
        targets = [f"{then}:{name}" for name, (_, then) in changes.items()]
        atomic = ["--atomic"] if len(changes) > 1 else []
        await self.run("push", "--quiet", "--porcelain", *atomic, *leases, self.remote, *targets)

    async def committer(self) -> str:
        """Return who makes commits, as git writes it (``Ann <ann@tea.example>``)."""
        variables = await self._environment("")
        return f"{variables['GIT_COMMITTER_NAME']} <{variables['GIT_COMMITTER_EMAIL']}>"

    @staticmethod
    def host_error(message: str) -> HostError:
        """Return the error that git's message means."""
        plain = without_password(message)
        for pattern, meaning, may_pass in _MEANINGS:
            if re.search(pattern, plain, re.IGNORECASE):
                return HostError(f"{meaning} ({_essence(plain)})", may_pass=may_pass)
        return HostError(f"git failed: {_essence(plain)}")

    async def _environment(self, dates: str) -> dict[str, str]:
        if self._variables is None:
            self._variables = await self._read_variables()
        dated = {"GIT_AUTHOR_DATE": dates, "GIT_COMMITTER_DATE": dates} if dates else {}
        return {**self._variables, **dated}

    async def _read_variables(self) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if name not in _OURS_ALONE}
        env |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}
        if not env.get("GIT_SSH_COMMAND") and not env.get("GIT_SSH"):
            own = await _configured(env, self._root, "config", "--get", "core.sshCommand")
            env["GIT_SSH_COMMAND"] = own or "ssh -o BatchMode=yes"
        identity = await _configured(
            env, self._root, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"
        )
        matched = re.fullmatch(r"(.+) <(.+)> \d+ [+-]\d+", identity)
        name, email = matched.groups() if matched else ("replisite", "replisite@localhost")
        for role in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email}
        return env


async def _configured(env: Mapping[str, str], root: Path, *words: str) -> str:
    """Return a value of git's own configuration; empty if there is none."""
    try:
        process = await asyncio.create_subprocess_exec(
            "git", *words, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, cwd=root, env=env
        )
    except FileNotFoundError:
        return ""
    output, _ = await process.communicate()
    return "" if process.returncode else output.decode(errors="replace").strip()


def _essence(message: str) -> str:
    """Return the lines that name the error, joined in one."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(fatal|error|remote|!|ssh|.*denied)\b|!", line)]
    specific = [line for line in errors if not re.match(r"remote:\W*$|error: failed to push some refs", line)]
    return re.sub(r"\s+", " ", "; ".join((specific or errors or lines)[:3]))
