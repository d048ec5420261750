"""The host of a branch of a git repository, made with git's plumbing: no work tree, one commit for each release.

Unchanged files are taken from the branch's last tree by its id, so only changed files are written. The branch and the
list of live files are pushed together, or neither is. Between two deploys only the last commit is fetched.
"""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from replisite.hosts.git.repository import Repository, without_password
from replisite.hosts.git.state import DEPTH, GitState, Known
from replisite.hosts.git.streams import Import, Reading
from replisite.hosts.host import Body, Bundle, HostError, HostFeatures, Limits, Listed, Release
from replisite.model.live_files import LiveFile

__all__ = ["GitHost"]

GITHUB_PAGES: Final = Limits(
    file_bytes=100 << 20,
    total_bytes=1_000_000_000,
    source="https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits",
    read_on="2026-11-25",
    instead="Use an s3, netlify or ssh target",
)
"""GitHub's limits: a published site of 1 GB, files of 100 MiB in a repository ("About large files on GitHub")."""

GITHUB_WARNING: Final = (
    "GitHub Pages does not allow an online business, a shop or a site for commercial transactions "
    "(https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits), and distributors' sites are "
    "such sites. If GitHub Pages serves this branch, move to another host; if another server does, you can ignore this. "
    "GitHub Pages builds a site at most ten times an hour."
)

NO_JEKYLL: Final = ".nojekyll"
"""Tells GitHub Pages to serve the files as they are, those with an underscore too."""

CNAME: Final = "CNAME"

PACKS: Final = 20
"""With more packs than these our own repository is packed again."""


