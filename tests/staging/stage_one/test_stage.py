"""Stage one, for what needs values of Python: callables, iterators, undefined classes, extensions.

What needs templates alone is a folder in ``cases/``.
"""

from __future__ import annotations

import datetime
import itertools
import pickle
import random
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    DebugUndefined,
    DictLoader,
    Environment,
    PrefixLoader,
    StrictUndefined,
    Undefined,
    make_logging_undefined,
    nodes,
    pass_context,
    pass_environment,
    pass_eval_context,
    select_autoescape,
)
from jinja2.ext import Extension
from jinja2.nativetypes import NativeEnvironment
from jinja2.parser import Parser
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

from replisite.staging import (
    Plate,
    Press,
    deferring,
    in_full,
    is_plain,
    prove,
    pure,
    reading,
    slot_of,
    stage,
    staged,
)
from tests.staging.law import difference, environment, outcome

RECORDS: tuple[dict[str, Any], ...] = (
    {"d": {"name": "Jane <o>", "n": 1, "flag": True, "tags": ["x"]}},
    {"d": {"name": "", "n": 0, "flag": False, "tags": []}},
    {"d": None},
    {},
)


def held(
    source: str | Mapping[str, str],
    static: Callable[[], Mapping[str, Any]] = dict,
    change: Callable[[Environment], object] = lambda env: env,
    **options: Any,
) -> Plate:
    """Hold a page to the law, and return its plate."""
    templates = {"page.html": source} if isinstance(source, str) else source
    env = environment(templates, **options)
    change(env)
    assert difference(env, static, RECORDS) is None
    return stage(staged(env, {"d"}).get_template("page.html"), static())


# -- what the room refuses ------------------------------------------------------------------------------


def test_an_async_environment_is_refused() -> None:
    """Its templates are not rendered in order."""
    with pytest.raises(ValueError, match="async"):
        staged(Environment(enable_async=True), {"d"})


def test_a_native_environment_is_refused() -> None:
    """Its output is not text."""
    with pytest.raises(ValueError, match="native"):
        staged(NativeEnvironment(), {"d"})


def test_a_template_of_another_environment_is_refused() -> None:
    """It has no cuts."""
    with pytest.raises(ValueError, match="staged"):
        stage(Environment(loader=DictLoader({"p": ""})).get_template("p"), {})


def test_a_template_of_a_string_is_staged() -> None:
    """It is compiled twice, once to be cut and once to be rendered in full; also where a name is found on the way."""
    env = Environment(loader=DictLoader({"i": "<{{ v }}>"}))
    template = staged(env, {"d"}).from_string("{% set v = d.n %}{% include 'i' %}{{ t }}", {"t": "T"})
    plate = stage(template, {})
    assert plate.widening is None
    assert (
        plate.text({"d": {"n": 1}})
        == in_full(template, {}, {"d": {"n": 1}})
        == template.render(d={"n": 1})
        == "<1>T"
    )


def test_a_template_that_cannot_be_found_again_is_refused() -> None:
    """There is nothing to render in full."""
    env = staged(Environment(), {"d"})
    template = env.template_class.from_code(env, env.compile("{{ d }}"), {})
    with pytest.raises(ValueError, match="cannot be found again"):
        stage(template, {})


# -- the extension --------------------------------------------------------------------------------------


def test_an_environment_of_somebody_else_is_staged() -> None:
    """The extension says what is deferred; the environment renders as ever, and what is added later is known."""
    env = Environment(
        loader=DictLoader({"p": "{{ d.n | twice }}{{ t }}"}), extensions=[deferring("d", trust=bool)]
    )
    env.filters["twice"] = lambda value: 2 * value
    template = env.get_template("p", globals={"t": "T"})
    plate = stage(template, {})
    assert (plate.widening, len([*plate.slots])) == (None, 1)
    assert (
        plate.text({"d": {"n": 2}})
        == template.render(d={"n": 2})
        == in_full(template, {}, {"d": {"n": 2}})
        == "4T"
    )
    assert prove(plate, template, {}, {"d": {"n": 3}}) is None
    assert len(Press([plate, stage(env.get_template("p", globals={"t": "T"}), {})]).slots) == 1


