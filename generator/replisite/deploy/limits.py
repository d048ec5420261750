"""What a host takes at the most, held against what there is: before anything is sent, with the arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from replisite.hosts import HostFeatures, Limits

__all__ = ["Measures", "iter_excesses", "measured"]


@dataclass(frozen=True, slots=True)
class Measures:
    """How large a bundle is: counts, and bytes as they were built. ``largest`` and ``longest`` are paths."""

    files: int = 0
    bytes: int = 0
    largest: str = ""
    largest_bytes: int = 0
    longest: str = ""
    fullest: str = ""
    fullest_files: int = 0


class _Sized(Protocol):
    """A file of which only this much matters."""

    @property
    def path(self) -> str: ...

    @property
    def size(self) -> int: ...


def measured(files: Iterable[_Sized]) -> Measures:
    """Measure files, which come in the order of their paths: folder by folder."""
    count = size = largest_bytes = fullest_files = 0
    largest = longest = fullest = own = ""
    within = {"": 0}
    for file in files:
        path = file.path
        count += 1
        size += file.size
        if file.size > largest_bytes:
            largest, largest_bytes = path, file.size
        if len(path) > len(longest):
            longest = path
        folder = path.rpartition("/")[0]
        if folder != own:
            for outer in _exchanged(within, own, folder):
                within[outer] += 1  # a folder counts where it lies
                if within[outer] > fullest_files:
                    fullest, fullest_files = outer, within[outer]
            own = folder
        within[own] += 1
        if within[own] > fullest_files:
            fullest, fullest_files = own, within[own]
    return Measures(count, size, largest, largest_bytes, longest, fullest, fullest_files)


def _exchanged(within: dict[str, int], left: str, entered: str) -> list[str]:
    """Forget the folders that are left for good, begin those that are entered, and return where each of these lies."""
    while left and not f"{entered}/".startswith(f"{left}/"):
        del within[left]
        left = left.rpartition("/")[0]
    new = []
    while entered != left:
        within[entered] = 0
        entered = entered.rpartition("/")[0]
        new.append(entered)
    return new[::-1]


def iter_excesses(facts: HostFeatures, found: Measures, redirects: int, dynamic: int) -> Iterator[str]:
    """Stream what the host does not take, each as a sentence with both numbers and what to do instead.

    ``redirects`` are the rules that this build has, ``dynamic`` those among them that match more than one path.
    """
    limits = facts.limits
    rows: tuple[tuple[int | None, int, str], ...] = (
        (limits.files, found.files, "{there:,} files; {host} takes {most:,}"),
        (
            limits.file_bytes,
            found.largest_bytes,
            f"{found.largest} has {{there:,}} bytes; {{host}} takes files of {{most:,}}",
        ),
        (limits.total_bytes, found.bytes, "{there:,} bytes in all; {host} takes {most:,}"),
        (
            limits.files_in_folder,
            found.fullest_files,
            f"{found.fullest or 'the root'} holds {{there:,}} files and folders; {{host}} takes {{most:,}}",
        ),
        (
            limits.path_letters,
            len(found.longest),
            f"{found.longest} is {{there:,}} letters long; {{host}} takes {{most:,}}",
        ),
        (limits.redirects, redirects, "{there:,} redirects; {host} takes {most:,}"),
        (limits.dynamic_redirects, dynamic, "{there:,} redirects of whole sites; {host} takes {most:,}"),
    )
    for most, there, told in rows:
        if most is not None and there > most:
            yield _with_source(told.format(there=there, most=most, host=facts.told), limits)


def _with_source(told: str, limits: Limits) -> str:
    source = f" ({limits.source}, read on {limits.read_on})" if limits.source else ""
    return f"{told}{source}" + (f". {limits.instead}" if limits.instead else "")
