"""The lock of a folder on another machine, and the lists of its releases.

The lock is a file, ``.turn``, which only one deploy can make, with its owner, its release and a random word. The file's time
is that of the last renewal, by the other machine's clock. The lock of a deploy that was killed stays; the next deploy
reports it, and can take it over.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from replisite.hosts.common import releases
from replisite.hosts.host import Lock
from replisite.hosts.ssh.scripts import NOT_OURS, RELEASE_LOCK, RENEW_LOCK, TAKE_LOCK
from replisite.hosts.ssh.sftp import Files
from replisite.hosts.ssh.shell import Shell

__all__ = ["LOST", "SshState"]

LOST = {NOT_OURS: f"{releases.LOCK_FILE}: another deploy has taken the lock over; its files are live now"}


class SshState:
    """The state of one folder."""

    def __init__(self, shell: Shell, files: Files) -> None:
        self._shell = shell
        self._files = files
        self._word = secrets.token_hex(8)
        self.ours = ""
        """The content of the lock file while the lock is ours."""
        self.building = ""

    async def live(self) -> str:
        """Return the name of the live release; empty if there is none."""
        return (await self._files.link_of(releases.CURRENT)).rpartition("/")[2]

    async def fetch(self, name: str, path: Path) -> bool:
        """Copy the list of the live release."""
        if name != "live" or not (live := await self.live()):
            return False
        return await self._files.fetch(releases.listed(live), path)

    async def store(self, name: str, path: Path) -> None:
        """Store the list of the release that is being made, which goes live with it."""
        if name == "live":
            await self._files.store(releases.listed(self.building), path)

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the lock, or return the one that another deploy holds; one of ours from before a broken connection counts as ours."""
        lock_text = json.dumps({"owner": owner, "release": release, "word": self._word})
        output = await self._shell.run(TAKE_LOCK, lock_text, "force" if force else "ask")
        age, _, text = output.partition("\n")
        if age == "ours" or text.rstrip("\n") == lock_text:
            self.ours = lock_text
            return None
        holder = _json(text)
        seconds = float(age) if age.lstrip("-").isdigit() else 0.0
        return Lock(holder.get("owner", "another user"), holder.get("release", ""), max(seconds, 0.0))

    async def renew_lock(self) -> None:
        """Renew the lock."""
        await self._shell.run(RENEW_LOCK, self.ours, meaning=LOST)

    async def release_lock(self) -> None:
        """Release the lock."""
        if self.ours:
            ours, self.ours = self.ours, ""
            await self._shell.run(RELEASE_LOCK, ours)


def _json(text: str) -> dict[str, str]:
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in fields.items()} if isinstance(fields, dict) else {}
