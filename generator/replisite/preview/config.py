"""What site.toml says: as much of it as can be read, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from replisite.config import SiteFaults, load_site
from replisite.errors import Fault, InputError, ReplisiteError
from replisite.model.site import Site

__all__ = ["Config", "read_config"]


@dataclass(frozen=True, slots=True)
class Config:
    """A site as its file describes it; with ``faults`` what is left of it with stand-ins, or None where that is too little."""

    site: Site | None
    faults: tuple[Fault, ...] = ()


def read_config(folder: Path) -> Config:
    """Read the site.toml of a folder; never raises for what stands there."""
    try:
        return Config(load_site(folder))
    except SiteFaults as refused:
        return Config(refused.site, tuple(refused.faults))
    except InputError as refused:
        return Config(None, tuple(refused.faults))
    except ReplisiteError as error:
        return Config(None, (Fault("site.toml", 0, str(error)),))
