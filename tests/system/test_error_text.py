"""An error that says nothing is named without a colon and a blank, wherever it is reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from replisite.config import load_site
from replisite.pages.template_errors import template_fault
from replisite.pelican.faults import PelicanFaults
from replisite.staging import template_lines
from replisite.staging.raised import error_text as staging_text
from replisite.system.error_text import error_text, named_text
from replisite.system.exit_report import exit_text
from replisite.system.processor_time import TooSlow
from tests.little_site import LittleSite
from tests.pelican.test_plugins import faults_of, with_plugin


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), "MemoryError"),
        (AssertionError(""), "AssertionError"),
        (ValueError(" \n"), "ValueError"),
        (ValueError("no number"), "ValueError: no number"),
        (StopIteration(), "StopIteration"),
    ],
)
def test_an_error_that_says_nothing_is_its_name(error: Exception, expected: str, tmp_path: Path) -> None:
    """In the system's words, the core's, those of a template and of a file that cannot be read."""
    assert error_text(error) == staging_text(error) == exit_text(error) == expected
    site = load_site(LittleSite(tmp_path).root)
    assert (
        str(template_fault(error, site, "page.md")) == f"page.md: {expected}; fix the template or the content"
    )
    notebook = PelicanFaults(tmp_path, tmp_path / "content")
    notebook.note_unread(tmp_path / "content/a.md", error)
    assert str(notebook.faults[0]) == f"content/a.md: cannot be read: {expected}"


def test_a_name_with_nothing_said_stands_alone() -> None:
    """Blanks are nothing."""
    assert [named_text("Error", said) for said in ("", None or "", " \n", "why")] == ["Error"] * 3 + [
        "Error: why"
    ]


@pytest.mark.parametrize("error", ["MemoryError()", "AssertionError()", "NotImplementedError()"])
def test_a_plugin_s_error_that_says_nothing_is_its_name(tmp_path: Path, error: str) -> None:
    """Nothing between the name and the advice."""
    little = LittleSite(tmp_path)
    with_plugin(little, f"raise {error}")
    assert f"plugins/odd.py:5: {error[:-2]}; fix the plugin" in faults_of(little)


@pytest.mark.parametrize("kind", [TooSlow, ValueError, KeyboardInterrupt])
def test_the_lines_of_templates_are_the_template_s_own(tmp_path: Path, kind: type[BaseException]) -> None:
    """Jinja rewrites the traceback of an `Exception` only."""

    def fail() -> None:
        raise kind

    path = tmp_path / "page.txt"
    path.write_text("a\n{% macro m() %}\n\n{{ fail() }}{% endmacro %}\n{{ m() }}")
    template = Environment(loader=FileSystemLoader(tmp_path), autoescape=True).get_template(path.name)
    with pytest.raises(kind) as raised:
        template.render(fail=fail)
    assert template_lines(raised.value)[-2:] == [(str(path), 5), (str(path), 4)]