def test_the_extension_wants_names_and_names_of_templates() -> None:
    """It says so."""
    with pytest.raises(ValueError, match="name what is deferred"):
        deferring()
    env = Environment(extensions=[deferring("d")])
    with pytest.raises(ValueError, match="made from a string"):
        stage(env.from_string("{{ d }}"), {})
    assert env.overlay().from_string("{{ d }}").render(d=1) == "1"


# -- what is trusted ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    x: int
    y: tuple[str, ...] = ()


@dataclass
class Talkative:
    x: int

    @property
    def y(self) -> int:
        return self.x


@pytest.mark.parametrize(
    "value",
    [
        1,
        "a",
        None,
        [1, {"a": (2.0, b"x")}],
        {1, 2},
        range(3),
        Markup("x"),
        Point(1, ("a",)),
        len,
        str,
        "a".upper,
        datetime.date(2026, 1, 1),
        OrderedDict(a=1),
        Undefined(name="x"),
        pure(lambda: 1),
    ],
)
def test_plain_values_are_trusted(value: object) -> None:
    """Data, and functions that are known to be pure."""
    assert is_plain(value)


@pytest.mark.parametrize(
    "value",
    [
        lambda: 1,
        iter([1]),
        Talkative(1),
        [Talkative(1)],
        {"a": object()},
        random.random,
        Point(1, (object(),)),  # type: ignore[arg-type]
        random,
        itertools.count(),
        itertools.count().__next__,
        time.time,
    ],
)
def test_what_may_change_its_mind_is_not_trusted(value: object) -> None:
    """Nobody vouches for it."""
    assert not is_plain(value)


def test_a_container_that_holds_itself_is_looked_at_once() -> None:
    """And does not end in a recursion."""
    value: list[object] = [1]
    value.append(value)
    assert is_plain(value)


# -- included files, and filters that read the context -----------------------------------------------------


@pytest.mark.parametrize(
    ("page", "included"),
    [
        (
            "{% if d %}{% include 'i' %}{% endif %}",
            "<{{ d.name }}{{ t }}{% for x in xs %}{{ x }}{% set y = x %}{% endfor %}{{ y }}>",
        ),
        (
            "{% for x in xs %}{% if d %}{% include 'i' %}{% endif %}{% endfor %}",
            "{{ x }}{% include 'j' %}{{ d.name }}",
        ),
        (
            "{% if d %}{% set x = d.n %}{% include 'i' %}{% endif %}",
            "{{ x }}{% with x = t %}{{ x }}{% endwith %}",
        ),
        ("{% for x in d.tags %}{% include 'i' ignore missing %}{% endfor %}", "{{ x }}{{ t }}"),
    ],
)
@pytest.mark.parametrize("autoescape", [False, True])
def test_a_file_that_a_slot_includes_is_put_into_it(page: str, included: str, autoescape: bool) -> None:
    """The slot then carries the names that the file spells, and travels."""
    templates = {"page.html": page, "i": included, "j": "({{ x }}{{ t }})"}
    plate = held(templates, lambda: {"t": "<T>", "xs": [1, 2]}, autoescape=autoescape)
    assert plate.widening is None
    pickle.dumps(plate)


