"""Build a checkout of a Pelican site with ``pelican`` and with replisite, and list the files that differ.

``python -m tests.plugins.compare_site FOLDER [--without PLUGIN] [--set NAME=JSON]`` copies the folder, writes a site.toml out
of its settings, and exits with 0 if all files are the same bytes, 1 if some differ, and 2 if the two cannot be
compared. It runs the settings file, and the plugins that it names, with the Python that runs it: compare only sites that you trust.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from pelican.settings import get_settings_from_file

from tests.plugins.compare import run

DECIDED_BY_US = (
    "PATH",
    "OUTPUT_PATH",
    "DELETE_OUTPUT_DIRECTORY",
    "CACHE_CONTENT",
    "LOAD_CONTENT_CACHE",
    "PELICAN_CLASS",
)
"""What may not stand under [pelican]."""

NOT_OF_THE_SITE = shutil.ignore_patterns(".git", "output", ".replisite")


class IncomparableError(Exception):
    """The two builds cannot be compared; the text says why."""


def compare(checkout: Path, settings_file: str, changes: Mapping[str, Any], without: Sequence[str]) -> int:
    """Compare the two builds of one site, and return the number of files that differ; print them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        shutil.copytree(checkout, root, ignore=NOT_OF_THE_SITE, symlinks=True)
        settings = _read_settings(root, settings_file)
        settings.update(changes)
        if without:
            settings["PLUGINS"] = [name for name in settings.get("PLUGINS", []) if name not in without]
            changes = {**changes, "PLUGINS": settings["PLUGINS"]}
        reference = Path(folder) / "reference"
        content = settings.get("PATH") or "content"
        extra = [
            f"{name}={json.dumps(value)}"
            for name, value in {**changes, "CACHE_CONTENT": False, "LOAD_CONTENT_CACHE": False}.items()
        ]
        options = ["-s", settings_file, "-o", str(reference), "--ignore-cache", "-e", *extra]
        _succeed(run(Path(sys.executable), root, "pelican", str(content), *options))
        (root / "site.toml").write_text(site_toml(settings, str(content)), encoding="utf-8")
        _succeed(run(Path(sys.executable), root, "replisite", "build", "--site", str(root)))
        theirs, ours = _files(reference), _files(root / "output")
    different = sorted(path for path in theirs.keys() | ours.keys() if theirs.get(path) != ours.get(path))
    for path in different:
        what = "not written" if path not in ours else "extra" if path not in theirs else "other bytes"
        sys.stdout.write(f"{path}: {what}\n")
    sys.stdout.write(f"{len(theirs)} files by pelican, {len(different)} differ\n")
    return len(different)


def site_toml(settings: Mapping[str, Any], content: str) -> str:
    """Return a site.toml for what Pelican's settings file says."""
    lines = [
        "[site]",
        'name = "Site"',
        'url = "https://site.example"',
        f"content = {json.dumps(content)}",
        "[markets.GB]",
        'currency = "GBP"',
        'languages = ["en"]',
        "[pelican]",
        'defaults = "pelican"',
    ]
    for name, value in settings.items():
        if name not in DECIDED_BY_US:
            try:
                lines.append(f"{name} = {_toml(value)}")
            except TypeError as error:
                raise IncomparableError(f"{name}: {error}; change it with --set {name}=JSON") from error
    return "\n".join([*lines, ""])


def _read_settings(root: Path, settings_file: str) -> dict[str, Any]:
    os.chdir(
        root
    )  # as `python -m pelican` in the site's folder: settings files read and import what is beside them
    sys.path.insert(0, str(root))
    found: dict[str, Any] = get_settings_from_file(settings_file)
    return found


def _succeed(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        command = " ".join(done.args[2:4])
        raise IncomparableError(f"{command} ends with {done.returncode}:\n{done.stdout}{done.stderr}")


def _files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] != ".replisite"
    }


def _toml(value: Any) -> str:
    """Return a value as TOML writes it; no value is an empty text, which Pelican takes for none."""
    match value:
        case None:
            return '""'
        case dict():
            return (
                "{"
                + ", ".join(f"{json.dumps(str(key))} = {_toml(each)}" for key, each in value.items())
                + "}"
            )
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case set() | frozenset():
            return _toml(sorted(value))
        case datetime.date():
            return value.isoformat()
        case PurePath():
            return json.dumps(str(value))
        case str() | bool() | int() | float():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    raise TypeError(f"TOML has no {type(value).__name__}")


def _changes(given: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for each in given:
        name, _, value = each.partition("=")
        yield name, json.loads(value)


def main() -> int:
    """Compare the site that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the checkout")
    parser.add_argument("--settings", default="pelicanconf.py", help="its settings file")
    parser.add_argument(
        "--without", action="append", default=[], metavar="PLUGIN", help="leave out of PLUGINS"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="change a setting")
    asked = parser.parse_args()
    try:
        different = compare(asked.folder.resolve(), asked.settings, dict(_changes(asked.set)), asked.without)
    except IncomparableError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
