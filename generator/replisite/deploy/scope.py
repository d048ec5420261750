"""The scope of a deploy: all files, or some owners' sites and the shared files that their pages need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from replisite.deploy.states import PathState
from replisite.deploy.steps import Delete, Step
from replisite.model.live_files import Group, LiveFile, group_of

__all__ = ["Scope"]


_State = TypeVar("_State", LiveFile, PathState)


@dataclass(frozen=True, slots=True)
class Scope:
    """``prefixes`` are the folders of the sites, each with a slash at its end; without any, all files are in scope.

    Styles, pictures and other shared files are in every scope, but a deploy of some sites deletes none of them: the pages
    of other sites may still need them.
    """

    prefixes: tuple[str, ...] = ()

    def files(self, states: Iterable[_State]) -> Iterable[_State]:
        """Stream the files that are in scope."""
        if not self.prefixes:
            return states
        return (state for state in states if self._is_own(state.path) or group_of(state.path) < Group.PAGE)

    def steps(self, steps: Iterable[Step | None]) -> Iterable[Step | None]:
        """Stream the steps that are taken within the scope."""
        if not self.prefixes:
            return steps
        return (step for step in steps if not isinstance(step, Delete) or self._is_own(step.path))

    def _is_own(self, path: str) -> bool:
        return path.startswith(self.prefixes)
