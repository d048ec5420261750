"""The state of a path on a host, as far as a deploy knows it.

A `LiveFile` is present: its bytes and its headers are known. The other states have a type each.
"""

from __future__ import annotations

from dataclasses import dataclass

from replisite.model.live_files import LiveFile

__all__ = ["LeftOver", "Missing", "PathState", "Seen", "Uncertain"]


@dataclass(frozen=True, slots=True)
class Seen:
    """The host has a file at the path; it has not been compared with the build.

    ``size`` counts the stored bytes; ``md5`` is theirs in hex, or empty where the host does not report it.
    """

    path: str
    size: int
    md5: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A change of the path was begun and its end was not recorded: any file, or none, may be there."""

    path: str


@dataclass(frozen=True, slots=True)
class LeftOver:
    """The path is to be deleted, and the deploy that deletes it has not finished."""

    path: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The list of live files names the path, and a scan of the host did not find it."""

    path: str


PathState = LiveFile | Seen | Uncertain | LeftOver | Missing
