"""An sdist and a wheel hold what an installation needs, and nothing else; the starter builds from them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

import replisite

ROOT = Path(__file__).parents[1]
VERSION = replisite.__version__
FOLDERS = ("generator", "themes", "benchmarks", "docs", ".ci")
FILES = (
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "pyproject.toml",
)
STRAYS = (
    ".tools/hosts/node_modules/left-pad/index.js",
    "benchmarks/a_site/README.md",
    "content/roster.csv",
    "generator/replisite/.coverage",
    "generator/replisite/__pycache__/cli.cpython-311.pyc",
    "generator/replisite/cli.py.orig",
    "generator/replisite/fault.log",
    "generator/replisite/preview/client/node_modules/left-pad/index.js",
    "generator/replisite/starter/.replisite/ledger.sqlite",
    "generator/replisite/starter/output/index.html",
    "generator/scratch.py",
    "requirements.lock",
    "themes/another/templates/base.html",
    "themes/storefront/.DS_Store",
    "themes/storefront/templates/base.html~",
)
"""Files that lie in a checkout in use, and that no distribution holds."""

pytestmark = pytest.mark.xdist_group("package")


@dataclass(frozen=True)
class Distributions:
    """What ``python -m build`` makes, and the files of the package and the theme that it is made from."""

    sdist: Path
    wheel: Path
    sources: frozenset[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """The distributions of a checkout in which strays lie."""
    checkout = tmp_path_factory.mktemp("checkout")
    unwanted = shutil.ignore_patterns("__pycache__", ".*", "*~", "node_modules")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, checkout / name, ignore=unwanted)
    for name in FILES:
        shutil.copy(ROOT / name, checkout / name)
    folders = (checkout / "generator/replisite", checkout / "themes/storefront")
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    sources = frozenset(str(path.relative_to(checkout)) for path in found)
    for name in STRAYS:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("stray", encoding="utf-8")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(checkout / "dist"), str(checkout))
    (sdist,) = (checkout / "dist").glob("*.tar.gz")
    (wheel,) = (checkout / "dist").glob("*.whl")
    return Distributions(sdist, wheel, sources)


@pytest.fixture(scope="module")
def installed(built: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the wheel without its dependencies."""
    folder = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check")
    _run(sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(built.wheel))
    return folder


def _run(*command: str, folder: Path | None = None, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as packed:
        return Parser().parsestr(packed.read(f"replisite-{VERSION}.dist-info/METADATA").decode())


def test_the_sdist_holds_the_sources_and_no_strays(built: Distributions) -> None:
    """The package, the theme, what a reader reads first and what builds the wheel."""
    root = {".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
    with tarfile.open(built.sdist) as packed:
        names = {member.name.removeprefix(f"replisite-{VERSION}/") for member in packed}
    assert names == built.sources | root


def test_the_wheel_holds_the_package_the_theme_and_no_strays(built: Distributions) -> None:
    """The theme lies in the package; besides there is only what describes the wheel."""
    facts = {
        f"replisite-{VERSION}.dist-info/{name}"
        for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    }
    moved = {name.removeprefix("generator/") for name in built.sources}
    expected = {f"replisite/{name}" if name.startswith("themes/") else name for name in moved}
    with zipfile.ZipFile(built.wheel) as packed:
        names = set(packed.namelist())
    assert names == expected | facts
    assert {
        "replisite/py.typed",
        "replisite/preview/client/main.js",
        "replisite/starter/gitignore",
        "replisite/starter/site.toml",
        "replisite/themes/storefront/templates/base.html",
    } <= names


def test_the_metadata_says_what_it_is_who_made_it_and_what_may_be_done_with_it(built: Distributions) -> None:
    """The licence is an SPDX expression (PEP 639), so that no classifier repeats it."""
    facts = _metadata(built.wheel)
    assert facts["License-Expression"] == "AGPL-3.0-or-later"
    assert facts["License-File"] == "LICENSE"
    assert facts["Author"] == "The replisite maintainers"
    assert facts["Requires-Python"] == ">=3.11"
    assert facts["Description-Content-Type"] == "text/markdown"
    classifiers = facts.get_all("Classifier")
    assert "Typing :: Typed" in classifiers
    assert [line for line in classifiers if line.startswith("License ::")] == []


def test_a_package_index_accepts_both(built: Distributions) -> None:
    """The metadata is valid, and the description can be rendered."""
    command = (sys.executable, "-m", "twine", "--no-color", "check", "--strict")
    checked = _run(*command, str(built.sdist), str(built.wheel))
    assert checked.count("PASSED") == 2


def test_the_installed_command_makes_a_site_from_the_starter(installed: Path, tmp_path: Path) -> None:
    """``replisite new shop && cd shop && replisite build``, away from the checkout."""
    command = str(installed / "bin/replisite")
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = "import replisite; print(replisite.__file__)"
    found = _run(sys.executable, "-c", where, folder=tmp_path, environment=environment)
    assert Path(found.strip()) == installed / "replisite/__init__.py"
    version = _run(command, "--version", folder=tmp_path, environment=environment)
    assert version == f"replisite {VERSION}\n"
    _run(command, "new", "shop", folder=tmp_path, environment=environment)
    _run(command, "build", folder=tmp_path / "shop", environment=environment)
    assert (tmp_path / "shop/output/ada-example/index.html").is_file()
    assert (tmp_path / "shop/output/theme/css/storefront.css").is_file()


def test_what_is_installed_has_its_licence(installed: Path) -> None:
    """pip knows the distribution by its name and lists the licence among its files."""
    (facts,) = installed.glob("*.dist-info")
    assert PathDistribution(facts).version == VERSION
    assert (facts / "licenses/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_little_is_imported_before_interrupts_wait() -> None:
    """Ctrl-C in the first tenth of a second would otherwise end in a traceback of the imports."""
    code = "import sys, replisite.__main__; print([n for n in sys.modules if n.startswith('replisite.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['replisite.__main__']"
