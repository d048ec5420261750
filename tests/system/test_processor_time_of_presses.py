"""A template that has no end for an owner whom the proof's sample leaves out ends the build with a fault, too."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from replisite.config import load_site
from replisite.people import PeopleDatabase
from replisite.rendering.steps import sample_of
from replisite.system.processor_time import TooSlow, limited_pieces, limited_processor_time
from tests.little_site import LittleSite, run_replisite

FOREVER = "{% for i in range(10 ** 12) %}{% endfor %}"
FOR_ONE = f'{{% if distributor.alias == "ALIAS" %}}\n{FOREVER}{{% endif %}}'
PEOPLE = 120

TEMPLATES = {
    "loop": ("page.html", 3, {"page.html": f"\n{FOR_ONE}"}),
    "include": ("part.html", 2, {"page.html": "{% include 'part.html' %}", "part.html": FOR_ONE}),
    "macro": (
        "page.html",
        2,
        {
            "page.html": f"{{% macro m(alias) %}}{FOR_ONE.replace('distributor.alias', 'alias')}{{% endmacro %}}{{{{ m(distributor.alias) }}}}"
        },
    ),
    "filter": (
        "page.html",
        2,
        {
            "page.html": '\n{{ (range(10 ** 12) if distributor.alias == "ALIAS" else [])|select("lt", 0)|list|length }}'
        },
    ),
    "whole page": (
        "page.html",
        2,
        {
            "page.html": '{% extends "base.html" if distributor.is_company else "404.html" %}{% block main %}\n'
            f"{FOR_ONE.replace(chr(10), '')}{{% endblock %}}"
        },
    ),
}


def crowd(tmp_path: Path) -> LittleSite:
    """Return a site with more people than a sample has."""
    little = LittleSite(tmp_path)
    little.roster(
        *(
            f"A{n},person-{n:03},Pat,Lee,p{n}@example.com,,Leeds,GB,active,,first_name last_name"
            for n in range(PEOPLE)
        )
    )
    return little


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Those whose pages are proved."""
    little = crowd(tmp_path_factory.mktemp("crowd"))
    little.build("-q")
    site = load_site(little.root)
    (database,) = site.state.glob("people*.sqlite")
    with PeopleDatabase.open(database) as opened:
        return frozenset(owner.alias for owner in sample_of(opened, site))


@pytest.fixture(scope="module")
def alias(sample: frozenset[str]) -> str:
    """Somebody whose pages are not proved."""
    return next(name for n in range(PEOPLE) if (name := f"person-{n:03}") not in sample)


def refused(little: LittleSite, *arguments: str) -> str:
    """Run a command that must end with a fault, and soon."""
    started = time.monotonic()
    done = run_replisite(*arguments, "-q", "--site", str(little.root), REPLISITE_PAGE_SECONDS="0.7")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert time.monotonic() - started < 100
    return done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_page_without_an_end_is_a_fault_with_owner_page_and_line(
    tmp_path: Path, alias: str, name: str, jobs: str
) -> None:
    """In one process and in workers; the other sites are not waited for."""
    little = crowd(tmp_path)
    file, line, templates = TEMPLATES[name]
    for template, text in templates.items():
        little.write(f"themes/little/templates/{template}", text.replace("ALIAS", alias))
    said = refused(little, "build", "--jobs", jobs)
    assert said.startswith(f"themes/little/templates/{file}:{line}: TooSlow: gave up after 0.7 s"), said
    assert f"(while rendering about/index.html on the site of {alias})" in said


def test_the_first_site_without_an_end_ends_the_build(tmp_path: Path, sample: frozenset[str]) -> None:
    """The others are not tried one after the other."""
    little = crowd(tmp_path)
    few = sorted({"", *sample})
    little.write("themes/little/templates/page.html", FOR_ONE.replace('== "ALIAS"', f"not in {few}"))
    assert "page.html:2: TooSlow" in refused(little, "build", "--jobs", "2")


@pytest.mark.parametrize("command", [("build", "--prove", "all"), ("check", "--links")])
def test_commands_that_press_every_site_have_the_limit(
    tmp_path: Path, alias: str, command: tuple[str, ...]
) -> None:
    """All pages proved, and all links counted."""
    little = crowd(tmp_path)
    little.write("themes/little/templates/page.html", FOR_ONE.replace("ALIAS", alias))
    assert f"on the site of {alias}" in refused(little, *command)


def test_site_toml_sets_the_limit(tmp_path: Path, alias: str) -> None:
    """The environment variable overrides it."""
    little = crowd(tmp_path)
    little.write("themes/little/templates/page.html", FOR_ONE.replace("ALIAS", alias))
    little.change("site.toml", "[links]", "[build]\npage_seconds = 0.6\n\n[links]")
    done = run_replisite("build", "-q", "--site", str(little.root))
    assert done.returncode == 1
    assert "gave up after 0.6 s" in done.stderr


def _work(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_each_piece_has_the_whole_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """All pieces together may take longer, and waiting costs nothing."""
    monkeypatch.setenv("REPLISITE_PAGE_SECONDS", "0.4")
    with limited_pieces() as limited:
        for _ in range(5):
            _work(0.2)
            limited.finished += 1
        time.sleep(0.8)
    with pytest.raises(TooSlow, match=r"0\.4 s"), limited_pieces():
        _work(5)


def test_a_limit_within_pieces_is_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are proved while sites are pressed."""
    monkeypatch.setenv("REPLISITE_PAGE_SECONDS", "0.4")
    with limited_pieces():
        for _ in range(5):
            with limited_processor_time():
                _work(0.2)
    with pytest.raises(TooSlow), limited_pieces(), limited_processor_time():
        _work(5)


def test_a_forked_copy_has_limits_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer is not inherited."""
    monkeypatch.setenv("REPLISITE_PAGE_SECONDS", "0.3")
    with limited_pieces():
        copy = os.fork()
        if copy == 0:
            try:
                with limited_processor_time():
                    _work(5)
            except TooSlow:
                os._exit(7)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == 7
