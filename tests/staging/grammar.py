"""Make up sets of Jinja templates, typed enough to run more often than they raise."""

# ruff: noqa: E741 - t, l and c stand for text, list and claim in the templates below
from __future__ import annotations

from collections.abc import Callable

__all__ = ["RECORDS", "Grammar", "statics"]

RECORDS = (
    {
        "d": {
            "name": 'jane <o\'k> & "co"',
            "tags": ["b<", "a"],
            "n": 2,
            "flag": True,
            "kids": [{"n": 1, "kids": []}],
        }
    },
    {"d": {"name": "", "tags": [], "n": 0, "flag": False, "kids": []}},
    {"d": {"name": "Ann", "tags": ["x", "y", "z"], "n": 1, "flag": False, "kids": []}},
    {},
)


def statics() -> dict[str, object]:
    """Return fresh static values: templates may change them."""
    return {
        "a": "<A&>",
        "b": "bee",
        "n": 2,
        "xs": ["p<", "q", "r"],
        "acc": ["m"],
        "dd": {"k": "v<", "name": "dd-name"},
        "rows": [
            {"n": 1, "name": "r1", "kids": [{"n": 2, "name": "r2", "kids": []}]},
            {"n": 3, "name": "r3", "kids": []},
        ],
        "yes": True,
        "no": False,
        "page": {"url": "p.html", "title": "T & T"},
    }


