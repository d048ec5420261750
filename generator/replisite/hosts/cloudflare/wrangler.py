"""Cloudflare's command line as a child process that asks nothing, tells nothing home, and whose errors are told plainly."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from replisite.hosts.host import HostError

__all__ = ["Wrangler", "meant"]

QUIET: Final[Mapping[str, str]] = {
    "CI": "true",
    "FORCE_COLOR": "0",
    "NO_COLOR": "1",
    "NO_UPDATE_NOTIFIER": "1",
    "WRANGLER_SEND_ERROR_REPORTS": "false",
    "WRANGLER_SEND_METRICS": "false",
}

_SECRETS = ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CF_API_TOKEN", "CF_API_KEY")

_NOT_THERE = r"code: 10007|code: 10090|has no deployments|does not exist on your account"

_NO_LOGIN = (
    r"CLOUDFLARE_API_TOKEN environment variable|not logged in|wrangler login|code: 10000|code: 9109|code: 10001|"
    r"Authentication error|Unable to authenticate"
)

_LOG_IN = (
    "wrangler is not logged in, or its token may not do this; set CLOUDFLARE_API_TOKEN (My Profile, API Tokens, with the "
    'template "Edit Cloudflare Workers") and CLOUDFLARE_ACCOUNT_ID, or run "wrangler login"'
)

_AWAY = (
    r"Unable to resolve|fetch failed|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|timed? ?out|code: 971|"
    r"Service Unavailable|Bad Gateway|Gateway Time-?out|Too Many Requests|Internal Server Error|status(?: code)? (429|5\d\d)"
)

_MEANINGS: Final[tuple[tuple[str, str, bool], ...]] = (
    (_NO_LOGIN, _LOG_IN, False),
    (
        r"CLOUDFLARE_ACCOUNT_ID|more than one account",
        "wrangler knows several accounts; set CLOUDFLARE_ACCOUNT_ID to the one that is meant",
        False,
    ),
    (
        r"supports up to|files? count|only supports up to|too many files|more than \S+ files",
        "there are more files than Cloudflare takes of this account; use an s3 target, or a plan that takes more",
        False,
    ),
    (
        r"Project not found|code: 8000007",
        'there is no such Pages project; make it with "wrangler pages project create", or check project in site.toml',
        False,
    ),
    (_AWAY, "Cloudflare cannot be reached", True),
)
"""What wrangler says, what it means, and whether it may pass. The first that fits is told."""


class Wrangler:
    """Runs `wrangler` in a ``folder``: the one on PATH, or one that was installed with npm in ``tools``."""

    def __init__(self, folder: Path, tools: Path | None = None) -> None:
        self._folder = folder
        self._tools = tools

    def find(self) -> str:
        """Return where wrangler is. Raises HostError if it is not installed."""
        found = shutil.which("wrangler")
        if found is None and self._tools is not None:
            found = shutil.which("wrangler", path=self._tools / "node_modules/.bin")
        if found is None:
            raise HostError(
                'wrangler is not installed; with Node.js 22 or newer, "npm install --global wrangler" installs it '
                "(https://developers.cloudflare.com/workers/wrangler/install-and-update/)"
            )
        return found

    async def run(self, *words: str) -> str:
        """Run a command and return what it says. Raises HostError with what its complaint means."""
        folder = self._folder if self._folder.is_dir() else self._folder.parent
        folder.mkdir(parents=True, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            self.find(), *words, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, cwd=folder, env=_environment(folder)
        )
        try:
            said, complained = await process.communicate()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            raise
        if process.returncode:
            raise meant(f"{complained.decode(errors='replace')}\n{said.decode(errors='replace')}")
        return said.decode(errors="replace")

    async def rows(self, *words: str) -> Sequence[Mapping[str, Any]]:
        """Run a command that answers in JSON, one object or many; none if what it is asked about is not there yet."""
        try:
            said = await self.run(*words)
        except HostError as error:
            if re.search(_NOT_THERE, str(error)):
                return []
            raise
        start = min((at for at in (said.find("["), said.find("{")) if at >= 0), default=len(said))
        try:
            found = json.loads(said[start:])
        except ValueError as error:
            raise HostError(
                f"wrangler's answer to {' '.join(words)} cannot be read; update wrangler to version 4"
            ) from error
        return found if isinstance(found, list) else [found]


def meant(complaint: str) -> HostError:
    """Return what a complaint of wrangler's means, without colours and secrets."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", complaint)
    for name in _SECRETS:
        if secret := os.environ.get(name):
            plain = plain.replace(secret, "…")
    lines = [re.sub(r"^\W*\[?ERROR\]?\s*", "", line.strip()) for line in plain.splitlines()]
    told = " ".join([line for line in lines if line and "Logs were written" not in line][:4])
    for pattern, meaning, may_pass in _MEANINGS:
        if re.search(pattern, told, re.IGNORECASE) and not re.search(_NOT_THERE, told):
            return HostError(f"{meaning} ({told})", may_pass=may_pass)
    return HostError(f"wrangler says: {told or 'nothing'}")


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment: no git repository around the folder says which branch is meant."""
    return {**os.environ, **QUIET, "GIT_CEILING_DIRECTORIES": str(folder.absolute().parent)}