@pytest.mark.parametrize(
    "included",
    [
        "{{ x }}{% set x = 1 %}{{ x }}",
        "{% block b %}{{ d.name }}{% endblock %}",
        "{% macro m() %}{{ d.name }}{% endmacro %}{{ m() }}",
        "{{ loop.index if loop is defined }}{{ d.name }}",
        "{{ caller is defined }}{{ self is defined }}",
        "{% autoescape false %}{{ d.name }}{% endautoescape %}",
        "{% extends 'j' %}",
        "{% import 'j' as j with context %}{{ j }}",
        "{{ ctx('t') }}{{ d.name }}",
        "{% syntax error",
    ],
)
def test_a_file_that_means_something_else_there_stays_included(included: str) -> None:
    """Or the page is rendered in full; it is the same in either case."""
    page = "{% for x in xs %}{% if d %}{% include 'i' %}{% endif %}{% endfor %}"
    held({"page.html": page, "i": included, "j": "{{ d.name }}"}, lambda: {"t": "<T>", "xs": [1, 2]})


def test_a_file_that_includes_itself_ends() -> None:
    """As deep as the record says."""
    tree = {"n": 1, "kids": [{"n": 2, "kids": [{"n": 3, "kids": []}]}]}
    source = "{% if d %}{% set node = d %}{% include 'i' %}{% endif %}"
    included = "{{ node.n }}{% for kid in node.kids %}{% with node = kid %}{% include 'i' %}{% endwith %}{% endfor %}"
    env = environment({"page.html": source, "i": included})
    plate = stage(staged(env, {"d"}).get_template("page.html"), {})
    assert plate.text({"d": tree}) == env.get_template("page.html").render(d=tree) == "123"


@pure
@reading("unit")
@pass_context
def measured(context: Any, value: object) -> str:
    return f"{value} {context.get('unit')}"


@pytest.mark.parametrize(
    "source",
    [
        "{{ d.n | measured }}",
        "{% if d %}{{ 1 | measured }}{% endif %}",
        "{% for unit in xs %}{{ d.n | measured }}{% endfor %}",
        "{% if d %}{% set unit = 'x' %}{{ d.n | measured }}{% endif %}",
        "{% with unit = d.name %}{{ d.n | measured }}{% endwith %}",
    ],
)
def test_a_filter_that_says_what_it_reads_brings_no_more(source: str) -> None:
    """A name that is set on the way is what Jinja's context says that it is."""

    def change(env: Environment) -> None:
        env.filters["measured"] = measured

    plate = held(source, lambda: {"unit": "g", "xs": [1, 2], "much": object()}, change)
    if plate.widening is None and "unit in" not in source and "set" not in source:
        assert "much" not in pickle.dumps(plate).decode("latin-1")


# -- what travels ---------------------------------------------------------------------------------------


def test_a_plate_travels() -> None:
    """With its filters, its undefined class and values that slots set; slots that were one stay one."""
    env = Environment(
        loader=DictLoader(
            {"p": "{% set v = d.n %}{{ v | twice }}{{ gone }}{{ d.gone }}{{ d | tojson }}{{ t ~ v }}"}
        ),
        autoescape=True,
        undefined=ChainableUndefined,
    )
    env.filters["twice"] = twice
    plates = [stage(staged(env, {"d"}).get_template("p"), {"t": "<"}) for _ in range(2)]
    there = pickle.loads(pickle.dumps(plates))
    record = {"d": {"n": "<a>"}}
    assert (
        Press(there).pages(record)
        == Press(plates).pages(record)
        == [env.get_template("p").render(t="<", **record).encode()] * 2
    )
    one_environment = [stage(env, {"t": "<"}) for env in [staged(env, {"d"}).get_template("p")] * 2]
    assert len(Press(pickle.loads(pickle.dumps(one_environment))).slots) == len(Press(one_environment).slots)


@pure
def twice(value: Any) -> Any:
    return value * 2


@pytest.mark.parametrize(
    ("source", "value"),
    [("{{ v ~ d }}", object()), ("{{ d if v == d }}", [object()]), ("{{ v(d) }}", lambda d: d)],
)
def test_what_is_no_plain_data_does_not_travel(source: str, value: object) -> None:
    """It would be another object there."""
    env = staged(Environment(loader=DictLoader({"p": source})), {"d"}, trust=lambda _: True)
    plate = stage(env.get_template("p"), {"v": value})
    assert plate.widening is None
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(plate)


