"""Start a new site from the starter that comes with replisite: all of it, or nothing."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory

from replisite.config.schema import Document
from replisite.config.value_kinds import toml_value
from replisite.content.ignored_names import is_leftover
from replisite.errors import OutputError, UsageError
from replisite.reference.tables import json_schema

__all__ = ["NAME", "STARTER", "start_site"]

STARTER = Path(__file__).parents[1] / "starter"
"""The starter: a complete site; its .gitignore has another name, because tools that build wheels leave it out or obey it."""

NAME = "Your Company"
"""The name of the starter's company."""

_HOST = "your-company"
"""The part of the starter's addresses that the name of the company replaces."""

_LONGEST_HOST = 63
"""The length of a DNS label (RFC 1035 §2.3.1)."""

_SHOWN = 5


def start_site(folder: Path, name: str = NAME) -> list[Path]:
    """Make a site in a new or empty folder, and return its files, sorted.

    The company's name, and an address made from it under ``.example``, are in site.toml; pages read them
    from there. Raises UsageError for an empty or unprintable name, and OutputError if the site cannot be
    made; the folder is then unchanged.
    """
    name = _checked(name)
    _refuse_taken(folder)
    target = Path(os.path.realpath(folder))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        exists = target.exists()
        with TemporaryDirectory(prefix=".replisite-", dir=target if exists else target.parent) as scratch:
            site = Path(scratch) / "site"
            made = _write_site(site, name)
            if exists:
                _move_into(site, target)
            else:
                site.rename(target)
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}; choose another folder") from error
    return sorted(folder / path for path in made)


def _checked(name: str) -> str:
    name = name.strip()
    if not name:
        raise UsageError('--name is empty; write the company\'s name, as in --name "My Company"')
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in name):
        raise UsageError("--name has a line break or another control character in it; take it out")
    return name


def _refuse_taken(folder: Path) -> None:
    """Raise OutputError for a folder that is not empty; a fresh .git and files that systems leave do not count."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(f"{folder} is a file; choose another folder")
    if (folder / "site.toml").exists():
        raise OutputError(f"{folder} is a site already; go there and build it, or choose another folder")
    taken = sorted(path.name for path in folder.iterdir() if not is_leftover(path.name))
    if taken:
        shown = ", ".join(taken[:_SHOWN]) + (
            f" and {len(taken) - _SHOWN} more" if len(taken) > _SHOWN else ""
        )
        raise OutputError(f"{folder} is not empty ({shown}); choose another folder, or move these away")


def _write_site(site: Path, name: str) -> list[Path]:
    """Write the whole site into a new folder, and return the paths of its files inside it."""
    ours = {"site.toml", "README.md", "gitignore", "content"}
    made = []
    for source in sorted(path for part in ours for path in (STARTER / part, *(STARTER / part).rglob("*"))):
        path = source.relative_to(STARTER)
        if source.is_dir() or any(map(is_leftover, path.parts)):
            continue
        path = Path(".gitignore") if path.name == "gitignore" else path
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.parent == Path():
            text = source.read_text(encoding="utf-8")
            target.write_text(_named(text, name), encoding="utf-8", newline="\n")
        else:
            shutil.copyfile(source, target)
        made.append(path)
    schema = Path("site.schema.json")
    (site / schema).write_text(json_schema(Document, "site.toml"), encoding="utf-8", newline="\n")
    return [*made, schema]


def _named(text: str, name: str) -> str:
    """Replace the starter's name and address by those of a company."""
    instead = {f'"{NAME}"': toml_value(name), NAME: name, _HOST: host_label(name)}
    return re.sub("|".join(map(re.escape, instead)), lambda match: instead[match.group()], text)


def host_label(name: str) -> str:
    """Return a name as one label of a host name; the starter's own label if no letter of the name is allowed in one.

    >>> host_label("O'Neil & Söhne"), host_label("李記")
    ('oneil-sohne', 'your-company')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    label = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_HOST].strip("-")
    return label or _HOST


def _move_into(site: Path, target: Path) -> None:
    """Move everything into an empty folder, site.toml last; after an error none of it remains."""
    entries = sorted(site.iterdir(), key=lambda entry: (entry.name == "site.toml", entry.name))
    try:
        for entry in entries:
            entry.rename(target / entry.name)
    except BaseException:
        for entry in entries:
            if not entry.exists():  # it has been moved
                moved = target / entry.name
                shutil.rmtree(moved) if moved.is_dir() else moved.unlink()
        raise
