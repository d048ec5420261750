"""The help of every command: whole on 80 columns, with examples that run and with the exit codes."""

from __future__ import annotations

import re
import shlex

import pytest
import typer.main

from replisite.cli.app import app
from tests.little_site import run_replisite

COMMANDS = ["new", "build", "deploy", "rollback", "explain", "preview", "check", "roster"]
WIDTH = 80


def the_help(command: str) -> str:
    done = run_replisite(command, "--help", TERM="dumb", COLUMNS=str(WIDTH))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_commands_are_tested() -> None:
    """But for the hidden one, which writes the reference."""
    command = typer.main.get_command(app)
    assert sorted(command.commands) == sorted([*COMMANDS, "reference"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_terminal_of_80_columns(command: str) -> None:
    """No option or default is cut off, and no metavar has brackets twice."""
    shown = the_help(command)
    assert max(map(len, shown.splitlines())) <= WIDTH
    assert "…" not in shown
    assert "[[" not in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_help_lists_examples_and_exit_codes(command: str) -> None:
    """Each example is of this command, and its options exist."""
    shown = the_help(command)
    text = " ".join(shown.partition("Examples")[2].split())
    examples = re.findall(rf"replisite {command}\b[^—]*(?= —)", text)
    assert len(examples) >= 2
    known = {*re.findall(r"(?<![\w-])--?[a-z][\w-]*", shown.partition("Examples")[0])}
    used = {word for example in examples for word in shlex.split(example) if word.startswith("-")}
    assert used <= known
    codes = text.partition("Exit codes: ")[2]
    assert {"0", "1", "2"} <= {*re.findall(r"\b\d+\b", codes)}
    assert ("3 deployed in part" in codes) == (command in {"deploy", "rollback"})


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_the_former_name_of_an_option_is_hidden(command: str) -> None:
    """Only --break-lock is shown."""
    shown = the_help(command)
    assert "--break-lock" in shown
    assert "take-turn" not in shown


@pytest.mark.parametrize("word", ["yours to mend", "anew", "told", "turn", "everybody", "anybody", "Look at"])
def test_help_is_plain_english(word: str) -> None:
    """Words that a reader has to guess do not occur."""
    pattern = re.compile(rf"\b{re.escape(word)}\b")
    assert not [command for command in COMMANDS if pattern.search(the_help(command))]
