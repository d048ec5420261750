"""What has no end ends with a fault in a build and in a check: loops, brackets, nesting, named pipes, devices."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from replisite.system.processor_time import TooSlow, limited_processor_time
from replisite.system.special_files import special_kind
from tests.little_site import LittleSite, run_replisite


def _refused(little: LittleSite, command: str = "build") -> str:
    started = time.monotonic()
    done = run_replisite(command, "-q", "--site", str(little.root), REPLISITE_PAGE_SECONDS="0.7")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert time.monotonic() - started < 120
    return done.stderr


TEXTS = {
    "brackets": "[" * 20_000,
    "links": "[a](" * 20_000,
    "pictures": "![" * 20_000,
    "nested lists": "\n".join("    " * depth + "- a" for depth in range(600)),
    "stars": "*" * 20_000 + "a" + "*" * 20_000,
    "open tags": "<a " * 20_000,
    "placeholder": "{{ distributor.first_name ~ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_without_an_end_is_a_fault_of_its_file(tmp_path: Path, name: str) -> None:
    """Markdown that takes hours, or more stack than there is."""
    little = LittleSite(tmp_path)
    little.write("content/pages/deep.md", f"---\ntitle: Deep\n---\n{TEXTS[name]}\n")
    told = _refused(little)
    assert told.startswith("content/pages/deep.md:")
    assert any(
        what in told for what in ("takes too long to read", "nested too deeply", "is not an expression")
    )


@pytest.mark.parametrize(
    "matter",
    [
        "title: " + "[" * 5_000 + "]" * 5_000,
        "title: " + "{a: " * 100_000,
        "title:\n" + "\n".join(" " * depth + "a:" for depth in range(300)),
        "a0: &a0 [x, x]\n"
        + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)),
    ],
)
def test_deep_front_matter_is_a_fault_with_its_line(tmp_path: Path, matter: str) -> None:
    """Libyaml would overflow the stack, and aliases of aliases fill the memory."""
    little = LittleSite(tmp_path)
    little.write("content/products/soap.md", f"---\n{matter}\n---\nA\n")
    assert "content/products/soap.md:" in _refused(little)


TEMPLATES = {
    "loop": "{% for i in range(10 ** 12) %}{% endfor %}",
    "loop with the owner": "{% for i in range(10 ** 12) %}{% if distributor.name == '' %}a{% endif %}{% endfor %}",
    "macro": "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
    "include": "{% include 'index.html' %}",
}


@pytest.mark.parametrize("command", ["build", "check"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_without_an_end_is_a_fault(tmp_path: Path, name: str, command: str) -> None:
    """The template is named."""
    little = LittleSite(tmp_path)
    little.write("themes/little/templates/404.html", "Not here")
    little.write("themes/little/templates/index.html", TEMPLATES[name])
    assert "index.html" in _refused(little, command)


@pytest.mark.parametrize("command", ["build", "check"])
@pytest.mark.parametrize(
    "path",
    [
        "content/pages/pipe.md",
        "content/images/pipe.png",
        "content/roster.csv",
        "content/distributors/jane.md",
        "themes/little/templates/pipe.html",
        "themes/little/static/css/pipe.css",
        "site.toml",
    ],
)
def test_a_named_pipe_is_never_opened(tmp_path: Path, path: str, command: str) -> None:
    """Whoever opened it would wait for ever."""
    little = LittleSite(tmp_path)
    place = little.root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    assert f"{path}: is a named pipe and not a file" in _refused(little, command)


@pytest.mark.parametrize(
    "path", ["content/pages/zero.md", "content/roster.csv", "content/distributors/jane.md"]
)
def test_a_link_to_a_device_is_never_opened(tmp_path: Path, path: str) -> None:
    """A link to /dev/zero has no end either."""
    little = LittleSite(tmp_path)
    place = little.root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.symlink_to("/dev/zero")
    assert f"{path}: is a device and not a file" in _refused(little)


def test_the_roster_command_opens_no_story_that_is_a_pipe(tmp_path: Path) -> None:
    """It goes on without the content where that has faults, and must not wait for a story."""
    little = LittleSite(tmp_path)
    (little.root / "content/distributors").mkdir()
    os.mkfifo(little.root / "content/distributors/jane.md")
    assert "jane.md: is a named pipe" in _refused(little, "roster")


def test_sockets_are_special_and_files_are_not(tmp_path: Path) -> None:
    """A link that leads nowhere is neither."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert special_kind(tmp_path / "socket") == "a socket"
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert [special_kind(tmp_path / name) for name in ("file", "link", ".", "none")] == [""] * 4


def test_waiting_costs_no_processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine under load gives up nothing; only the work itself counts."""
    monkeypatch.setenv("REPLISITE_PAGE_SECONDS", "0.2")
    with limited_processor_time():
        time.sleep(0.6)
    with pytest.raises(TooSlow, match="REPLISITE_PAGE_SECONDS"):
        _work_for_ever()


def test_a_plugin_does_not_swallow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """``except Exception`` lets it pass."""
    monkeypatch.setenv("REPLISITE_PAGE_SECONDS", "0.1")
    with pytest.raises(TooSlow):
        _work_for_ever()


def _work_for_ever() -> None:
    with limited_processor_time():
        while True:
            with suppress(Exception):
                subprocess.list2cmdline(["a"] * 100)
