"""A plugin that never ends is given up with its line, or, if it waits, reported while it runs."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from replisite.config import load_site
from replisite.pelican import plugin_time
from replisite.pelican.plugin_code import PluginCode
from replisite.pelican.plugin_time import PluginTime
from tests.little_site import LittleSite, run_replisite
from tests.pelican.test_plugins import SETTINGS, with_plugin

FOREVER = "while True: pass"
SWALLOWS = """\
from pelican import signals
def act(sender):
    go_on()
def go_on():
    while True:
        try: sum(range(1000))
        except Exception: pass
def register(): signals.initialized.connect(act)
"""


def refused(little: LittleSite, command: str = "build") -> str:
    """Run a command that must give a plugin up, and soon."""
    started = time.monotonic()
    done = run_replisite(command, "-q", "--site", str(little.root), REPLISITE_PLUGIN_SECONDS="1")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert time.monotonic() - started < 60
    return done.stderr


@pytest.mark.parametrize("command", ["build", "check"])
@pytest.mark.parametrize(
    "name",
    ["initialized", "readers_init", "all_generators_finalized", "article_writer_finalized", "finalized"],
)
def test_a_receiver_without_an_end_is_a_fault(tmp_path: Path, name: str, command: str) -> None:
    """The fault has the plugin's line and the signal."""
    little = LittleSite(tmp_path)
    with_plugin(little, FOREVER, name)
    said = refused(little, command)
    assert said.startswith(
        f"plugins/odd.py:5: takes too long ({name}): gave up after 1 s of processor time"
    ), said


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (f"def register():\n    {FOREVER}\n", "register"),
        (f"{FOREVER}\ndef register(): pass\n", "import"),
        (SWALLOWS, "initialized"),
    ],
)
def test_other_code_of_a_plugin_may_have_no_end(tmp_path: Path, text: str, cause: str) -> None:
    """Its import, its ``register``, and what swallows errors."""
    little = LittleSite(tmp_path)
    little.write("plugins/odd.py", text)
    little.change("site.toml", "[links]", SETTINGS)
    said = refused(little)
    assert said.startswith("plugins/odd.py:"), said
    assert f"takes too long ({cause}): gave up after 1 s" in said


def test_a_plugin_s_function_in_a_template_has_the_limit_of_a_page(tmp_path: Path) -> None:
    """Pages of a site with plugins are staged before they are proved."""
    little = LittleSite(tmp_path)
    with_plugin(little, "pass")
    little.write("themes/little/templates/index.html", "\n{% for i in range(10 ** 12) %}{% endfor %}")
    done = run_replisite("build", "-q", "--site", str(little.root), REPLISITE_PAGE_SECONDS="0.7")
    assert done.returncode == 1
    assert done.stderr.startswith("themes/little/templates/index.html:2: index.html takes too long"), (
        done.stderr
    )


def test_site_toml_sets_the_limit(tmp_path: Path) -> None:
    """A plugin that makes pictures may need more, or a hurried company wants less."""
    little = LittleSite(tmp_path)
    with_plugin(little, FOREVER)
    little.change("site.toml", "[links]", "[build]\nplugin_seconds = 0.5\n\n[links]")
    done = run_replisite("build", "-q", "--site", str(little.root))
    assert done.returncode == 1
    assert "takes too long (finalized): gave up after 0.5 s of processor time" in done.stderr


def test_a_plugin_that_waits_is_reported_and_not_given_up(tmp_path: Path) -> None:
    """On the terminal, while it runs."""
    little = LittleSite(tmp_path)
    with_plugin(little, "__import__('time').sleep(23)", "initialized")
    done = run_replisite("build", "--site", str(little.root), REPLISITE_PLUGIN_SECONDS="1")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if "has been running" in line]
    (line,) = told
    assert line.startswith("the plugin odd has been running for 2")
    assert line.endswith("s (initialized, plugins/odd.py:5)")


class _Plugin:
    """A plugin's module in this process."""

    def __init__(self, little: LittleSite, body: str) -> None:
        path = little.write("plugins/odd.py", f"import time\ndef act():\n    {body}\n")
        space: dict[str, object] = {}
        exec(compile(path.read_text(), str(path), "exec"), space)
        self.act = space["act"]


@pytest.mark.parametrize(
    ("body", "calls", "reports"),
    [
        ("time.sleep(1.3)", 1, 2),
        ("time.sleep(0.1)", 20, 0),
        ("end = time.monotonic() + 1.3; sum(1 for _ in iter(lambda: time.monotonic() < end, False))", 1, 2),
    ],
)
def test_each_call_is_timed_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, calls: int, reports: int
) -> None:
    """It is reported again when it has taken twice as long; many short calls are no long one."""
    little = LittleSite(tmp_path)
    little.change("site.toml", "[links]", SETTINGS)
    plugin = _Plugin(little, body)
    monkeypatch.setattr(plugin_time, "FIRST_REPORT", 0.4)
    monkeypatch.setattr(plugin_time, "_LOOK", 0.05)
    told: list[str] = []
    before = signal.getsignal(signal.SIGALRM)
    with PluginTime(PluginCode(load_site(little.root)), told.append, 60).watching():
        for _ in range(calls):
            plugin.act()
    assert len(told) >= reports
    assert bool(told) == bool(reports)
    assert all(line.endswith("s (act, plugins/odd.py:3)") for line in told), told
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
