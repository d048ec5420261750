"""Read site.toml into the Site that everything else works with.

cross_checks     rules that hold across the keys of site.toml
lines            the line on which a key of a TOML text stands
link_rules       what a link of site.toml must be
make             turn a valid document into a Site
pydantic_errors  pydantic's errors in plain words
read             read site.toml, and report every fault at once
schema           what people write in site.toml, table by table
site_folder      the folder of a site
stand_ins        good values instead of faulty ones, so that the rules across keys can be checked too
toml_file        read a TOML file as plain values, or report the line that cannot be read
value_kinds      the kinds of values in plain words: what a model takes, and what was written
values           what one value of site.toml must be, whatever the others are
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
