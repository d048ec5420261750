"""Site.toml as far as it can be read, and its faults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from replisite.config import SiteFaults, load_site
from replisite.errors import Fault, InputError, ReplisiteError
from replisite.model.site import Site

__all__ = ["Config", "read_config"]


@dataclass(frozen=True, slots=True)
class Config:
    """A site as its file describes it.

    With ``faults`` the site has default values where the file is wrong, or is None if too little can be read.
    """

    site: Site | None
    faults: tuple[Fault, ...] = ()


def read_config(folder: Path) -> Config:
    """Read the site.toml of a folder; never raises ReplisiteError, which becomes the faults."""
    try:
        return Config(load_site(folder))
    except SiteFaults as refused:
        return Config(refused.site, tuple(refused.faults))
    except InputError as refused:
        return Config(None, tuple(refused.faults))
    except ReplisiteError as error:
        return Config(None, (Fault("site.toml", 0, str(error)),))
