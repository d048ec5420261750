"""The progress of a command on a terminal and in a log."""

from __future__ import annotations

import pytest

from replisite.cli.deploy_reporter import DeployReporter
from replisite.cli.progress import LABELS, BarReporter, LineReporter, progress
from replisite.cli.terminal import Terminal
from replisite.reporting import Notice, NoticeKind, Phase, Reporter, SilentReporter

NOTICE = Notice(NoticeKind.SLOW, "the plugin is still running")


def test_each_phase_has_a_label() -> None:
    """No phase is without one."""
    assert LABELS.keys() == set(Phase)


def test_a_log_gets_a_line_a_phase_and_every_notice(capsys: pytest.CaptureFixture[str]) -> None:
    """Progress is printed once a few seconds have passed."""
    reporter = LineReporter(Terminal())
    reporter.begin(Phase.CONTENT)
    reporter.advance(1)
    reporter.warn(NOTICE)
    reporter.begin(Phase.PRESS)
    reporter.EVERY_SECONDS = 0.0  # type: ignore[misc]
    reporter.advance(0, 50)
    reporter.advance(7, 50, pages=700)
    reporter.advance(1_234)
    assert capsys.readouterr().out.splitlines() == [
        "Reading content and staging pages",
        "the plugin is still running",
        "Pressing sites",
        "  7 of 50",
        "  1,234",
    ]


def test_a_bar_prints_a_notice_and_waiting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bar itself goes away."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with BarReporter(Terminal()) as reporter:
        reporter.begin(Phase.WAIT)
        reporter.begin(Phase.PRESS)
        reporter.advance(3, 10, pages=30)
        reporter.warn(NOTICE)
    shown = capsys.readouterr().out
    assert "Waiting for another command on this site to end" in shown
    assert "the plugin is still running" in shown


@pytest.mark.parametrize("is_silent", [True, False])
def test_quiet_and_json_report_nothing(is_silent: bool) -> None:
    """Elsewhere, without a terminal, lines are printed."""
    with progress(is_silent=is_silent) as reporter:
        assert isinstance(reporter, SilentReporter if is_silent else LineReporter)


def _deploys(reporter: Reporter) -> None:
    reporter.begin(Phase.SCAN)
    reporter.advance(500)
    reporter.begin(Phase.APPLY)
    reporter.advance(1, 2, size=2_000)
    reporter.begin(Phase.VERIFY)
    reporter.advance(0, 24)


def test_a_deploy_in_a_log(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Live files that are read, files that are sent, and files that are compared."""
    monkeypatch.setattr("replisite.cli.deploy_reporter.EVERY_SECONDS", -1.0)
    with DeployReporter(Terminal(), is_agreed=True, is_quiet=False) as reporter:
        _deploys(reporter)
    assert capsys.readouterr().out.splitlines() == [
        "  500 live files read",
        "  1 of 2 files, 2.0 kB",
        "Comparing 24 live files with the build",
    ]


def test_a_quiet_deploy_prints_warnings_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No progress, whatever the phase."""
    monkeypatch.setattr("replisite.cli.deploy_reporter.EVERY_SECONDS", -1.0)
    with DeployReporter(Terminal(), is_agreed=True, is_quiet=True) as reporter:
        _deploys(reporter)
        reporter.warn(NOTICE)
    assert capsys.readouterr().out.splitlines() == ["warning: the plugin is still running"]
