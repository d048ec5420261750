"""Texts from rosters, hosts and file names reach a terminal as they are, and steer nothing there."""

from __future__ import annotations

import dataclasses
import json
import os
import pty
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replisite.cli.deploy_reporter import DeployReporter
from replisite.cli.preview_reporter import PreviewReporter
from replisite.cli.reports import print_built, print_checked, print_explained, print_findings, print_roster
from replisite.cli.terminal import Terminal, printable
from replisite.commands.build import Report
from replisite.commands.check import Checked
from replisite.commands.explain import Explanation
from replisite.commands.roster import RosterCounts
from replisite.deploy.plan import Plan
from replisite.deploy.reports import Deployed, RolledBack
from replisite.errors import Fault
from replisite.pages.explanation import PageExplanation, SlotExplanation
from replisite.preview.serve import Started
from replisite.preview.session import Happened
from replisite.reporting import Notice, NoticeKind
from tests.little_site import LittleSite

HOSTILE = (
    "[red]a[/red] [link=https://evil.example]b[/link] :100: \x1b[31mc\x1b[0m \x1b]8;;https://evil.example\x07 "
    "\x9b31m \u202ed\u2066 e\u200bf \ufeff \U000e0041 \u2028 \udcff \r \x07 \x00 \x7f \nspoofed: 0 faults"
)
SHOWN = (
    r"[red]a[/red] [link=https://evil.example]b[/link] :100: \x1b[31mc\x1b[0m \x1b]8;;https://evil.example\x07 "
    r"\x9b31m \u202ed\u2066 e\u200bf \ufeff \U000e0041 \u2028 \udcff \r \x07 \x00 \x7f \nspoofed: 0 faults"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (HOSTILE, SHOWN),
        ("Zoë, 李, prix\u00a0: 5\u202f€, é́ 👍🏽", "Zoë, 李, prix\u00a0: 5\u202f€, é́ 👍🏽"),
        ("", ""),
        ("\N{SOFT HYPHEN}", r"\xad"),
        ("\t", r"\t"),
        (r"\x1b", r"\x1b"),
    ],
)
def test_what_cannot_be_seen_is_an_escape(text: str, shown: str) -> None:
    """Letters of any script stay; controls, marks of direction and invisible characters are written out."""
    assert printable(text) == shown


