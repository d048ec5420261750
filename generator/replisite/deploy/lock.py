"""Hold a host's turn, so that two deploys never change the same sites at once."""

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

__all__ = ["Held", "held", "this_owner"]

HEARTBEAT: Final = 15.0
"""How many seconds lie between two signs of life."""

PATIENCE: Final = 4
"""How many signs of life in a row may fail to arrive before the turn is taken for lost."""


@dataclass(slots=True)
class Held:
    """A turn that is ours. ``is_taken_over``: somebody else had it, and may have left half a deploy behind."""

    is_taken_over: bool = False
    lost: str = ""
    """Why it is ours no more; empty as long as it is."""
    when_lost: Callable[[str], None] = lambda _: None


@contextlib.asynccontextmanager
async def held(
    state: State | None, release: str, earlier: Collection[str], *, force: bool
) -> AsyncIterator[Held]:
    """Hold the turn. ``earlier`` are releases of tries of ours that were cut short, and may still have it.

    Raises DeployError with whose turn it is, unless ``force`` takes it from them.
    """
    if state is None:
        yield Held()
        return
    owner = this_owner()
    other = await retried(partial(state.take_lock, owner, release))
    ours = {*earlier, release}  # a try of this very run whose answer was lost
    is_ours = other is not None and other.owner == owner and other.release in ours
    if other is not None:
        if not is_ours and not force:
            raise DeployError(_whose(other))
        await retried(partial(state.take_lock, owner, release, force=True))
    turn = Held(is_taken_over=other is not None and not is_ours)
    beating = asyncio.create_task(_beat(state, turn))
    try:
        yield turn
    except BaseException:
        beating.cancel()
        with contextlib.suppress(HostError):  # whoever comes next sees how old it is
            await state.end_turn()
        raise
    beating.cancel()
    with contextlib.suppress(HostError):
        await retried(state.end_turn)


async def _beat(state: State, turn: Held) -> None:
    missed = 0
    while True:
        await asyncio.sleep(HEARTBEAT)
        try:
            await state.keep_turn()
            missed = 0
        except HostError as error:
            missed += 1
            if not error.may_pass or missed >= PATIENCE:
                turn.lost = str(error)
                turn.when_lost(turn.lost)
                return


def _whose(turn: Lock) -> str:
    minutes, seconds = divmod(round(turn.age), 60)
    ago = f"{minutes} min ago" if minutes else f"{seconds} s ago"
    return (
        f"another deploy has its turn: {turn.owner} with {turn.release or 'a release'}, last heard of {ago}; "
        "wait for it, or if it has ended, take the turn with --break-lock"
    )


def this_owner() -> str:
    """Return who deploys: the person and the machine (``ann@desk``)."""
    try:
        who = getpass.getuser()
    except (KeyError, OSError):
        who = str(os.getuid())
    return f"{who}@{socket.gethostname()}"
