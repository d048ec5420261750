"""The lock of a host, held so that two deploys never change the same sites at once."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import socket
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

from replisite.deploy.transfer import retried
from replisite.errors import DeployError
from replisite.hosts import HostError, Lock, State

__all__ = ["HeldLock", "hold_lock", "this_owner"]

HEARTBEAT: Final = 15.0
"""Seconds between two renewals of the lock."""

PATIENCE: Final = 4
"""How many renewals in a row may fail before the lock counts as lost."""


@dataclass(slots=True)
class HeldLock:
    """A lock that this deploy holds. ``is_taken_over``: another deploy held it, and may have left half its changes.

    ``on_loss`` is called once with the reason if the lock is lost.
    """

    is_taken_over: bool = False
    lost: str = ""
    """Why the lock is lost; empty while it is held."""
    on_loss: Callable[[str], None] = lambda _: None


@contextlib.asynccontextmanager
async def hold_lock(
    state: State | None, release: str, earlier: Collection[str], *, force: bool
) -> AsyncIterator[HeldLock]:
    """Hold the host's lock. ``earlier`` are releases of our own deploys that were cut short, and may still hold it.

    Raises DeployError with the owner of the lock, unless ``force`` takes it over.
    """
    if state is None:
        yield HeldLock()
        return
    owner = this_owner()
    other = await retried(partial(state.take_lock, owner, release))
    ours = {*earlier, release}  # a request of this very deploy whose answer was lost
    is_ours = other is not None and other.owner == owner and other.release in ours
    if other is not None:
        if not is_ours and not force:
            raise DeployError(_held_by(other))
        await retried(partial(state.take_lock, owner, release, force=True))
    lock = HeldLock(is_taken_over=other is not None and not is_ours)
    beating = asyncio.create_task(_beat(state, lock))
    try:
        yield lock
    except BaseException:
        beating.cancel()
        with contextlib.suppress(HostError):  # the next deploy sees how old the lock is
            await state.release_lock()
        raise
    beating.cancel()
    with contextlib.suppress(HostError):
        await retried(state.release_lock)


async def _beat(state: State, lock: HeldLock) -> None:
    missed = 0
    while True:
        await asyncio.sleep(HEARTBEAT)
        try:
            await state.renew_lock()
            missed = 0
        except HostError as error:
            missed += 1
            if not error.may_pass or missed >= PATIENCE:
                lock.lost = str(error)
                lock.on_loss(lock.lost)
                return


def _held_by(lock: Lock) -> str:
    minutes, seconds = divmod(round(lock.age), 60)
    ago = f"{minutes} min ago" if minutes else f"{seconds} s ago"
    return (
        f"another deploy holds the lock: {lock.owner} with {lock.release or 'a release'}, last seen {ago}; wait for it to "
        "end, or, if it no longer runs, take its lock over with --break-lock"
    )


def this_owner() -> str:
    """Return the owner of this machine's deploys: the user and the machine (``ann@office``)."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
