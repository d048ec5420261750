"""One deploy at a time; one that has lost its turn stops."""

from __future__ import annotations

import asyncio

import pytest

from replisite.deploy import lock
from replisite.deploy.lock import held, this_owner
from replisite.errors import DeployError
from replisite.hosts import MemoryState


def test_whose_turn_it_is_is_told_with_its_age() -> None:
    """By the host's clock; force takes it, and says that it was taken."""
    now = 1_000.0
    state = MemoryState(clock=lambda: now)

    async def run() -> None:
        nonlocal now
        await state.take_lock("ann@desk", "r1")
        now += 725
        with pytest.raises(DeployError, match=r"ann@desk with r1, last heard of 12 min ago; .*--break-lock"):
            async with held(state, "r2", (), force=False):
                pass
        async with held(state, "r2", (), force=True) as mine:
            assert mine.is_taken_over
        async with held(state, "r3", (), force=False) as mine:
            assert not mine.is_taken_over

    asyncio.run(run())


def test_a_try_of_ours_that_was_cut_short_has_its_turn_back() -> None:
    """Nobody has to be asked for it."""

    async def run() -> None:
        state = MemoryState()
        await state.take_lock(this_owner(), "r1")
        with pytest.raises(DeployError):
            async with held(state, "r2", {"other"}, force=False):
                pass
        async with held(state, "r2", {"r1"}, force=False) as mine:
            assert not mine.is_taken_over

    asyncio.run(run())


def test_a_lost_turn_is_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the next sign of life."""
    monkeypatch.setattr(lock, "HEARTBEAT", 0.01)

    async def run() -> str:
        state = MemoryState()
        async with held(state, "r1", (), force=False) as mine:
            lost: list[str] = []
            mine.when_lost = lost.append
            thief = MemoryState()
            thief.share(state)
            await thief.take_lock("bob@shed", "r2", force=True)
            for _ in range(200):
                if lost:
                    break
                await asyncio.sleep(0.01)
            assert lost == [mine.lost]
        other = await state.take_lock("cy@attic", "r3")
        assert other is not None  # it was not ours to give back
        return other.owner

    assert asyncio.run(run()) == "bob@shed"
