"""What a preview does when files change: it reads them again in order, and refreshes the open tabs.

All methods run on one event loop, and one lock orders the readings; long work runs in threads and processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import InitVar, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from replisite.errors import Fault, InternalError, ReplisiteError
from replisite.model.options import Options, database_path
from replisite.model.view import EditionView
from replisite.preview.background import BackgroundTasks
from replisite.preview.changes import Changes, changes_of
from replisite.preview.config import Config, read_config
from replisite.preview.content_process import ContentProcess
from replisite.preview.content_reader import RESTART, ContentReader
from replisite.preview.messages import PageRequest, PersonalPage, PressedPage, RosterResult, SiteIndex
from replisite.preview.owners import People
from replisite.preview.reports import ChangeReport, Report
from replisite.preview.responses import Responses
from replisite.preview.roster_photos import RosterPhotos
from replisite.preview.roster_process import RosterProcess
from replisite.preview.roster_reader import RosterReader
from replisite.preview.sources import roster_file, watched_files
from replisite.preview.state import RosterState, State
from replisite.preview.tabs import Event, Tab, Tabs
from replisite.preview.watcher import Watched
from replisite.system.bugs import bug_fault

__all__ = ["FIRST_PAGE", "PreviewSession"]

IDLE = 0.4
"""How many seconds after a change the memory of the reading before is freed."""

FIRST_PAGE = 1.0
"""How many seconds the first page has before the roster is read."""

ROSTER_PATIENCE = 0.5
"""How many seconds a page waits for the roster: a small one is read by then, and no notice is shown."""

LONGEST_TIMER = 1_000_000.0
"""A dated page that comes later than so many seconds from now needs no timer."""

Result = TypeVar("Result")


@dataclass
class PreviewSession:
    """A running preview of the site in ``folder``, whose site.toml has been read: ``config``.

    ``watch`` is called with the files to watch from then on; ``editor`` is the URL that opens a file in the user's
    editor, with ``{path}``, ``{line}`` and ``{column}``.
    """

    folder: Path
    config: InitVar[Config]
    options: Options
    content_process: ContentProcess
    roster_process: RosterProcess
    report: Report
    editor: str
    watch: Callable[[Watched], None]
    tabs: Tabs = field(default_factory=Tabs)

    def __post_init__(self, config: Config) -> None:
        self.state = State.of(config)
        self.responses = Responses(self)
        self._tasks = BackgroundTasks(self.folder, lambda fault: self.report(ChangeReport(faults=(fault,))))
        self._content = ContentReader(self.content_process, self.options, self._content_is_slow)
        self._roster = RosterReader(
            self.roster_process, self.options, self._tasks, self._show_progress, self._roster_is_read
        )
        self._photos = RosterPhotos(self.options)
        self._lock = asyncio.Lock()
        self._batches: list[tuple[Path, ...]] = []
        self._started = asyncio.Event()
        self._roster_ended = asyncio.Event()
        self._expiry: asyncio.TimerHandle | None = None
        self._tidying: asyncio.Task[None] | None = None
        self._has_restarted = False
        self._is_closed = False

    @property
    def people(self) -> People:
        """The people on the roster."""
        assert self.state.site is not None
        return People(self.state.site, database_path(self.state.site, self.options))

    # -- from start to end --------------------------------------------------------------------------

    async def start(self) -> None:
        """Read the content for the first time, and start to import the roster.

        Requests wait for the content. The first page goes before the roster, which may be large.
        """
        async with self._lock:
            await self._read_content(is_quick=True)
        self._started.set()
        self.report(ChangeReport(faults=self.state.faults, warnings=self.state.site_index.warnings))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.responses.first_is_made.wait(), FIRST_PAGE)
        async with self._lock:
            self._import_roster()

    async def check(self) -> None:
        """Search for the faults that the start skipped, and for changes since site.toml was first read."""
        async with self._lock:
            before = self.state.faults
            await self._read_config()
            if self.state.site is not None and not self.state.content_faults:
                await self._read_content()
                self._import_roster()
                await self._refresh(())
        self._tidy_soon()
        if self.state.faults != before:
            self.report(ChangeReport(faults=self.state.faults, is_fixed=not self.state.faults))

    async def close(self) -> None:
        """Say goodbye to every tab, and release the requests that wait; nothing is reported from now on."""
        if self._is_closed:
            return
        self._is_closed = True
        self.report = lambda _: None
        self._started.set()
        if self._expiry is not None:
            self._expiry.cancel()
        self._tasks.cancel()
        self.tabs.send_all(Event("bye", {}))

    async def wait_until_started(self) -> None:
        """Wait until the content has been read for the first time, or the session is closed."""
        await self._started.wait()

    # -- files change -------------------------------------------------------------------------------

    async def changed(self, paths: Iterable[Path]) -> None:
        """Read what has changed, and refresh the tabs that show it. No paths: a dated page came or went.

        Batches that come while another is read are read together, by the first that gets the lock.
        """
        started = time.perf_counter()
        self._batches.append(tuple(paths))
        self.content_process.hurry()
        async with self._lock:
            batches, self._batches = self._batches, []
            if not batches:
                return
            self._has_restarted = False
            before = self.state.faults
            listed = tuple(sorted({path for batch in batches for path in batch if not _is_temporary(path)}))
            refreshed = await self._read_changes(listed, has_expired=not all(batches))
        self._tidy_soon()
        if listed or refreshed:
            faults = self.state.faults
            self.report(
                ChangeReport(
                    listed,
                    time.perf_counter() - started,
                    refreshed,
                    faults if faults != before else (),
                    self.state.uncounted,
                    is_fixed=not faults,
                )
            )

    async def _read_changes(self, paths: tuple[Path, ...], *, has_expired: bool) -> int:
        """Read what these files are part of; return how many tabs show another page."""
        changes = self._changes(paths)
        if has_expired or self.content_process.is_over:
            changes = replace(changes, content=True)
        old = self.state.site_index.static
        if changes.config or (self.state.site is None and paths):
            await self._read_config()
        if changes.content or changes.config:
            await self._read_content()
        if changes.roster or changes.content or changes.config:
            self._import_roster(is_changed=changes.roster)
        moved = set(old.items()) ^ set(self.state.site_index.static.items())
        return await self._refresh({*changes.assets, *(path for path, _ in moved)})

    def _changes(self, paths: tuple[Path, ...]) -> Changes:
        state = self.state
        if state.site is None or not paths:
            return Changes(config=bool(paths), content=True, roster=False, assets=())
        index = state.site_index
        assets = {source: path for path, source in index.static.items()}
        theme = index.folders[0] if index.folders else None
        return changes_of(paths, state.site, roster_file(state.site, self.options), assets, index.read, theme)

    async def _read_config(self) -> None:
        config = await asyncio.to_thread(read_config, self.folder)
        self.state = self.state.with_config(
            config
        )  # not before: the roster's progress changes the state meanwhile

    # -- content ------------------------------------------------------------------------------------

    async def _read_content(self, *, is_quick: bool = False) -> None:
        """Read the content, and watch the files that it is made of."""
        site = self.state.site
        if site is None:
            self._watch(self.state.site_index)
            return
        site_index = await self._content.read(site, is_quick=is_quick)
        self.state = self.state.with_content(site_index)
        if not site_index.faults:
            self._expire(site_index.until)
        self._watch(site_index)

    def _watch(self, latest: SiteIndex) -> None:
        state = self.state
        self.watch(watched_files(self.folder, state.site, self.options, latest, state.site_index))

    def _content_is_slow(self, seconds: float) -> None:
        """Say that a reading takes long, and watch files meanwhile, during the first reading too."""
        self._watch(self.state.site_index)
        self.report(ChangeReport(warnings=(f"reading the content has taken {seconds:.0f} s so far",)))

    def _expire(self, until: float | None) -> None:
        """Read again when a dated page comes or goes; ``until`` is in seconds since 1970."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if until is not None and (wait := until - time.time()) < LONGEST_TIMER:
            self._expiry = asyncio.get_running_loop().call_later(
                max(wait, 1.0), lambda: self._tasks.start(self.changed(()))
            )

    def _tidy_soon(self) -> None:
        if self._tidying is None or self._tidying.done():
            self._tidying = self._tasks.start(self._tidy())

    async def _tidy(self) -> None:
        await asyncio.sleep(IDLE)
        with contextlib.suppress(ReplisiteError):  # a process that has ended holds no memory
            await asyncio.to_thread(self.content_process.tidy)

    # -- pages --------------------------------------------------------------------------------------

    async def press(self, request: PageRequest, *, may_restart: bool) -> PressedPage:
        """Press a page; an error of the process becomes the page's fault."""
        try:
            return await self._ask(partial(self.content_process.press, request), may_restart=may_restart)
        except InternalError as error:
            return PressedPage("", None, (bug_fault(error, self.folder),))
        except ReplisiteError as error:
            return PressedPage("", None, (Fault("", 0, str(error), RESTART),))

    async def personal(self, request: PageRequest) -> PersonalPage:
        """Press a page slot by slot. Raises ReplisiteError."""
        return await self._ask(partial(self.content_process.personal, request), may_restart=True)

    async def generated_file(self, path: str) -> bytes:
        """Return the bytes of a generated file, such as a feed. Raises ReplisiteError."""
        return await self._ask(partial(self.content_process.file, path), may_restart=True)

    async def _ask(self, ask: Callable[[], Result], *, may_restart: bool) -> Result:
        """Ask the content process. One that has ended is started again, once until a file changes."""
        try:
            return await asyncio.to_thread(ask)
        except ReplisiteError:
            if not may_restart or not await self._restarts():
                raise
        return await asyncio.to_thread(ask)

    async def _restarts(self) -> bool:
        """Say whether there is a content process that has read the content, after starting one if need be."""
        async with self._lock:
            if self.content_process.is_over and not self._has_restarted and not self._is_closed:
                self._has_restarted = True
                await self._read_content()
        return not self.content_process.is_over and not self.state.content_faults

    async def show(self, edition_view: EditionView) -> None:
        """Read the pages of an edition view that was not requested before."""
        async with self._lock:
            if edition_view.key not in self.state.site_index.paths and not self.state.faults:
                self._content.add(edition_view)
                await self._read_content()

    def is_private_photo(self, path: str) -> bool:
        """Say whether a file of the content folder is the photo of a person on the roster."""
        return self._photos.includes(self.state, path)

    # -- the roster ---------------------------------------------------------------------------------

    def _import_roster(self, *, is_changed: bool = False) -> None:
        if self.state.site is not None:
            self._roster.start(self.state.site, self.state.site_index.names, is_changed=is_changed)

    async def _roster_is_read(self, result: RosterResult) -> None:
        """Show the people of an import that has ended, or its faults over the people of the one before."""
        async with self._lock:
            before = self.state.roster_faults
            progress, self.state = self.state.roster, self.state.with_roster(result)
            self._roster_ended.set()
            if self.state.roster != progress:
                self._send_progress()
            refreshed = await self._refresh(())
        is_news = result.faults != before
        if is_news or refreshed:
            faults = result.faults if is_news else ()
            self.report(
                ChangeReport((), 0.0, refreshed, faults, result.uncounted, is_fixed=not self.state.faults)
            )

    async def is_roster_read_soon(self) -> bool:
        """Wait a moment for the first import, and say whether it has ended."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._roster_ended.wait(), ROSTER_PATIENCE)
        return self._roster_ended.is_set()

    def _show_progress(self, progress: RosterState) -> None:
        if progress != self.state.roster:
            self.state = replace(self.state, roster=progress)
            self._send_progress()

    def _send_progress(self) -> None:
        self.tabs.send_all(Event("roster", self.state.roster.as_json()))

    # -- tabs ---------------------------------------------------------------------------------------

    async def _refresh(self, assets: Iterable[str]) -> int:
        """Send each tab what has changed of it; return how many show another page."""
        self.tabs.send_assets(sorted(assets))
        refreshed = 0
        for tab in list(self.tabs):
            response = await self.responses.page(tab.host, tab.path, may_read=False)
            refreshed += tab.shows(response.digest, response.faults)
        return refreshed

    @contextlib.asynccontextmanager
    async def open_tab(self, host: str, path: str, last: int | None) -> AsyncIterator[Tab]:
        """Open a tab, and close it at the end; its first event says what it should show now.

        ``last`` is the number of the last event that it got before it lost the connection.
        """
        response = await self.responses.page(host, path)
        with self.tabs.open(host, path, response.digest, response.faults) as tab:
            state = {
                "digest": response.digest,
                "faults": response.faults,
                "roster": self.state.roster.as_json(),
                "generation": self.state.generation,
            }
            tab.send(Event("state", state))
            if last is not None:
                self.tabs.replay(tab, last)
            yield tab


def _is_temporary(path: Path) -> bool:
    """Say whether this is a file that an editor wrote and then renamed to another."""
    return path.name.startswith(".") and not path.exists()
