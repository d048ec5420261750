"""Our files beside a branch: refs of their own on the remote, which no visitor is served and no clone fetches.

    refs/replisite/gh-pages/live     a commit with the list of what is live; its message names release and commit
    refs/replisite/gh-pages/turn     a commit that says whose turn it is; whoever can make the ref has it

The server changes a ref only if it points where we think it does, so two who ask at once never both get the turn.
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

SIGN_OF_LIFE: Final = 60.0
"""So many seconds lie between two pushes that say we are still at it."""

DEPTH: Final = 50
"""So many earlier releases can be gone back to."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a list's commit says: the release, the branch's commit that it is of, and the commit of the list itself."""

    release: str = ""
    commit: str = ""
    listed: str = ""


class GitState:
    """The refs. ``tip`` is the branch's commit on the remote and ``known`` what we say of it, when one has looked."""

    def __init__(self, repository: Repository, branch: str) -> None:
        self.branch = f"refs/heads/{branch}"
        self.live = f"refs/replisite/{branch}/live"
        self.turn = f"refs/replisite/{branch}/turn"
        self.tip = ""
        self.known = Known()
        self.new_list = ""
        self._repository = repository
        self._ours = ""
        self._said = 0.0
        self._owner = ""

    @property
    def is_as_we_left_it(self) -> bool:
        """Whether the branch is what the last deploy made of it."""
        return self.known.commit == self.tip

    async def look(self, depth: int = 1) -> None:
        """Fetch the branch and the list, with so many commits of each."""
        theirs = await self._repository.theirs(self.branch, self.live)
        self.tip = theirs.get(self.branch, "")
        if theirs and (depth > 1 or not await self._repository.has(*theirs.values())):
            await self._repository.run(
                "fetch", "--quiet", "--no-tags", "--no-auto-gc", f"--depth={depth}", self._repository.remote,
                *(f"+{name}:{self._here(name)}" for name in theirs),
            )  # fmt: skip
        self.known = await self.read_known(theirs[self.live]) if self.live in theirs else Known()

    def _here(self, name: str) -> str:
        """Return the ref that keeps what a ref of the remote points at in our own repository."""
        return f"refs/replisite/here/{name.removeprefix('refs/')}"

    async def read_known(self, listed: str) -> Known:
        """Read what a list's commit says."""
        message = await self._repository.line("show", "-s", "--format=%B", listed)
        said = dict(re.findall(r"^(Release|Commit): (\S+)$", message, re.MULTILINE))
        return Known(said.get("Release", ""), said.get("Commit", ""), listed)

    async def earlier(self) -> list[Known]:
        """Return the releases that are fetched, the latest first, the live one among them."""
        if not self.known.listed:
            return []
        listed = await self._repository.run("rev-list", "--first-parent", self.known.listed)
        found = [await self.read_known(commit) for commit in listed.decode().split()]
        return [
            known
            for known in found
            if known.commit and await self._repository.has(f"{known.commit}^{{tree}}")
        ]

    async def pushed(self, known: Known) -> None:
        """Note that the branch and the list are on the remote."""
        self.tip, self.known = known.commit, known
        kept = {self.branch: known.commit, self.live: known.listed}
        lines = "".join(f"update {self._here(name)} {found}\n" for name, found in kept.items())
        await self._repository.run("update-ref", "--stdin", given=lines.encode())

    async def keep_list(self, tree: str, release: str, commit: str, *, history: bool) -> str:
        """Make the commit of a list, which is live when it is pushed with the branch."""
        message = f"What is live\n\nRelease: {release}\nCommit: {commit}\n"
        parents = [self.known.listed] if history and self.known.listed else []
        return await self._repository.commit(tree, parents, message)

    async def fetch(self, name: str, place: Path) -> bool:
        """Copy the list of what is live; there is none if somebody else changed the branch."""
        await self.look()
        if name != "live" or not self.known.listed or not self.is_as_we_left_it:
            return False
        found = await self._repository.run("cat-file", "blob", f"{self.known.listed}:live")
        await asyncio.to_thread(place.write_bytes, found)
        return True

    async def store(self, name: str, place: Path) -> None:
        """Keep a list; it is pushed together with the branch."""
        if name == "live":
            listed = await asyncio.to_thread(place.read_bytes)
            blob = await self._repository.line("hash-object", "-w", "--stdin", given=listed)
            self.new_list = await self._repository.line(
                "mktree", given=f"100644 blob {blob}\tlive\n".encode()
            )

    # -- whose turn it is ---------------------------------------------------------------------------------

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Make the ref of the turn, or say who did. Its age is that of a commit: by the clock of who made it, since git's
        servers tell no time.
        """
        self._owner = f"{owner}\n{release}\n"
        now = (await self._repository.theirs(self.turn)).get(self.turn, "") if force else ""
        new = await self._sign()
        try:
            await self._repository.push({self.turn: (now, new)})
        except HostError:
            found = (await self._repository.theirs(self.turn)).get(self.turn, "")
            if found == new:
                pass  # the push arrived, and its answer did not
            elif found and not force:
                return await self._whose(found)
            else:
                raise
        self._ours, self._said = new, time.monotonic()
        return None

    async def keep_turn(self) -> None:
        """Say that we are still at it, once in a while: each time is a push."""
        if time.monotonic() - self._said < SIGN_OF_LIFE:
            return
        new = await self._sign()
        try:
            await self._repository.push({self.turn: (self._ours, new)})
        except HostError as error:
            if error.may_pass:
                raise
            raise HostError("somebody has taken our turn") from error
        self._ours, self._said = new, time.monotonic()

    async def end_turn(self) -> None:
        """Remove the ref, if it is ours."""
        ours, self._ours = self._ours, ""
        if ours:
            try:
                await self._repository.push({self.turn: (ours, "")})
            except HostError as error:
                if error.may_pass:
                    raise  # otherwise somebody has taken it

    async def _sign(self) -> str:
        nothing = await self._repository.line("mktree", given=b"")
        return await self._repository.commit(nothing, [], self._owner, f"{time.time():.0f} +0000")

    async def _whose(self, commit: str) -> Lock:
        if not await self._repository.has(commit):
            await self._repository.run(
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-auto-gc",
                "--depth=1",
                self._repository.remote,
                self.turn,
            )
        said = await self._repository.line("show", "-s", "--format=%ct%n%B", commit)
        since, owner, release, *_ = [*said.splitlines(), "", "", ""]
        return Lock(owner or "somebody", release, max(time.time() - int(since), 0.0))
