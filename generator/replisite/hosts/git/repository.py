"""Git's own commands over a bare repository, with their errors in plain words. Nothing asks for a password."""

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
"""How much of a process's output waits to be read."""

_OURS_ALONE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE", "SSH_ASKPASS")
"""What a hook of another repository, or a desktop, leaves in the environment."""

_NO_KEY = (
    "permission denied: git finds no key and no password that may push there. Give your key to the ssh agent, or set up a "
    'credential helper, until "git ls-remote" works there by itself'
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
        "the remote protects this branch; let it be pushed to (and, without history, forced) in the settings there",
        False,
    ),
    (
        r"gh001|exceeds .*file size limit|larger than .*size",
        "the remote takes no file as large as one of these",
        False,
    ),
    (
        r"stale info|non-fast-forward|fetch first|cannot lock ref|incorrect old value",
        "somebody else pushed at the same time; deploy again",
        False,
    ),
    (_DENIED, _NO_KEY, False),
    (
        r"host key verification failed",
        "the server's key is unknown; connect once by hand, and compare it",
        False,
    ),
    (
        r"(?<!host )not found|does not appear to be a git repository|no such file|does not exist|not a git repository",
        "there is no such repository, or you may not see it; check remote in site.toml",
        False,
    ),
    (r"no space left|disk quota", disk_meaning(errno.ENOSPC, ""), False),
    (_AWAY, "the remote cannot be reached", True),
    (r"remote rejected|hook declined", "the remote refuses the push", False),
)
"""What git says (in English, as it is asked to), what it means, and whether it may pass. The first that fits is told."""


def without_password(text: str) -> str:
    """Remove whatever stands before the host's name in the addresses of a text.

    >>> without_password("fatal: https://ann:secret@git.tea.example/sites.git not found")
    'fatal: https://git.tea.example/sites.git not found'
    """
    return re.sub(r"(\w://)[^/\s]*@", r"\1", text)


class Repository:
    """A bare repository in ``folder`` that works with one remote; commands run in ``root``, where paths start from."""

    def __init__(self, folder: Path, remote: str, root: Path) -> None:
        self.folder = folder
        self.remote = remote
        self._root = root
        self._known: Mapping[str, str] | None = None

    async def open(self) -> None:
        """Make the repository, if it is not there yet."""
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
        """Run a command and return what it says. ``dates`` is the date of a commit (``1769860800 +0000``).

        Raises HostError with what git's complaint means.
        """
        process = await self.start(*words, given=given is not None, dates=dates)
        try:
            said, complained = await process.communicate(given)
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise
        if process.returncode:
            raise self.meant(f"{complained.decode(errors='replace')}\n{said.decode(errors='replace')}")
        return said

    async def line(self, *words: str, given: bytes | None = None, dates: str = "") -> str:
        """Run a command that says one line."""
        return (await self.run(*words, given=given, dates=dates)).decode().strip()

    async def has(self, *names: str) -> bool:
        """Say whether all of these objects are here."""
        said = await self.run(
            "cat-file", "--batch-check", given="".join(f"{name}\n" for name in names).encode()
        )
        return b" missing\n" not in said

    async def commit(self, tree: str, parents: Sequence[str], message: str, dates: str = "") -> str:
        """Make a commit and return its id."""
        given = [word for parent in parents for word in ("-p", parent)]
        return await self.line("commit-tree", tree, *given, given=message.encode(), dates=dates)

    async def theirs(self, *refs: str) -> dict[str, str]:
        """Return what refs of the remote point at; those that are not there are left out."""
        said = await self.run("ls-remote", self.remote, *refs)
        pairs = (line.split("\t") for line in said.decode().splitlines())
        return {name: found for found, name in pairs if name in refs}

    async def push(self, changes: Mapping[str, tuple[str, str]]) -> None:
        """Change refs of the remote, all or none: by name what they must point at now, and what they shall point at.

        Empty is a ref that is not there. Raises HostError, also if any of them points elsewhere.
        """
        leases = [f"--force-with-lease={name}:{now}" for name, (now, _) in changes.items()]
        targets = [f"{then}:{name}" for name, (_, then) in changes.items()]
        atomic = ["--atomic"] if len(changes) > 1 else []
        await self.run("push", "--quiet", "--porcelain", *atomic, *leases, self.remote, *targets)

    async def committer(self) -> str:
        """Return who makes commits, as git writes it (``Ann <ann@tea.example>``)."""
        known = await self._environment("")
        return f"{known['GIT_COMMITTER_NAME']} <{known['GIT_COMMITTER_EMAIL']}>"

    @staticmethod
    def meant(complaint: str) -> HostError:
        """Return what a complaint of git means."""
        plain = without_password(complaint)
        for pattern, meaning, may_pass in _MEANINGS:
            if re.search(pattern, plain, re.IGNORECASE):
                return HostError(f"{meaning} ({_essence(plain)})", may_pass=may_pass)
        return HostError(f"git says: {_essence(plain)}")

    async def _environment(self, dates: str) -> dict[str, str]:
        if self._known is None:
            self._known = await self._learned()
        known = dict(self._known)
        if dates:
            known |= {"GIT_AUTHOR_DATE": dates, "GIT_COMMITTER_DATE": dates}
        return known

    async def _learned(self) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if name not in _OURS_ALONE}
        env |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}
        if not env.get("GIT_SSH_COMMAND") and not env.get("GIT_SSH"):
            own = await _asked(env, self._root, "config", "--get", "core.sshCommand")
            env["GIT_SSH_COMMAND"] = own or "ssh -o BatchMode=yes"
        told = await _asked(env, self._root, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
        found = re.fullmatch(r"(.+) <(.+)> \d+ [+-]\d+", told)
        name, email = found.groups() if found else ("replisite", "replisite@localhost")
        for who in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{who}_NAME": name, f"GIT_{who}_EMAIL": email}
        return env


async def _asked(env: Mapping[str, str], root: Path, *words: str) -> str:
    """Return what git's own configuration says; nothing if it says nothing."""
    try:
        process = await asyncio.create_subprocess_exec(
            "git", *words, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, cwd=root, env=env
        )
    except FileNotFoundError:
        return ""
    said, _ = await process.communicate()
    return "" if process.returncode else said.decode(errors="replace").strip()


def _essence(complaint: str) -> str:
    """Return the lines that say what went wrong, in one."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    told = [line for line in lines if re.match(r"(fatal|error|remote|!|ssh|.*denied)\b|!", line)]
    kept = [line for line in told if not re.match(r"remote:\W*$|error: failed to push some refs", line)]
    return re.sub(r"\s+", " ", "; ".join((kept or told or lines)[:3]))
