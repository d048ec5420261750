"""The site's own Python, mostly plugins: a process imports it once, and must be replaced when a file changes."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from replisite.content.installed_plugins import plugins_of
from replisite.model.site import Site
from replisite.pelican.stamps import Stamp, stamp_of
from replisite.system.processes import OutOfDate

__all__ = ["SiteCode", "raised_in", "without_bytecode"]

_OTHERS = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]), "<")
"""The folders of Python, of libraries and of replisite; a site's folder may hold them all."""


class SiteCode:
    """The files of the site's own code that this process has imported, as they were then."""

    def __init__(self) -> None:
        self._stamps: dict[str, Stamp] = {}
        self._plugins: Sequence[str] = ()
        self._is_spoilt = False

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that have been imported so far."""
        return tuple(Path(file) for file in sorted(self._stamps))

    def learn(self, site: Site) -> None:
        """Note what has been imported by now."""
        for module in list(sys.modules.values()):
            path = _own_path(getattr(module, "__file__", None) or "", site)
            if path and path not in self._stamps:
                self._stamps[path] = stamp_of(path)
        self._plugins = plugins_of(site)

    def spoil(self) -> None:
        """Note that a module may be half imported: a plugin ended the run, and Python would not import it again."""
        self._is_spoilt = True

    def check(self, site: Site) -> None:
        """Raise OutOfDate if a file is not as it was imported, or a plugin is not wanted any more."""
        if self._is_spoilt:
            raise OutOfDate("a plugin ended the run before")
        if self._plugins and self._plugins != plugins_of(site):
            raise OutOfDate("there are other plugins")
        for path, stamp in self._stamps.items():
            if stamp_of(path) != stamp:
                raise OutOfDate(f"{path} has changed")


@contextmanager
def without_bytecode() -> Iterator[None]:
    """Write no ``.pyc`` files meanwhile: Python takes one for current if its source has the same size and second.

    A plugin that is edited twice within a second would be imported as it was before (PEP 552, "timestamp-based pycs").
    """
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def raised_in(error: BaseException, site: Site) -> tuple[str, int] | None:
    """Return the line of the site's own code that was run last before an error; None if it has nothing to do with it."""
    if isinstance(error, SyntaxError) and (path := _own_path(error.filename or "", site)):
        return path, error.lineno or 0
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if path := _own_path(frame.filename, site):
            return path, frame.lineno or 0
    return None


def _own_path(file: str, site: Site) -> str:
    """Return the whole path of a file of Python, or "" if it lies neither in the site's folder nor in one of plugins."""
    if not file.endswith(".py") or file.startswith(_OTHERS):
        return ""
    path = str(Path(site.root, file))
    folders = ("", *site.pelican.get("PLUGIN_PATHS", ()))
    return path if path.startswith(tuple(f"{Path(site.root, folder)}/" for folder in folders)) else ""
