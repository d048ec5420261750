"""Read site.toml into the Site that everything else works with.

agreement    whether the tables of site.toml agree with each other
findings     say in plain words what pydantic found, for people who do not know it
lines        find the line on which a key of a TOML text stands
link_rules   what a link of site.toml must be
make         turn a valid document into the Site that everything else works with
read         read site.toml
repair       put good values in the place of faulty ones, so that one reading tells the faults of the rest too
schema       what people write in site.toml, table by table
site_folder  where a site lies
toml_file    read a TOML file as plain values, or say at which line it cannot be read
values       what one value of site.toml must be, whatever the others are
words        say in plain words what kind of value a model wants, and what somebody wrote instead
"""

from __future__ import annotations

from pathlib import Path

from replisite.config.read import SiteFaults, parse_site, read_site
from replisite.config.site_folder import NAME
from replisite.model.site import Site

__all__ = ["SiteFaults", "load_site", "parse_site"]


def load_site(path: Path) -> Site:
    """Read a site.toml, or the one in a folder; raises InputError with every fault that it has."""
    path = path.resolve()
    return read_site(path / NAME if path.is_dir() else path)
