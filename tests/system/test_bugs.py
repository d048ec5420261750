"""A bug in replisite is reported as a bug: in every process, with exit code 70 and the traceback in a file."""

from __future__ import annotations

import json
import os
import pickle
import re
import stat
from pathlib import Path

import pytest

from replisite.errors import InputError, InternalError, PartlyDeployed, SystemLimitError
from replisite.system import clock
from replisite.system.bugs import (
    as_error,
    bug_of,
    call_in_worker,
    is_programming_error,
    without_secrets,
    write_bug_report,
)
from tests.little_site import LittleSite
from tests.system.bugs import run_with_bug

MANY = [f"X{n},xavier-{n}-x,Xavier,Xu,,,York,GB,active,," for n in range(400)]
CROWD = [f"X{n},xavier-{n}-x,Xavier,Xu,,,York,GB,active,," for n in range(2_500)]


def _report_file(text: str) -> Path:
    found = re.search(r"The traceback is in (\S+\.txt)\. Please report it", text)
    assert found, text
    return Path(found[1])


@pytest.mark.parametrize(
    ("function", "words", "processes"),
    [
        ("replisite.commands.build:build", ["build"], ["MainProcess"]),
        ("replisite.config:load_site", ["check"], ["MainProcess"]),
        ("replisite.commands.deploy:deploy", ["deploy"], ["MainProcess"]),
        ("replisite.rendering.compose:reads_of", ["build"], ["replisite rendering", "MainProcess"]),
        ("replisite.rendering.prove:house_account", ["check"], ["replisite rendering", "MainProcess"]),
        (
            "replisite.rendering.worker:RenderingWorker.__init__",
            ["explain"],
            ["replisite rendering", "MainProcess"],
        ),
        (
            "replisite.rendering.shards:PressSet.press_site",
            ["build", "--jobs", "2"],
            ["ForkProcess", "replisite rendering", "MainProcess"],
        ),
        (
            "replisite.rendering.prove:_Prover.prove",
            ["build", "--jobs", "2"],
            ["ForkProcess", "replisite rendering", "MainProcess"],
        ),
        (
            "replisite.rendering.company_links:LinkCounts.__add__",
            ["check", "--links", "--jobs", "2"],
            ["replisite rendering", "MainProcess"],
        ),
    ],
)
def test_a_bug_is_reported_with_the_frames_of_all_processes(
    little: LittleSite, function: str, words: list[str], processes: list[str]
) -> None:
    """Exit code 70, plain words without a traceback, and a private file in the site's folder with all frames."""
    little.change(
        "site.toml", "[markets.GB]", '[targets.live]\nhost = "folder"\npath = "www"\n\n[markets.GB]'
    )
    little.roster(*MANY)
    for number in range(12):
        little.write(f"content/pages/p{number}.md", f"---\ntitle: P{number}\n---\nText.\n")
    done = run_with_bug(function, *words, "--site", str(little.root))
    assert done.returncode == 70, done.stderr
    assert done.stdout == ""
    assert "This is a bug in replisite, not a mistake of yours: KeyError: 'no such plate'" in done.stderr
    assert "Traceback" not in done.stderr
    path = _report_file(done.stderr)
    assert path.parent == little.root / ".replisite" / "bugs"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert "in planted_bug" in text
    assert "replisite 0.1.0\nPython 3." in text
    assert f"Command line: replisite {words[0]}" in text
    assert "may quote\npersonal data" in text
    named = re.findall(r"^In the process (.*) \(\d+\):$", text, re.MULTILINE)
    assert [re.sub(r"-[\d:]+$", "", name) for name in named] == processes


