"""The limits of a host, compared with a bundle before anything is sent; the report gives both numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from replisite.hosts import HostFeatures, Limits

__all__ = ["Measures", "iter_excesses", "measured"]


@dataclass(frozen=True, slots=True)
class Measures:
    """How large a bundle is: counts, and bytes as they were built.

    ``largest`` and ``longest`` are paths, ``fullest`` is a folder.
    """

    files: int = 0
    bytes: int = 0
    largest: str = ""
    largest_bytes: int = 0
    longest: str = ""
    fullest: str = ""
    fullest_files: int = 0


class _Sized(Protocol):
    """A file's path and size."""

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
                within[outer] += 1  # a folder counts in the folder that holds it
                if within[outer] > fullest_files:
                    fullest, fullest_files = outer, within[outer]
            own = folder
        within[own] += 1
        if within[own] > fullest_files:
            fullest, fullest_files = own, within[own]
    return Measures(count, size, largest, largest_bytes, longest, fullest, fullest_files)


def _exchanged(within: dict[str, int], left: str, entered: str) -> list[str]:
    """Forget the folders that are left for good, begin those that are entered; return the folder that holds each of these."""
    while left and not f"{entered}/".startswith(f"{left}/"):
        del within[left]
        left = left.rpartition("/")[0]
    new = []
    while entered != left:
        within[entered] = 0
        entered = entered.rpartition("/")[0]
        new.append(entered)
    return new[::-1]


def iter_excesses(features: HostFeatures, measures: Measures, redirects: int, dynamic: int) -> Iterator[str]:
    """Stream each limit that is exceeded, as a sentence with both numbers and what to do instead.

    ``redirects`` counts the rules of this build, ``dynamic`` those among them that match more than one path.
    """
    limits = features.limits
    rows: tuple[tuple[int | None, int, str], ...] = (
        (limits.files, measures.files, "{there:,} files; {host} takes at most {most:,}"),
        (
            limits.file_bytes,
            measures.largest_bytes,
            f"{measures.largest} has {{there:,}} bytes; {{host}} takes files of at most {{most:,}}",
        ),
        (limits.total_bytes, measures.bytes, "{there:,} bytes in all; {host} takes at most {most:,}"),
        (
            limits.files_in_folder,
            measures.fullest_files,
            f"{measures.fullest or 'the root'} holds {{there:,}} files and folders; {{host}} takes at most {{most:,}}",
        ),
        (
            limits.path_characters,
            len(measures.longest),
            f"{measures.longest} is {{there:,}} characters long; {{host}} takes at most {{most:,}}",
        ),
        (limits.redirects, redirects, "{there:,} redirects; {host} takes at most {most:,}"),
        (
            limits.dynamic_redirects,
            dynamic,
            "{there:,} redirects of whole sites; {host} takes at most {most:,}",
        ),
    )
    for most, there, message in rows:
        if most is not None and there > most:
            yield _with_source(message.format(there=there, most=most, host=features.label), limits)


def _with_source(message: str, limits: Limits) -> str:
    source = f" ({limits.source}, read on {limits.read_on})" if limits.source else ""
    return f"{message}{source}" + (f". {limits.instead}" if limits.instead else "")