class Grammar:
    """Draws templates; ``choose(n)`` gives a number below n."""

    def __init__(self, choose: Callable[[int], int]) -> None:
        self.choose = choose
        self.may_include = True
        self.blocks: set[str] = set()
        self.macros: list[str] = []
        self.inside: list[str] = []
        self.in_loop = 0
        self.used: dict[str, list[int]] = {}
        self.vars = ["v", "w", "a", "i"]

    def one(self, *options: object) -> object:
        picked = options[self.choose(len(options))]
        return picked() if callable(picked) else picked

    def some(self, kind: str, *options: object) -> object:
        """Draw one of those options that this set of templates uses: few kinds at a time find more."""
        if kind not in self.used:
            self.used[kind] = [self.choose(len(options)) for _ in range(1 + self.choose(7))]
        return self.one(*(options[number] for number in self.used[kind]))

    # -- expressions ----------------------------------------------------------------------------------

    def text(self, depth: int = 1) -> str:
        """Draw an expression that gives text, mostly."""
        simple = [
            "a",
            "b",
            "d.name",
            "d.name",
            "d.name",
            "page.title",
            "page.url",
            "dd.k",
            "'<lit>'",
            "v",
            "a",
            "dd['k']",
            "n",
            str(self.one("u", "w", "i", "d.missing", "d.n", "acc")),
        ]
        if self.in_loop:
            simple += [
                "loop.index",
                "loop.last",
                "loop.cycle('o', 'e')",
                "loop.cycle(d.name, a)",
                "loop.previtem",
                "i",
                "loop.changed(i)",
                "loop.length",
            ]
        if depth <= 0 or self.choose(2) == 0:
            return str(self.one(*simple))
        t, l, c = (
            (lambda: self.text(depth - 1)),
            (lambda: self.items(depth - 1)),
            (lambda: self.claim(depth - 1)),
        )
        return str(
            self.some(
                "text",
                lambda: f"({t()} ~ {t()})",
                lambda: f"({t()} ~ {t()} ~ {t()})",
                lambda: (
                    f"({t()}|{self.one('upper', 'title', 'escape', 'safe', 'striptags', 'trim', 'string', 'length', 'forceescape', 'capitalize', 'urlize', 'tojson', 'e', 'indent', 'wordcount', 'urlencode', 'lower')})"
                ),
                lambda: f"({t()}|replace({t()}, {t()}))",
                lambda: f"({t()}|default({t()}{self.one('', ', true')}))",
                lambda: f"({t()}|truncate({self.one('3', 'n', 'd.n')}, true, {t()}))",
                lambda: f"({t()} if {c()} else {t()})",
                lambda: f"({t()} if {c()})",
                lambda: f"({t()} or {t()})",
                lambda: f"({t()} and {t()})",
                lambda: f"({l()}|join({t()}))",
                lambda: f"({l()}|{self.one('first', 'last', 'length', 'list', 'tojson')})",
                lambda: (
                    f"({l()}|map('{self.one('upper', 'string', 'escape', 'default', 'ctxfilter')}')|join)"
                ),
                lambda: f"({l()}|map('default', {t()})|join('-'))",
                lambda: (
                    f"({l()}|select('{self.one('string', 'defined', 'in', 'eq')}'{self.one('', '', ', ' + t(), ', ' + l())})|list)"
                ),
                lambda: f"('%s!' % {t()})",
                lambda: f"({t()}[{self.one('0', ':2', '1:', 'd.n:', '::-1')}])",
                lambda: f"({l()}[{self.one('0', 'd.n', 'n', ':1')}])",
                lambda: f"({l()}|groupby('n')|list)",
                lambda: f"{self.one(*(self.macros or ['ctx']))}({t()})",
                lambda: f"{self.one(*(self.macros or ['ctx']))}({t()})",
                lambda: f"m1({t()}, q={t()})" if "m1" in self.macros else t(),
                lambda: f"m2({t()}, {t()}, z={t()})" if "m2" in self.macros else t(),
                lambda: f"m0(*{l()})" if "m0" in self.macros else t(),
                lambda: f"ctx('{self.one('d', 'a', 'v', 'i', 'title')}')",
                lambda: f"ctxwith({t()}, '{self.one('a', 'v', 'i')}')",
                lambda: f"({t()}|ctxfilter)",
                lambda: f"({t()}|evalfilter)",
                lambda: f"{t()}.{self.one('upper', 'strip', 'title', 'split')}()",
                lambda: f"(acc.append({t()}) or '')",
                lambda: f"(dd.update(k={t()}) or '')",
                lambda: "ns.x" if self.choose(2) else t(),
                lambda: f"{self.one(*self.callables())}()",
                lambda: f"({self.one(*self.callables())}()|upper)",
                lambda: f"dict(k={t()}).k",
                lambda: f"{{'k': {t()}}}['k']",
                lambda: f"('%s|%s'|format({t()}, {t()}))",
                lambda: f"_({t()})",
                lambda: "str(acc)",
            )
        )

    def callables(self) -> list[str]:
        """Return what may be called without arguments here, and once in a while what may not."""
        known = [
            *self.inside,
            *(f"self.{name}" for name in sorted(self.blocks)),
            *(name for name in self.macros if name != "m1"),
        ]
        return known if known and self.choose(8) else ["super", "self.b0", "caller", "m0", "'x'.upper"]

    def items(self, depth: int = 1) -> str:
        """Draw an expression that gives a list, mostly."""
        if depth <= 0 or self.choose(2) == 0:
            return str(
                self.one(
                    "xs",
                    "(acc|list)",
                    "d.tags",
                    "d.tags",
                    "rows",
                    "d.kids",
                    "range(n)",
                    "[a, b]",
                    "dd",
                    "range(d.n)",
                    "v",
                )
            )
        l, t, c = (
            (lambda: self.items(depth - 1)),
            (lambda: self.text(depth - 1)),
            (lambda: self.claim(depth - 1)),
        )
        return str(
            self.one(
                lambda: f"[{t()}, {t()}]",
                lambda: f"({l()}|list + [{t()}])",
                lambda: f"({l()}|reverse|list)",
                lambda: f"({l()}|sort)",
                lambda: f"({l()} if {c()} else {l()})",
                lambda: f"({l()}|batch(2)|list)",
                lambda: f"({l()}[:{self.one('1', 'd.n', 'n')}])",
                lambda: f"({l()}|map('upper')|list)",
                lambda: f"({l()}|reject('eq', {t()})|list)",
                lambda: "dd.items()",
                lambda: f"({l()}|unique|list)",
                lambda: "rows|selectattr('n', 'eq', d.n)|list",
                lambda: "rows|map(attribute='name')|list",
                lambda: f"({t()}, {t()})",
            )
        )

    def claim(self, depth: int = 1) -> str:
        """Draw a test."""
        if depth <= 0 or self.choose(3) == 0:
            return str(
                self.one(
                    "yes",
                    "no",
                    "d.flag",
                    "d.flag",
                    "d.name",
                    "n",
                    "d is defined",
                    "u is defined",
                    "v",
                    "d.n",
                    "xs",
                    "d",
                )
            )
        l, t, c = (
            (lambda: self.items(depth - 1)),
            (lambda: self.text(depth - 1)),
            (lambda: self.claim(depth - 1)),
        )
        return str(
            self.one(
                lambda: f"(not {c()})",
                lambda: f"({c()} and {c()})",
                lambda: f"({c()} or {c()})",
                lambda: f"({t()} in {l()})",
                lambda: f"({t()} == {t()})",
                lambda: (
                    f"({t()} is {self.one('string', 'defined', 'none', 'sameas xs', 'upper', 'number', 'mapping', 'undefined', 'callable')})"
                ),
                lambda: f"({t()} is eq({t()}))",
                lambda: f"({l()} is iterable)",
                lambda: f"(n {self.one('<', '>=', '==')} d.n)",
            )
        )

    # -- statements -----------------------------------------------------------------------------------

    def body(self, depth: int, most: int = 4) -> str:
        return "".join(self.statement(depth) for _ in range(self.choose(most) + 1))

    def output(self) -> str:
        return "{{ " + self.text() + " }}"

    def variable(self) -> str:
        return str(self.one(*self.vars, "v", *["ns.x"][self.choose(4) :]))

    def statement(self, depth: int) -> str:
        if depth <= 0 or self.choose(5) < 2:
            return str(self.one(self.output, self.output, "t<&>;", "\n  x\n", "{# c #}", "\x00\ue000"))
        deeper = lambda: self.body(depth - 1)  # noqa: E731
        return str(
            self.some(
                "statement",
                lambda: "{% if " + self.claim() + " %}" + deeper() + "{% endif %}",
                lambda: "{% if " + self.claim() + " %}" + deeper() + "{% else %}" + deeper() + "{% endif %}",
                lambda: (
                    "{% if "
                    + self.claim()
                    + " %}"
                    + deeper()
                    + "{% elif "
                    + self.claim()
                    + " %}"
                    + deeper()
                    + "{% else %}"
                    + deeper()
                    + "{% endif %}"
                ),
                lambda: self.loop(depth),
                lambda: self.loop(depth),
                lambda: (
                    "{% for k, i in "
                    + str(self.one("dd.items()", "[(1, d.name), (2, a)]", "d.items()"))
                    + " %}"
                    + deeper()
                    + "{% endfor %}"
                ),
                lambda: (
                    "{% for i in "
                    + str(self.one("rows", "d.kids"))
                    + " recursive %}[{{ i.n }}"
                    + self.looped(depth)
                    + "{{ loop(i.kids) }}]{% endfor %}"
                ),
                lambda: (
                    "{% set "
                    + self.variable()
                    + " = "
                    + str(self.one(self.text, self.items, self.claim))
                    + " %}"
                ),
                lambda: "{% set " + self.variable() + " = " + self.text() + " %}",
                lambda: "{% set v, w = " + self.text() + ", " + self.text() + " %}",
                lambda: "{% set ns = namespace(x=" + self.text(1) + ") %}",
                lambda: "{% set " + str(self.one(*self.vars)) + " %}" + deeper() + "{% endset %}",
                lambda: (
                    "{% set "
                    + str(self.one(*self.vars))
                    + " | "
                    + self.block_filter()
                    + " %}"
                    + deeper()
                    + "{% endset %}"
                ),
                lambda: (
                    "{% with v = "
                    + self.text()
                    + ", w = "
                    + str(self.one("v", self.text))
                    + " %}"
                    + deeper()
                    + "{% endwith %}"
                ),
                lambda: (
                    "{% with a=b, b=a, d=" + str(self.one("d", "dd")) + " %}" + deeper() + "{% endwith %}"
                ),
                lambda: "{% filter " + self.block_filter() + " %}" + deeper() + "{% endfilter %}",
                lambda: (
                    "{% call "
                    + str(self.one(*(self.macros or ["m3"])))
                    + "("
                    + str(self.one("", self.text))
                    + ")"
                    + " %}"
                    + deeper()
                    + "{% endcall %}"
                ),
                lambda: (
                    "{% call(i) "
                    + str(self.one(*(self.macros or ["m3"])))
                    + "("
                    + self.text()
                    + ")"
                    + " %}"
                    + deeper()
                    + "{% endcall %}"
                ),
                lambda: self.macro(depth),
                lambda: self.macro(depth),
                lambda: (
                    ""
                    if not self.may_include
                    else "{% include "
                    + str(
                        self.one(
                            "'inc.html'",
                            "'inc2.html'",
                            "['gone', 'inc.html']",
                            "'gone' ignore missing",
                            "'inc.html' without context",
                            "('inc.html' if d.flag else 'inc2.html')",
                        )
                    )
                    + " %}"
                ),
                self.imported,
                self.imported,
                lambda: self.block(depth),
                lambda: self.block(depth),
                lambda: (
                    "{% autoescape "
                    + str(self.one("true", "false", "d.flag", "yes"))
                    + " %}"
                    + deeper()
                    + "{% endautoescape %}"
                ),
                lambda: "{% do acc.append(" + self.text() + ") %}",
                lambda: "{% do acc.insert(0, " + self.text() + ") %}",
                lambda: (
                    "{% trans name="
                    + self.text()
                    + ", count="
                    + str(self.one("n", "d.n", "1"))
                    + " %}one {{ name }}{% pluralize count %}{{ count }} of {{ name }}{% endtrans %}"
                ),
                lambda: "{% trans %}hello {{ a }} {{ v }}{% endtrans %}",
                lambda: "{% raw %}{{ d.name }}{% endraw %}",
                lambda: str(self.one("{% break %}", "{% continue %}")) if self.in_loop else "",
                lambda: (
                    "{% if "
                    + self.claim(1)
                    + " %}"
                    + str(self.one("{% break %}", "{% continue %}"))
                    + "{% endif %}"
                    if self.in_loop
                    else ""
                ),
            )
        )

    def imported(self) -> str:
        """Draw an import, and remember what it gives."""
        if not self.may_include:
            return self.output()
        context = str(self.one("with context", "without context", ""))
        if self.choose(2):
            self.macros += ["f", "m2"]
            return "{% from 'lib.html' import f, g as m2 " + context + " %}"
        self.macros += ["lib.f", "lib.g"]
        return "{% import 'lib.html' as lib " + context + " %}"

    def block_filter(self) -> str:
        return str(
            self.one(
                "upper",
                "length",
                "trim",
                "striptags",
                "escape",
                "replace('a', " + self.text(1) + ")",
                "indent",
                "ctxfilter",
                "evalfilter",
                "upper|trim",
            )
        )

    def looped(self, depth: int) -> str:
        self.in_loop += 1
        body = self.body(depth - 1)
        self.in_loop -= 1
        return body

    def loop(self, depth: int) -> str:
        target = str(self.one("i", "i", "v", "a", "d"))
        test = str(self.one("", "", "", " if " + self.claim(1)))
        otherwise = str(self.one("", "", lambda: "{% else %}" + self.body(depth - 1)))
        return (
            "{% for "
            + target
            + " in "
            + self.items()
            + test
            + " %}"
            + self.looped(depth)
            + otherwise
            + "{% endfor %}"
        )

    def macro(self, depth: int) -> str:
        before, self.in_loop = self.in_loop, 0
        head = str(
            self.one(
                "m0(p)", "m0(i)", "m1(p, q=" + self.text(1) + ")", "m2(p)", "m2(d)", "m3(p)", "m4(p)", "_m()"
            )
        )
        extra = str(
            self.one(
                "",
                "",
                "{{ varargs }}{{ kwargs }}",
                "{{ caller() }}",
                "{{ caller(d.name) }}",
                "{{ caller(p) }}",
            )
        )
        self.inside.append("caller")
        body = "{% macro " + head + " %}" + "{{ p }}" + extra + self.body(depth - 1) + "{% endmacro %}"
        self.in_loop = before
        self.inside.pop()
        self.macros.append(head.partition("(")[0])
        return body

    def block(self, depth: int) -> str:
        free = [name for name in ("b0", "b1", "b2") if name not in self.blocks]
        if not free:
            return self.output()
        name = str(self.one(*free))
        self.blocks.add(name)
        before, self.in_loop = self.in_loop, 0
        self.inside.append("super")
        body = self.body(depth - 1)
        self.inside.pop()
        self.in_loop = before
        return "{% block " + name + str(self.one("", "", " scoped")) + " %}" + body + "{% endblock %}"

    def template(self, parent: str, depth: int) -> str:
        self.blocks = set()
        self.macros = []
        head = ""
        if parent:
            head = str(
                self.one(
                    "{% extends '" + parent + "' %}",
                    "{% extends '" + parent + "' %}",
                    "{% if "
                    + str(self.one("yes", "no", "d.flag"))
                    + " %}{% extends '"
                    + parent
                    + "' %}{% endif %}",
                    "{% extends " + str(self.one("'" + parent + "' if d.flag else 'inc.html'")) + " %}",
                )
                if self.choose(2)
                else "{% extends '" + parent + "' %}"
            )
        return head + "".join(self.statement(depth) for _ in range(self.choose(4) + 1))

    def templates(self) -> dict[str, str]:
        """Draw a set of templates; ``page.html`` is the entry."""
        page = self.template(str(self.one("", "base.html", "mid.html")), 3)
        above = {"mid.html": self.template("base.html", 2), "base.html": self.template("", 2)}
        self.may_include = False  # or templates would include one another for ever
        return {
            "page.html": page,
            **above,
            "inc.html": self.template("", 1),
            "inc2.html": self.template("", 1),
            "lib.html": "{% macro f(x) %}f<{{ x }}"
            + self.body(1, 2)
            + "{% endmacro %}{% macro g(d='dflt', y=a) %}g{{ d }}{{ y }}"
            + "{% endmacro %}{% macro c() %}({{ caller() }}){% endmacro %}"
            + self.body(1, 2),
        }
