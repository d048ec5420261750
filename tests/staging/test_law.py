"""The law, and the escaping of a record's values, over made-up sets of templates.

The ordinary run tries the same sets each time. REPLISITE_FUZZ=1 tries new ones for REPLISITE_FUZZ_SECONDS
(3600 unless told) and says how many; what fails is shrunk, and printed as the files of a case.
"""

from __future__ import annotations

import copy
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from random import SystemRandom
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from replisite.staging import escaping, stage, staged
from tests.staging.grammar import RECORDS, Grammar, Odd, changing_statics, statics
from tests.staging.law import difference, environment, outcome
from tests.staging.shrink import Choices, shrunk_numbers, shrunk_templates

IS_LONG = "REPLISITE_FUZZ" in os.environ
SECONDS = float(os.environ.get("REPLISITE_FUZZ_SECONDS", "3600"))

HOSTILE: dict[str, Any] = {
    "name": '<q1&"q2>',
    "tags": ['<q3"&q4>', "<q5>"],
    "n": 2,
    "flag": True,
    "kids": [{"n": "<q6>", "name": "<q7>", "kids": []}],
}
LEAK = re.compile(r'[<&][qQ]\d|[qQ]\d>|(?<!\\)"[qQ]\d|[qQ]\d"')
"""A special character that stands beside a record's letters as it stood in the record.

``tojson`` writes a quote as JSON does, after a backslash: it is for scripts.
"""


def by_name(name: str | None) -> bool:
    return name != "inc.html"


def bracketed(value: object) -> object:
    return f"<{value}>" if isinstance(value, int) else value


OPTIONS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("autoescape", (True, True, False, by_name)),
    ("undefined", (0, 0, 0, 1, 2)),
    ("finalize", (None, None, None, None, bracketed)),
    ("trim_blocks", (False, False, True)),
    ("lstrip_blocks", (False, False, True)),
    ("newline_sequence", ("\n", "\n", "\r\n", "\r")),
    ("keep_trailing_newline", (False, True)),
)
Drawn = tuple[dict[str, str], dict[str, Any]]


def drawn(choose: Callable[[int], int], *, changes: bool = False) -> Drawn:
    """Draw templates, and options of their environment."""
    templates = Grammar(choose, changes=changes).templates()
    return templates, {name: values[choose(len(values))] for name, values in OPTIONS}


def surroundings(templates: Mapping[str, str], options: Mapping[str, Any]) -> Environment:
    env = environment(templates, line_statement_prefix="%%", line_comment_prefix="##", **options)
    env.add_extension(Odd)
    return env


def seeds(usual: int) -> Iterator[int]:
    """Give the numbers of the sets to try."""
    yield from range(usual)
    if not IS_LONG:
        return
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        yield SystemRandom().randrange(2**63)


def tried(
    usual: int,
    found: Callable[[Drawn, Counter[str]], str | None],
    *,
    changes: bool = False,
) -> None:
    """Try sets until one differs, and fail with it in small."""
    seen: Counter[str] = Counter()

    def fault(what: Drawn) -> str | None:
        try:
            return found(what, seen)
        except RecursionError:  # blocks that call one another for ever end at a depth that is Python's
            return None
        except Exception as error:  # noqa: BLE001 - stage one itself must not raise
            return f"raises {type(error).__name__}: {error}"

    faults = []
    for number, seed in enumerate(seeds(usual), start=1):
        choices = Choices(seed=seed)
        if IS_LONG and number % 1000 == 0:
            print(f"{number} sets: {dict(seen)}, {len(faults)} differ", flush=True)  # noqa: T201 - it takes hours
        if fault(drawn(choices, changes=changes)) is None:
            continue
        faults.append(f"seed {seed}: {in_small(choices.taken, fault, changes=changes)}")
        if not IS_LONG:
            break
        print(faults[-1], flush=True)  # noqa: T201
    assert not faults, f"{len(faults)} sets differ\n" + "\n".join(faults[:20])


def in_small(numbers: list[int], fault: Callable[[Drawn], str | None], *, changes: bool) -> str:
    """Return what is wrong with as small a set as can be found in a minute, and its files."""
    numbers = shrunk_numbers(
        numbers, lambda less: fault(drawn(Choices(less), changes=changes)) is not None, 30
    )
    templates, options = drawn(Choices(numbers), changes=changes)
    templates = shrunk_templates(
        templates, lambda less: not prints_itself(less) and fault((less, options)) is not None, 30
    )
    return f"{fault((templates, options))}\n{as_case(templates, options, changes=changes)}"


def prints_itself(templates: Mapping[str, str]) -> bool:
    """Say whether a block or the template is printed, not called: that differs, and is no page that anybody writes."""
    return any(re.search(r"\bself\b(?!\.b\d\()", text) for text in templates.values())


def spelled(templates: Mapping[str, str]) -> set[str]:
    return set(re.findall(r"\w+", " ".join(templates.values())))


