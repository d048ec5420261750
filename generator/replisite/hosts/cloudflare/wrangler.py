"""Cloudflare's command line as a child process, without questions and telemetry, with its errors in plain words."""

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

__all__ = ["Wrangler", "host_error"]

QUIET: Final[Mapping[str, str]] = {
    "CI": "true",
    "FORCE_COLOR": "0",
    "NO_COLOR": "1",
    "NO_UPDATE_NOTIFIER": "1",
    "WRANGLER_SEND_ERROR_REPORTS": "false",
    "WRANGLER_SEND_METRICS": "false",
}

_SECRETS = ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CF_API_TOKEN", "CF_API_KEY")

_DOES_NOT_EXIST = r"code: 10007|code: 10090|has no deployments|does not exist on your account"

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
        "wrangler knows several accounts; set CLOUDFLARE_ACCOUNT_ID to the right one",
        False,
    ),
    (
        r"supports up to|files? count|only supports up to|too many files|more than \S+ files",
        "there are more files than Cloudflare takes from this account; use an s3 target, or a plan that takes more",
        False,
    ),
    (
        r"Project not found|code: 8000007",
        'there is no such Pages project; make it with "wrangler pages project create", or check project in site.toml',
        False,
    ),
    (_AWAY, "Cloudflare cannot be reached", True),
)
"""Patterns of wrangler's messages, what they mean, and whether a retry can succeed; the first that fits."""


class Wrangler:
    """Runs `wrangler` in a ``folder``: the one on PATH, or one that is installed with npm in ``tools``."""

    def __init__(self, folder: Path, tools: Path | None = None) -> None:
        self._folder = folder
        self._tools = tools

    def find(self) -> str:
        """Return the path of wrangler. Raises HostError if it is not installed."""
        path = shutil.which("wrangler")
        if path is None and self._tools is not None:
            path = shutil.which("wrangler", path=self._tools / "node_modules/.bin")
        if path is None:
            raise HostError(
                'wrangler is not installed; with Node.js 22 or newer, "npm install --global wrangler" installs it '
                "(https://developers.cloudflare.com/workers/wrangler/install-and-update/)"
            )
        return path

    async def run(self, *words: str) -> str:
        """Run a command and return its output. Raises HostError with the meaning of its message."""
        folder = self._folder if self._folder.is_dir() else self._folder.parent
        folder.mkdir(parents=True, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            self.find(), *words, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, cwd=folder, env=_environment(folder)
        )
        try:
            output, errors = await process.communicate()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            raise
        if process.returncode:
            raise host_error(f"{errors.decode(errors='replace')}\n{output.decode(errors='replace')}")
        return output.decode(errors="replace")

    async def rows(self, *words: str) -> Sequence[Mapping[str, Any]]:
        """Run a command that writes JSON, one object or several; none if its subject does not exist yet."""
        try:
            output = await self.run(*words)
        except HostError as error:
            if re.search(_DOES_NOT_EXIST, str(error)):
                return []
            raise
        start = min((at for at in (output.find("["), output.find("{")) if at >= 0), default=len(output))
        try:
            rows = json.loads(output[start:])
        except ValueError as error:
            raise HostError(
                f"wrangler's answer to {' '.join(words)} cannot be read; update wrangler to version 4"
            ) from error
        return rows if isinstance(rows, list) else [rows]


def host_error(message: str) -> HostError:
    """Return the error that wrangler's message means, without colours and secrets."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", message)
    for name in _SECRETS:
        if secret := os.environ.get(name):
            plain = plain.replace(secret, "…")
    lines = [re.sub(r"^\W*\[?ERROR\]?\s*", "", line.strip()) for line in plain.splitlines()]
    essence = " ".join([line for line in lines if line and "Logs were written" not in line][:4])
    for pattern, meaning, may_pass in _MEANINGS:
        if re.search(pattern, essence, re.IGNORECASE) and not re.search(_DOES_NOT_EXIST, essence):
            return HostError(f"{meaning} ({essence})", may_pass=may_pass)
    return HostError(f"wrangler failed: {essence or 'without a message'}")


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment, in which wrangler takes no branch from a git repository around the folder."""
    return {**os.environ, **QUIET, "GIT_CEILING_DIRECTORIES": str(folder.absolute().parent)}