# -- what a staged environment still does ---------------------------------------------------------------


def test_a_staged_template_renders_as_ever() -> None:
    """``render``, ``generate``, ``stream`` and ``module`` are Jinja's own."""
    env = staged(Environment(loader=DictLoader({"p": "{% set v = 1 %}{{ d }}"})), {"d"})
    template = env.get_template("p")
    assert template.render(d=1) == "".join(template.generate(d=1)) == "".join(template.stream(d=1)) == "1"
    assert template.make_module({"d": 2}).v == 1
    assert in_full(template, {}, {"d": 3}) == "3"


def test_a_slot_is_made_of_an_expression() -> None:
    """For content, which is not a template."""
    env = staged(Environment(autoescape=True), {"d"})
    assert slot_of(env, "g ~ d | upper", {"g": "Hi "}).render({"d": "<a>"}) == "Hi &lt;A&gt;"


def test_globals_given_with_the_template_are_kept() -> None:
    """They are seen by both renderings."""
    env = staged(Environment(loader=DictLoader({"p": "{{ g ~ d }}{% if d %}{{ g }}{% endif %}"})), {"d"})
    template = env.get_template("p", globals={"g": "G"})
    assert stage(template, {}).text({"d": 1}) == in_full(template, {}, {"d": 1}) == "G1G"


def test_a_static_value_of_a_deferred_name_stays_the_default() -> None:
    """For a record that lacks the name."""
    env = staged(Environment(loader=DictLoader({"p": "{{ d }}"})), {"d"})
    plate = stage(env.get_template("p"), {"d": "static"})
    assert (plate.text({}), plate.text({"d": "own"})) == ("static", "own")


# -- callables that read the context --------------------------------------------------------------------


@pass_context
def owner(context: Any, *_: object) -> str:
    return "none" if context.get("d") is None else "some"


@pass_context
def everything(context: Any, *_: object) -> str:
    return ",".join(sorted(name for name in context.get_all() if name in {"d", "i", "t", "v"}))


@pass_context
def title(context: Any, *_: object) -> str:
    return f"{context.resolve('t')}{'t' in context}"


@pytest.mark.parametrize("reader", [owner, everything, title])
@pytest.mark.parametrize(
    "source",
    [
        "{{ f() }}{{ d }}",
        "{{ f(d) }}",
        "{{ 'x' | f }}{{ d | f }}",
        "{{ 'x' is f }}{{ d is f }}",
        "{{ ['x'] | map('f') | join }}{{ [d] | map('f') | join }}",
        "{% for i in [1] %}{{ f() }}{{ f(d) }}{{ d | f }}{% set v = i %}{{ f(d) }}{% endfor %}",
        "{% macro m() %}{{ f() }}{{ f(d) }}{% endmacro %}{{ m() }}",
        "{% with t = 'w' %}{{ f(d) }}{{ f() }}{% endwith %}",
        "{% set t = 's' %}{{ f(d) }}{{ d }}",
        "{{ obj.f(d) }}{{ obj.f() }}{{ obj['f'](d) }}",
        "{% set g = f %}{{ g(d) }}",
    ],
)
def test_a_reader_of_the_context_sees_what_jinja_shows(source: str, reader: Any) -> None:
    """As a global, a filter, a test, a method or a value."""

    def install(env: Environment) -> None:
        env.globals["f"] = reader
        env.filters["f"] = reader
        env.tests["f"] = reader

    held(source, lambda: {"t": "T", "obj": {"f": reader}}, install)


def test_a_reader_that_comes_with_a_record_gets_the_page_rendered_in_full() -> None:
    """It was not known to be there. A stored plate cannot do that, and says so."""
    env = Environment(loader=DictLoader({"p": "{{ d.f() }}{{ t }}", "q": "static"}))
    record = {"d": {"f": title}}
    plates = [stage(staged(env, {"d"}).get_template(name), {"t": 1}) for name in ("p", "q")]
    pages = [env.get_template(name).render(t=1, **record).encode() for name in ("p", "q")]
    assert plates[0].widening is None
    assert Press(plates).pages(record) == pages
    with pytest.raises(TypeError, match="rendered in full"):
        pickle.loads(pickle.dumps(plates[0])).text(record)


