"""What a plugin does is reported under its name."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import pelican
import pytest

import replisite.pelican
from replisite.pelican.plugin_code import PluginCode, frames_from, is_installed
from tests.rosters import a_site

PELICAN = str(Path(pelican.__file__).parent)
REPLISITE = str(Path(replisite.pelican.__file__).parent)


def code_of(root: Path, **settings: Any) -> PluginCode:
    """Return the plugins of a site with these settings of Pelican."""
    return PluginCode(a_site(root, pelican={"PLUGIN_PATHS": ["plugins"], **settings}))


def test_a_plugin_is_known_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its folder in PLUGIN_PATHS, by its package, or by the namespace of installed ones."""
    module = ModuleType("odd_plugin")
    module.__file__ = "/lib/odd_plugin/__init__.py"
    monkeypatch.setitem(sys.modules, "odd_plugin", module)
    code = code_of(tmp_path, PLUGINS=["odd_plugin"])
    assert code.plugin_at(f"{tmp_path}/plugins/own.py") == "own"
    assert code.plugin_at("/lib/odd_plugin/deep/a.py") == "odd_plugin"
    assert code.plugin_at(f"{PELICAN}/plugins/sitemap/sitemap.py") == "pelican.plugins.sitemap"
    assert code.plugin_at(f"{PELICAN}/plugins/signals.py") == ""
    assert code.plugin_at("/lib/other.py") == ""


@pytest.mark.parametrize(
    ("frames", "blamed"),
    [
        ([("{root}/plugins/own.py", 5), (f"{PELICAN}/__init__.py", 9)], ("own", "plugins/own.py", 5)),
        ([(jinja2.__file__, 1), ("{root}/plugins/own.py", 5)], ("own", "plugins/own.py", 5)),
        ([(f"{PELICAN}/writers.py", 5), (f"{REPLISITE}/writer.py", 9)], None),
        ([(f"{REPLISITE}/run.py", 5), ("/bin/anything.py", 9)], None),
        ([(f"{REPLISITE}/record_site.py", 5), ("/bin/anything.py", 9)], None),
        ([("/lib/unknown.py", 5)], ("/lib/unknown.py", "/lib/unknown.py", 0)),
    ],
)
def test_the_plugin_that_pelican_called_is_blamed(
    tmp_path: Path, frames: list[tuple[str, int]], blamed: tuple[str, str, int] | None
) -> None:
    """At the line of it that ran last; callers of replisite are no plugins."""
    code = code_of(tmp_path, PLUGINS=["own"])
    assert code.blamed((path.format(root=tmp_path), line) for path, line in frames) == blamed


def test_a_site_without_plugins_blames_none(tmp_path: Path) -> None:
    """Not even for code that is not known."""
    assert code_of(tmp_path, PLUGINS=[]).blamed([("/lib/unknown.py", 5)]) is None


def test_frames_are_files_and_lines() -> None:
    """The most recent first."""
    frame = sys._getframe()
    path, line = next(frames_from(frame))
    assert (path, line) == (__file__, frame.f_lineno - 1) or path == __file__


@pytest.mark.parametrize(
    ("file", "expected"),
    [("/usr/lib/python3/dist-packages/a.py", True), ("/v/site-packages/a.py", True), ("/site/a.py", False)],
)
def test_installed_code_lies_in_a_packages_folder(file: str, expected: bool) -> None:
    """Of pip's or of Debian's."""
    assert is_installed(file) is expected
