"""Whose turn it is on another machine, and the lists of its releases.

The turn is a file, ``.turn``, which only one can make: who, for which release, and a word that nobody else has. Its time is
the last sign of life, by that machine's clock. It stays behind when a deploy is killed; whoever comes then is told, and may
take it.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from replisite.hosts.common import releases
from replisite.hosts.host import Lock
from replisite.hosts.ssh.scripts import END_TURN, KEEP_TURN, NOT_OURS, TAKE_TURN
from replisite.hosts.ssh.sftp import Files
from replisite.hosts.ssh.shell import Shell

__all__ = ["LOST", "SshState"]

LOST = {NOT_OURS: f"{releases.TURN}: somebody has taken our turn; what is live is theirs now"}


class SshState:
    """The state of one folder."""

    def __init__(self, shell: Shell, files: Files) -> None:
        self._shell = shell
        self._files = files
        self._word = secrets.token_hex(8)
        self.ours = ""
        """What stands in the file while the turn is ours."""
        self.building = ""

    async def live(self) -> str:
        """Return the name of the release that is live; empty if none is."""
        return (await self._files.link_of(releases.CURRENT)).rpartition("/")[2]

    async def fetch(self, name: str, place: Path) -> bool:
        """Copy the list of the live release."""
        if name != "live" or not (live := await self.live()):
            return False
        return await self._files.fetch(releases.listed(live), place)

    async def store(self, name: str, place: Path) -> None:
        """Keep the list of the release that is being made; it is live when that is."""
        if name == "live":
            await self._files.store(releases.listed(self.building), place)

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the turn, or say whose it is; what a broken connection has left of our own asking is ours."""
        wanted = json.dumps({"owner": owner, "release": release, "word": self._word})
        told = await self._shell.run(TAKE_TURN, wanted, "force" if force else "ask")
        age, _, text = told.partition("\n")
        if age == "ours" or text.rstrip("\n") == wanted:
            self.ours = wanted
            return None
        found = _json(text)
        seconds = float(age) if age.lstrip("-").isdigit() else 0.0
        return Lock(found.get("owner", "somebody"), found.get("release", ""), max(seconds, 0.0))

    async def keep_turn(self) -> None:
        """Say that we are still at it."""
        await self._shell.run(KEEP_TURN, self.ours, meaning=LOST)

    async def end_turn(self) -> None:
        """Let others have their turn."""
        if self.ours:
            ours, self.ours = self.ours, ""
            await self._shell.run(END_TURN, ours)


def _json(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
