"""Cloudflare, by its own command line: `wrangler` uploads a folder as a Worker's static assets, or as a Pages project.

    stage/site/…             hard links to the finished files, with `_headers` and `_redirects`
    stage/wrangler.jsonc     what the Worker is called and how its files are served

Wrangler compares the folder with what Cloudflare has and sends the rest; the new version is live at once. Its tag is the
release's name, so that one can tell which release is live.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from replisite.hosts.cloudflare.wrangler import Wrangler
from replisite.hosts.folder.local_state import RememberedState
from replisite.hosts.host import Body, Bundle, HostError, HostFeatures, Limits, Listed, Release
from replisite.model.live_files import Group, LiveFile

__all__ = ["CloudflareHost"]

LIMITS: Final = Limits(
    files=20_000,
    file_bytes=25 << 20,
    redirects=2_000,
    dynamic_redirects=100,
    header_rules=100,
    source="https://developers.cloudflare.com/workers/platform/limits/",
    read_on="2026-11-25",
    instead='Use an s3 target, or say plan = "paid" for an account that pays for 100,000 files',
)
"""The same for Workers and for Pages (https://developers.cloudflare.com/pages/platform/limits/)."""

PAID_FILES: Final = 100_000

COMPATIBLE: Final = "2025-04-01"
"""The runtime's behaviour on this day is kept; files that are served as they are need no later one."""

_PAGES_LIMITS = "https://developers.cloudflare.com/pages/platform/limits/"


class CloudflareHost:
    """Deploys to a Worker or a Pages ``project``. ``folder`` is where files are staged and releases remembered.

    ``branch`` makes a preview of a Pages project. ``tools`` is where wrangler may be beside PATH.
    """

    def __init__(
        self,
        project: str,
        folder: Path,
        *,
        kind: Literal["workers", "pages"] = "workers",
        branch: str = "",
        is_paid: bool = False,
        tools: Path | None = None,
    ) -> None:
        limits = LIMITS if kind == "workers" else replace(LIMITS, source=_PAGES_LIMITS)
        if is_paid:
            limits = replace(limits, files=PAID_FILES, instead="Use an s3 target")
        named = "Workers" if kind == "workers" else "Pages"
        self.facts = HostFeatures(
            f"Cloudflare {named} ({project}{f', {branch}' if branch else ''})",
            packing="", headers="_headers", limits=limits, jobs=4, takes_snapshots=True,
            switches_at_once=True,
        )  # fmt: skip
        self._project = project
        self._branch = branch
        self._is_worker = kind == "workers"
        self._stage = folder / "stage"
        self._wrangler = Wrangler(self._stage, tools)
        self._state = RememberedState(folder, self._live)

    @property
    def state(self) -> RememberedState:
        """What this machine remembers of the releases that it made."""
        return self._state

    async def __aenter__(self) -> Self:
        self._wrangler.find()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._state.end_turn()

    # -- a release ----------------------------------------------------------------------------------------

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Look at every file of the bundle and stage it, anew each time, so that nothing of an earlier try is left.

        Raises OutputError for a file that is not as it was built.
        """
        self._state.building = release.name
        try:
            await asyncio.to_thread(self._fill, bundle)
        except OSError as error:
            raise HostError(f"{error.filename or self._stage}: {error.strerror or error}") from error
        return None

    def _fill(self, bundle: Bundle) -> None:
        shutil.rmtree(self._stage, ignore_errors=True)
        site = self._stage / "site"
        site.mkdir(parents=True)
        made: set[Path] = set()
        for file in bundle.files():
            place = site / file.path
            if place.parent not in made:
                place.parent.mkdir(parents=True, exist_ok=True)
                made.add(place.parent)
            source = bundle.folder / file.path
            body = bundle.body(file)
            if isinstance(body, bytes) and (file.group is Group.LIST or not source.is_file()):
                place.write_bytes(body)  # it may have been added for this host
            else:
                _link(source, place)
        if self._is_worker:
            (self._stage / "wrangler.jsonc").write_text(self._settings(), encoding="utf-8")

    def _settings(self) -> str:
        assets = {
            "directory": "./site",
            "html_handling": "auto-trailing-slash",
            "not_found_handling": "404-page",
        }
        told = {
            "name": self._project,
            "compatibility_date": COMPATIBLE,
            "send_metrics": False,
            "assets": assets,
        }
        return json.dumps(told, indent=2) + "\n"

    async def put(self, file: LiveFile, body: Body) -> None:
        """It is staged already."""

    async def delete(self, path: str) -> None:
        """What is not staged is not in the next version."""

    async def finish(self, release: Release, bundle: Bundle) -> None:  # noqa: ARG002 - the protocol's
        """Let wrangler upload what Cloudflare has not seen, and make it live."""
        if self._is_worker:
            await self._wrangler.run(
                "deploy", "--tag", release.name, "--message", f"replisite {release.name}"
            )
            return
        branch = ["--branch", self._branch] if self._branch else []
        await self._wrangler.run(
            "pages", "deploy", "site", "--project-name", self._project, *branch,
            "--commit-hash", _mark(release.name), "--commit-message", release.name, "--commit-dirty=true",
        )  # fmt: skip

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """No server of ours reads any."""
        del files
        return ()

    async def abandon(self, release: Release) -> None:  # noqa: ARG002 - the protocol's
        """Remove what was staged."""
        await asyncio.to_thread(shutil.rmtree, self._stage, ignore_errors=True)

    # -- what is there ------------------------------------------------------------------------------------

    async def _live(self) -> str:
        """Return the release that is live. A Pages deployment that was gone back to in the dashboard is not told from the
        last one: `--refresh` deploys then.
        """
        if self._is_worker:
            return (await self._versions()).get(await self._current(), "")
        environment = "preview" if self._branch else "production"
        rows = await self._wrangler.rows(
            "pages",
            "deployment",
            "list",
            "--project-name",
            self._project,
            "--environment",
            environment,
            "--json",
        )
        mine = (row for row in rows if not self._branch or row.get("Branch") == self._branch)
        mark = str(next(mine, {}).get("Source", "-"))
        kept = (place.stem for place in (self._stage.parent / "lists").glob("*.live"))
        return next((name for name in kept if _mark(name).startswith(mark)), "")

    async def _current(self) -> str:
        """Return the id of the version that gets all visits; empty if visits are shared out, or there is none."""
        found = await self._wrangler.rows("deployments", "status", "--name", self._project, "--json")
        versions: Sequence[Mapping[str, Any]] = found[0].get("versions", ()) if found else ()
        return str(versions[0]["version_id"]) if len(versions) == 1 else ""

    async def _versions(self) -> dict[str, str]:
        """Return our releases by the ids of their versions, the latest first."""
        rows = await self._wrangler.rows("versions", "list", "--name", self._project, "--json")
        tags = {row["id"]: (row.get("annotations") or {}).get("workers/tag", "") for row in rows}
        return {found: tag for found, tag in reversed(tags.items()) if tag}

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream nothing: wrangler compares the folder with what Cloudflare has, and nobody changes a version by hand."""
        nothing: Sequence[Listed] = ()
        for listed in nothing:
            yield listed

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Cloudflare gives nothing back; visit the site."""
        raise HostError(f"{path}: Cloudflare has no copy to give; visit the site")

    # -- going back ---------------------------------------------------------------------------------------

    async def keep(self, path: str) -> None:
        """Cloudflare keeps versions whole."""

    async def restore(self, file: LiveFile, release: str) -> None:
        """Versions are gone back to as a whole."""
        raise HostError(f"{file.path}: go back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the releases among a Worker's last ten versions; wrangler cannot go back to a Pages deployment."""
        if not self._is_worker:
            return []
        live = await self._live()
        return [name for name in dict.fromkeys((await self._versions()).values()) if name != live]

    async def go_back(self, release: str) -> None:
        """Make an earlier version live again."""
        if not self._is_worker:
            raise HostError(
                f"wrangler cannot go back to a Pages deployment; do so in the dashboard (Workers & Pages, {self._project}, "
                "Deployments, Rollback), or deploy the older output"
            )
        found = next((id_ for id_, name in (await self._versions()).items() if name == release), None)
        if found is None:
            raise HostError(f"there is no release {release} among the last ten versions")
        await self._wrangler.run(
            "rollback", found, "--name", self._project, "--message", f"replisite: back to {release}", "--yes"
        )


def _mark(release: str) -> str:
    """Return what stands for a release where Pages wants a commit: only its beginning is told again."""
    return hashlib.sha1(release.encode(), usedforsecurity=False).hexdigest()


def _link(source: Path, place: Path) -> None:
    try:
        os.link(source, place)
    except OSError:
        shutil.copyfile(source, place)