def _filled(kind: type[Any], text: str) -> Any:
    """Return a report whose every text is this one."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        told = str(field.type)
        if told == "str":
            values[field.name] = text
        elif told == "list[str]":
            values[field.name] = [text]
        elif told == "list[Notice]":
            values[field.name] = [Notice(NoticeKind.CONTENT, text, text)]
        elif told == "tuple[str, ...]":
            values[field.name] = (text,)
        elif told.startswith("tuple"):
            values[field.name] = ()
        elif told == "dict[str, int]":
            values[field.name] = {text: 1}
        elif told == "dict[str, float]":
            values[field.name] = {text: 1.0}
        elif told == "dict[str, list[str]]":
            values[field.name] = {"new": [text], "gone": [text]}
        elif told == "int":
            values[field.name] = 1
        elif told == "bool":
            values[field.name] = True
    return kind(**values)


def _explain(terminal: Terminal) -> None:
    slot = _filled(SlotExplanation, HOSTILE)
    page = dataclasses.replace(_filled(PageExplanation, HOSTILE), slots=(slot,))
    print_explained(terminal, Explanation(pages=[page], slots=1), in_detail=True)


def _deployed(terminal: Terminal, **values: bool) -> None:
    report = _filled(Deployed, HOSTILE)
    report.reasons = {"new": 1, "gone": 1}
    DeployReporter(terminal, is_agreed=True, is_quiet=False).print_deployed(
        dataclasses.replace(report, **values)
    )


def _planned(terminal: Terminal) -> None:
    plan = Plan(Path(HOSTILE), reasons=Counter(new=1), examples={"new": [HOSTILE]})
    DeployReporter(terminal, is_agreed=True, is_quiet=False).agrees(plan)


def _happened(terminal: Terminal) -> None:
    told = Happened(
        changed=(Path(HOSTILE),), faults=(Fault(HOSTILE, 100, HOSTILE, HOSTILE),), warnings=(HOSTILE,)
    )
    PreviewReporter(terminal, Path("/"), quiet=False).happened(told)


REPORTS: dict[str, Callable[[Terminal], None]] = {
    "build": lambda terminal: print_built(terminal, _filled(Report, HOSTILE), verbose=True),
    "check": lambda terminal: print_checked(terminal, _filled(Checked, HOSTILE)),
    "findings": lambda terminal: print_findings(terminal, _filled(Checked, HOSTILE), verbose=True),
    "roster": lambda terminal: print_roster(terminal, _filled(RosterCounts, HOSTILE)),
    "explain": _explain,
    "deploy, planned": _planned,
    "deploy, dry": lambda terminal: _deployed(terminal, is_dry=True),
    "deploy, live": lambda terminal: _deployed(terminal, is_dry=False),
    "deploy, refused": lambda terminal: _deployed(terminal, is_dry=False, is_live=False),
    "rollback": lambda terminal: DeployReporter(terminal, is_agreed=True, is_quiet=False).print_rolled_back(
        _filled(RolledBack, HOSTILE)
    ),
    "preview": _happened,
    "preview, started": lambda terminal: PreviewReporter(terminal, Path("/"), quiet=False).started(
        Started(HOSTILE, HOSTILE, 1)
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_no_report_gives_a_terminal_orders(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a report holds, the only escape sequences are its own colours, and each text keeps its markup."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    REPORTS[name](Terminal())
    shown = capsys.readouterr().out
    assert name == "check" or SHOWN in _without_colours(shown) or SHOWN[:100] in _without_colours(shown)
    rest = _without_colours(shown)
    assert not [character for character in rest if character != "\n" and printable(character) != character]
    assert "\nspoofed" not in rest


def _without_colours(text: str) -> str:
    for code in ("1", "0", "2", "33", "31", "32", "1;31"):
        text = text.replace(f"\x1b[{code}m", "")
    return text


def test_a_text_that_is_no_unicode_is_printed_where_the_terminal_is_none(tmp_path: Path) -> None:
    """In an ASCII terminal, and for names that are no UTF-8, escapes stand for what cannot be shown."""
    program = "from replisite.cli.terminal import Terminal; Terminal().print('Zo\\xeb \\udcff'); Terminal().print_json(['\\xeb\\x9b\\udcff'])"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    line, _, rest = told.partition("\n")
    assert line == r"Zo\xeb \udcff"
    assert rest.isascii()
    assert r"\u009b\udcff" in rest


def test_json_has_no_control_characters_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A report as JSON may be read on a terminal too: it means the same, and steers nothing."""
    Terminal().print_json({HOSTILE: [HOSTILE, "Zoë"]})
    told = capsys.readouterr().out
    assert json.loads(told) == {HOSTILE: [HOSTILE, "Zoë"]}
    assert "Zoë" in told
    assert not [character for character in told if character != "\n" and printable(character) != character]


def test_a_place_can_be_copied_from_a_narrow_terminal(tmp_path: Path) -> None:
    """On a real terminal of 40 columns ``file:line`` is one piece, without an emoji, a colour or a line break in it."""
    site = LittleSite(tmp_path).root
    rows = ["id,alias,first_name,last_name,email"]
    rows += [f"B{n},bob{n}x,Bob,Bee,{'[red]no' if n == 100 else 'b@x.example'}" for n in range(2, 101)]
    (site / "content/distributors-of-the-north-and-of-the-south.csv").write_text("\n".join(rows) + "\n")
    name = "content/distributors-of-the-north-and-of-the-south.csv"
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "replisite", "roster", "--site", str(site), "--roster", str(site / name)],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "40", "TERM": "xterm-256color"},
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # EIO: the other side is closed
            break
        if not piece:
            break
        told += piece
    running.wait()
    os.close(ours)
    assert f"{name}:100: ".encode() in told
    assert b"[red]no" in told
