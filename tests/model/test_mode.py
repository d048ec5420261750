"""The two modes of a build."""

from __future__ import annotations

from dataclasses import astuple

from replisite.model.mode import MODES


def test_pelican_s_mode_adds_nothing_to_pelican() -> None:
    """Every field of a mode is something that replisite adds: all of it in our mode, none of it in Pelican's."""
    assert set(astuple(MODES["replisite"])) == {True}
    assert set(astuple(MODES["pelican"])) == {False}
