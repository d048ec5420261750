"""``make build`` installs what replisite runs with, ``make test`` adds the development tools; nothing is installed twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SOURCES = ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock")
INSTALLED, DEV = ".venv/.installed", ".venv/.installed-dev"
PYTHON_OF_DEBIAN = """\
#!/bin/sh
case "$2" in
*version_info*) exit 0 ;;
*ensurepip*) echo "ModuleNotFoundError: No module named 'ensurepip'" >&2; test -e {installed} ;;
*) echo "Error: [Errno 28] No space left on device: '$PWD/.venv'" >&2; exit 1 ;;
esac
"""
APT_OF_DEBIAN = """\
#!/bin/sh
echo "Setting up packages"
case "$1" in install) touch {installed} ;; esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what make reads, and nothing installed."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in SOURCES:
        shutil.copy(ROOT / name, folder / name)
        os.utime(folder / name, (1_000_000_000, 1_000_000_000))
    return folder


def _install(checkout: Path, *stamps: str) -> None:
    for time, stamp in enumerate(stamps, start=1_000_000_010):
        (checkout / stamp).parent.mkdir(exist_ok=True)
        (checkout / stamp).touch()
        os.utime(checkout / stamp, (time, time))


def _commands(checkout: Path, *targets: str) -> list[str]:
    """What make would run in this checkout."""
    command = ["make", "--dry-run", "--no-print-directory", *targets]
    return subprocess.run(
        command, cwd=checkout, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def _make(checkout: Path, path: str) -> subprocess.CompletedProcess[str]:
    make = shutil.which("make")
    assert make is not None
    environment = {"PATH": path, "LANG": "C.UTF-8"}
    return subprocess.run(
        [make, INSTALLED], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def _tools(folder: Path, **programs: str) -> str:
    """A PATH with these programs and the few that the recipes need."""
    folder.mkdir()
    for name in ("sh", "test", "touch", "id", "env", "grep", "expand", "sed"):
        program = shutil.which(name)
        assert program is not None
        (folder / name).symlink_to(program)
    for name, text in programs.items():
        program_file = folder / name.replace("_", "-")
        program_file.write_text(text.replace("{installed}", str(folder / "ensurepip")), encoding="utf-8")
        program_file.chmod(0o755)
    return str(folder)


def _pins(name: str) -> dict[str, set[str]]:
    """By package: the versions of a lock file; some have another one for older releases of Python."""
    pins: dict[str, set[str]] = {}
    for match in re.finditer(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE):
        pins.setdefault(match[1], set()).add(match[2])
    return pins


def test_build_installs_no_development_tools(checkout: Path) -> None:
    """The lock with the development tools is not read."""
    commands = "\n".join(_commands(checkout, "build"))
    assert "-r requirements.lock" in commands
    assert "requirements-dev.lock" not in commands


def test_tests_get_the_development_tools_as_well(checkout: Path) -> None:
    """The run-time lock comes first, so that a build afterwards finds its stamp."""
    commands = "\n".join(_commands(checkout, DEV))
    assert commands.index("-r requirements.lock") < commands.index("-r requirements-dev.lock")


@pytest.mark.parametrize(
    ("stamps", "target", "expected"),
    [
        ((INSTALLED,), "build", [".venv/bin/replisite build"]),
        ((INSTALLED, DEV), "build", [".venv/bin/replisite build"]),
        ((INSTALLED, DEV), "lint", [".venv/bin/ruff check ."]),
        ((INSTALLED, DEV), "types", [".venv/bin/mypy"]),
    ],
)
def test_nothing_is_installed_twice(
    checkout: Path, stamps: tuple[str, ...], target: str, expected: list[str]
) -> None:
    """A build after a build, a build after the tests, and tests after tests run their command alone."""
    _install(checkout, *stamps)
    assert _commands(checkout, target) == expected


def test_tests_after_a_build_install_the_development_tools_alone(checkout: Path) -> None:
    """What is installed for the build stays."""
    _install(checkout, INSTALLED)
    commands = "\n".join(_commands(checkout, DEV))
    assert "-r requirements-dev.lock" in commands
    assert "-r requirements.lock" not in commands
    assert "-m venv" not in commands


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_installed(checkout: Path, changed: str) -> None:
    """Also if the development tools are installed."""
    _install(checkout, INSTALLED, DEV)
    os.utime(checkout / changed)
    assert "-r requirements.lock" in "\n".join(_commands(checkout, "build"))


def test_npm_packages_stay_when_python_packages_change(checkout: Path) -> None:
    """They depend on their own lock alone."""
    for folder in ("tests/hosts/npm", "tests/theme/npm"):
        shutil.copytree(ROOT / folder, checkout / folder)
    for stamp in (".tools/hosts/.installed", ".tools/pages/.installed"):
        (checkout / stamp).parent.mkdir(parents=True)
        (checkout / stamp).touch()
    assert "npm ci" not in "\n".join(_commands(checkout, "test"))


def test_a_missing_venv_is_installed_without_its_error(checkout: Path, tmp_path: Path) -> None:
    """Debian ships ensurepip in a package of its own; what fails afterwards is shown."""
    path = _tools(
        tmp_path / "bin", python3=PYTHON_OF_DEBIAN, apt_get=APT_OF_DEBIAN, sudo='#!/bin/sh\nexec "$@"\n'
    )
    done = _make(checkout, path)
    assert "Installing from Debian: python3-venv" in done.stdout
    assert "ensurepip" not in done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    assert done.returncode != 0


def test_a_missing_venv_is_named_where_debian_is_not(checkout: Path, tmp_path: Path) -> None:
    """Without apt-get, the message says what to install."""
    done = _make(checkout, _tools(tmp_path / "bin", python3=PYTHON_OF_DEBIAN))
    assert "missing (by their names in Debian): python3-venv." in done.stdout
    assert done.returncode != 0


def test_an_old_python_is_refused(checkout: Path, tmp_path: Path) -> None:
    """Before anything is installed."""
    done = _make(checkout, _tools(tmp_path / "bin", python3="#!/bin/sh\nexit 1\n"))
    assert done.stdout == "replisite needs Python 3.11 or newer\n"
    assert done.returncode != 0


def test_both_locks_hold_the_same_versions() -> None:
    """Adding the development tools changes no package that a build runs with."""
    run_time, development = _pins("requirements.lock"), _pins("requirements-dev.lock")
    assert run_time
    assert {name: development.get(name) for name in run_time} == run_time


def test_the_run_time_lock_holds_every_dependency_and_no_development_tool() -> None:
    """``make lock`` was run after the last change of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]

    def names(lines: list[str]) -> set[str]:
        return {canonicalize_name(Requirement(line).name) for line in lines}

    locked = set(_pins("requirements.lock"))
    assert names(project["project"]["dependencies"] + groups["build"]) <= locked
    assert names(groups["dev"]) & locked == set()
    assert names(groups["dev"]) <= set(_pins("requirements-dev.lock"))


def test_tests_of_a_group_share_one_process(tmp_path: Path) -> None:
    """Otherwise what a module builds for its tests is built once in each process."""
    text = "import os, pathlib, pytest\npytestmark = pytest.mark.xdist_group('one')\n"
    text += "@pytest.mark.parametrize('number', range(6))\n"
    text += (
        "def test_it(number): pathlib.Path(f'{number}.txt').write_text(os.environ['PYTEST_XDIST_WORKER'])\n"
    )
    (tmp_path / "test_grouped.py").write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    environment = {key: text for key, text in os.environ.items() if not key.startswith("PYTEST_")}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert len({path.read_text(encoding="utf-8") for path in tmp_path.glob("*.txt")}) == 1