def as_case(templates: Mapping[str, str], options: Mapping[str, Any], *, changes: bool) -> str:
    """Write the files of a case folder down, each under its name."""
    made = changing_statics if changes else statics
    special = {name: value for name, value in options.items() if value != dict(OPTIONS)[name][0]}
    named = ", ".join(
        f"{name!r}: {getattr(value, '__name__', repr(value))}" for name, value in special.items()
    )
    python = [
        f"from tests.staging.grammar import {made.__name__}",
        f"from tests.staging.test_law import {', '.join(['surroundings', *re.findall('by_name|bracketed', named)])}",
        "",
        "def static():",
        f"    wanted = {sorted(spelled(templates) & {*made()})}",
        f"    return {{name: value for name, value in {made.__name__}().items() if name in wanted}}",
        "",
        "def environment(templates, **options):",
        f"    return surroundings(templates, {{{named}}} | options)",
        *(["", "USED_UP = True"] if changes else []),
    ]
    files = {name: ascii(text) for name, text in templates.items()}
    files |= {"case.py": "\n".join(python), "records.json": json.dumps(RECORDS)}
    return "\n".join(f"--- {name}\n{text}" for name, text in files.items())


@pytest.mark.timeout(0 if IS_LONG else 300)
def test_pressing_gives_what_jinja_renders() -> None:
    """The law, for every kind of statement and expression, byte for byte, or both raise."""

    def found(what: Drawn, seen: Counter[str]) -> str | None:
        return difference(surroundings(*what), statics, RECORDS, seen)

    tried(350, found)


@pytest.mark.timeout(0 if IS_LONG else 300)
def test_trusting_values_that_do_not_change_changes_no_page() -> None:
    """More is cut then, and nothing else."""

    def found(what: Drawn, seen: Counter[str]) -> str | None:
        env = surroundings(*what)
        template = outcome(lambda: env.get_template("page.html"))
        if isinstance(template, type):
            return None
        trusting = staged(env, {"d"}, trust=lambda _: True)
        plate = stage(trusting.get_template("page.html"), statics())
        seen["full" if plate.widening else "cut"] += 1
        for record in RECORDS:
            wanted = outcome(lambda: template.render({**statics(), **copy.deepcopy(record)}).encode())  # type: ignore[attr-defined]  # noqa: B023
            pressed = outcome(lambda: plate.press(copy.deepcopy(record)))  # noqa: B023
            seen["raised" if isinstance(wanted, type) else "rendered"] += 1
            if pressed != wanted and not (isinstance(pressed, type) and isinstance(wanted, type)):
                return f"{pressed!r} instead of {wanted!r} for {record} [{plate.widening}]"
        return None

    tried(220, found)


@pytest.mark.timeout(0 if IS_LONG else 300)
def test_values_that_change_are_asked_as_often_and_in_the_order_that_jinja_asks() -> None:
    """A counter, an iterator, a cycler: given anew to both sides, used once by each."""

    def found(what: Drawn, seen: Counter[str]) -> str | None:
        env = surroundings(*what)
        template = outcome(lambda: env.get_template("page.html"))
        if isinstance(template, type):
            return None
        words = spelled(what[0])
        for record in RECORDS[:2]:
            values = {name: value for name, value in changing_statics().items() if name in words}
            wanted = outcome(lambda: template.render({**values, **copy.deepcopy(record)}).encode())  # type: ignore[attr-defined]  # noqa: B023
            values = {name: value for name, value in changing_statics().items() if name in words}
            plate = stage(staged(env, {"d"}).get_template("page.html"), values)
            seen["full" if plate.widening else "cut"] += 1
            pressed = outcome(lambda: plate.press(copy.deepcopy(record)))  # noqa: B023
            seen["raised" if isinstance(wanted, type) else "rendered"] += 1
            if pressed != wanted and not (isinstance(pressed, type) and isinstance(wanted, type)):
                return f"{pressed!r} instead of {wanted!r} for {record} [{plate.widening}]"
        return None

    tried(270, found, changes=True)


@pytest.mark.timeout(0 if IS_LONG else 300)
def test_no_special_character_of_a_record_reaches_the_page() -> None:
    """Through filters, sets, loops, macros, imports, includes and ``safe``, whatever autoescape says."""

    def found(what: Drawn, seen: Counter[str]) -> str | None:
        templates, options = what
        if any("{% debug" in text or "odd" in text for text in templates.values()):
            return None  # Python code answers for itself
        env = surroundings(templates, options)
        env.globals.update(ctx=str, ctxwith=lambda value, _: str(value))
        env.filters.update(evalfilter=lambda value: f"<u>{value}</u>", ctxfilter=str)
        escaped = escaping(env, {"d"})
        template = outcome(lambda: escaped.get_template("page.html"))
        if isinstance(template, type):
            return None
        page = outcome(lambda: template.render(statics(), d=HOSTILE).encode())  # type: ignore[attr-defined]
        seen["raised" if isinstance(page, type) else "rendered"] += 1
        plate = stage(staged(escaped, {"d"}).get_template("page.html"), statics())
        pressed = outcome(lambda: plate.press({"d": HOSTILE}))
        if isinstance(page, bytes) and LEAK.search(page.decode()):
            return f"{LEAK.search(page.decode())} in {page!r}"
        if pressed != page and not (isinstance(pressed, type) and isinstance(page, type)):
            return f"{pressed!r} instead of {page!r} [{plate.widening}]"
        return None

    tried(280, found)


@settings(
    max_examples=50_000 if IS_LONG else 900,
    deadline=None,
    derandomize=not IS_LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.text(), st.text(), st.booleans())
def test_no_text_is_taken_for_a_mark(static: str, value: str, autoescape: bool) -> None:
    """Content and records may hold any characters, the core's own control characters among them."""
    env = Environment(loader=DictLoader({"p": "{{ s }}{{ d }}{{ s ~ d }}"}), autoescape=autoescape)
    plate = stage(staged(env, {"d"}).get_template("p"), {"s": static})
    assert plate.text({"d": value}) == env.get_template("p").render(s=static, d=value)
