"""A template is compiled and checked again if it has changed, and not otherwise."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from replisite.pelican.faults import PelicanFaults
from replisite.pelican.reused_templates import ReusedTemplates
from replisite.staging import staged


def an_environment(folder: Path) -> Environment:
    """Return an environment of the templates of a folder that does not look whether they have changed."""
    return Environment(loader=FileSystemLoader(folder), autoescape=True, auto_reload=False)


def test_an_environment_of_the_same_shape_is_reused(tmp_path: Path) -> None:
    """One of another shape is not, nor what was staged of the one before."""
    reused = ReusedTemplates()
    first, second, third = (an_environment(tmp_path) for _ in range(3))
    assert reused.environment(first, {"trim": True}) is first
    overlay = reused.staged(first, lambda env: env.overlay())
    assert reused.environment(second, {"trim": True}) is first
    assert reused.staged(first, lambda env: env.overlay()) is overlay
    assert reused.environment(third, {"trim": False}) is third
    assert reused.staged(first, lambda env: env.overlay()) is not overlay


def test_a_changed_template_is_compiled_again(tmp_path: Path) -> None:
    """Templates that have not changed stay as they were compiled."""
    reused = ReusedTemplates()
    (tmp_path / "a.html").write_text("one", encoding="utf-8")
    (tmp_path / "b.html").write_text("two", encoding="utf-8")
    env = reused.staged(an_environment(tmp_path), lambda env: staged(env, frozenset({"distributor"})))
    reused.forget_changed([tmp_path])
    before = {name: env.get_template(name) for name in ("a.html", "b.html")}
    (tmp_path / "a.html").write_text("another", encoding="utf-8")
    reused.forget_changed([tmp_path])
    assert env.get_template("a.html") is not before["a.html"]
    assert env.get_template("b.html") is before["b.html"]


def test_a_template_is_checked_once_until_it_changes(tmp_path: Path) -> None:
    """Its faults are noted in every run."""
    reused = ReusedTemplates()
    path = tmp_path / "a.html"
    path.write_text("{{ fone }}", encoding="utf-8")
    checked: list[Path] = []
    for number in range(3):
        noted = PelicanFaults(tmp_path, tmp_path)

        def check(path: Path, noted: PelicanFaults = noted) -> None:
            checked.append(path)
            noted.note(path, 1, "no such field")

        if number == 2:
            path.write_text("{{ fone }} ", encoding="utf-8")
        reused.check(path, noted, check)
        assert [str(fault) for fault in noted.faults] == ["a.html:1: no such field"]
    assert checked == [path, path]