def test_a_callable_that_gets_the_environment_may_render() -> None:
    """Another template of the same environment, in full."""

    @pass_environment
    def render(env: Environment, name: str) -> str:
        return env.get_template(name).render(d={"name": "inner"})

    plate = held(
        {"page.html": "{{ render('i') }}{{ d }}", "i": "[{{ d.name }}]"},
        lambda: {"render": render},
        lambda _: None,
    )
    assert plate.widening is None


# -- eval context, finalize, autoescape -----------------------------------------------------------------


@pass_eval_context
def marked(eval_ctx: Any, value: object = "") -> object:
    return Markup(f"<i>{value}</i>") if eval_ctx.autoescape else f"<u>{value}</u>"


@pytest.mark.parametrize("autoescape", [True, False, select_autoescape(["html"], default=False)])
@pytest.mark.parametrize(
    "templates",
    [
        {
            "page.html": "{{ d | m }}{% autoescape false %}{{ d | m }}{{ 'x' | m }}{% endautoescape %}{{ m(d) }}"
        },
        {
            "page.html": "{% extends 'b.txt' %}{% block x %}{{ super() }}{{ d }}{% endblock %}",
            "b.txt": "{% block x %}<{{ d | m }}>{% endblock %}",
        },
        {
            "page.html": "{% extends 'm.txt' %}",
            "m.txt": "{% extends 'b.html' %}{% block x %}{{ super() }}{% endblock %}",
            "b.html": "{% block x %}<{{ d | m }}>{% endblock %}",
        },
        {
            "page.html": "{% include 'i.txt' %}{% include 'i.html' %}",
            "i.txt": "<{{ d | m }}>",
            "i.html": "<{{ d | m }}>",
        },
        {
            "page.html": "{% include 't' %}",
            "t": "{% extends 'b.txt' %}{% block x %}{% autoescape true %}{{ super() }}{% endautoescape %}{% endblock %}",
            "b.txt": "{% block x %}<{{ d | m }}>{% endblock %}",
        },
        {
            "page.html": "{% autoescape true %}{% block x %}{{ d | m }}{% endblock %}{{ self.x() }}{% endautoescape %}"
        },
    ],
)
def test_autoescape_by_name_and_by_block(templates: dict[str, str], autoescape: Any) -> None:
    """A slot escapes as the template does in which it stands."""
    held(templates, lambda: {"m": marked}, lambda env: env.filters.update(m=marked), autoescape=autoescape)


def test_finalize_is_run_by_jinja() -> None:
    """It sees values, not marks."""
    held("{{ d }}{{ t }}{{ none }}", lambda: {"t": 1}, finalize=lambda value: f"<{value}>")


# -- undefined ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [Undefined, StrictUndefined, ChainableUndefined, DebugUndefined, make_logging_undefined()]
)
@pytest.mark.parametrize(
    "source",
    [
        "{{ gone }}{{ d }}",
        "{% if d %}{{ gone }}{% endif %}",
        "{% if d %}{{ gone.a.b }}{% endif %}",
        "{% if d %}{{ t.a.b }}{% endif %}",
        "{{ d or gone }}{{ gone is defined and d }}",
        "{{ d.gone.gone }}",
        "{{ d ~ ([gone] == [gone]) }}",
        "{{ gone ~ d }}",
        "{{ (d.flag if d else gone) | default('dflt') }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(d) }}{{ m() }}",
    ],
)
def test_undefined_raises_where_it_is_used(source: str, kind: type[Undefined]) -> None:
    """And not in a branch that does not run."""

    def install(env: Environment) -> None:
        env.undefined = kind

    held(source, lambda: {"t": {}}, install)


