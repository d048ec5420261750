"""Compare plugins from PyPI with Pelican, and write the table in docs/plugins.md: ``python -m tests.plugins.compare``.

Each plugin of ``trials.toml`` is installed into a virtual environment of its own, at the versions and digests of
``requirements.txt``. One site is built with ``pelican`` and with ``replisite``: the files are the same bytes, or
replisite refuses the plugin by its name. Anything else is an error, and so is a plugin that changes nothing in Pelican.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from pprint import pformat
from typing import Any

import markdown
import pelican
from PIL import Image

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REQUIREMENTS = HERE / "requirements.txt"
TABLE = ROOT / "docs" / "plugins.md"
BEGIN, END = "<!-- the table of tests/plugins/compare.py -->\n", "<!-- end of the table -->"
SAME = "the same as Pelican"

SITE = """\
[site]
name = "Log"
url = "https://log.example"
[markets.GB]
currency = "GBP"
languages = ["en"]
[pelican]
defaults = "pelican"
"""


@dataclass(frozen=True)
class Trial:
    """One plugin with the settings and files that make it do something."""

    package: str
    plugin: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    changes_bytes: bool = True
    """Whether files are other bytes with the plugin; one may change their dates alone."""


@dataclass(frozen=True)
class Result:
    """What came of a trial; ``reason`` is why replisite refuses the plugin, ``fault`` what should not be."""

    trial: Trial
    reason: str = ""
    fault: str = ""


def load_trials() -> tuple[Trial, Sequence[Trial]]:
    """Return what all trials have in common, and the trials."""
    written = tomllib.loads((HERE / "trials.toml").read_text(encoding="utf-8"))
    common = written.pop("common")
    return Trial("", "", common["settings"], common["files"]), [
        Trial(package, **given) for package, given in written.items()
    ]


def run_trial(python: Path, common: Trial, trial: Trial, root: Path) -> Result:
    """Build one site with Pelican, without and with the plugin, and with replisite."""
    settings = {**common.settings, **trial.settings}
    for path, text in {**common.files, **trial.files}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".png"):
            Image.new("RGB", (40, 30), text).save(file)
        else:
            file.write_text(text, encoding="utf-8")
    if "PATH" in settings:
        raise ValueError("PATH is the site's")
    (root / "site.toml").write_text(
        SITE
        + "".join(f"{name} = {toml(value)}\n" for name, value in settings.items())
        + f'PLUGINS = ["{trial.plugin}"]\n',
        encoding="utf-8",
    )
    references = []
    for plugins in ([], [trial.plugin]):
        conf = {**settings, "PLUGINS": plugins}
        (root / "pelicanconf.py").write_text(
            "".join(f"{name} = {pformat(value)}\n" for name, value in conf.items())
        )
        output = root / f"reference-{len(plugins)}"
        done = run(python, root, "pelican", "content", "-s", "pelicanconf.py", "-o", str(output))
        if done.returncode and plugins:
            return Result(
                trial, fault=f"pelican itself fails: {done.stdout.rstrip().splitlines()[-1].strip()}"
            )
        references.append(files_of(output))
    if trial.changes_bytes and references[0] == references[1]:
        return Result(trial, fault="the plugin does nothing in Pelican; give it something to do")
    done = run(python, root, "replisite", "build", "--site", str(root))
    if done.returncode == 0:
        ours = {
            path: body
            for path, body in files_of(root / "output").items()
            if not path.startswith(".replisite/")
        }
        wrong = sorted(
            path for path in ours.keys() | references[1].keys() if ours.get(path) != references[1].get(path)
        )
        return Result(trial, fault=f"not as Pelican writes them: {', '.join(wrong[:9])}" if wrong else "")
    lines = [line for line in done.stderr.splitlines() if f"[pelican] PLUGINS: {trial.plugin} " in line]
    if done.returncode != 1 or "Traceback" in done.stderr or not lines:
        return Result(trial, fault=f"exit {done.returncode}:\n{done.stderr}")
    return Result(trial, reason=lines[0].partition(f"PLUGINS: {trial.plugin} ")[2])


def run(python: Path, root: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the environment in the site's folder."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600", "TZ": "UTC", "COLUMNS": "200"}
    command = [str(python), "-m", module, *arguments]
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def make_environment(folder: Path) -> Path:
    """Install the plugins beside what this Python has; return the Python that has both."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    options = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
        "--only-binary",
        ":all:",
    ]
    subprocess.run(
        [str(python), "-m", "pip", "install", *options, "--requirement", str(REQUIREMENTS)], check=True
    )
    paths = [ROOT / "generator", Path(pelican.__file__).parents[1], Path(markdown.__file__).parents[1]]
    beside = next((folder / "lib").glob("python*/site-packages")) / "beside.pth"
    beside.write_text("".join(f"{path}\n" for path in dict.fromkeys(map(str, paths))))
    return python


def files_of(root: Path) -> dict[str, bytes]:
    """Return every file below a folder; a time of this day in XML, which a plugin wrote because it was now, is left out."""
    found = {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
    today = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}T[0-9:]{{8}}".encode()
    return {
        path: re.sub(today, b"now", body) if path.endswith(".xml") else body for path, body in found.items()
    }


def toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def table_of(results: Sequence[Result]) -> Iterator[str]:
    """Yield the lines of the table in docs/plugins.md."""
    pins = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE))
    yield f"With Pelican {version('pelican')}:\n\n"
    yield "| plugin | version | result | reason, and what to do |\n|---|---|---|---|\n"
    for result in sorted(results, key=lambda result: (bool(result.reason), result.trial.package)):
        package = result.trial.package
        reason = result.reason.replace("|", "\\|")
        yield f"| `{package}` | {pins[package]} | {'refused' if reason else SAME} | {reason} |\n"


def main() -> int:
    """Run all trials, or those that are named; write the table if all were run and nothing is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", help="run these alone, and write no table")
    parser.add_argument("--environment", type=Path, default=ROOT / ".tools" / "plugins")
    asked = parser.parse_args()
    python = make_environment(asked.environment.absolute())
    common, trials = load_trials()
    results = []
    for trial in trials:
        if asked.packages and trial.package not in asked.packages:
            continue
        with tempfile.TemporaryDirectory() as root:
            results.append(run_trial(python, common, trial, Path(root)))
        result = results[-1]
        sys.stderr.write(f"{trial.package}: {result.fault or result.reason or SAME}\n")
    if any(result.fault for result in results):
        return 1
    if not asked.packages:
        before, _, rest = TABLE.read_text(encoding="utf-8").partition(BEGIN)
        TABLE.write_text(
            f"{before}{BEGIN}{''.join(table_of(results))}{END}{rest.partition(END)[2]}", encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
