"""Run the program with a bug in it: one function of replisite first executes a statement of the test."""

from __future__ import annotations

import subprocess
import sys

__all__ = ["RAISE", "program_with_bug", "run_with_bug"]

RAISE = "raise KeyError('no such plate')"

_PROGRAM = """
import importlib, sys
module, _, name = sys.argv.pop(1).partition(":")
statement = sys.argv.pop(1)

def planted_bug(*arguments, **named):
    exec(code)
    return original(*arguments, **named)

owner = importlib.import_module(module)
code = compile(statement, owner.__file__, "exec")
*path, last = name.split(".")
for part in path:
    owner = getattr(owner, part)
original = getattr(owner, last)
setattr(owner, last, planted_bug)

from replisite.__main__ import main
main()
"""


def program_with_bug(function: str, statement: str) -> list[str]:
    """Return the start of a command line in which ``module:name`` executes a statement before its own code."""
    return [sys.executable, "-c", _PROGRAM, function, statement]


def run_with_bug(function: str, *words: str, statement: str = RAISE) -> subprocess.CompletedProcess[str]:
    """Run a command line in a program with a bug."""
    return subprocess.run(
        [*program_with_bug(function, statement), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
