"""The map of a room is complete: its docstring names each of its modules, and no circle of imports leads through it."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "generator" / "replisite"
ROOMS = ("content", "pelican")


@pytest.mark.parametrize("room", ROOMS)
def test_the_docstring_of_a_room_names_its_modules(room: str) -> None:
    """Each with a sentence, and no module that does not exist."""
    docstring = importlib.import_module(f"replisite.{room}").__doc__ or ""
    named = re.findall(r"^([a-z_]+) {2,}\S", docstring, re.MULTILINE)
    modules = [path.stem for path in (PACKAGE / room).glob("*.py") if path.stem != "__init__"]
    assert sorted(named) == sorted(modules)


@pytest.mark.parametrize("room", ROOMS)
def test_no_circle_of_imports_leads_through_a_room(room: str) -> None:
    """A module can be read before those that import it."""
    imports = {path.stem: _imported(path, room) for path in (PACKAGE / room).glob("*.py")}
    del imports["__init__"]
    while imports:
        ready = {name for name, others in imports.items() if not others & imports.keys()}
        assert ready, f"a circle of {sorted(imports)}"
        imports = {name: others for name, others in imports.items() if name not in ready}


def _imported(path: Path, room: str) -> set[str]:
    """Return the modules of the same room that a module imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    prefix = f"replisite.{room}."
    return {name.removeprefix(prefix).split(".")[0] for name in names if name.startswith(prefix)}