class GitHost:
    """Makes commits in a bare repository in ``folder`` and pushes them to the ``branch`` of a ``remote``.

    ``domain`` is written into ``CNAME``. With ``history`` each release is a commit on top of the last; without, the
    branch is one commit, which is replaced. A remote that is a path starts from ``root``.
    """

    def __init__(
        self,
        remote: str,
        folder: Path,
        root: Path,
        *,
        branch: str = "gh-pages",
        domain: str = "",
        history: bool = True,
    ) -> None:
        is_github = re.search(r"(^|[@/.])github\.com[:/]", remote) is not None
        self.features = HostFeatures(
            f"{without_password(remote)} ({branch})",
            packing="",
            headers="none",
            jobs=4,
            refuses_foreign=True,
            switches_at_once=True,
            limits=GITHUB_PAGES if is_github else Limits(),
            warning=GITHUB_WARNING if is_github else "",
        )
        self._repository = Repository(folder, remote, root)
        self._state = GitState(self._repository, branch)
        self._branch = branch
        self._history = history
        self._added = {NO_JEKYLL: b""} | ({CNAME: f"{domain}\n".encode()} if domain else {})
        self._ours: Mapping[str, bytes] = {}
        self._import: Import | None = None
        self._commit = ""
        self._is_scanned = False
        self._reading = Reading(self._repository)
        self._blobs: dict[str, str] = {}

    @property
    def state(self) -> GitState:
        """The list of live files, and the lock."""
        return self._state

    async def __aenter__(self) -> Self:
        await self._repository.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._reading.close()
        if self._import is not None:
            await self._import.abandon()

    # -- a release ----------------------------------------------------------------------------------------

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Begin a commit with everything that is live. A release that was cut short left nothing.

        Raises HostError for a branch that others made or changed, unless its files have been listed.
        """
        if release.is_resumed:
            raise HostError("a commit is there as a whole or not at all")
        if self._state.tip and not self._state.is_as_we_left_it and not self._is_scanned:
            raise HostError(await self._whose_branch())
        paths = {file.path for file in bundle.files() if file.path in {NO_JEKYLL, CNAME}}
        self._ours = {path: body for path, body in self._added.items() if path not in paths}
        for left in (
            await self._repository.run("for-each-ref", "--format=%(refname)", "refs/replisite/new")
        ).split():
            await self._repository.run("update-ref", "-d", left.decode())
        self._commit = ""
        self._import = Import(self._repository, f"refs/replisite/new/{release.name}")
        parent = self._state.tip if self._history else ""
        await self._import.begin(
            f"Release {release.name}\n", _dated(release.name), parent, await self._tree(self._state.tip)
        )
        if CNAME not in paths and CNAME not in self._ours:
            await self._import.delete(CNAME)  # of a domain that is not wanted any more
        for path, body in self._ours.items():
            await self._import.put(path, body)
        return None

    async def _tree(self, commit: str) -> str:
        return await self._repository.line("rev-parse", f"{commit}^{{tree}}") if commit else ""

    async def _whose_branch(self) -> str:
        last = await self._repository.line("show", "-s", "--format=%h by %an, %as", self._state.tip)
        known = self._state.known.release
        what = f"has changed since {known} was deployed" if known else "exists, and no deploy made it"
        return (
            f"the branch {self._branch} {what} (its last commit is {last}); if a deploy may replace its files, deploy with "
            "--refresh, otherwise choose another branch"
        )

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put a file into the commit."""
        assert self._import is not None
        await self._import.put(file.path, body)

    async def delete(self, path: str) -> None:
        """Leave a file out of the commit."""
        assert self._import is not None
        if path not in self._ours:
            await self._import.delete(path)

    async def finish(self, release: Release, bundle: Bundle) -> None:  # noqa: ARG002 - the protocol's
        """Push the commit and the list of what is in it, both or neither."""
        assert self._import is not None
        if not self._commit:
            self._commit = await self._import.close()
        listed = await self._state.commit_list(
            self._state.new_list, release.name, self._commit, history=self._history
        )
        await self._publish(release.name, self._commit, listed)
        await self._pack()

    async def _publish(self, release: str, commit: str, listed: str) -> None:
        state = self._state
        changes = {state.branch: (state.tip, commit), state.live: (state.known.listed, listed)}
        try:
            await self._repository.push(changes)
        except HostError:
            there = await self._repository.theirs(*changes)
            if there.get(state.branch) != commit:
                raise
        await state.pushed(Known(release, commit, listed))

    async def _pack(self) -> None:
        """Let git join its packs from time to time; a failure does not concern the deploy."""
        if len(list(self._repository.folder.glob("objects/pack/*.pack"))) <= PACKS:
            return
        with contextlib.suppress(HostError):
            await self._repository.run(
                "-c", "gc.autoDetach=false", "-c", "gc.pruneExpire=1.hour.ago", "gc", "--quiet"
            )  # fmt: skip

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Do nothing: no server reads the files."""
        del files
        return ()

    async def abandon(self, release: Release) -> None:  # noqa: ARG002 - the protocol's
        """Drop the commit."""
        if self._import is not None:
            await self._import.abandon()

    # -- reading ------------------------------------------------------------------------------------------

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream the files of the branch as it is now; a deploy that has listed them may replace them."""
        await self._state.fetch_refs()
        self._is_scanned = True
        self._blobs.clear()
        if not self._state.tip:
            return
        for row in (await self._repository.run("ls-tree", "-r", "-l", "-z", self._state.tip)).split(b"\0"):
            fields, _, name = row.partition(b"\t")
            path = name.decode("utf-8", "surrogateescape")
            if path and path not in self._added:
                _, _, blob, size = fields.decode().split()
                self._blobs[path] = blob
                yield Listed(path, 0 if size == "-" else int(size), blob)

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a file of the branch. Headers are the server's."""
        if not self._blobs:
            await self._state.fetch_refs()
        body = await self._reading.read(self._blobs.get(path, f"{self._state.tip}:{path}"))
        if body is None:
            raise HostError(f"{path}: there is no such file in the branch")
        return body, {}

    # -- rolling back -------------------------------------------------------------------------------------

    async def back_up(self, path: str) -> None:
        """Do nothing: the history has every release."""

    async def restore(self, path: str, release: str) -> None:
        """Raise HostError: a rollback makes a whole release live."""
        raise HostError(f"{path}: the host rolls back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the releases in the history, as far as it is fetched (`DEPTH`)."""
        await self._state.fetch_refs(DEPTH)
        live = self._state.known.release
        return [
            *dict.fromkeys(known.release for known in await self._state.earlier() if known.release != live)
        ]

    async def roll_back(self, release: str) -> None:
        """Make a new commit with the files of an earlier release, and push it with the list of that release."""
        await self._state.fetch_refs(DEPTH)
        earlier = next((known for known in await self._state.earlier() if known.release == release), None)
        if earlier is None:
            why = "" if self._history else "; history = false stores no earlier release"
            raise HostError(f"there is no release {release}{why}")
        message = f"Release {release} again\n\nGone back to from {self._state.known.release}.\n"
        tree = await self._tree(earlier.commit)
        commit = await self._repository.commit(tree, [self._state.tip] if self._state.tip else [], message)
        listed = await self._state.commit_list(
            await self._tree(earlier.listed), release, commit, history=True
        )
        await self._publish(release, commit, listed)


def _dated(release: str) -> str:
    """Return a release's time as git writes it.

    >>> _dated("20260131T120000Z-1a2b3c")
    '1769860800 +0000'
    """
    try:
        when = datetime.datetime.strptime(release.partition("-")[0], "%Y%m%dT%H%M%S%z")
    except ValueError:
        when = datetime.datetime.now(datetime.UTC)
    return f"{when.timestamp():.0f} +0000"