@pytest.mark.parametrize(
    ("function", "during"),
    [
        ("replisite.pelican.reader:static_slug", "while reading content/pages/about.md"),
        ("replisite.pelican.generator:is_due", ""),
        ("replisite.pages.link_audit:_filled", ""),
    ],
)
def test_a_bug_while_content_is_read_or_rendered_is_not_a_fault_of_it(
    little: LittleSite, function: str, during: str
) -> None:
    """The boundary is where templates and plugins are called: only their errors are faults of the input."""
    done = run_with_bug(function, "build", "--site", str(little.root))
    assert done.returncode == 70, done.stderr
    assert during in done.stderr


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{{ enroll_link(7) }}", "product.html:1: TypeError"),
        ("{{ product.price.retail|money(1, 2, 3, 4) }}", "product.html:1: TypeError"),
        ("{{ distributor.name + 1 }}", "product.html:1: TypeError"),
    ],
)
def test_a_template_that_calls_replisite_wrongly_is_an_error_of_the_input(
    little: LittleSite, written: str, message: str
) -> None:
    """The fault has the template's line, although a line of replisite raises it."""
    little.change("themes/little/templates/product.html", "<h1>", f"{written}<h1>")
    done = little.build(code=1)
    assert message in done.stderr
    assert "bug" not in done.stderr


def test_a_bug_in_a_process_that_reads_rows_is_reported(little: LittleSite) -> None:
    """A large roster is read in several processes."""
    little.roster(*CROWD)
    done = run_with_bug("replisite.roster.parallel:_Judge.judge", "roster", "--site", str(little.root))
    assert done.returncode == 70, done.stderr
    assert "In the process replisite rows" in _report_file(done.stderr).read_text(encoding="utf-8")


def test_a_bug_before_the_command_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a site, the file is in the system's folder for temporary files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = run_with_bug("replisite.preview.head_start:head_start", "build")
    assert done.returncode == 70
    assert _report_file(done.stderr).parent == tmp_path
    assert stat.S_IMODE(_report_file(done.stderr).stat().st_mode) == 0o600


def test_a_bug_is_reported_as_json(little: LittleSite) -> None:
    """In the form of the other errors, with its type and its file."""
    done = run_with_bug("replisite.rendering.compose:reads_of", "build", "--json", f"--site={little.root}")
    assert done.returncode == 70
    told = json.loads(done.stdout)
    assert told.keys() == {"error", "message", "faults", "bug"}
    assert (told["error"], told["faults"]) == ("InternalError", [])
    assert told["message"].startswith("This is a bug in replisite, not a mistake of yours: KeyError: ")
    assert told["bug"].keys() == {"type", "message", "traceback_file"}
    assert (told["bug"]["type"], told["bug"]["message"]) == ("KeyError", "'no such plate'")
    assert "in planted_bug" in Path(told["bug"]["traceback_file"]).read_text(encoding="utf-8")
    assert done.stderr == ""


def test_a_bug_leaves_the_last_good_output(little: LittleSite) -> None:
    """The message says so, too."""
    little.build()
    before = little.files()
    little.roster(*MANY)
    done = run_with_bug("replisite.rendering.shards:PressSet.press_site", "build", "--site", str(little.root))
    assert done.returncode == 70
    assert "The last good output is unchanged." in done.stderr
    assert little.files() == before


@pytest.mark.parametrize("function", ["put", "finish"])
def test_a_bug_in_a_deploy_leaves_what_is_live_whole(little: LittleSite, function: str) -> None:
    """The message says so; the next deploy continues, and everything is live."""
    little.change(
        "site.toml", "[markets.GB]", '[targets.live]\nhost = "folder"\npath = "www"\n\n[markets.GB]'
    )
    little.build()
    words = ["deploy", "--yes", "--no-verify", "--site", str(little.root)]
    done = run_with_bug(f"replisite.hosts.folder.host:FolderHost.{function}", *words)
    assert done.returncode == 70, done.stderr
    assert "What is live holds together; the next deploy continues from there." in done.stderr
    assert not (little.root / "www" / "current").exists()
    again = run_with_bug("replisite.system.clock:build_time", *words)
    assert again.returncode == 0, again.stderr
    assert (little.root / "www" / "current" / "index.html").is_file()


def test_errors_of_the_tree_and_interrupts_are_no_bugs(little: LittleSite) -> None:
    """They keep their exit codes."""
    for statement, code in [
        ("from replisite.errors import DeployError; raise DeployError('no')", 1),
        ("from replisite.errors import UsageError; raise UsageError('no')", 2),
        ("raise OSError(28, 'No space')", 1),
        ("raise MemoryError", 1),
        ("raise KeyboardInterrupt", 130),
        ("raise SystemExit(5)", 5),
    ]:
        done = run_with_bug(
            "replisite.commands.build:build", "build", "--site", str(little.root), statement=statement
        )
        assert done.returncode == code, done.stderr
    assert not (little.root / ".replisite" / "bugs").exists()


