"""The list and the lock of a branch, in refs of their own on the remote, which no server serves and no clone fetches.

    refs/replisite/gh-pages/live     a commit with the list of live files; its message names release and commit
    refs/replisite/gh-pages/turn     the lock: a commit that names its owner

The server changes a ref only if it points where we expect, so two deploys at once never both get the lock.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from replisite.hosts.git.repository import Repository
from replisite.hosts.host import HostError, Lock

__all__ = ["GitState", "Known"]

RENEWAL: Final = 60.0
"""Seconds between two pushes that renew the lock."""

DEPTH: Final = 50
"""How many earlier releases a rollback can reach."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a list's commit says: the release, the branch's commit, and the commit of the list itself."""

    release: str = ""
    commit: str = ""
    listed: str = ""


class GitState:
    """The refs. After `fetch_refs` ``tip`` is the branch's commit on the remote and ``known`` what the list's commit says."""

    def __init__(self, repository: Repository, branch: str) -> None:
        self.branch = f"refs/heads/{branch}"
        self.live = f"refs/replisite/{branch}/live"
        self.lock = f"refs/replisite/{branch}/turn"
        self.tip = ""
        self.known = Known()
        self.new_list = ""
        self._repository = repository
        self._ours = ""
        self._renewed = 0.0
        self._owner = ""

    @property
    def is_as_we_left_it(self) -> bool:
        """Whether the branch is what the last deploy made of it."""
        return self.known.commit == self.tip

    async def fetch_refs(self, depth: int = 1) -> None:
        """Fetch the branch and the list, each with ``depth`` commits."""
        theirs = await self._repository.theirs(self.branch, self.live)
        self.tip = theirs.get(self.branch, "")
        if theirs and (depth > 1 or not await self._repository.has(*theirs.values())):
            await self._repository.run(
                "fetch", "--quiet", "--no-tags", "--no-auto-gc", f"--depth={depth}", self._repository.remote,
                *(f"+{name}:{self._local(name)}" for name in theirs),
            )  # fmt: skip
        self.known = await self.read_known(theirs[self.live]) if self.live in theirs else Known()

    def _local(self, name: str) -> str:
        """Return the ref of our own repository that mirrors a ref of the remote."""
        return f"refs/replisite/here/{name.removeprefix('refs/')}"

    async def read_known(self, listed: str) -> Known:
        """Read what a list's commit says."""
        message = await self._repository.line("show", "-s", "--format=%B", listed)
        fields = dict(re.findall(r"^(Release|Commit): (\S+)$", message, re.MULTILINE))
        return Known(fields.get("Release", ""), fields.get("Commit", ""), listed)

    async def earlier(self) -> list[Known]:
        """Return the releases that are fetched, the latest first, including the live one."""
        if not self.known.listed:
            return []
        listed = await self._repository.run("rev-list", "--first-parent", self.known.listed)
        releases = [await self.read_known(commit) for commit in listed.decode().split()]
        return [
            known
            for known in releases
            if known.commit and await self._repository.has(f"{known.commit}^{{tree}}")
        ]

    async def pushed(self, known: Known) -> None:
        """Note that the branch and the list are on the remote."""
        self.tip, self.known = known.commit, known
        refs = {self.branch: known.commit, self.live: known.listed}
        lines = "".join(f"update {self._local(name)} {commit}\n" for name, commit in refs.items())
        await self._repository.run("update-ref", "--stdin", given=lines.encode())

    async def commit_list(self, tree: str, release: str, commit: str, *, history: bool) -> str:
        """Make the commit of a list, which counts when it is pushed with the branch."""
        message = f"What is live\n\nRelease: {release}\nCommit: {commit}\n"
        parents = [self.known.listed] if history and self.known.listed else []
        return await self._repository.commit(tree, parents, message)

    async def fetch(self, name: str, path: Path) -> bool:
        """Copy the list of live files; there is none if the branch was changed by others."""
        await self.fetch_refs()
        if name != "live" or not self.known.listed or not self.is_as_we_left_it:
            return False
        body = await self._repository.run("cat-file", "blob", f"{self.known.listed}:live")
        await asyncio.to_thread(path.write_bytes, body)
        return True

    async def store(self, name: str, path: Path) -> None:
        """Store a list in our repository; it is pushed together with the branch."""
        if name == "live":
            listed = await asyncio.to_thread(path.read_bytes)
            blob = await self._repository.line("hash-object", "-w", "--stdin", given=listed)
            self.new_list = await self._repository.line(
                "mktree", given=f"100644 blob {blob}\tlive\n".encode()
            )

    # -- the lock -----------------------------------------------------------------------------------------

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Make the ref of the lock, or return the one that another deploy made.

        Its age is that of its commit, by the clock of the machine that made it: a git server reports no time.
        """
        self._owner = f"{owner}\n{release}\n"
        now = (await self._repository.theirs(self.lock)).get(self.lock, "") if force else ""
        new = await self._sign()
        try:
            await self._repository.push({self.lock: (now, new)})
        except HostError:
            stored = (await self._repository.theirs(self.lock)).get(self.lock, "")
            if stored == new:
                pass  # the push arrived, and its answer did not
            elif stored and not force:
                return await self._held_by(stored)
            else:
                raise
        self._ours, self._renewed = new, time.monotonic()
        return None

    async def renew_lock(self) -> None:
        """Renew the lock, at most every `RENEWAL` seconds: each renewal is a push."""
        if time.monotonic() - self._renewed < RENEWAL:
            return
        new = await self._sign()
        try:
            await self._repository.push({self.lock: (self._ours, new)})
        except HostError as error:
            if error.may_pass:
                raise
            raise HostError("another deploy has taken the lock over") from error
        self._ours, self._renewed = new, time.monotonic()

    async def release_lock(self) -> None:
        """Remove the ref, if it is ours."""
        ours, self._ours = self._ours, ""
        if ours:
            try:
                await self._repository.push({self.lock: (ours, "")})
            except HostError as error:
                if error.may_pass:
                    raise  # otherwise another deploy has taken it over

    async def _sign(self) -> str:
        nothing = await self._repository.line("mktree", given=b"")
        return await self._repository.commit(nothing, [], self._owner, f"{time.time():.0f} +0000")

    async def _held_by(self, commit: str) -> Lock:
        if not await self._repository.has(commit):
            await self._repository.run(
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-auto-gc",
                "--depth=1",
                self._repository.remote,
                self.lock,
            )
        message = await self._repository.line("show", "-s", "--format=%ct%n%B", commit)
        since, owner, release, *_ = [*message.splitlines(), "", "", ""]
        return Lock(owner or "another user", release, max(time.time() - int(since), 0.0))
