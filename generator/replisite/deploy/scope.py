"""Which files a deploy is about: all of them, or some owners' sites and what their pages need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from replisite.deploy.plan import Step
from replisite.model.live_files import Group, LiveFile

__all__ = ["Scope"]


@dataclass(frozen=True, slots=True)
class Scope:
    """``prefixes`` are the folders of the sites, each with a slash at its end; none stands for everything.

    Styles, pictures and what else exists once are within every scope, but are not deleted by a deploy of some sites: the
    pages of the others may still need them.
    """

    prefixes: tuple[str, ...] = ()

    def files(self, files: Iterable[LiveFile]) -> Iterable[LiveFile]:
        """Stream the files that are within the scope."""
        if not self.prefixes:
            return files
        return (file for file in files if self._is_own(file) or file.group < Group.PAGE)

    def steps(self, steps: Iterable[Step | None]) -> Iterable[Step | None]:
        """Stream the steps that are taken within the scope."""
        if not self.prefixes:
            return steps
        return (step for step in steps if step is None or step.reason != "gone" or self._is_own(step.file))

    def _is_own(self, file: LiveFile) -> bool:
        return file.path.startswith(self.prefixes)
