"""What is shown just now, and to whom: the state of a preview, and what becomes of it when files change."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import InitVar, dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from replisite.errors import Fault, InputError, ReplisiteError
from replisite.model.distributor import PHOTO_SUFFIXES
from replisite.model.options import Options, database_path
from replisite.model.roster_terms import terms_of
from replisite.model.site import Site
from replisite.model.view import EditionView
from replisite.preview.changes import Changes, changes_of
from replisite.preview.config import Config, read_config
from replisite.preview.content_process import ContentProcess
from replisite.preview.messages import ContentRequest, PageRequest, PressedPage, SiteIndex
from replisite.preview.owners import People
from replisite.preview.responses import Responses
from replisite.preview.roster_process import RosterProcess
from replisite.preview.tabs import Event, Tab, Tabs
from replisite.preview.watcher import Watched
from replisite.reporting import SilentReporter

__all__ = ["PreviewSession", "RosterState", "Told"]

Told = Callable[["Happened"], None]
"""Hears what there is to tell on the terminal."""

RECENT_SHOWINGS = 12
"""How many showings beside the editions' own are kept up to date: those seen last."""

IDLE = 0.4
"""How many seconds after a change the memory of what was read before is given back."""

FIRST_PAGE = 1.0
"""How many seconds the first page has for itself."""

PATIENCE = 0.5
"""How many seconds a page waits for a roster: a small one is read by then, and nobody is told of it."""

SLOW = 10.0
"""After how many seconds of reading the terminal says so."""

EARLIEST = 0.05
"""How many seconds lie between two reports of progress."""


@dataclass(frozen=True, slots=True)
class RosterState:
    """How far the roster is: *reading*, *ready* or *failed*; rows done, and in all (0: unknown)."""

    state: str = "reading"
    done: int = 0
    total: int = 0

    def as_json(self) -> dict[str, object]:
        """Return it as the browser gets it."""
        return {"state": self.state, "done": self.done, "total": self.total}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened: files that changed, how long the pages took, how many screens were refreshed.

    ``faults`` are told when they are others than before; ``is_mended`` says that there are none.
    """

    changed: tuple[Path, ...] = ()
    seconds: float = 0.0
    refreshed: int = 0
    faults: tuple[Fault, ...] = ()
    uncounted: int = 0
    warnings: tuple[str, ...] = ()
    is_mended: bool = False


@dataclass
class _Faults:
    """What is wrong by now, by where it was found."""

    config: tuple[Fault, ...] = ()
    content: tuple[Fault, ...] = ()
    roster: tuple[Fault, ...] = ()
    uncounted: int = 0

    @property
    def everything(self) -> tuple[Fault, ...]:
        return tuple(dict.fromkeys((*self.config, *self.content, *self.roster)))


def _is_passing(path: Path) -> bool:
    """Say whether this is a file that an editor wrote and put in the place of another."""
    return path.name.startswith(".") and not path.exists()


class _RosterReporter(SilentReporter):
    """Sends the progress of reading the roster on, at most every ``EARLIEST`` seconds."""

    def __init__(self, send: Callable[[RosterState], object]) -> None:
        self._send = send
        self._sent_at = 0.0

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Send how many rows have been read."""
        del pages, size
        if time.monotonic() - self._sent_at > EARLIEST:
            self._sent_at = time.monotonic()
            self._send(RosterState("reading", done, total))


