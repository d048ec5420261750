"""The host of Cloudflare: its command line `wrangler` uploads a folder as a Worker's static assets, or as a Pages project.

    stage/site/…             hard links to the finished files, with `_headers` and `_redirects`
    stage/wrangler.jsonc     what the Worker is called and how its files are served

Wrangler compares the folder with Cloudflare's files and sends the others; the new version is live at once. Its tag is the
release's name, which shows which release is live.
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
from replisite.hosts.folder.local_state import LocalState
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
    instead='Use an s3 target, or set plan = "paid" for an account that pays for 100,000 files',
)
"""The same for Workers and for Pages (https://developers.cloudflare.com/pages/platform/limits/)."""

PAID_FILES: Final = 100_000

COMPATIBLE: Final = "2025-04-01"
"""The day whose runtime behaviour applies; static files need no later one."""

_PAGES_LIMITS = "https://developers.cloudflare.com/pages/platform/limits/"


class CloudflareHost:
    """Deploys to a Worker or a Pages ``project``. ``folder`` is for staged files and this machine's lists of releases.

    ``branch`` makes a preview of a Pages project. ``tools`` is a folder in which wrangler may be installed with npm.
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
        self.features = HostFeatures(
            f"Cloudflare {named} ({project}{f', {branch}' if branch else ''})",
            packing="", headers="_headers", limits=limits, jobs=4, takes_snapshots=True,
            switches_at_once=True,
        )  # fmt: skip
        self._project = project
        self._branch = branch
        self._is_worker = kind == "workers"
        self._stage = folder / "stage"
        self._wrangler = Wrangler(self._stage, tools)
        self._state = LocalState(folder, self._live)

    @property
    def state(self) -> LocalState:
        """The lists of the releases that this machine made, and its lock."""
        return self._state

    async def __aenter__(self) -> Self:
        self._wrangler.find()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._state.release_lock()

    # -- a release ----------------------------------------------------------------------------------------

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Check every file of the bundle and stage it; the stage is emptied first.

        Raises OutputError for a file that has changed since the build.
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
            path = site / file.path
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            source = bundle.folder / file.path
            body = bundle.body(file)
            if isinstance(body, bytes) and (file.group is Group.LIST or not source.is_file()):
                path.write_bytes(body)  # it may have been added for this host
            else:
                _link(source, path)
        if self._is_worker:
            (self._stage / "wrangler.jsonc").write_text(self._settings(), encoding="utf-8")

    def _settings(self) -> str:
        assets = {
            "directory": "./site",
            "html_handling": "auto-trailing-slash",
            "not_found_handling": "404-page",
        }
        settings = {
            "name": self._project,
            "compatibility_date": COMPATIBLE,
            "send_metrics": False,
            "assets": assets,
        }
        return json.dumps(settings, indent=2) + "\n"

    async def put(self, file: LiveFile, body: Body) -> None:
        """Do nothing: the file is staged already."""

    async def delete(self, path: str) -> None:
        """Do nothing: a file that is not staged is not in the next version."""

    async def finish(self, release: Release, bundle: Bundle) -> None:  # noqa: ARG002 - the protocol's
        """Let wrangler upload the files that Cloudflare has not seen, and make the version live."""
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
        """Do nothing: no server reads the files."""
        del files
        return ()

    async def abandon(self, release: Release) -> None:  # noqa: ARG002 - the protocol's
        """Remove the staged files."""
        await asyncio.to_thread(shutil.rmtree, self._stage, ignore_errors=True)

    # -- reading ------------------------------------------------------------------------------------------

    async def _live(self) -> str:
        """Return the release that is live.

        After a rollback of a Pages deployment in the dashboard this is still the last one; `--refresh` deploys then.
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
        names = (path.stem for path in (self._stage.parent / "lists").glob("*.live"))
        return next((name for name in names if _mark(name).startswith(mark)), "")

    async def _current(self) -> str:
        """Return the id of the version that gets all visits; empty if visits are split, or there is none."""
        rows = await self._wrangler.rows("deployments", "status", "--name", self._project, "--json")
        versions: Sequence[Mapping[str, Any]] = rows[0].get("versions", ()) if rows else ()
        return str(versions[0]["version_id"]) if len(versions) == 1 else ""

    async def _versions(self) -> dict[str, str]:
        """Return our releases by the ids of their versions, the latest first."""
        rows = await self._wrangler.rows("versions", "list", "--name", self._project, "--json")
        tags = {row["id"]: (row.get("annotations") or {}).get("workers/tag", "") for row in rows}
        return {version: tag for version, tag in reversed(tags.items()) if tag}

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream nothing: wrangler compares the folder with Cloudflare's files, and no version is changed by hand."""
        nothing: Sequence[Listed] = ()
        for listed in nothing:
            yield listed

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Raise HostError: Cloudflare returns no files."""
        raise HostError(f"{path}: Cloudflare returns no files; visit the site")

    # -- rolling back -------------------------------------------------------------------------------------

    async def back_up(self, path: str) -> None:
        """Do nothing: Cloudflare stores whole versions."""

    async def restore(self, path: str, release: str) -> None:
        """Raise HostError: a rollback makes a whole version live."""
        raise HostError(f"{path}: the host rolls back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the releases among a Worker's last ten versions; wrangler cannot roll back a Pages project."""
        if not self._is_worker:
            return []
        live = await self._live()
        return [name for name in dict.fromkeys((await self._versions()).values()) if name != live]

    async def roll_back(self, release: str) -> None:
        """Make an earlier version live again."""
        if not self._is_worker:
            raise HostError(
                f"wrangler cannot roll back a Pages project; roll back in the dashboard (Workers & Pages, {self._project}, "
                "Deployments, Rollback), or deploy the older output"
            )
        version = next((id_ for id_, name in (await self._versions()).items() if name == release), None)
        if version is None:
            raise HostError(f"there is no release {release} among the last ten versions")
        await self._wrangler.run(
            "rollback",
            version,
            "--name",
            self._project,
            "--message",
            f"replisite: back to {release}",
            "--yes",
        )


def _mark(release: str) -> str:
    """Return the hash that stands for a release where Pages wants a commit; Pages returns only its beginning."""
    return hashlib.sha1(release.encode(), usedforsecurity=False).hexdigest()


def _link(source: Path, path: Path) -> None:
    try:
        os.link(source, path)
    except OSError:
        shutil.copyfile(source, path)
