"""The host of Netlify: a deploy names every file with its SHA-1, and Netlify asks for the files that it has not seen.

Deploys are atomic, and Netlify stores earlier ones, which a rollback restores. The deploy's title is the release's name,
which shows which release is live. See https://open-api.netlify.com and "Get started with the Netlify API".
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

from replisite.hosts.folder.local_state import LocalState
from replisite.hosts.host import Body, Bundle, HostError, HostFeatures, Limits, Listed, Release
from replisite.hosts.netlify.api import NetlifyApi
from replisite.model.live_files import LiveFile

__all__ = ["NetlifyHost"]

LIMITS: Final = Limits(
    files_in_folder=54_000,
    source="https://docs.netlify.com/site-deploys/overview/",
    read_on="2026-11-25",
    instead='Use an s3 target, or the address style "subdomain"',
)

PATIENCE: Final = 1_200.0
"""The seconds that Netlify may take to compare or to publish; its own command line waits as long."""

_IS_COMPARED: Final = frozenset({"prepared", "uploading", "uploaded", "processing", "processed", "ready"})
_IS_OURS: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]+")
_IS_AN_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NetlifyHost:
    """Deploys to a ``site``: its id, its name or its domain. ``folder`` is for this machine's lists of releases.

    ``pause`` is the number of seconds between two requests for a deploy's state.
    """

    def __init__(self, site: str, folder: Path, endpoint: str = "", pause: float = 1.0) -> None:
        self.features = HostFeatures(
            f"Netlify ({site})",
            packing="",
            headers="_headers",
            limits=LIMITS,
            jobs=5,
            takes_snapshots=True,
            switches_at_once=True,
        )
        self._api = NetlifyApi(endpoint)
        self._site = site if _IS_AN_ID.fullmatch(site) or "." in site else f"{site}.netlify.app"
        self._site_id = ""
        self._state = LocalState(folder, self._live)
        self._pause = pause
        self._deploy = ""
        self._requested: dict[str, LiveFile] = {}

    @property
    def state(self) -> LocalState:
        """The lists of the releases that this machine made, and its lock."""
        return self._state

    async def __aenter__(self) -> Self:
        await self._api.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._state.release_lock()
        await self._api.close()

    async def _published(self) -> Mapping[str, Any]:
        """Return the deploy that is live, or an empty mapping."""
        site = await self._api.request("GET", f"/sites/{quote(self._site, safe='')}")
        self._site_id = site["id"]
        return site.get("published_deploy") or {}

    async def _live(self) -> str:
        return str((await self._published()).get("title") or "")

    # -- a release ----------------------------------------------------------------------------------------

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Send Netlify every file's digest, and return the files that it requests: of files with equal bytes, one.

        A deploy that was cut short begins again; Netlify does not ask again for files that had arrived. Raises HostError
        for names that Netlify does not take, and OutputError for a file that has changed since the build.
        """
        self._state.building = release.name
        files, by_digest = await asyncio.to_thread(_digests, bundle)
        if not self._site_id:
            await self._published()
        made = await self._api.request(
            "POST",
            f"/sites/{self._site_id}/deploys",
            title=release.name,
            sent={"files": files, "async": True},
        )
        self._deploy = made["id"]
        compared = await self._until(_IS_COMPARED)
        self._requested = {
            digest: by_digest[digest] for digest in compared.get("required") or () if digest in by_digest
        }
        return {file.path for file in self._requested.values()}

    async def put(self, file: LiveFile, body: Body) -> None:
        """Upload a file."""
        await self._api.upload(f"/deploys/{self._deploy}/files/{quote(file.path, safe='')}", body)
        for digest in [
            digest for digest, requested in self._requested.items() if requested.path == file.path
        ]:
            del self._requested[digest]

    async def delete(self, path: str) -> None:
        """Do nothing: a file that a deploy does not name is not in it."""

    async def finish(self, release: Release, bundle: Bundle) -> None:  # noqa: ARG002 - the protocol's
        """Upload unchanged files that Netlify asks for, and wait until the deploy is live."""
        for file in list(self._requested.values()):
            await self.put(file, await asyncio.to_thread(bundle.body, file))
        await self._until(frozenset({"ready"}))
        await self._until_published()

    async def _until(self, states: frozenset[str]) -> Mapping[str, Any]:
        """Request the deploy until it is in one of some states, and return it."""
        waited = 0.0
        while waited <= PATIENCE:
            deploy: Mapping[str, Any] = await self._api.request(
                "GET", f"/sites/{self._site_id}/deploys/{self._deploy}"
            )
            if deploy["state"] in states:
                return deploy
            if deploy["state"] == "error":
                raise HostError(
                    f"Netlify gave the deploy up: {deploy.get('error_message') or 'no reason given'}"
                )
            await asyncio.sleep(self._pause)
            waited += self._pause
        raise HostError(
            f"the deploy is {deploy['state']} after {PATIENCE / 60:.0f} minutes; open it on app.netlify.com, or deploy again"
        )

    async def _until_published(self) -> None:
        for _ in range(30):
            published = await self._published()
            if published.get("id") == self._deploy:
                return
            if published.get("locked"):
                raise HostError(
                    "the deploy is ready, but auto publishing is stopped at Netlify (Stop auto publishing); "
                    "publish it on app.netlify.com"
                )
            await asyncio.sleep(self._pause)
        raise HostError("the deploy is ready, but another one is live; see app.netlify.com")

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Do nothing: no server reads the files."""
        del files
        return ()

    async def abandon(self, release: Release) -> None:  # noqa: ARG002 - the protocol's
        """Cancel the deploy."""
        if self._deploy:
            await self._api.request("POST", f"/deploys/{self._deploy}/cancel")

    # -- reading ------------------------------------------------------------------------------------------

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream nothing: Netlify compares every deploy with its files, and no deploy is changed by hand."""
        nothing: Sequence[Listed] = ()
        for listed in nothing:
            yield listed

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Raise HostError: Netlify returns no files."""
        raise HostError(f"{path}: Netlify returns no files; visit the site")

    # -- rolling back -------------------------------------------------------------------------------------

    async def back_up(self, path: str) -> None:
        """Do nothing: Netlify stores every deploy."""

    async def restore(self, path: str, release: str) -> None:
        """Raise HostError: a rollback makes a whole release live."""
        raise HostError(f"{path}: the host rolls back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the releases among the last hundred deploys."""
        live = await self._live()
        return [title for title in await self._deploys() if title != live]

    async def roll_back(self, release: str) -> None:
        """Restore a release's deploy."""
        await self._published()
        deploy = (await self._deploys()).get(release)
        if deploy is None:
            raise HostError(f"there is no release {release} among the last hundred deploys")
        self._deploy = deploy
        await self._api.request("POST", f"/sites/{self._site_id}/deploys/{deploy}/restore")
        await self._until_published()

    async def _deploys(self) -> dict[str, str]:
        """Return the ids of finished deploys by release, the latest first."""
        ready = await self._api.request(
            "GET", f"/sites/{self._site_id}/deploys", state="ready", per_page="100"
        )
        ours = [deploy for deploy in ready if _IS_OURS.fullmatch(deploy.get("title") or "")]
        ids: dict[str, str] = {}
        for deploy in sorted(ours, key=lambda deploy: str(deploy["title"]), reverse=True):
            ids.setdefault(deploy["title"], deploy["id"])
        return ids


def _digests(bundle: Bundle) -> tuple[dict[str, str], dict[str, LiveFile]]:
    """Return every path's SHA-1, and for each SHA-1 the first file that has it."""
    files: dict[str, str] = {}
    by_digest: dict[str, LiveFile] = {}
    refused: list[str] = []
    for file in bundle.files():
        if "#" in file.path or "?" in file.path:
            refused.append(file.path)
            continue
        body = bundle.body(file)
        if isinstance(body, Path):
            with body.open("rb") as source:
                digest = hashlib.file_digest(source, "sha1").hexdigest()
        else:
            digest = hashlib.sha1(body, usedforsecurity=False).hexdigest()
        files[f"/{file.path}"] = digest
        by_digest.setdefault(digest, file)
    if refused:
        shown = ", ".join(refused[:5]) + (" …" if len(refused) > 5 else "")
        raise HostError(f"Netlify takes no names with # or ?; rename {shown}, and build again")
    return files, by_digest