# -- values that change ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: Cycler("a", "b"),
        lambda: Joiner("-"),
        lambda: iter("abc"),
        lambda: (c for c in "abc"),
        lambda: Namespace(x=1),
    ],
)
@pytest.mark.parametrize(
    "source", ["{{ v }}{{ d }}", "{{ v ~ d }}", "{% if d %}{{ v | list }}{% endif %}", "{{ d }}"]
)
def test_a_value_with_a_state_is_left_to_jinja(make: Callable[[], object], source: str) -> None:
    """The first page is what Jinja would render from the values as they were given."""
    env = environment(
        {
            "page.html": source.replace("{{ v }}", "{{ v | string | length > 3 }}").replace(
                "v ~ d", "(v | string)[:8] ~ d"
            )
        }
    )
    plate = stage(staged(env, {"d"}).get_template("page.html"), {"v": make()})
    wanted = outcome(lambda: env.get_template("page.html").render(v=make(), d=1))
    assert outcome(lambda: plate.text({"d": 1})) == wanted


@pytest.mark.parametrize(
    "make",
    [
        lambda: [1],
        lambda: {1: 1},
        lambda: {1, 33, 65, 2},
        lambda: frozenset({1, 33, 65}),
        lambda: deque([1]),
        lambda: OrderedDict({1: 1}),
        lambda: bytearray(b"x"),
        lambda: ([1], {"k": [2]}),
    ],
)
@pytest.mark.parametrize(
    "source",
    [
        "{{ v ~ d }}{% if v is mapping %}{{ v.update({2: 2}) }}{% endif %}{{ v ~ d }}",
        "{% if v.append is defined %}{{ v.append(3) }}{% endif %}{{ v | list ~ d }}",
        "{% set f = v.append or v.add %}{{ d }}{{ f(1) if d }}{{ v }}",
        "{% if d %}{{ v | list }}{% endif %}{% if v.add is defined %}{% do v.add(9) %}{% endif %}{{ v }}",
        "{{ v[0].append(d) if v[0] is iterable }}{{ v }}",
    ],
)
def test_a_container_that_changes_is_seen_as_it_is_then(source: str, make: Callable[[], object]) -> None:
    """By static code, by slots before and after, and for every record anew."""
    held(source, lambda: {"v": make()})


def test_the_callers_own_values_are_not_changed() -> None:
    """Stage one works on lists and dicts of its own once a template changes one."""
    static = {"xs": [1], "same": [2]}
    env = environment({"page.html": "{% do xs.append(2) %}{{ xs ~ d }}"})
    plate = stage(staged(env, {"d"}).get_template("page.html"), static)
    assert plate.text({"d": "!"}) == plate.text({"d": "!"}) == "[1, 2]!"
    assert static == {"xs": [1], "same": [2]}


def test_a_template_object_is_left_to_jinja() -> None:
    """It may be of another environment, where nothing is cut."""
    other = Environment(loader=DictLoader({"i": "{{ d is none }}{{ d is defined }}"})).get_template("i")
    plate = held("{% include other %}", lambda: {"other": other})
    assert plate.widening is not None


# -- extensions, sandbox, newlines ----------------------------------------------------------------------


