"""One deploy at a time; a deploy that has lost its lock stops."""

from __future__ import annotations

import asyncio

import pytest

from replisite.deploy import lock
from replisite.deploy.lock import hold_lock, this_owner
from replisite.errors import DeployError
from replisite.hosts import MemoryState


def test_the_owner_of_the_lock_is_reported_with_its_age() -> None:
    """By the host's clock; force takes the lock over, and says so."""
    now = 1_000.0
    state = MemoryState(clock=lambda: now)

    async def run() -> None:
        nonlocal now
        await state.take_lock("ann@office", "r1")
        now += 725
        with pytest.raises(
            DeployError,
            match=r"^another deploy holds the lock: ann@office with r1, last seen 12 min ago; .*--break-lock$",
        ):
            async with hold_lock(state, "r2", (), force=False):
                pass
        async with hold_lock(state, "r2", (), force=True) as mine:
            assert mine.is_taken_over
        async with hold_lock(state, "r3", (), force=False) as mine:
            assert not mine.is_taken_over

    asyncio.run(run())


def test_a_deploy_of_ours_that_was_cut_short_has_its_lock_back() -> None:
    """Without a question."""

    async def run() -> None:
        state = MemoryState()
        await state.take_lock(this_owner(), "r1")
        with pytest.raises(DeployError):
            async with hold_lock(state, "r2", {"other"}, force=False):
                pass
        async with hold_lock(state, "r2", {"r1"}, force=False) as mine:
            assert not mine.is_taken_over

    asyncio.run(run())


def test_a_lost_lock_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the next renewal."""
    monkeypatch.setattr(lock, "HEARTBEAT", 0.01)

    async def run() -> str:
        state = MemoryState()
        async with hold_lock(state, "r1", (), force=False) as mine:
            lost: list[str] = []
            mine.on_loss = lost.append
            thief = MemoryState()
            thief.share(state)
            await thief.take_lock("bob@shed", "r2", force=True)
            for _ in range(200):
                if lost:
                    break
                await asyncio.sleep(0.01)
            assert lost == [mine.lost]
        other = await state.take_lock("cy@attic", "r3")
        assert other is not None  # it was not ours to release
        return other.owner

    assert asyncio.run(run()) == "bob@shed"
