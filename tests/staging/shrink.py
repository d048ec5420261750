"""Make a failing set of templates small: draw it from fewer and smaller numbers, then leave out what can be left out."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator

__all__ = ["Choices", "shrunk_numbers", "shrunk_templates"]

Templates = dict[str, str]
_PIECES = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|\s+|[^{\s]+|\{", re.DOTALL)
_WORDS = re.compile(r"'[^']*'|\w+|[|.,~()\[\]]|[^\w']", re.DOTALL)


class Choices:
    """Chooses what was chosen before, and then at random, or 0 where nothing is left; ``taken`` tells it again."""

    def __init__(self, numbers: list[int] | None = None, seed: int | None = None) -> None:
        self.numbers = iter(numbers or ())
        self.random = None if seed is None else random.Random(seed)
        self.taken: list[int] = []

    def __call__(self, below: int) -> int:
        rest = self.random.randrange(below) if self.random else 0
        number = min(next(self.numbers, rest), below - 1)
        self.taken.append(number)
        return number


def shrunk_numbers(numbers: list[int], fails: Callable[[list[int]], bool], seconds: float) -> list[int]:
    """Return fewer and smaller numbers that still fail; stop after some seconds."""
    end = time.monotonic() + seconds
    smaller = True
    while smaller:
        smaller = False
        for candidate in _simpler(numbers):
            if time.monotonic() > end:
                return numbers
            if fails(candidate):
                numbers, smaller = candidate, True
                break
    return numbers


def _simpler(numbers: list[int]) -> Iterator[list[int]]:
    size = len(numbers)
    while size:
        for start in range(0, len(numbers), size):
            yield numbers[:start] + numbers[start + size :]
        size //= 2
    for place, number in enumerate(numbers):
        for less in {0, number // 2, number - 1} - {number, -1}:
            yield [*numbers[:place], less, *numbers[place + 1 :]]


def shrunk_templates(said: Templates, fails: Callable[[Templates], bool], seconds: float) -> Templates:
    """Return the templates without the pieces that do not matter; stop after some seconds."""
    end = time.monotonic() + seconds
    smaller = True
    while smaller:
        smaller = False
        for candidate in _without(said):
            if time.monotonic() > end:
                return said
            if fails(candidate):
                said, smaller = candidate, True
                break
    return said


def _without(said: Templates) -> Iterator[Templates]:
    for name in said:
        if name != "page.html":
            yield {other: text for other, text in said.items() if other != name}
    for name, text in said.items():
        for pieces in (_PIECES.findall(text), _WORDS.findall(text)):
            size = len(pieces) // 2
            while size:
                for start in range(0, len(pieces), size):
                    yield {**said, name: "".join(pieces[:start] + pieces[start + size :])}
                size //= 2
        pieces = _PIECES.findall(text)  # a tag and its end, which go together
        ends = [place for place, piece in enumerate(pieces) if re.match(r"\{%[-+]? *end", piece)]
        for last in ends:
            for first in range(last):
                if pieces[first].startswith("{%"):
                    yield {
                        **said,
                        name: "".join(pieces[:first] + pieces[first + 1 : last] + pieces[last + 1 :]),
                    }