class Shout(Extension):
    """A tag that captures its body and reads the context."""

    tags = frozenset({"shout", "peek"})

    def parse(self, parser: Parser) -> nodes.Node:
        token = next(parser.stream)
        if token.value == "peek":
            call = self.call_method("_peek", [nodes.ContextReference()])
            return nodes.Output([call]).set_lineno(token.lineno)
        body = parser.parse_statements(("name:endshout",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_shout"), [], [], body).set_lineno(token.lineno)

    def _shout(self, caller: Callable[[], str]) -> str:
        return caller().upper()

    def _peek(self, context: Any) -> str:
        return str(context.get("d") is None)


@pytest.mark.parametrize(
    "source",
    [
        "{% shout %}a{{ d }}{% endshout %}",
        "{% shout %}a{{ t }}{% endshout %}{{ d }}",
        "{% shout %}{% include 'i' %}{% endshout %}",
        "{% peek %}{{ d }}",
        "{% for i in [1, 2] %}{% peek %}{{ i ~ d }}{% endfor %}",
        "{% debug %}",
    ],
)
def test_extensions_that_are_not_known(source: str) -> None:
    """What they capture and what they are given is watched."""
    held({"page.html": source, "i": "[{{ d }}]"}, lambda: {"t": "t"}, lambda env: env.add_extension(Shout))


def test_a_sandbox_stays_one() -> None:
    """A slot is rendered by the environment itself, with its rules."""
    env = SandboxedEnvironment(loader=DictLoader({"page.html": "{{ t }}{{ d.n }}{{ d.__class__ }}"}))
    assert difference(env, lambda: {"t": 1}, RECORDS) is None


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_are_jinjas(newline: str) -> None:
    """Normalised as the environment says, in slots too."""
    held(newline.join(["a", "{{ d }}", "{% if d %}", "x", "{% endif %}", ""]), newline_sequence=newline)


def test_trimmed_blocks_and_line_statements() -> None:
    """The lexer's options reach the slots through the tree."""
    source = "# for i in [1, 2]\n  {% if d %}\n  {{ i }}\n  {% endif %}\n# endfor\n"
    held(source, trim_blocks=True, lstrip_blocks=True, line_statement_prefix="#", keep_trailing_newline=True)


def test_old_style_gettext_reads_the_context() -> None:
    """``gettext`` is looked up in it."""

    def install(env: Environment) -> None:
        env.install_null_translations(newstyle=False)  # type: ignore[attr-defined]

    held(
        "{% trans name=d.name %}Hi {{ name }}{% endtrans %}{{ _('x') }}{% trans %}y{% endtrans %}",
        dict,
        install,
    )


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\x02\x03", "\ue000\uf8ff", "\U0010ffff"])
def test_odd_characters_pass(text: str) -> None:
    """In content, in static values and in records."""
    env = environment({"page.html": text + "{{ t }}{{ d }}{{ t ~ d }}"})
    plate = stage(staged(env, {"d"}).get_template("page.html"), {"t": text})
    assert plate.text({"d": text}) == env.get_template("page.html").render(t=text, d=text) == text * 5


def test_a_page_that_depends_on_nothing_is_shared() -> None:
    """One file for everybody."""
    assert held("{{ t }}{% for i in [1, 2] %}{{ i }}{% endfor %}", lambda: {"t": 1}).parts == ("112",)


def test_several_names_may_be_deferred() -> None:
    """Each shadows for itself."""
    env = environment({"page.html": "{% for e in [1, 2] %}{{ e ~ d }}{% endfor %}{{ e }}{{ d ~ e }}"})
    plate = stage(staged(env, {"d", "e"}).get_template("page.html"), {})
    assert plate.text({"d": "D", "e": "E"}) == "1D2DEDE"


def test_a_template_may_extend_another_of_its_own_name():
    """Pelican's ``!theme/page.html`` gives the theme's own file, which is called as the one that extends it."""
    theme = DictLoader({"page.html": "<{% block main %}{{ d.name }}{% endblock %}{{ d.phone }}>"})
    site = DictLoader(
        {
            "page.html": "{% extends '!theme/page.html' %}{% block main %}[{{ super() }}{{ d.city }}]{% endblock %}"
        }
    )
    env = staged(Environment(loader=ChoiceLoader([site, PrefixLoader({"!theme": theme})])), {"d"})
    plate = stage(env.get_template("page.html"), {})
    assert plate.text({"d": {"name": "Jane", "phone": "1", "city": "Leeds"}}) == "<[JaneLeeds]1>"
    assert plate.widening is None
