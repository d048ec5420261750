"""The law, and the escaping of a record's values, over made-up sets of templates.

REPLISITE_FUZZ=1 tries tens of thousands of sets instead of some hundreds.
"""

from __future__ import annotations

import os
import re
from typing import Any

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from replisite.staging import escaping, stage, staged
from tests.staging.grammar import RECORDS, Grammar, statics
from tests.staging.law import difference, environment, outcome

IS_LONG = "REPLISITE_FUZZ" in os.environ
usual = settings(
    max_examples=20_000 if IS_LONG else 400,
    deadline=None,
    derandomize=not IS_LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
)

HOSTILE: dict[str, Any] = {
    "name": '<q1&"q2>',
    "tags": ['<q3"&q4>', "<q5>"],
    "n": 2,
    "flag": True,
    "kids": [{"n": "<q6>", "kids": []}],
}
LEAK = re.compile(r'[<&][qQ]\d|[qQ]\d>|(?<!\\)"[qQ]\d|[qQ]\d"')
"""A special character that stands beside a record's letters as it stood in the record.

``tojson`` writes a quote as JSON does, after a backslash: it is for scripts.
"""


@st.composite
def template_sets(draw: st.DrawFn) -> dict[str, str]:
    """Draw the numbers from hypothesis' own random source, which it can replay."""
    random = draw(st.randoms(use_true_random=False))
    return Grammar(random.randrange).templates()


@usual
@given(template_sets(), st.booleans(), st.sampled_from([0, 0, 0, 1, 2]))
def test_pressing_gives_what_jinja_renders(
    templates: dict[str, str], autoescape: bool, undefined: int
) -> None:
    """The law, for every kind of statement and expression, byte for byte, or both raise."""
    env = environment(templates, autoescape=autoescape, undefined=undefined)
    try:
        assert difference(env, statics, RECORDS) is None
    except RecursionError:
        reject()  # blocks that call one another for ever end at a depth that is Python's


@usual
@given(template_sets(), st.booleans())
def test_no_special_character_of_a_record_reaches_the_page(
    templates: dict[str, str], autoescape: bool
) -> None:
    """Through filters, sets, loops, macros, imports, includes and ``safe``, whatever autoescape says."""
    env = environment(templates, autoescape=autoescape)
    env.globals.update(ctx=str, ctxwith=lambda value, _: str(value))  # Python code answers for itself
    env.filters.update(evalfilter=lambda value: f"<u>{value}</u>", ctxfilter=str)
    escaped = escaping(env, {"d"})
    template = outcome(lambda: escaped.get_template("page.html"))
    if isinstance(template, type):
        return
    try:
        page = outcome(lambda: template.render(statics(), d=HOSTILE))  # type: ignore[attr-defined]
        plate = stage(staged(escaped, {"d"}).get_template("page.html"), statics())
        pressed = outcome(lambda: plate.text({"d": HOSTILE}))
    except RecursionError:
        reject()
    assert not isinstance(page, str) or not LEAK.search(page)
    assert pressed == page or (isinstance(pressed, type) and isinstance(page, type))


@usual
@given(st.text(), st.text(), st.booleans())
def test_no_text_is_taken_for_a_mark(static: str, value: str, autoescape: bool) -> None:
    """Content and records may hold any characters, the core's own control characters among them."""
    env = Environment(loader=DictLoader({"p": "{{ s }}{{ d }}{{ s ~ d }}"}), autoescape=autoescape)
    plate = stage(staged(env, {"d"}).get_template("p"), {"s": static})
    assert plate.text({"d": value}) == env.get_template("p").render(s=static, d=value)
