"""The plugins that a site has: those it names, or those that Pelican finds installed. Pelican is not imported for it."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

from replisite.model.site import Site

__all__ = ["installed_plugins", "plugins_of"]


def plugins_of(site: Site) -> Sequence[str]:
    """Return the names of a site's plugins.

    Without PLUGINS, Pelican loads every installed package of the namespace ``pelican.plugins``, and with
    ``defaults = "pelican"`` so does replisite; its own default is none.
    """
    named = site.pelican.get("PLUGINS")
    if named is None:
        return () if site.mode.has_own_settings else installed_plugins()
    return [str(name) for name in named] if isinstance(named, list) else ()


def installed_plugins() -> Sequence[str]:
    """Return the installed packages of the namespace ``pelican.plugins``."""
    folders = [str(Path(folder, "pelican", "plugins")) for folder in sys.path]
    return sorted(
        {f"pelican.plugins.{module.name}" for module in pkgutil.iter_modules(folders) if module.ispkg}
    )
