"""Netlify's API over HTTP: the token, requests, and the meaning of error answers. The token is sent to Netlify alone."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import httpx

from replisite.hosts.host import Body, HostError

__all__ = ["NetlifyApi", "find_token"]

API: Final = "https://api.netlify.com/api/v1"

CHUNK: Final = 1 << 20

_SET_VARIABLE = (
    "set NETLIFY_AUTH_TOKEN to a personal access token (app.netlify.com, User settings, Applications)"
)


def find_token(environment: Mapping[str, str] = os.environ) -> str:
    """Return the token from NETLIFY_AUTH_TOKEN, or the one that `netlify login` stored; empty if there is none."""
    if token := environment.get("NETLIFY_AUTH_TOKEN", "").strip():
        return token
    home = Path(environment.get("HOME", "~")).expanduser()
    folder = home / "Library/Preferences" if sys.platform == "darwin" else home / ".config"
    path = Path(environment.get("XDG_CONFIG_HOME") or folder) / "netlify/config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        return str(config["users"][config["userId"]]["auth"]["token"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


class NetlifyApi:
    """The API at an ``endpoint``, Netlify's own if it is empty. Raises HostError."""

    def __init__(self, endpoint: str = "") -> None:
        self._endpoint = endpoint.rstrip("/") or API
        self._client: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Connect as the owner of the token."""
        token = find_token()
        if not token:
            raise HostError(
                f"there is no token for Netlify; {_SET_VARIABLE}, or log in with Netlify's own command line"
            )
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}", "User-Agent": "replisite"},
            timeout=httpx.Timeout(120.0, connect=15.0),
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def request(self, method: str, path: str, sent: object = None, **query: str) -> Any:
        """Send a request and return the answer's JSON."""
        return await self._send(method, path, params=query, json=sent)

    async def upload(self, path: str, body: Body) -> None:
        """Put a file's bytes."""
        size = len(body) if isinstance(body, bytes) else body.stat().st_size
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        await self._send(
            "PUT", path, content=body if isinstance(body, bytes) else _chunks(body), headers=headers
        )

    async def _send(self, method: str, path: str, **given: Any) -> Any:
        assert self._client is not None
        try:
            answer = await self._client.request(method, f"{self._endpoint}{path}", **given)
        except httpx.TransportError as error:
            why = str(error) or type(error).__name__
            raise HostError(f"Netlify cannot be reached ({why})", may_pass=True) from error
        if answer.is_error:
            raise _host_error(answer)
        try:
            return answer.json() if answer.content else {}
        except ValueError as error:
            raise HostError(f"Netlify's answer to {method} {path} cannot be read", may_pass=True) from error


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def _host_error(answer: httpx.Response) -> HostError:
    """Return the error that an answer means."""
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        message = answer.reason_phrase
    status = answer.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return HostError("Netlify asks to wait (429)", may_pass=True, wait=_wait(answer.headers))
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        return HostError(
            f"Netlify has an error of its own ({status}: {message})",
            may_pass=True,
            wait=_wait(answer.headers),
        )
    if status == httpx.codes.UNAUTHORIZED:
        return HostError(
            f"Netlify does not know the token ({message}), which may have expired; {_SET_VARIABLE}"
        )
    if status == httpx.codes.FORBIDDEN:
        return HostError(
            f"the token's owner may not do this ({message}); ask the team's owner, or {_SET_VARIABLE}"
        )
    if status == httpx.codes.NOT_FOUND:
        return HostError(f"Netlify has no such site or deploy ({message}); check site in site.toml")
    return HostError(f"Netlify refuses ({status}: {message})")


def _wait(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds Netlify asks to wait: Retry-After (RFC 9110 §10.2.3), or X-RateLimit-Reset, a Unix time, by
    the server's own Date.

    >>> _wait({"retry-after": "7"}), _wait({"x-ratelimit-reset": "1372700873", "date": "Mon, 01 Jul 2013 17:47:23 GMT"})
    (7.0, 30.0)
    """
    try:
        if "retry-after" in headers:
            return max(float(headers["retry-after"]), 0.0)
        now = parsedate_to_datetime(headers["date"]).timestamp()
        return max(float(headers["x-ratelimit-reset"]) - now, 0.0)
    except (KeyError, ValueError):
        return None
