"""The command's story: listen, show the first page, and go on until Ctrl-C."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import signal
import socket
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replisite.preview.addresses import SitePath, SiteView
from replisite.preview.config import Config
from replisite.preview.content_process import ContentProcess
from replisite.preview.listening import (
    DEFAULT_PORT,
    accepted_hosts,
    listening_socket,
    local_host,
    public_url,
)
from replisite.preview.options import PreviewOptions
from replisite.preview.reports import ChangeReport, PreviewReporter, Started
from replisite.preview.roster_process import RosterProcess
from replisite.preview.routing import has_hosts
from replisite.preview.session import FIRST_PAGE, PreviewSession
from replisite.preview.watcher import Watched, Watcher
from replisite.system.bugs import bug_fault
from replisite.system.processes import INTERRUPTS

if TYPE_CHECKING:
    import uvicorn

__all__ = ["PreviewReporter", "Started", "serve"]

POLLING = "the system has no free inotify watches for all folders; files are compared twice a second instead"


def serve(
    folder: Path,
    config: Config,
    options: PreviewOptions,
    content_process: ContentProcess,
    reporter: PreviewReporter,
) -> None:
    """Serve a site until SIGINT (Ctrl-C) or SIGTERM; ``config`` is its site.toml as it has been read.

    Raises UsageError for a port in use.
    """
    with RosterProcess() as roster_process:  # forked before there are threads
        listening = listening_socket(options.host, options.port)
        signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)  # until the event loop handles them
        try:
            asyncio.run(_serve(folder, config, options, listening, content_process, roster_process, reporter))
        finally:
            listening.close()


async def _serve(
    folder: Path,
    config: Config,
    options: PreviewOptions,
    listening: socket.socket,
    content_process: ContentProcess,
    roster_process: RosterProcess,
    reporter: PreviewReporter,
) -> None:
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in INTERRUPTS:
        loop.add_signal_handler(number, stopping.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
    watchers: list[Watcher] = []

    def changed(paths: frozenset[Path]) -> None:
        asyncio.run_coroutine_threadsafe(session.changed(paths), loop).add_done_callback(failed)

    def failed(done: concurrent.futures.Future[None]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            reporter.happened(ChangeReport(faults=(bug_fault(error, folder),)))

    def failed_unseen(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):  # of a task that nothing waits for, or of a callback
            reporter.happened(ChangeReport(faults=(bug_fault(error, folder),)))

    loop.set_exception_handler(failed_unseen)

    def watch(watched: Watched) -> None:
        if watchers:
            watchers[0].watch(watched)
            return
        watchers.append(Watcher(watched, changed))
        watchers[0].start()
        if watchers[0].is_polling:
            reporter.happened(ChangeReport(warnings=(POLLING,)))

    session = PreviewSession(
        folder,
        config,
        options.source,
        content_process,
        roster_process,
        reporter.happened,
        options.editor,
        watch,
    )
    reading = asyncio.create_task(_read(session))
    port = listening.getsockname()[1]
    public = public_url(options.host, port)
    server = await asyncio.to_thread(_server, session, options.host, public)  # imported while Pelican reads
    running = asyncio.create_task(server.serve(sockets=[listening]))
    for task in (reading, running):
        task.add_done_callback(lambda _: stopping.set())
    url = _first_url(session, options, port)
    moved = DEFAULT_PORT if options.port is None and port != DEFAULT_PORT else None
    reporter.started(Started(url, public, moved))
    if options.is_opening:
        threading.Thread(target=_open, args=(url,), name="browser", daemon=True).start()
    try:
        await stopping.wait()
    finally:
        await session.close()
        reading.cancel()
        for watcher in watchers:
            watcher.stop()
        for process in (
            content_process,
            roster_process,
        ):  # or the end would wait for threads that wait for them
            process.close(at_once=True)
        server.should_exit = True
        await running
    with contextlib.suppress(asyncio.CancelledError):
        await reading  # raises the error that ended it


async def _read(session: PreviewSession) -> None:
    """Read the site, and search it for the other faults when the first page has been shown; never returns."""
    await session.start()
    await asyncio.sleep(FIRST_PAGE)
    await session.check()
    await asyncio.Event().wait()


def _open(url: str) -> None:
    """Open the browser at once, since it takes time to start; its first request waits for the page.

    This returns when the browser says so: one that runs in the terminal, at its end. Nothing waits for that.
    """
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(url)


def _server(session: PreviewSession, host: str, public: str) -> uvicorn.Server:
    import uvicorn

    from replisite.preview.server import application

    config = uvicorn.Config(
        application(session, accepted_hosts(host), public),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="none",
    )

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # the event loop handles them

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await session.close()  # or the server would wait for the streams of events
            await super().shutdown(sockets)

    return Server(config)


def _first_url(session: PreviewSession, options: PreviewOptions, port: int) -> str:
    """Return the address of the page that is opened first."""
    view = SiteView(options.owner, options.edition.lower())
    host = f"{local_host(options.host)}:{port}"
    site = session.state.site
    url = SitePath("", "", "/").url_for(view, host, site is not None and has_hosts(site))
    return f"http:{url}" if url.startswith("//") else f"http://{host}{url}"
