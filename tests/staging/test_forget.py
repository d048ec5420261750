"""Templates that change: what was compiled of the others is kept, and every page is as in a new environment."""

from __future__ import annotations

from random import Random

import pytest
from jinja2 import DictLoader, Environment

from replisite.staging import escaping, forget_slots, forget_templates, in_full, stage, staged
from tests.staging.grammar import RECORDS, statics
from tests.staging.law import outcome
from tests.staging.test_law import drawn, surroundings


def _staged(env: Environment) -> Environment:
    return staged(escaping(env, {"d"}), {"d"}, trust=lambda _: True)


def _outcomes(env: Environment, names: list[str]) -> list[object]:
    found: list[object] = []
    for name in names:
        for record in RECORDS[:3]:
            found.append(
                outcome(lambda n=name, r=record: stage(env.get_template(n), statics()).press({"d": r}))
            )
            found.append(
                outcome(lambda n=name, r=record: in_full(env.get_template(n), statics(), {"d": r}).encode())
            )
    return found


@pytest.mark.parametrize("seed", range(80))
def test_pages_are_those_of_a_new_environment(seed: int) -> None:
    """Change one template of a set to another set's; also new ones, and ones that are gone."""
    choose = Random(seed).randrange
    before, _ = drawn(choose)
    after, _ = drawn(choose)
    files = dict(before)
    loader = DictLoader(files)
    warm = _staged(surroundings({}, {}).overlay(loader=loader))
    names = sorted(before)
    for name in names:
        outcome(lambda name=name: stage(warm.get_template(name), statics()).press({"d": RECORDS[0]}))
    for name in [names[choose(len(names))], sorted(after)[choose(len(after))]]:
        if name in after:
            files[name] = after[name]
        else:
            del files[name]
        if not forget_templates(warm, {name}):
            warm = _staged(surroundings({}, {}).overlay(loader=loader))
        forget_slots(warm)
        listed = sorted(files)
        fresh = _staged(surroundings({}, {}).overlay(loader=DictLoader(dict(files))))
        assert _outcomes(warm, listed) == _outcomes(fresh, listed)


def test_what_was_inlined_into_a_slot_is_compiled_again() -> None:
    """The slot of one file holds the text of another."""
    files = {
        "page.html": "{% if d %}{% include 'part.html' %}{% endif %}",
        "part.html": "one {{ d }}",
        "other.html": "{{ d }}",
    }
    env = _staged(Environment(loader=DictLoader(files), autoescape=True))
    assert stage(env.get_template("page.html"), {}).press({"d": "x"}) == b"one x"
    other = env.get_template("other.html")
    files["part.html"] = "two {{ d }}"
    assert forget_templates(env, {"part.html"})
    assert stage(env.get_template("page.html"), {}).press({"d": "x"}) == b"two x"
    assert env.get_template("other.html") is other


def test_another_way_of_a_deferred_value_wants_another_environment() -> None:
    """In a theme without autoescape a name may come to hold an owner's value in every file."""
    files = {"a.html": "{% set x = 'plain' %}{% include 'b.html' %}", "b.html": "{{ x }}"}
    env = _staged(Environment(loader=DictLoader(files)))
    assert stage(env.get_template("a.html"), {}).press({"d": "<i>"}) == b"plain"
    files["a.html"] = "{% set x = d %}{% include 'b.html' %}"
    assert not forget_templates(env, {"a.html"})
