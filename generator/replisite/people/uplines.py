"""Uplines: circles among sponsors, and the nearest upline with a site.

A person is a number from 1; ``sponsors[n]`` is the number of n's sponsor, or 0. A million people take
4 MB an array, and no walk keeps a list of its steps.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

__all__ = ["iter_circles", "nearest_with_site", "walk_circle"]

_UNSEEN, _ON_THE_WAY, _SEEN = 0, 1, 2


def iter_circles(sponsors: Sequence[int]) -> Iterator[int]:
    """Stream one person of each circle of sponsors.

    >>> [sorted(walk_circle([0, 2, 1, 1], one)) for one in iter_circles([0, 2, 1, 1])]
    [[1, 2]]
    """
    state = bytearray(len(sponsors))
    state[0] = _SEEN
    for start in range(1, len(sponsors)):
        at = start
        while state[at] == _UNSEEN:
            state[at] = _ON_THE_WAY
            at = sponsors[at]
        if state[at] == _ON_THE_WAY:
            yield at
        at = start
        while state[at] == _ON_THE_WAY:
            state[at] = _SEEN
            at = sponsors[at]


def walk_circle(sponsors: Sequence[int], member: int) -> Iterator[int]:
    """Stream the people of a circle, from a member upwards, each once."""
    yield member
    at = sponsors[member]
    while at != member:
        yield at
        at = sponsors[at]


def nearest_with_site(sponsors: Sequence[int], has_site: Sequence[int]) -> array[int]:
    """Return for each person the nearest upline with a site, or 0; there must be no circle.

    An upline without sites is walked once and then remembered for all people in it.

    >>> list(nearest_with_site([0, 0, 1, 2], [0, 1, 0, 1]))
    [0, 0, 1, 1]
    """
    nearest = array("i", sponsors)
    for start in range(1, len(nearest)):
        end = nearest[start]
        while end and not has_site[end]:
            end = nearest[end]
        at = nearest[start]
        nearest[start] = end
        while at != end:
            nearest[at], at = end, nearest[at]
    return nearest
