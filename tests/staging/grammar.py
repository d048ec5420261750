"""Make up sets of Jinja templates of every statement and expression, typed enough to run more often than they raise.

A set is drawn from numbers: the same numbers draw the same set, fewer and smaller numbers a simpler one
(``shrink.py``). In every list of options the first is the simplest and ends by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.utils import Cycler, Joiner

__all__ = ["RECORDS", "Grammar", "Odd", "changing_statics", "statics"]

RECORDS: tuple[dict[str, Any], ...] = (
    {
        "d": {
            "name": 'jane <o\'k> & "co"',
            "tags": ["b<", "a"],
            "n": 2,
            "flag": True,
            "kids": [{"n": 1, "name": "k1", "kids": [{"n": 5, "name": "k2", "kids": []}]}],
        }
    },
    {"d": {"name": "", "tags": [], "n": 0, "flag": False, "kids": []}},
    {"d": {"name": "Ann", "tags": ["x", "y", "z"], "n": 1, "flag": False, "kids": []}},
    {},
)


def statics() -> dict[str, Any]:
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


def changing_statics() -> dict[str, Any]:
    """Return values of which each use changes the next: a counter, an iterator, a generator, a cycler, a joiner."""
    numbers = iter(range(1000))
    return {
        **statics(),
        "tick": lambda *_: next(numbers),
        "cyc": Cycler("c1<", "c2", "c3"),
        "sep": Joiner(", "),
        "it": iter(["i1<", "i2", "i3", "i4"]),
        "gen": (letter for letter in "xyz"),
    }


class Odd(Extension):
    """Tags made of those nodes that no tag of Jinja's own is made of."""

    tags = frozenset({"oddcall", "oddscope", "oddsafe", "oddname", "oddmode"})

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        token = next(parser.stream)
        line = token.lineno
        if token.value == "oddname":
            free = parser.free_identifier(lineno=line)
            name = nodes.ImportedName("html.escape", lineno=line)
            call = nodes.Call(name, [parser.parse_expression()], [], None, None, lineno=line)
            return [nodes.Assign(free, call, lineno=line), nodes.Output([free], lineno=line)]
        if token.value == "oddsafe":
            return nodes.Output([nodes.MarkSafe(parser.parse_expression(), lineno=line)], lineno=line)
        if token.value == "oddscope":
            names = parser.free_identifier(lineno=line)
            first = nodes.Assign(names, parser.parse_expression(), lineno=line)
            body = parser.parse_statements(("name:endoddscope",), drop_needle=True)
            return [first, nodes.OverlayScope(names, body, lineno=line)]
        if token.value == "oddmode":
            escape = nodes.Keyword("autoescape", parser.parse_expression(), lineno=line)
            return nodes.EvalContextModifier([escape], lineno=line)
        arguments: list[nodes.Expr] = [
            parser.parse_expression(),
            nodes.DerivedContextReference(lineno=line),
            nodes.EnvironmentAttribute("block_start_string", lineno=line),
        ]
        body = parser.parse_statements(("name:endoddcall",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_told", arguments), [], [], body, lineno=line)

    def _told(self, value: object, context: Any, start: str, caller: Callable[[], str]) -> str:
        return f"{value}{context.get('v')}{start}{caller()}"


class Grammar:
    """Draws templates; ``choose(n)`` gives a number below n. ``changes`` draws values that each use changes, too."""

    def __init__(self, choose: Callable[[int], int], *, changes: bool = False) -> None:
        self.choose = choose
        self.changes = changes
        self.used: dict[str, list[int]] = {}
        self.trims = choose(4) == 3
        self.includable: tuple[str, ...] = ()
        self.above: set[str] = set()  # blocks of the templates above, for super()
        self.blocks: set[str] = set()
        self.macros: dict[str, int] = {}  # name to number of arguments
        self.macro_number = 0
        self.callers: list[str] = []  # macros that call their caller, without arguments or with one
        self.required: set[str] = set()  # blocks of the templates above that a page must have
        self.is_entry = False
        self.has_space = False  # a namespace is there to be written to
        self.block_number = 9
        self.in_loop = 0
        self.in_call = 0
        self.has_super = False

    def one(self, *options: Any) -> str:
        picked = options[self.choose(len(options))]
        return str(picked() if callable(picked) else picked)

    def some(self, kind: str, *options: Any) -> str:
        """Draw one of those options that this set of templates uses: few kinds at a time find more."""
        if kind not in self.used:
            self.used[kind] = [self.choose(len(options)) for _ in range(1 + self.choose(7))]
        return self.one(*(options[number] for number in self.used[kind]))

    # -- expressions ----------------------------------------------------------------------------------

    def any(self, depth: int = 1) -> str:
        """Draw an expression of any kind."""
        kinds = (self.text, self.text, self.items, self.number, self.claim, self.mapping)
        return self.one(*(lambda kind=kind: kind(depth) for kind in kinds))

    def text_leaf(self) -> str:
        simple = ["a", "d.name", "d.name", "v", "w", "'<lit>'", "page.title", "dd.k", "b", "i", "dd['k']"]
        simple += [
            "d['name']",
            "u",
            "n",
            "d.missing",
            "d.n",
            "'x' 'y'",
            "none",
            "ls",
            "d.tags.0",
            "page['url']",
        ]
        if self.in_loop:
            simple += ["i", "loop.index", "loop.cycle('o', 'e')", "loop.cycle(d.name, a)", "loop.previtem"]
            simple += ["loop.nextitem", "loop.changed(i)", "loop.cycle(*xs)", "loop.cycle(*d.tags)"]
        if self.in_call:
            simple += ["p", "q", "varargs", "kwargs"]
        if self.changes:
            simple += ["tick()", "tick()", "cyc.next()", "cyc.current", "sep()", "it.__next__()"]
        return self.one(*simple)

    def text(self, depth: int = 1) -> str:
        """Draw an expression that gives text, mostly."""
        if depth <= 0 or self.choose(2) == 0:
            return self.text_leaf()
        t, c, n, i, m = (
            (lambda kind=kind: kind(depth - 1))
            for kind in (self.text, self.claim, self.number, self.items, self.mapping)
        )
        return self.some(
            "text",
            lambda: f"({t()} ~ {t()})",
            lambda: f"({t()} ~ {n()} ~ {t()})",
            lambda: f"({t()}|{self.text_filter()})",
            lambda: f"({t()}|{self.text_filter()}|{self.text_filter()})",
            lambda: f"({t()}|replace({t()}|string, {t()}|string))",
            lambda: f"({t()}|default({t()}{self.one('', ', true', ', boolean=yes')}))",
            lambda: f"({t()}|string|truncate({self.one('3', 'n', 'd.n')}, true, end={t()}|string))",
            lambda: f"({t()} if {c()} else {t()})",
            lambda: f"({t()} if {c()})",
            lambda: f"({t()} or {t()})",
            lambda: f"({t()} and {t()})",
            lambda: f"({i()}|join({self.one('', t, 'd=' + t())}))",
            lambda: f"({i()}|{self.one('first', 'last', 'length', 'list', 'tojson', 'string')})",
            lambda: f"({i()}|map('{self.one('string', 'upper', 'escape', 'default', 'ctxfilter')}')|join)",
            lambda: f"({i()}|map('default', {t()})|join('-'))",
            lambda: f"({m()}|{self.one('tojson', 'dictsort|string', 'xmlattr', 'items|list|string')})",
            lambda: f"{m()}.{self.one('k', 'name', 'get(' + t() + ')', 'missing')}",
            lambda: f"{m()}[{self.one(t, chr(39) + 'k' + chr(39))}]",
            lambda: f"('%s!' % {t()})",
            lambda: f"('%s|%s'|format({t()}, {t()}))",
            lambda: f"({t()}|string * {n()})",
            lambda: f"({t()}|string + {t()}|string)",
            lambda: f"({t()}|string){self.subscript()}",
            lambda: f"({i()}){self.subscript()}",
            lambda: f"({i()}|groupby('n')|list)",
            lambda: f"({i()}|batch({n()}, {t()})|list)",
            lambda: f"({t()}, {t()})",
            lambda: f"[{t()}, {t()}]",
            self.call,
            self.call,
            self.call,
            lambda: f"ctx('{self.one('d', 'a', 'v', 'i', 'p', 'title')}')",
            lambda: f"ctxwith({t()}, '{self.one('a', 'v', 'i')}')",
            lambda: f"({t()}|ctxfilter)",
            lambda: f"({t()}|evalfilter)",
            lambda: f"({t()}|string).{self.one('upper', 'strip', 'title', 'split')}()",
            lambda: f"(acc.append({t()}) or '')",
            lambda: f"(dd.update(k={t()}) or '')",
            lambda: self.one("ns.x", "(ns.x ~ d.name)", "ns.y") if self.has_space else t(),
            lambda: (
                f"dict({self.one('k', 'z')}={t()}, **{{'k': {t()}}}).k"
                if not self.choose(4)
                else f"dict(k={t()}).k"
            ),
            lambda: f"_({t()}|string)",
            lambda: f"gettext('%(x)s', x={t()})",
            lambda: f"ngettext('%(num)s one', '%(num)s of', {n()})",
            lambda: "str(acc)",
            lambda: f"({t()} is {self.one('defined', 'string', 'not none')})",
            lambda: (
                f"(loop.{self.one('index0', 'first', 'last', 'length', 'depth', 'revindex')})"
                if self.in_loop
                else t()
            ),
        )

    def text_filter(self) -> str:
        t = lambda: self.text(0)  # noqa: E731
        if self.choose(2):
            return self.one(
                lambda: f"indent(2, first={self.one('true', 'd.flag')})",
                lambda: f"attr({t()})",
                lambda: f"default({t()})",
                "trim(*d.tags[:1])",
                "default(*xs[:1])",
                "default(**{'default_value': d.name})",
                "center(9)",
                "wordwrap(3)",
            )
        return self.one(
            *(
                "upper",
                "e",
                "title",
                "escape",
                "safe",
                "striptags",
                "trim",
                "string",
                "length",
                "forceescape",
            ),
            *("capitalize", "urlize", "tojson", "indent", "wordcount", "urlencode", "lower", "int"),
            *("list|string", "reverse|string", "ctxfilter", "evalfilter"),
        )

    def subscript(self) -> str:
        ends = ("", "1", "d.n", "n", "-1")
        return self.one(
            "[0]",
            "[d.n]",
            lambda: f"[{self.one(*ends)}:{self.one(*ends)}]",
            lambda: f"[{self.one(*ends)}:{self.one(*ends)}:{self.one('-1', '2', 'n')}]",
        )

    def call(self) -> str:
        """Draw a call of a macro, a block, the caller or the parent's block."""
        macros = [
            lambda name=name, most=most: self.macro_call(name, most) for name, most in self.macros.items()
        ]
        blocks = [
            f"self.{name}()" for name in sorted(self.blocks | self.above) if int(name[1]) < self.block_number
        ]
        known: list[Any] = [*macros, *macros, *blocks]
        if self.has_super:
            known += ["super()", "super()", "super.super()"]
        if self.in_call:
            known += ["(caller() if caller is defined)", lambda: f"(caller({self.text(0)}) if caller)"]
        known = known or ["'x'.upper()"]
        if self.choose(9) == 8:
            return self.one("super()", "self.b0()", "caller()", "m0()", "u()")
        called = self.one(*known)
        return self.one(called, called, f"({called}|upper)", f"({called} ~ d.name)", f"({called}|length)")

    def macro_call(self, name: str, most: int) -> str:
        """Draw a call with as many arguments as the macro takes, once in a while with others; -1 takes all."""
        if most >= 0 and self.choose(12) < 11:
            given = [self.text(self.choose(2)) for _ in range(self.choose(most + 1))]
            return f"{name}({', '.join(given)})"
        given = [self.text(self.choose(2)) for _ in range(self.choose(4))]
        more = self.one("", "*d.tags", "*xs", "**{'z': d.name}", "z=d.name", "z=a")
        return f"{name}({', '.join([*given, *filter(None, [more])])})"

    def number(self, depth: int = 1) -> str:
        """Draw an expression that gives a number, mostly."""
        if depth < 0 or self.choose(2) == 0:
            simple = [
                "1",
                "n",
                "d.n",
                "2",
                "0.5",
                "1e1",
                "(v|string|length)",
                "(k|default(3))",
                "xs|length",
                "d.tags|length",
            ]
            if self.in_loop:
                simple += ["loop.index", "loop.index0", "loop.revindex0", "loop.length", "loop.depth"]
            if self.changes:
                simple += ["tick()", "tick()"]
            return self.one(*simple)
        n = lambda: self.number(depth - 1)  # noqa: E731
        return self.some(
            "number",
            lambda: f"({n()} + {n()})",
            lambda: f"({n()} {self.one('-', '*', '%', '//', '/')} {n()})",
            lambda: f"({n()} ** 2)",
            lambda: f"({self.one('-', '+', '- -')}{n()})",
            lambda: f"({n()} if {self.claim(depth - 1)} else {n()})",
            lambda: f"({n()}|{self.one('abs', 'round', 'int', 'float', 'round(1)')})",
            lambda: f"({self.items(depth - 1)}|{self.one('length', 'count')})",
            lambda: f"([{n()}, {n()}]|{self.one('sum', 'max', 'min')})",
            lambda: f"(rows|sum('n', start={n()}))",
        )

    def items(self, depth: int = 1) -> str:
        """Draw an expression that gives a list, mostly."""
        if depth <= 0 or self.choose(2) == 0:
            simple = ["xs", "d.tags", "d.tags", "(acc|list)", "rows", "d.kids", "range(n)", "[a, b]", "dd"]
            simple += ["range(d.n)", "(v|string|list)", "(ls or xs)", "(a, d.name)", "'ab'", "[]"]
            if self.changes:
                simple += ["it", "gen", "it"]
            return self.one(*simple)
        i, t, c = ((lambda kind=kind: kind(depth - 1)) for kind in (self.items, self.text, self.claim))
        return self.some(
            "items",
            lambda: f"[{t()}, {t()}]",
            lambda: f"({t()}, {t()},)",
            lambda: f"({i()}|list + [{t()}])",
            lambda: f"({i()}|reverse|list)",
            lambda: f"({i()}|map('string')|sort)",
            lambda: f"({i()}|map('string')|sort(reverse={self.one('true', 'd.flag')}))",
            lambda: f"({i()} if {c()} else {i()})",
            lambda: f"({i()} if {c()})",
            lambda: f"({i()}|batch(2, {t()})|list)",
            lambda: f"({i()}|slice(2, {t()})|list)",
            lambda: f"({i()}|list){self.one('[:1]', '[:d.n]', '[n:]', '[::-1]')}",
            lambda: f"({i()}|map('string')|map('upper')|list)",
            lambda: f"({i()}|{self.one('reject', 'select')}('eq', {t()})|list)",
            lambda: f"({i()}|select('in', {i()})|list)",
            lambda: f"({i()}|{self.one('select', 'reject')}('{self.one('string', 'defined')}')|list)",
            lambda: f"{self.mapping(depth - 1)}|{self.one('items', 'dictsort', 'list')}",
            lambda: f"({i()}|map('string')|unique|list)",
            lambda: (
                f"rows|{self.one('selectattr', 'rejectattr')}('n', '{self.one('eq', 'lt')}', {self.number(0)})|list"
            ),
            lambda: "rows|map(attribute='name')|list",
            lambda: "d.kids|map(attribute='n', default=a)|list",
            lambda: f"(rows|groupby('n', default={self.number(0)})|list)",
        )

    def mapping(self, depth: int = 1) -> str:
        """Draw an expression that gives a dict."""
        simple = ("dd", "{}", "page")
        if depth <= 0 or self.choose(2) == 0:
            return self.one(*simple)
        t = lambda: self.text(depth - 1)  # noqa: E731
        return self.one(
            lambda: f"{{'k': {t()}}}",
            lambda: f"{{'k': {t()}, 'n': {self.number(depth - 1)},}}",
            lambda: f"{{{t()}|string: {t()}}}",
            lambda: f"dict(k={t()})",
            lambda: f"dict(dd, name={t()})",
        )

    def claim(self, depth: int = 1) -> str:
        """Draw a test."""
        if depth <= 0 or self.choose(3) == 0:
            simple = [
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
            ]
            simple += ["xs", "d", "False", "True"]
            if self.in_loop:
                simple += ["loop.first", "loop.last", "loop.changed(i)", "i"]
            if self.changes:
                simple += ["tick() is odd", "(sep() == '')", "(tick() == d.n)"]
            return self.one(*simple)
        i, t, c, n = (
            (lambda kind=kind: kind(depth - 1)) for kind in (self.items, self.text, self.claim, self.number)
        )
        return self.some(
            "claim",
            lambda: f"(not {c()})",
            lambda: f"({c()} and {c()})",
            lambda: f"({c()} or {c()})",
            lambda: f"({t()} {self.one('in', 'not in')} {i()})",
            lambda: f"({t()} {self.one('==', '!=')} {t()})",
            lambda: f"({n()} {self.one('<', '<=', '>', '>=', '==', '!=')} {n()})",
            lambda: f"({n()} {self.one('<', '<=', '!=')} {n()} {self.one('<', '>=')} {n()})",
            lambda: (
                f"({t()} is {self.one('string', 'not string', 'defined', 'none', 'sameas xs', 'undefined', 'callable', 'mapping', 'number', 'escaped')})"
            ),
            lambda: f"({t()} is {self.one('eq', 'ne', 'sameas')}({t()}))",
            lambda: f"({t()} is in {i()})",
            lambda: (
                f"({n()} is {self.one('divisibleby 2', 'odd', 'even', 'integer', 'divisibleby(n)', 'gt 1')})"
            ),
            lambda: f"({i()} is {self.one('iterable', 'sequence', 'not iterable')})",
            lambda: f"({t()} is {self.one('filter', 'test')})",
            lambda: f"({c()} if {c()} else {c()})",
        )

    # -- statements -----------------------------------------------------------------------------------

    def tag(self, *words: str) -> str:
        inner = " ".join(filter(None, words))
        if not self.trims:
            return "{% " + inner + " %}"
        return self.one("{%", "{%-", "{%+") + " " + inner + " " + self.one("%}", "-%}", "+%}")

    def output(self) -> str:
        if self.trims and self.choose(3) == 2:
            return "{{- " + self.text() + " -}}"
        return "{{ " + self.one(self.text, self.text, self.any, lambda: self.text(2), self.call) + " }}"

    def data(self) -> str:
        return self.one("t;", "<&>", "\n  x\n", " ", "{# c #}", "\x00\ue000", "\r\ny", "{{ '{{' }}")

    def body(self, depth: int, most: int = 2) -> str:
        return "".join(self.statement(depth) for _ in range(self.choose(most) + 1))

    def statement(self, depth: int) -> str:
        if depth <= 0 or self.choose(5) < 2:
            return self.one(self.output, self.output, self.data)
        body = lambda: self.body(depth - 1)  # noqa: E731
        return self.some(
            "statement",
            lambda: self.branch(depth),
            lambda: self.branch(depth),
            lambda: self.loop(depth),
            lambda: self.loop(depth),
            lambda: self.recursive_loop(depth),
            self.assignment,
            self.assignment,
            self.assignment,
            lambda: self.read_after_set(depth),
            lambda: self.block_assignment(depth),
            lambda: self.tag("with", self.pairs()) + body() + self.tag("endwith"),
            lambda: self.tag("filter", self.block_filter()) + body() + self.tag("endfilter"),
            lambda: self.call_block(depth),
            lambda: self.call_block(depth),
            lambda: self.macro(depth),
            self.include,
            self.include,
            self.imported,
            self.imported,
            lambda: self.block(depth),
            lambda: self.block(depth),
            lambda: (
                self.tag("autoescape", self.one("true", "false", "d.flag", "yes"))
                + body()
                + self.tag("endautoescape")
            ),
            lambda: self.tag(
                "do", self.one(lambda: f"acc.append({self.text()})", "acc.insert(0, a)", self.call, self.any)
            ),
            self.translation,
            lambda: "{% raw %}{{ d.name }}{% endraw %}",
            lambda: self.jump() if self.in_loop else self.output(),
            lambda: self.jump() if self.in_loop else self.loop(depth),
            lambda: "\n%% " + self.set_words() + "\n" + self.output() + "## remark\n",
            lambda: self.odd(depth),
        )

    def branch(self, depth: int) -> str:
        said = self.tag("if", self.one(self.claim, self.claim, lambda: self.claim(2))) + self.body(depth - 1)
        for _ in range(self.choose(3) // 2):
            said += self.tag("elif", self.claim()) + self.body(depth - 1)
        if self.choose(2):
            said += self.tag("else") + self.body(depth - 1)
        return said + self.tag("endif")

    def loop(self, depth: int) -> str:
        target, values = "i", self.items
        if self.choose(4) == 3:
            target, values = (
                "k, i",
                lambda: self.one("dd.items()", "[(1, d.name), (2, a)]", "dd|dictsort", "[(a, v)]"),
            )
        elif self.choose(4) == 3:
            target = self.one("v", "a", "d", "ls", "p")
        head = self.tag("for", target, "in", values(), self.one("", "", lambda: "if " + self.claim(1)))
        body = self.looped(lambda: self.body(depth - 1))
        return (
            head + body + self.one("", lambda: self.tag("else") + self.body(depth - 1)) + self.tag("endfor")
        )

    def recursive_loop(self, depth: int) -> str:
        test = self.one("", "", "if i.n != d.n", "if yes")
        words = self.one("rows", "d.kids", "rows + d.kids"), test, "recursive"
        body = self.looped(lambda: "[{{ i.n }}" + self.body(depth - 1))
        deeper = self.one("loop(i.kids)", "loop(i.kids)", "loop(i.kids)|upper", "loop(i.kids) if d.flag")
        return self.tag("for i in", *words) + body + "{{ " + deeper + " }}]" + self.tag("endfor")

    def looped(self, draw: Callable[[], str]) -> str:
        self.in_loop += 1
        drawn = draw()
        self.in_loop -= 1
        return drawn

    def jump(self) -> str:
        jump = self.tag(self.one("break", "continue"))
        return self.one(jump, lambda: self.tag("if", self.claim(1)) + self.data() + jump + self.tag("endif"))

    def set_words(self) -> str:
        return self.one(
            lambda: f"set {self.one('v', 'w', 'a', 'i')} = {self.text()}",
            lambda: f"set v = {self.any(2)}",
            lambda: f"set ls = {self.items()}",
            lambda: f"set v, w = {self.text()}, {self.text()}",
            lambda: f"set (v, (w, a)) = ({self.text()}, [{self.text()}, {self.text()}])",
            lambda: f"set ns = namespace(x={self.text()})",
            lambda: f"set {self.space()} = {self.text()}",
            lambda: f"set {self.space()} = {self.text()}",
            lambda: f"set v, {self.space()} = w, {self.text()}",
            lambda: "set v = v ~ " + self.text(0),
            lambda: "set v, w = w, v",
            lambda: f"set d = {self.one('dd', 'd', 'rows[0]')}",
        )

    def space(self) -> str:
        """Draw an attribute of a namespace, if there is one."""
        return self.one("ns.x", "ns.y") if self.has_space else "w"

    def assignment(self) -> str:
        return self.tag(self.set_words())

    def read_after_set(self, depth: int) -> str:
        """Set names, perhaps inside a statement that may leak them, and read them after it."""
        inner = self.assignment() + self.one("", self.assignment)
        if self.choose(2):
            inner = (
                self.tag("if", self.claim())
                + inner
                + self.one("", lambda: self.tag("else") + self.assignment())
            )
            inner += self.tag("endif")
        if self.choose(3) == 2:
            inner = self.tag("for i in", self.items(0)) + "{{ v }}" + inner + "{{ v }}" + self.tag("endfor")
        return (
            inner
            + self.body(depth - 1, 2)
            + "{{ "
            + self.one("v", "w", "v ~ w", "a", "ls", self.space)
            + " }}"
        )

    def block_assignment(self, depth: int) -> str:
        target = self.one("v", "w", "a", self.space)
        filters = self.one("", "", lambda: "| " + self.block_filter())
        return self.tag("set", target, filters) + self.body(depth - 1) + self.tag("endset")

    def pairs(self) -> str:
        return self.one(
            lambda: f"v = {self.text()}",
            "",
            lambda: f"v = {self.text()}, w = {self.one('v', self.text)}",
            lambda: f"a = b, b = a, d = {self.one('d', 'dd')}",
            lambda: f"ls = {self.items()}, n = {self.number()}",
        )

    def block_filter(self) -> str:
        return self.one(
            *(
                "upper",
                "length",
                "trim",
                "striptags",
                "escape",
                "indent",
                "ctxfilter",
                "evalfilter",
                "upper|trim",
            ),
            lambda: f"replace('a', {self.text(1)}|string)",
            lambda: f"default({self.text(0)}, true)",
        )

    def call_block(self, depth: int) -> str:
        def called() -> str:
            name = self.one(*self.callers)
            return self.macro_call(name, self.macros.get(name, 0))

        if not self.callers:
            return (
                "{% macro k(q='') %}({{ caller(q) }}){% endmacro %}{% call(p) k("
                + self.text()
                + ") %}"
                + self.body(depth - 1)
                + "{% endcall %}"
            )
        head = self.tag("call" + self.one("", "(p)", "(p, q=d.name)", "(i='dflt')"), called())
        return head + self.body(depth - 1) + self.tag("endcall")

    def macro(self, depth: int) -> str:
        number = self.macro_number
        self.macro_number += 1
        most = self.choose(3)
        name = f"m{number}" if self.choose(9) < 8 else "_m"
        defaults = self.one("", lambda: "=" + self.text(1))
        parameters = ", ".join([*(["p", "i"][: most - 1]), *([f"q{defaults}"] if most else [])])
        if self.choose(9) == 8:
            parameters = self.one("d", "a, d='s'", "v")
        before = self.in_loop, self.has_super
        self.in_loop, self.has_super = 0, False
        self.in_call += 1
        extra = self.one("", "{{ d.name }}", "{{ p }}{{ q }}", "{{ m0 is defined }}{{ caller is defined }}")
        calls = self.one(
            "",
            "",
            "<{{ caller() if caller is defined }}>",
            "<{{ caller(p, d.name) if caller else a }}>",
            "{{ caller() }}{{ varargs }}",
            "{{ varargs }}{{ kwargs }}",
        )
        body = extra + calls + self.body(depth - 1)
        self.in_call -= 1
        self.in_loop, self.has_super = before
        if "caller(" in calls:
            self.callers.append(name)
        if "{{ caller() }}" not in calls:
            self.macros[name] = -1 if "varargs }}{{ kwargs" in calls else most
        return self.tag("macro", f"{name}({parameters})") + body + self.tag("endmacro")

    def include(self) -> str:
        if not self.includable:
            return self.output()
        first, last = self.includable[0], self.includable[-1]
        name = self.one(
            f"'{first}'",
            f"'{last}'",
            f"['gone', '{first}']",
            f"('gone', '{last}')",
            "'gone' ignore missing",
            f"('{first}' if d.flag else '{last}')",
            f"('{first}' if yes else 'gone')",
            f"['gone', d.name, '{last}'] ignore missing",
        )
        return self.tag("include", name, self.one("", "", "with context", "without context"))

    def imported(self) -> str:
        """Draw an import, and remember what it gives."""
        if not self.includable:
            return self.output()
        context = self.one("with context", "", "without context")
        name = self.one("'lib.html'", "'lib.html'", "'lib.html'", "('lib.html' if d.flag else 'lib.html')")
        if self.choose(2):
            self.macros |= {"f": 1, "m9": 2, "h": 0}
            self.callers.append("cc")
            return self.tag("from", name, "import f, g as m9, c as cc, h", context)
        self.macros |= {"lib.f": 1, "lib.g": 2, "lib.h": 0}
        self.callers.append("lib.c")
        return self.tag("import", name, "as lib", context) + self.one("", "{{ lib.v }}")

    def block(self, depth: int) -> str:
        free = [
            name
            for name in ("b0", "b1", "b2")
            if name not in self.blocks and int(name[1]) < self.block_number
        ]
        if not free or self.in_call:
            return self.output()
        name = self.one(*(sorted(self.required & {*free}) or free))
        self.blocks.add(name)
        self.required.discard(name)
        before = self.in_loop, self.has_super, self.block_number
        self.in_loop, self.has_super = 0, name in self.above
        self.block_number = int(
            name[1]
        )  # what a block holds or calls is below it, so that no two call one another
        words = self.one("", "", "scoped", "scoped", "required" if not self.is_entry else "")
        body = self.body(depth - 1) if words != "required" else self.one("", " ", "{# c #}")
        if words == "required":
            self.required.add(name)
        self.in_loop, self.has_super, self.block_number = before
        return self.tag("block", name, words) + body + self.tag("endblock", self.one("", name))

    def translation(self) -> str:
        return self.one(
            "{% trans %}hello {{ a }} {{ v }}{% endtrans %}",
            lambda: "{% trans name=" + self.text() + " %}hello {{ name }}{% endtrans %}",
            lambda: (
                "{% trans name="
                + self.text()
                + ", count="
                + self.one("n", "d.n", "1", self.number)
                + " %}one {{ name }}{% pluralize count %}{{ count }} of {{ name }}{% endtrans %}"
            ),
            lambda: (
                "{% trans trimmed count=d.tags|length %}\n one\n {% pluralize %} {{ count }}\n{% endtrans %}"
            ),
            "{% trans 'ctx' %}100% {{ d }}{% endtrans %}",
        )

    def odd(self, depth: int) -> str:
        """Draw a tag of an extension that nobody knows, or one that prints all there is."""
        return self.one(
            lambda: self.tag("oddname", self.text() + "|string"),
            lambda: self.tag("oddsafe", self.text()),
            lambda: (
                self.tag("oddscope", self.one("{'v': 1}", self.mapping))
                + self.body(depth - 1)
                + self.tag("endoddscope")
            ),
            lambda: self.tag("oddcall", self.text()) + self.body(depth - 1) + self.tag("endoddcall"),
            lambda: self.tag("oddmode", self.one("false", "true", "d.flag")) + self.output(),
            "{% debug %}",
        )

    # -- templates ------------------------------------------------------------------------------------

    def template(self, depth: int, parent: str = "", above: frozenset[str] = frozenset()) -> str:
        self.blocks, self.above = set(), set(above)
        self.macros, self.callers, self.macro_number, self.has_space = {}, [], 0, False
        self.has_super, self.in_loop, self.in_call, self.block_number = False, 0, 0, 9
        head = ""
        if parent:
            extends = self.tag("extends", f"'{parent}'")
            head = self.one(
                extends,
                extends,
                extends,
                lambda: self.tag("if", self.one("yes", "no", "d.flag")) + extends + self.tag("endif"),
                lambda: self.tag("extends", f"'{parent}' if {self.one('yes', 'd.flag')} else 'inc.html'"),
                lambda: self.data() + extends,
            )
        head += self.one("", "", "{% set v = a %}", "", "{% set v = d.name %}", "")
        if self.choose(4) == 3:
            head += "{% set ns = namespace(x=a, y='y') %}"
            self.has_space = True
        head += "".join(self.macro(depth - 1) for _ in range(self.choose(4) // 2))
        if self.includable and self.choose(4) == 3:
            head += self.imported()
        if parent:
            blocks = "".join(self.block(depth + 1) for _ in range(1 + self.choose(2) + len(self.required)))
            return head + blocks + self.one("", lambda: self.statement(depth))
        return head + "".join(self.statement(depth) for _ in range(self.choose(3) + 1))

    def templates(self) -> dict[str, str]:
        """Draw a set of templates; ``page.html`` is the entry. What it cannot reach is left out."""
        return dict(self._reached(self._all()))

    def _all(self) -> dict[str, str]:
        parent = self.one("", "", "base.html", "mid.html")
        depth = 1 + self.choose(3)
        said = {"lib.html": self.apart(self.library()), "inc2.html": self.apart(self.template(1))}
        self.includable = ("inc2.html",)
        said["inc.html"] = self.apart(self.template(1))
        self.required = set()
        self.includable = ("inc.html", "inc2.html")
        above: frozenset[str] = frozenset()
        if parent:
            said["base.html"] = self.template(min(depth, 2))
            above |= self.blocks
        if parent == "mid.html":
            said["mid.html"] = self.template(1, "base.html", above)
            above |= self.blocks
        self.is_entry = True
        said["page.html"] = self.template(depth, parent, above)
        return said

    def apart(self, source: str) -> str:
        """Let a file that may be without context not raise at once, mostly."""
        return re.sub(r"\bd\.(?=\w)", "(d or {}).", source) if self.choose(4) else source

    def library(self) -> str:
        """Draw a file of macros; ``h`` reads the deferred name, or what the file itself sets."""
        self.in_call += 1
        said = "{% macro f(x) %}f<{{ x }}" + self.one("", lambda: self.body(1, 2)) + "{% endmacro %}"
        said += "{% macro g(d='dflt', y=a) %}g{{ d }}{{ y }}{% endmacro %}"
        said += "{% macro c() %}({{ caller(" + self.one("", "d.name") + ") }}){% endmacro %}"
        said += "{% macro h() %}" + self.one("h", "{{ d.name }}", "{{ v }}{{ a }}") + "{% endmacro %}"
        self.in_call -= 1
        return said + self.one("", "{% set v = d.name %}", "{% set v = a %}", lambda: self.body(1, 2))

    def _reached(self, said: dict[str, str]) -> Iterator[tuple[str, str]]:
        known, todo = set(), ["page.html"]
        while todo:
            name = todo.pop()
            if name in known:
                continue
            known.add(name)
            yield name, said[name]
            todo += [other for other in said if f"'{other}'" in said[name]]
