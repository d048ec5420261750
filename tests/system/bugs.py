"""Run the program with a bug in it: one function of replisite raises what no code expects."""

from __future__ import annotations

import subprocess
import sys

__all__ = ["RAISE", "run_with_bug"]

RAISE = "raise KeyError('no such plate')"

_PROGRAM = """
import importlib, sys
module, _, name = sys.argv.pop(1).partition(":")
statement = sys.argv.pop(1)

def planted_bug(*arguments, **named):
    exec(statement)

owner = importlib.import_module(module)
*path, last = name.split(".")
for part in path:
    owner = getattr(owner, part)
setattr(owner, last, planted_bug)

from replisite.__main__ import main
main()
"""


def run_with_bug(function: str, *words: str, statement: str = RAISE) -> subprocess.CompletedProcess[str]:
    """Run a command line in a program in which ``module:name`` executes a statement instead of its own code."""
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM, function, statement, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