@dataclass
class PreviewSession:
    """The state of a preview. Its methods run on one event loop; what takes long runs in threads.

    ``folder`` holds site.toml, which has been read for the first time: ``config``. ``watch`` is called with what is to
    be watched from then on; ``editor`` is the URL that opens a file in somebody's editor.
    """

    folder: Path
    config: InitVar[Config]
    options: Options
    content_process: ContentProcess
    roster_process: RosterProcess
    told: Told
    editor: str
    watch: Callable[[Watched], None]
    site: Site | None = field(init=False)
    site_index: SiteIndex = field(default_factory=lambda: SiteIndex(()))
    roster: RosterState = field(default_factory=RosterState)
    warnings: tuple[str, ...] = ()

    def __post_init__(self, config: Config) -> None:
        self.site = config.site
        self.tabs = Tabs()
        self.generation = 0
        self._faults = _Faults(config.faults)
        self._turn = asyncio.Lock()
        self._news: list[tuple[Path, ...]] = []
        self._more: dict[str, EditionView] = {}
        self._taking: asyncio.Task[None] | None = None
        self._tidying: asyncio.Task[None] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._has_begun_anew = False
        self._is_closed = False
        self._asked_roster: object = None
        self._known_photo: tuple[object, bool] = None, False
        self.is_started = asyncio.Event()
        self._is_read = asyncio.Event()
        self.answers = Responses(self)

    @property
    def people(self) -> People:
        """Who is on the roster."""
        assert self.site is not None
        return People(self.site, database_path(self.site, self.options))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What must be mended, of the whole site."""
        return self._faults.everything

    async def start(self) -> None:
        """Read the content for the first time, and then the roster; what is wrong stands in the faults.

        Whoever asks for a page meanwhile waits for it. The first page goes before the roster, which may be large.
        """
        async with self._turn:
            await self._compose(is_quick=True)
        self.is_started.set()
        self.told(Happened(faults=self.faults, warnings=self.site_index.warnings))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.answers.is_asked.wait(), FIRST_PAGE)
        async with self._turn:
            self._take_roster()

    async def close(self) -> None:
        """Say goodbye to every screen, and to whoever waits for the first page; nothing is told from now on."""
        if self._is_closed:
            return
        self._is_closed = True
        self.told = lambda _: None
        self.is_started.set()
        if self._expiry:
            self._expiry.cancel()
        if self._taking:
            self._taking.cancel()
        self.tabs.send_all(Event("bye", {}))

    # -- files change -------------------------------------------------------------------------------

    async def changed(self, paths: Iterable[Path]) -> None:
        """Read what has changed, and tell the screens that show something of it.

        What changes while something else is read is read together, by the first who waits for that.
        """
        started = time.perf_counter()
        self._news.append(tuple(paths))
        self.content_process.hurry()
        if len(self._news) > 1:
            return
        async with self._turn:
            self._has_begun_anew = False
            news, self._news = self._news, []
            listed = tuple(sorted({path for batch in news for path in batch if not _is_passing(path)}))
            before = self.faults
            changes = self._changes(listed)
            if not all(news) or self.content_process.is_over:  # something that is dated came or went
                changes = replace(changes, content=True)
            old = self.site_index.static
            if changes.config or (self.site is None and listed):
                await self._load()
            if changes.content or changes.config:
                await self._compose()
            if changes.roster or changes.content or changes.config:
                self._take_roster(anew=changes.roster)
            moved = set(old.items()) ^ set(self.site_index.static.items())
            assets = sorted({*changes.assets, *(path for path, _ in moved)})
            refreshed = await self._refresh(assets)
        self._tidy_soon()
        if listed or refreshed:
            seconds = time.perf_counter() - started
            faults = self.faults if self.faults != before else ()
            self.told(
                Happened(listed, seconds, refreshed, faults, self._faults.uncounted, (), not self.faults)
            )

    def _changes(self, paths: tuple[Path, ...]) -> Changes:
        if self.site is None or not paths:
            return Changes(config=bool(paths), content=True, roster=False, assets=())
        sources = {source: path for path, source in self.site_index.static.items()}
        theme = self.site_index.folders[0] if self.site_index.folders else None
        return changes_of(
            paths, self.site, self._roster_file(self.site), sources, self.site_index.read, theme
        )

    async def _load(self) -> None:
        """Read site.toml; what there was stays if it cannot be read."""
        config = await asyncio.to_thread(read_config, self.folder)
        if config.site is not None and (self.site is None or not config.faults):
            self.site = config.site
        self._faults.config = config.faults

    async def check(self) -> None:
        """Look for faults that the start had no time for; to be called when there is time."""
        async with self._turn:
            before = self.faults
            await self._load()  # it was read before anybody watched
            if self.site is not None and not self._faults.content:
                await self._compose()
                self._take_roster()
                await self._refresh(())
        self._tidy_soon()
        if self.faults != before:
            self.told(Happened(faults=self.faults, is_mended=not self.faults))

    async def _compose(self, *, is_quick: bool = False) -> None:
        """Read the content; the pages that there were stay if it has faults."""
        site = self.site
        if site is None:
            self._watch(None, self.site_index)
            return
        request = ContentRequest.of(site, self.options, self._more.values(), is_quick=is_quick)
        slow = asyncio.get_running_loop().call_later(SLOW, self._is_slow)
        try:
            site_index = await asyncio.to_thread(self.content_process.compose, request)
        except InputError as refused:
            named = (site.root / fault.file for fault in refused.faults if fault.file)
            site_index = SiteIndex(
                tuple(refused.faults), beside=tuple(path for path in named if path.is_file())
            )
        except ReplisiteError as error:
            site_index = SiteIndex((Fault("", 0, str(error)),))
        finally:
            slow.cancel()
        self._faults.content = site_index.faults
        if not site_index.faults:
            self.site_index = site_index
            self.generation += 1
            self.answers.forget()
            self._expire(site_index.until)
        self._watch(site, site_index)

    def _is_slow(self) -> None:
        """Say that reading takes long, and hear of what changes meanwhile, in the first reading too."""
        self._watch(self.site, self.site_index)
        told = f"the content has been read for {SLOW:.0f} s, and there is no end yet"
        self.told(Happened(warnings=(told,)))

    async def press(self, asked: PageRequest, *, may_begin_anew: bool) -> PressedPage:
        """Have a page pressed. A composer that has ended may begin anew for it, once until something changes."""
        try:
            return await asyncio.to_thread(self.content_process.press, asked)
        except ReplisiteError as error:
            if may_begin_anew and await self._begins_anew():
                return await self.press(asked, may_begin_anew=False)
            return PressedPage("", None, (Fault("", 0, str(error), "save a file, and it begins anew"),))

    async def _begins_anew(self) -> bool:
        async with self._turn:
            if self.content_process.is_over and not self._has_begun_anew and not self._is_closed:
                self._has_begun_anew = True
                await self._compose()
        return not self.content_process.is_over and not self._faults.content

    async def show(self, edition_view: EditionView) -> None:
        """Have the pages of a showing that was not asked for before."""
        async with self._turn:
            if edition_view.key in self.site_index.paths or self.faults:
                return
            self._more[edition_view.key] = edition_view
            while len(self._more) > RECENT_SHOWINGS:
                self._more.pop(next(iter(self._more)))
            await self._compose()

    def _watch(self, site: Site | None, site_index: SiteIndex) -> None:
        files = [self.folder / "site.toml", *site_index.beside]
        folders = list(site_index.folders or self.site_index.folders)
        if site is not None:
            files.append(self._roster_file(site))
            folders = folders or [site.root / name for name in (site.content, "templates", "themes")]
        self.watch(Watched(tuple(folders), tuple(dict.fromkeys(files))))

    def is_somebodys_photo(self, path: str) -> bool:
        """Say whether a file of the content folder is the photo of somebody on the roster, published or not."""
        site = self.site
        if site is None or Path(path).suffix.lower() not in PHOTO_SUFFIXES:
            return False
        from replisite.roster.photo_column import named_photos  # for pictures alone

        stamp = (path, self.roster, self._roster_file(site).stat().st_mtime_ns)
        if self._known_photo[0] != stamp:
            self._known_photo = stamp, bool(named_photos(site, self.options.roster, [path]))
        return self._known_photo[1]

    def _roster_file(self, site: Site) -> Path:
        return self.options.roster or site.root / site.roster.source

    def _expire(self, until: float | None) -> None:
        """Read again when content that is dated comes or goes."""
        if self._expiry:
            self._expiry.cancel()
            self._expiry = None
        if until is not None and until - time.time() < 1_000_000:
            wait = max(until - time.time(), 1.0)
            self._expiry = asyncio.get_running_loop().call_later(
                wait, lambda: asyncio.ensure_future(self.changed(()))
            )

    # -- the roster ---------------------------------------------------------------------------------

    def _take_roster(self, *, anew: bool = False) -> None:
        """Have the roster read, if anything that it is read with has changed; whoever was at it gives up."""
        site = self.site
        if site is None:
            return
        names = sorted(self.site_index.names)
        asked = (terms_of(site), names)
        if asked == self._asked_roster and not anew:
            return
        self._asked_roster = asked
        if self._taking:
            self._taking.cancel()
        self._taking = asyncio.create_task(self._taken(site, names))

    async def _taken(self, site: Site, names: list[str]) -> None:
        loop = asyncio.get_running_loop()
        reporter = _RosterReporter(lambda state: loop.call_soon_threadsafe(self._roster_is, state))
        try:
            taken = await asyncio.to_thread(self.roster_process.take, site, self.options, names, reporter)
            faults, uncounted, warnings = taken.faults, taken.uncounted, taken.warnings
            if taken.is_abandoned:
                return
        except InputError as refused:
            faults, uncounted, warnings = tuple(refused.faults), refused.uncounted, ()
        except ReplisiteError as error:
            faults, uncounted, warnings = (Fault(site.roster.source, 0, str(error)),), 0, ()
        async with self._turn:
            before = self._faults.roster
            self._faults.roster, self._faults.uncounted, self.warnings = faults, uncounted, warnings
            self.answers.forget()
            self._roster_is(RosterState("failed" if faults else "ready"))
            refreshed = await self._refresh(())
        if faults != before or refreshed:
            new = faults if faults != before else ()
            self.told(Happened((), 0.0, refreshed, new, uncounted, (), not self.faults))

    async def is_soon_read(self) -> bool:
        """Wait a moment for the roster, and say whether it has come."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._is_read.wait(), PATIENCE)
        return self._is_read.is_set()

    def _roster_is(self, state: RosterState) -> None:
        if state.state != "reading":
            self._is_read.set()
        if state != self.roster:
            self.roster = state
            self.tabs.send_all(Event("roster", state.as_json()))

    def _tidy_soon(self) -> None:
        if self._tidying is None or self._tidying.done():
            self._tidying = asyncio.create_task(self._tidy())

    async def _tidy(self) -> None:
        await asyncio.sleep(IDLE)
        with contextlib.suppress(ReplisiteError):
            await asyncio.to_thread(self.content_process.tidy)

    # -- screens ------------------------------------------------------------------------------------

    async def _refresh(self, assets: Iterable[str]) -> int:
        """Tell each screen what of it is not so any more; return how many show something else now."""
        listed = list(assets)
        if listed:
            self.tabs.send_all(Event("asset", {"paths": [quote(f"/{path}") for path in listed]}))
        refreshed = 0
        for tab in list(self.tabs):
            answer = await self.answers.page(tab.host, tab.at, more=False)
            refreshed += tab.shows(answer.digest, answer.told_faults)
        return refreshed

    @contextlib.asynccontextmanager
    async def events(self, host: str, at: str, last: int | None) -> AsyncIterator[Tab]:
        """Give the events for one screen, from what it should show now."""
        answer = await self.answers.page(host, at)
        tab = self.tabs.open(host, at)
        tab.faults = answer.told_faults
        tab.digest = answer.digest
        tab.send(
            Event(
                "state",
                {
                    "digest": answer.digest,
                    "faults": answer.told_faults,
                    "roster": self.roster.as_json(),
                    "generation": self.generation,
                },
            )
        )
        if last is not None:
            self.tabs.replay(tab, last)
        try:
            yield tab
        finally:
            self.tabs.close(tab)
