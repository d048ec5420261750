"""Templates that an earlier run has compiled, staged and checked: only those that have changed are compiled again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from jinja2 import Environment

from replisite.content.ignored_names import is_leftover
from replisite.errors import Fault
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.render_faults import note_all
from replisite.pelican.stamps import Stamp, stamp_of
from replisite.staging import forget_slots, forget_templates

__all__ = ["ReusedTemplates"]


class ReusedTemplates:
    """The Jinja environment of earlier runs, its staged form, and the faults of templates that were checked."""

    def __init__(self) -> None:
        self._shape = ""
        self._environment: Environment | None = None
        self._stamps: dict[tuple[int, str, str], Stamp] = {}
        self._staged: dict[int, Environment] = {}
        self._checked: dict[Path, tuple[Stamp, tuple[Fault, ...]]] = {}

    def environment(self, made: Environment, *shape: object) -> Environment:
        """Return the environment of an earlier run that had the same shape, or else the one just made."""
        text = repr(shape)
        if self._environment is None or text != self._shape:
            self._shape, self._environment = text, made
            self._staged.clear()
            self._checked.clear()
        return self._environment

    def staged(self, env: Environment, make: Callable[[Environment], Environment]) -> Environment:
        """Return the staged form of an environment, which ``make`` makes if there is none."""
        if id(env) not in self._staged:
            self._staged[id(env)] = make(env)
        return self._staged[id(env)]

    def forget_changed(self, folders: Iterable[Path]) -> None:
        """Compare the files below these folders with those of the last call, and forget what was made of changed ones."""
        stamps = {
            (index, os.path.relpath(path, folder).replace(os.sep, "/"), path): stamp_of(path)
            for index, folder in enumerate(folders)
            for path in _files(folder)
        }
        for env in self._staged.values():
            forget_slots(env)
        before, self._stamps = self._stamps, stamps
        changed = {name for (_, name, _), _ in before.items() ^ stamps.items()}
        if changed:
            names = {*changed, *(f"!theme/{name}" for name in changed)}
            if not all(forget_templates(env, names) for env in self._staged.values()):
                self._staged.clear()

    def check(self, path: Path, noted_faults: PelicanFaults, check: Callable[[Path], None]) -> None:
        """Check a template, which notes its faults; a template that has not changed has the faults of the last check."""
        stamp = stamp_of(path)
        known = self._checked.get(path)
        if known is not None and known[0] == stamp:
            note_all(noted_faults, known[1])
            return
        before = noted_faults.count
        check(path)
        self._checked[path] = (stamp, tuple(noted_faults.faults[before:]))


def _files(folder: Path) -> Iterator[str]:
    for top, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not is_leftover(name))
        yield from (os.path.join(top, name) for name in names if not is_leftover(name))  # noqa: PTH118 - thousands of them
