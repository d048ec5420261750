"""The plugin that a line of code belongs to: what it does is reported under its name."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import pelican

from replisite.content.installed_plugins import plugins_of
from replisite.model.site import Site

__all__ = ["PluginCode", "calls_of", "frames_from", "is_installed"]

_PELICAN = f"{Path(pelican.__file__).parent}{os.sep}"
_NAMESPACE = f"{os.sep}pelican{os.sep}plugins{os.sep}"
_NO_PLUGINS = frozenset({"_utils.py", "signals.py", "__init__.py"})
_PYTHON = f"{sysconfig.get_path('stdlib')}{os.sep}"
_BUILT_ON = (
    "blinker",
    "dateutil",
    "docutils",
    "feedgenerator",
    "jinja2",
    "markdown",
    "markupsafe",
    "pygments",
    "pymdownx",
    "rich",
    "unidecode",
    "yaml",
)
"""The packages that Pelican and its readers are built on."""

_LIBRARIES = (
    *(
        f"{folder}{os.sep}"
        for name in _BUILT_ON
        if (spec := find_spec(name)) is not None
        for folder in spec.submodule_search_locations or ()
    ),
    f"{Path(__file__).parents[1]}{os.sep}",
    "<",
)
"""Code that runs between Pelican and a plugin, beside Python's own library."""

_RUN = frozenset(str(Path(__file__).with_name(name)) for name in ("run.py", "record_site.py"))
"""The files that call Pelican and stage its pages: whatever called them in turn is no plugin."""

Frame = tuple[str, int]
"""A file and a line."""


class PluginCode:
    """The plugins of one site, by the files that their code lies in."""

    def __init__(self, site: Site) -> None:
        self.names: Sequence[str] = plugins_of(site)
        self._root = str(site.root)
        self._folders = [f"{Path(site.root, folder)}{os.sep}" for folder in _listed(site, "PLUGIN_PATHS")]

    def plugin_at(self, file: str) -> str:
        """Return the plugin that a file of Python belongs to; ``""`` if it belongs to none."""
        _, separator, inside = file.partition(_NAMESPACE)
        if separator:
            name = Path(inside).parts[0]
            return "" if name in _NO_PLUGINS else f"pelican.plugins.{name.removesuffix('.py')}"
        for name in self.names:
            module = sys.modules.get(name) or sys.modules.get(f"pelican.plugins.{name}")
            path = getattr(module, "__file__", None) or ""
            if path and (
                file == path or (_is_package(path) and file.startswith(f"{Path(path).parent}{os.sep}"))
            ):
                return name
        for folder in self._folders:
            if file.startswith(folder):
                return Path(file.removeprefix(folder)).parts[0].removesuffix(".py")
        return ""

    def blamed(self, frames: Iterable[Frame]) -> tuple[str, str, int] | None:
        """Return the plugin that Pelican called, and the line of it that ran last; None if Pelican did it itself.

        ``frames`` are files and lines, the most recent call first. Code that belongs neither to a plugin nor to
        Python nor to a library of Pelican's goes by the name of its file.
        """
        if not self.names:
            return None
        file, line, name, other = "", 0, "", ""
        enabled = {name for plugin in self.names for name in (plugin, f"pelican.plugins.{plugin}")}
        for path, number in frames:
            if path in _RUN:
                break
            if path.startswith(_LIBRARIES) or _is_pelicans(path) or _is_pythons(path):
                continue
            plugin = self.plugin_at(path)
            if plugin and not name:
                file, line = path, number
            if (
                plugin in enabled or name not in enabled
            ):  # one plugin may call another, which is not named in PLUGINS
                name = plugin or name
            other = path
        if name:
            return name, self.shown(file), line
        return (self.shown(other), self.shown(other), 0) if other else None

    def called(self, frames: Iterable[FrameType]) -> FrameType | None:
        """Return the outermost call of a plugin's code; None if Pelican calls none.

        ``frames`` are the calls, the most recent first.
        """
        call = None
        for frame in frames:
            path = frame.f_code.co_filename
            is_known = path.startswith(_LIBRARIES) or _is_pelicans(path) or _is_pythons(path)
            if not is_known and self.plugin_at(path):
                call = frame
        return call

    def shown(self, file: str) -> str:
        """Return a path as it is shown: relative to the site's folder if it lies there."""
        path = Path(file)
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else file


def frames_from(frame: FrameType | None) -> Iterator[Frame]:
    """Yield the files and lines of the calls that lead to a frame, the most recent first."""
    return ((call.f_code.co_filename, call.f_lineno) for call in calls_of(frame))


def calls_of(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the calls that lead to a frame, the most recent first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def _listed(site: Site, setting: str) -> Sequence[str]:
    value = site.pelican.get(setting) or ()
    return [value] if isinstance(value, str) else [str(item) for item in value]


def _is_package(path: str) -> bool:
    return Path(path).name == "__init__.py"


def _is_pelicans(path: str) -> bool:
    if not path.startswith(_PELICAN):
        return False
    _, separator, inside = path.partition(_NAMESPACE)
    return not separator or inside in _NO_PLUGINS


def _is_pythons(path: str) -> bool:
    return path.startswith(_PYTHON) and not is_installed(path)


def is_installed(file: str) -> bool:
    """Say whether a file was installed with a package, rather than written for the site."""
    return "site-packages" in file or "dist-packages" in file
