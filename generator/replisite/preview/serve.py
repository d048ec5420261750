"""The story of ``replisite preview``: listen, show the first page, and go on until Ctrl-C."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import errno
import signal
import socket
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from replisite.errors import Fault, UsageError
from replisite.preview.addresses import LOCAL, Place, Visit
from replisite.preview.config import Config
from replisite.preview.content_process import ContentProcess
from replisite.preview.options import PreviewOptions
from replisite.preview.roster_process import RosterProcess
from replisite.preview.routing import has_hosts
from replisite.preview.session import FIRST_PAGE, Happened, PreviewSession
from replisite.preview.watcher import Watched, Watcher
from replisite.system.error_text import error_text
from replisite.system.processes import INTERRUPTS

if TYPE_CHECKING:
    import uvicorn

__all__ = ["PreviewReporter", "Started", "serve"]

DEFAULT_PORT = 8000
PORTS_TRIED = 50
SPENT = "the system has no watches left for so many folders; files are looked at twice a second instead"


@dataclass(frozen=True, slots=True)
class Started:
    """Where the preview is: on this machine, and for other devices if they can reach it. ``moved_from`` was in use."""

    url: str
    public_url: str
    moved_from: int | None


class PreviewReporter(Protocol):
    """Receives the events of a preview."""

    def started(self, started: Started, /) -> None:
        """Report where the preview listens."""

    def happened(self, happened: Happened, /) -> None:
        """Report a change of files, and the faults that it brought or removed."""


def serve(
    folder: Path,
    config: Config,
    options: PreviewOptions,
    content_process: ContentProcess,
    reporter: PreviewReporter,
) -> None:
    """Serve a site until SIGINT (Ctrl-C) or SIGTERM, from its ``config`` as it has been read.

    Raises UsageError for a port in use.
    """
    with RosterProcess() as roster_process:  # forked before there are threads
        listening = _listen(options)
        signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)  # until the loop hears them itself
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
    watching: list[Watcher] = []

    def changed(paths: frozenset[Path]) -> None:
        asyncio.run_coroutine_threadsafe(session.changed(paths), loop).add_done_callback(failed)

    def failed(done: concurrent.futures.Future[None]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            reporter.happened(Happened(faults=(Fault("", 0, error_text(error), "please report it"),)))

    def watch(watched: Watched) -> None:
        if watching:
            watching[0].watch(watched)
            return
        watching.append(Watcher(watched, changed))
        watching[0].start()
        if watching[0].is_polling:
            reporter.happened(Happened(warnings=(SPENT,)))

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
    public = _public_url(options.host, port)
    server = await asyncio.to_thread(_server, session, options.host, public)  # imported while Pelican reads
    running = asyncio.create_task(server.serve(sockets=[listening]))
    for task in (reading, running):
        task.add_done_callback(lambda _: stopping.set())
    home = _first_address(session, options, port)
    moved = DEFAULT_PORT if options.port is None and port != DEFAULT_PORT else None
    reporter.started(Started(home, public, moved))
    opening = asyncio.to_thread(_open, home) if options.is_opening else asyncio.sleep(0)
    try:
        await asyncio.gather(opening, stopping.wait())
    finally:
        await session.close()
        reading.cancel()
        for watcher in watching:
            watcher.stop()
        for room in (content_process, roster_process):  # threads that wait for them would be waited for
            room.close(at_once=True)
        server.should_exit = True
        await running
    with contextlib.suppress(asyncio.CancelledError):
        await reading  # raises what has gone wrong there


async def _read(session: PreviewSession) -> None:
    """Have the desk read everything, and look through the rest once the first page is there; goes on for ever."""
    await session.start()
    await asyncio.sleep(FIRST_PAGE)
    await session.check()
    await asyncio.Event().wait()


def _open(url: str) -> None:
    """Open the browser. It has to start, too: what it asks for waits for Pelican."""
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(url)


def _server(session: PreviewSession, host: str, public: str) -> uvicorn.Server:
    import uvicorn

    from replisite.preview.server import application

    hosts = [LOCAL, f"*.{LOCAL}", "127.0.0.1", "[::1]", "::1"]
    if public or host not in hosts:
        hosts += _own_names(host)
    config = uvicorn.Config(
        application(session, hosts, public),
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
            yield  # the story hears them

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await session.close()  # streams of events would otherwise be waited for
            await super().shutdown(sockets)

    return Server(config)


def _first_address(session: PreviewSession, options: PreviewOptions, port: int) -> str:
    visit = Visit(options.owner, options.edition.lower())
    host = options.host if options.host not in {"0.0.0.0", "127.0.0.1", "::", "::1"} else LOCAL  # noqa: S104 - it is compared
    hosts = session.site is not None and has_hosts(session.site)
    towards = Place("", "", "/").towards(visit, f"{host}:{port}", hosts)
    return f"http:{towards}" if towards.startswith("//") else f"http://{host}:{port}{towards}"


def _listen(options: PreviewOptions) -> socket.socket:
    """Return a socket that listens; raises UsageError with the next free port if the one asked for is in use."""
    first = options.port if options.port is not None else DEFAULT_PORT
    for port in range(first, first + PORTS_TRIED):
        listening = _bound(options.host, port)
        if listening is None:
            continue
        if port != first and options.port is not None:
            listening.close()
            raise UsageError(f"port {first} is in use; the next free one is {port}: --port {port}")
        return listening
    raise UsageError(f"no port from {first} to {first + PORTS_TRIED - 1} is free; name one with --port")


def _bound(host: str, port: int) -> socket.socket | None:
    """Return a listening socket, or None if the port is in use; raises UsageError for a host that is not ours."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError(f"--host {host}: {error.strerror or error}; use 127.0.0.1 or 0.0.0.0") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            return None
        raise UsageError(f"--host {host}: {error.strerror}; use 127.0.0.1 or 0.0.0.0") from error
    return listening


def _public_url(host: str, port: int) -> str:
    """Return where other devices find the preview; empty if it listens to this machine alone."""
    if host in {"127.0.0.1", "::1", LOCAL}:
        return ""
    address = _outward() if host in {"0.0.0.0", "::"} else host  # noqa: S104 - it is compared
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def _outward() -> str:
    """Return the address by which this machine goes to others; nothing is sent."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as way:
        try:
            way.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737)
            return str(way.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _own_names(host: str) -> list[str]:
    """Return the names and numbers by which other devices may call this machine."""
    name = socket.gethostname()
    found = {host, name, f"{name}.local", _outward()}
    with contextlib.suppress(OSError):
        found |= {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    return sorted(found)
