"""The map of the house is true: no circle at any depth, every module named where it stands, tests in the same tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.test_house import LAYERS, PACKAGE

ROOT = PACKAGE.parents[1]
TESTS = ROOT / "tests"
_NAMED = re.compile(r"^ {0,4}(\w+)/? {2,}\S", re.MULTILINE)
"""A line of a package's docstring that names one of its modules, then two spaces or more and a sentence."""

BESIDE_THE_ROOMS = {"plugins", "sites", "theme"}
"""Folders of tests that belong to no room: Pelican's plugins, sites with faults, and the default theme."""


def _packages() -> list[Path]:
    folders = (path.parent for path in PACKAGE.rglob("__init__.py") if "starter" not in path.parts)
    return sorted(folders)


def _children(package: Path) -> list[str]:
    """Return the names of a package's modules and packages."""
    modules = [path.stem for path in package.glob("*.py") if path.stem != "__init__"]
    return sorted([*modules, *(path.parent.name for path in package.glob("*/__init__.py"))])


def _files_of(package: Path, child: str) -> list[Path]:
    single = package / f"{child}.py"
    return [single] if single.is_file() else sorted((package / child).rglob("*.py"))


def _names(path: Path) -> Iterator[str]:
    """Stream the dotted names that a module imports, also inside functions and for types alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _imports(package: Path) -> Mapping[str, set[str]]:
    """Return which children of a package each of its children imports."""
    prefix = ".".join(package.relative_to(PACKAGE.parent).parts) + "."
    children = set(_children(package))
    graph: dict[str, set[str]] = {child: set() for child in children}
    for child in children:
        for path in _files_of(package, child):
            below = (name.removeprefix(prefix) for name in _names(path) if name.startswith(prefix))
            graph[child] |= {name.split(".")[0] for name in below} & children - {child}
    return graph


@pytest.mark.parametrize("package", _packages(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_in_no_circle(package: Path) -> None:
    """Neither between rooms nor between the modules of a room, also not by an import that only types need."""
    try:
        TopologicalSorter(_imports(package)).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("package", _packages()[1:], ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_package_names_its_modules(package: Path) -> None:
    """Every module, with one sentence each, and nothing that does not exist."""
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    assert docstring is not None
    assert sorted(_NAMED.findall(docstring)) == _children(package)


@pytest.mark.parametrize("package", _packages(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_begins_with_one_sentence(package: Path) -> None:
    """Its docstring's first line says what it is for; no two modules say the same."""
    lines = []
    for path in package.glob("*.py"):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert docstring or not path.read_text().strip() or path == PACKAGE / "__init__.py", path
        lines.append((docstring or path.name).splitlines()[0])
        assert docstring is None or docstring.splitlines()[0].endswith((".", ":")), path
    assert len(set(lines)) == len(lines)


def test_every_room_has_a_floor() -> None:
    """The floors of `test_house` name the rooms that exist, each once."""
    named = [room for floor in LAYERS for room in floor]
    assert sorted(named) == sorted({"__init__", *_children(PACKAGE)})


def import_line(layers: Sequence[set[str]]) -> str:
    """Return the floors from the top to the ground, as CONTRIBUTING draws them."""
    floors = [" | ".join(sorted(floor - {"__init__"})) for floor in reversed(layers)]
    return " → ".join(floor for floor in floors if floor)


def test_the_drawing_of_imports_is_true() -> None:
    """CONTRIBUTING has the line that the floors give."""
    assert f"    {import_line(LAYERS)}\n" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_room_is_described() -> None:
    """CONTRIBUTING has one row for each room, and none for a room that does not exist."""
    rows = re.findall(
        r"^\| `(\w+)/` \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(rows) == sorted(path.name for path in _packages() if path.parent == PACKAGE)


def test_tests_stand_where_the_code_stands() -> None:
    """A folder of tests is called as its room; what runs the whole program stands beside the rooms."""
    folders = {path.parent.relative_to(TESTS).parts[0] for path in TESTS.glob("*/**/*.py")}
    assert folders - BESIDE_THE_ROOMS <= set(_children(PACKAGE))
