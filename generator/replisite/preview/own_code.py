"""The site's own Python, plugins first of all: a process imports it once, and has the old one when it changes."""

from __future__ import annotations

import sys
from pathlib import Path

from replisite.model.site import Site
from replisite.processes import OutOfDate
from replisite.sources.pelican import Stamp, stamp_of

__all__ = ["OwnCode"]

_OTHERS = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]))
"""Where Python's, the libraries' and our own code lies; a site may have all of that in its folder."""


class OwnCode:
    """The files of the site's own code that this process has imported, as they were then."""

    def __init__(self) -> None:
        self._stamps: dict[str, Stamp] = {}
        self._plugins: object = None

    @property
    def files(self) -> tuple[Path, ...]:
        """What has been imported so far."""
        return tuple(Path(file) for file in sorted(self._stamps))

    def learn(self, site: Site) -> None:
        """Note what has been imported by now, from the site's folder or that of a plugin."""
        roots = tuple(f"{Path(site.root, folder)}/" for folder in ("", *site.pelican.get("PLUGIN_PATHS", ())))
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None) or ""
            path = str(Path(site.root, file)) if file and not file.startswith(_OTHERS) else ""
            if path.startswith(roots) and path not in self._stamps:
                self._stamps[path] = stamp_of(path)
        self._plugins = site.pelican.get("PLUGINS")

    def check(self, site: Site) -> None:
        """Raise OutOfDate if a file is not as it was imported, or a plugin is not wanted any more."""
        if self._plugins and self._plugins != site.pelican.get("PLUGINS"):
            raise OutOfDate("there are other plugins")
        for path, stamp in self._stamps.items():
            if stamp_of(path) != stamp:
                raise OutOfDate(f"{path} has changed")