def test_an_answer_that_cannot_be_pickled_is_a_bug(little: LittleSite) -> None:
    """It is reported, and the process does not end without a word."""
    done = run_with_bug(
        "replisite.rendering.worker:RenderingWorker.explain",
        "explain",
        "--site",
        str(little.root),
        statement="arguments[0].withheld = None; raise type('Odd', (Exception,), {'__reduce__': lambda self: 1})('x')",
    )
    assert done.returncode == 70
    assert "not a mistake of yours: Odd: x" in done.stderr


def test_the_same_bug_has_the_same_file(tmp_path: Path) -> None:
    """A preview that meets it at every save writes one file, and another bug has another."""
    site = tmp_path / "site"
    site.mkdir()

    def bug(text: str) -> InternalError:
        with pytest.raises(KeyError) as raised:
            {}[text]
        return bug_of(raised.value)

    first, second = (write_bug_report(bug(text), site, ["build"]).path for text in ("a", "b"))
    assert first == second
    assert first is not None
    assert "KeyError: 'b'" in first.read_text(encoding="utf-8")
    assert write_bug_report(ValueError("other"), site, ["build"]).path != first


def test_a_report_that_cannot_be_written_is_returned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next folder is the system's; without that there is no path, and the text remains."""
    (tmp_path / ".replisite").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    report = write_bug_report(KeyError("x"), tmp_path, ["build"])
    assert report.path is not None
    assert report.path.parent == tmp_path
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    report = write_bug_report(KeyError("x"), tmp_path, ["build"])
    assert report.path is None
    assert "KeyError: 'x'" in report.text
    assert "No file for the traceback could be written" in report.next


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["build", "--site", "a b"], "build --site 'a b'"),
        (["preview", "--editor=https://ann:pw@host/{path}"], "preview '--editor=https://…@host/{path}'"),
        (
            ["preview", "--editor", "x://h?api_key=1&token=2&line={line}"],
            "preview --editor 'x://h?api_key=…&token=…&line={line}'",
        ),
        (["deploy", "--password=hunter2", "PASSWD=x"], "deploy '--password=…' 'PASSWD=…'"),
    ],
)
def test_a_command_line_is_reported_without_its_secrets(words: list[str], expected: str) -> None:
    """Users of URLs, and the values of names that hold secrets."""
    assert without_secrets(words) == expected


def test_errors_travel_between_processes() -> None:
    """As they are: a bug with its tracebacks, a limit of the system as one, faults with their numbers."""
    for error in (
        InternalError("KeyError", "'x'", ["one", "two"]),
        PartlyDeployed([("b", "no"), ("a", "no")], "Go on."),
        InputError([], 3),
    ):
        travelled = pickle.loads(pickle.dumps(error))
        assert (type(travelled), str(travelled), vars(travelled)) == (type(error), str(error), vars(error))
    assert isinstance(as_error(OSError(28, os.strerror(28))), SystemLimitError)
    assert isinstance(as_error(ValueError("x")), InternalError)


def test_a_worker_of_a_pool_raises_limits_as_they_are() -> None:
    """Its caller says what they mean for the output."""

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    with pytest.raises(OSError, match="No space"):
        call_in_worker(full, 1)
    with pytest.raises(InternalError, match="ZeroDivisionError"):
        call_in_worker(lambda part: part / 0, 1)


@pytest.mark.parametrize(
    ("error", "line", "expected"),
    [
        (KeyError, "of replisite", True),
        (AttributeError, "of replisite", True),
        (AssertionError, "of replisite", True),
        (ValueError, "of replisite", False),
        (KeyError, "of a library", False),
    ],
)
def test_a_programming_error_is_one_that_a_line_of_replisite_raised(
    error: type[Exception], line: str, expected: bool
) -> None:
    """A value error is raised on purpose, and an error of a library may come from the input."""
    file = clock.__file__ if line == "of replisite" else json.__file__
    with pytest.raises(error) as raised:
        exec(compile("raise error", file, "exec"), {"error": error})
    assert is_programming_error(raised.value) is expected
