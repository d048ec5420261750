"""The answer to a request that ends with an error: a page that shows the error, instead of a traceback in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from replisite.errors import Fault, InputError, ReplisiteError
from replisite.preview.error_pages import bug_notice, notice
from replisite.system.bugs import bug_fault

__all__ = ["ErrorResponses"]


class ErrorResponses:
    """Answers with status 500 where the application raises; ``report`` gets the faults for the terminal.

    An error of replisite's tree is shown with its faults; any other error is a bug, whose report is in the folder of the
    site, ``root``.
    """

    def __init__(self, app: ASGIApp, root: Path, report: Callable[[tuple[Fault, ...]], None]) -> None:
        self._app = app
        self._root = root
        self._report = report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_started = False

        async def send_and_note(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:  # noqa: BLE001 - the last frame of a request
            page = self._page(error)
            if not is_started:
                await HTMLResponse(page, 500)(scope, receive, send)

    def _page(self, error: Exception) -> str:
        """Return the page for an error, and report the error on the terminal."""
        if isinstance(error, ReplisiteError):
            faults = error.faults if isinstance(error, InputError) else [Fault("", 0, str(error))]
            self._report(tuple(faults))
            return notice("this page cannot be shown", faults, is_waiting=False)
        fault = bug_fault(error, self._root)
        self._report((fault,))
        return bug_notice(fault.what, fault.next)
