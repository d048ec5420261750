"""Netlify, by the file-digest API: a deploy names every file with its SHA-1, and Netlify asks for those it has not seen.

Deploys are atomic, and earlier ones are kept: going back restores one. The deploy's title is the release's name, so that
one can tell which release is live. See https://open-api.netlify.com and "Get started with the Netlify API".
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

from replisite.hosts.folder.local_state import RememberedState
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
"""So many seconds Netlify may take to compare or to publish; its own command line waits as long."""

_IS_COMPARED: Final = frozenset({"prepared", "uploading", "uploaded", "processing", "processed", "ready"})
_IS_OURS: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]+")
_IS_AN_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NetlifyHost:
    """Deploys to a ``site``: its id, its name or its domain. ``folder`` is where this machine remembers releases.

    ``pause`` is how many seconds lie between two looks at a deploy.
    """

    def __init__(self, site: str, folder: Path, endpoint: str = "", pause: float = 1.0) -> None:
        self.facts = HostFeatures(
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
        self._state = RememberedState(folder, self._live)
        self._pause = pause
        self._deploy = ""
        self._wanted: dict[str, LiveFile] = {}

    @property
    def state(self) -> RememberedState:
        """What this machine remembers of the releases that it made."""
        return self._state

    async def __aenter__(self) -> Self:
        await self._api.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._state.end_turn()
        await self._api.close()

    async def _published(self) -> Mapping[str, Any]:
        """Return the deploy that is live, or nothing."""
        found = await self._api.ask("GET", f"/sites/{quote(self._site, safe='')}")
        self._site_id = found["id"]
        return found.get("published_deploy") or {}

    async def _live(self) -> str:
        return str((await self._published()).get("title") or "")

    # -- a release ----------------------------------------------------------------------------------------

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Tell Netlify every file's digest, and return the files that it wants: of those with equal bytes, one.

        A deploy that was cut short is begun anew; what had arrived is not asked for again. Raises HostError for names
        that Netlify does not take, and OutputError for a file that is not as it was built.
        """
        self._state.building = release.name
        files, by_digest = await asyncio.to_thread(_digests, bundle)
        if not self._site_id:
            await self._published()
        made = await self._api.ask(
            "POST",
            f"/sites/{self._site_id}/deploys",
            title=release.name,
            sent={"files": files, "async": True},
        )
        self._deploy = made["id"]
        compared = await self._until(_IS_COMPARED)
        self._wanted = {
            digest: by_digest[digest] for digest in compared.get("required") or () if digest in by_digest
        }
        return {file.path for file in self._wanted.values()}

    async def put(self, file: LiveFile, body: Body) -> None:
        """Upload a file."""
        await self._api.upload(f"/deploys/{self._deploy}/files/{quote(file.path, safe='')}", body)
        for digest in [digest for digest, wanted in self._wanted.items() if wanted.path == file.path]:
            del self._wanted[digest]

    async def delete(self, path: str) -> None:
        """A file that is not named in a deploy is not in it."""

    async def finish(self, release: Release, bundle: Bundle) -> None:  # noqa: ARG002 - the protocol's
        """Upload what was live and yet is asked for, and wait until the deploy is live."""
        for file in list(self._wanted.values()):
            await self.put(file, await asyncio.to_thread(bundle.body, file))
        await self._until(frozenset({"ready"}))
        await self._until_published()

    async def _until(self, states: frozenset[str]) -> Mapping[str, Any]:
        """Look at the deploy until it is in one of some states, and return it."""
        waited = 0.0
        while waited <= PATIENCE:
            found: Mapping[str, Any] = await self._api.ask(
                "GET", f"/sites/{self._site_id}/deploys/{self._deploy}"
            )
            if found["state"] in states:
                return found
            if found["state"] == "error":
                raise HostError(
                    f"Netlify gave the deploy up: {found.get('error_message') or 'it does not say why'}"
                )
            await asyncio.sleep(self._pause)
            waited += self._pause
        raise HostError(
            f"the deploy is {found['state']} after {PATIENCE / 60:.0f} minutes; look at it on app.netlify.com, or deploy again"
        )

    async def _until_published(self) -> None:
        for _ in range(30):
            published = await self._published()
            if published.get("id") == self._deploy:
                return
            if published.get("locked"):
                raise HostError(
                    "the deploy is ready, but Netlify is told not to publish by itself (Stop auto publishing); "
                    "publish it on app.netlify.com"
                )
            await asyncio.sleep(self._pause)
        raise HostError("the deploy is ready, but another one is live; look at app.netlify.com")

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """No server of ours reads any."""
        del files
        return ()

    async def abandon(self, release: Release) -> None:  # noqa: ARG002 - the protocol's
        """Cancel the deploy."""
        if self._deploy:
            await self._api.ask("POST", f"/deploys/{self._deploy}/cancel")

    # -- what is there ------------------------------------------------------------------------------------

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream nothing: every deploy is compared with what Netlify has, and nobody changes one by hand."""
        nothing: Sequence[Listed] = ()
        for listed in nothing:
            yield listed

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Netlify gives nothing back; visit the site."""
        raise HostError(f"{path}: Netlify has no copy to give; visit the site")

    # -- going back ---------------------------------------------------------------------------------------

    async def keep(self, path: str) -> None:
        """Netlify keeps every deploy."""

    async def restore(self, file: LiveFile, release: str) -> None:
        """Deploys are gone back to as a whole."""
        raise HostError(f"{file.path}: go back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the releases among the last hundred deploys."""
        live = await self._live()
        return [title for title in await self._deploys() if title != live]

    async def go_back(self, release: str) -> None:
        """Restore a release's deploy."""
        await self._published()
        found = (await self._deploys()).get(release)
        if found is None:
            raise HostError(f"there is no release {release} among the last hundred deploys")
        self._deploy = found
        await self._api.ask("POST", f"/sites/{self._site_id}/deploys/{found}/restore")
        await self._until_published()

    async def _deploys(self) -> dict[str, str]:
        """Return the ids of finished deploys by release, the latest first."""
        found = await self._api.ask("GET", f"/sites/{self._site_id}/deploys", state="ready", per_page="100")
        ours = [deploy for deploy in found if _IS_OURS.fullmatch(deploy.get("title") or "")]
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
        raise HostError(f"Netlify takes no names with # or ? in them; rename {shown}, and build again")
    return files, by_digest
