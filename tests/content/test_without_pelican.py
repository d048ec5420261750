"""What the company writes is read and checked without Pelican."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import replisite.content

FOLDER = Path(replisite.content.__file__).parent
MODULES = [
    "replisite.content",
    *(f"replisite.content.{path.stem}" for path in sorted(FOLDER.glob("[!_]*.py"))),
]

PROGRAM = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted(name for name in sys.modules if name.split(".")[0] == "pelican"))
"""


def test_importing_content_does_not_import_pelican() -> None:
    """Pelican replaces the process's logger class, and takes a second to import."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *MODULES], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.split() == []


def test_every_module_is_imported_by_that_test() -> None:
    """The list is that of the folder, which has no folders in it."""
    assert "replisite.content.catalog" in MODULES
    assert "replisite.content.kinds" in MODULES
    assert not [path for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"]
