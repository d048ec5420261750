"""The made-up templates are of every kind that Jinja knows, and most of them can be rendered."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from functools import cache

from jinja2 import TemplateError, nodes

from tests.staging.grammar import RECORDS, statics
from tests.staging.law import outcome
from tests.staging.shrink import Choices, shrunk_numbers, shrunk_templates
from tests.staging.test_law import drawn, surroundings

SETS = 500
ABSTRACT = {nodes.Stmt, nodes.Expr, nodes.Helper, nodes.Literal, nodes.BinExpr, nodes.UnaryExpr}
ABSTRACT |= {nodes._FilterTestCommon}
UNMADE = {nodes.MarkSafeIfAutoescape}
"""Only the i18n extension of an environment whose autoescape is known late makes it."""


def kinds(base: type[nodes.Node]) -> Iterator[type[nodes.Node]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


@cache
def trees() -> tuple[nodes.Template, ...]:
    """Parse the templates of some hundred sets."""
    parsed = []
    for seed in range(SETS):
        templates, options = drawn(Choices(seed=seed))
        env = surroundings(templates, options)
        for text in templates.values():
            try:
                parsed.append(env.parse(text))
            except TemplateError:
                continue
    return tuple(parsed)


def count() -> Counter[str]:
    """Count the kinds of nodes, and what of one kind is told apart by its fields."""
    seen: Counter[str] = Counter()
    for tree in trees():
        for node in tree.find_all(nodes.Node):
            seen[type(node).__name__] += 1
            for field in ("test", "else_", "recursive", "elif_", "scoped", "required", "ignore_missing"):
                if getattr(node, field, None):
                    seen[f"{type(node).__name__}.{field}"] += 1
            for field in ("kwargs", "dyn_args", "dyn_kwargs", "args", "defaults", "filter", "expr2"):
                if getattr(node, field, None):
                    seen[f"{type(node).__name__}.{field}"] += 1
            if isinstance(node, nodes.Include | nodes.Import | nodes.FromImport):
                seen[f"{type(node).__name__} {'with' if node.with_context else 'without'} context"] += 1
                seen[f"{type(node).__name__} of {type(node.template).__name__}"] += 1
            if isinstance(node, nodes.Operand):
                seen[f"Operand {node.op}"] += 1
            if isinstance(node, nodes.Compare) and len(node.ops) > 1:
                seen["Compare chained"] += 1
            if isinstance(node, nodes.Assign | nodes.AssignBlock | nodes.For):
                seen[f"{type(node).__name__} to {type(node.target).__name__}"] += 1
            if isinstance(node, nodes.Name):
                seen[f"Name {node.name}"] += 1
            if isinstance(node, nodes.CondExpr) and node.expr2 is None:
                seen["CondExpr without else"] += 1
    return seen


def test_every_kind_of_node_is_drawn() -> None:
    """Every statement and every expression of Jinja's grammar, and what extensions may add."""
    known = {*kinds(nodes.Stmt), *kinds(nodes.Expr), *kinds(nodes.Helper)} - ABSTRACT - UNMADE
    missing = {kind.__name__ for kind in known if kind.__module__ == "jinja2.nodes"}
    assert missing - set(count()) == set()


def test_every_form_of_a_statement_is_drawn() -> None:
    """Loops with a test, an else, or both; calls with every kind of argument; imports of every kind."""
    forms = """
        For.test|For.else_|For.recursive|If.elif_|If.else_|Block.scoped|Block.required|Include.ignore_missing
        Include with context|Include without context|Include of List|Include of Tuple|Include of CondExpr
        Import with context|Import without context|FromImport with context|FromImport without context
        Import of CondExpr|FromImport of CondExpr|Extends|CondExpr without else|Compare chained
        Call.kwargs|Call.args|Call.dyn_args|Call.dyn_kwargs|Filter.args|Filter.kwargs|Filter.dyn_args
        Filter.dyn_kwargs|Test.args|Macro.defaults|CallBlock.args|CallBlock.defaults|AssignBlock.filter
        Operand in|Operand notin|Operand eq|Operand ne|Operand lt|Operand lteq|Operand gt|Operand gteq
        Assign to Name|Assign to Tuple|Assign to NSRef|AssignBlock to Name|AssignBlock to NSRef
        For to Name|For to Tuple|Name self|Name super|Name caller|Name varargs|Name kwargs|Name loop
    """
    wanted = {form.strip() for line in forms.strip().splitlines() for form in line.split("|")}
    assert wanted - set(count()) == set()


def test_most_sets_can_be_rendered() -> None:
    """Errors are compared by their being there; pages are compared byte for byte."""
    raised = 0
    for seed in range(SETS // 2):
        templates, options = drawn(Choices(seed=seed))
        values = {**statics(), **copy.deepcopy(RECORDS[0])}
        page = outcome(lambda: surroundings(templates, options).get_template("page.html").render(values))  # noqa: B023
        raised += isinstance(page, type)
    assert raised < SETS // 2 * 0.4


def test_the_same_numbers_draw_the_same_set() -> None:
    """So that a seed, or a smaller list of numbers, is all that need be told."""
    choices = Choices(seed=7)
    assert drawn(choices) == drawn(Choices(choices.taken))
    assert drawn(Choices()) == drawn(Choices([]))


def test_what_fails_is_made_small() -> None:
    """First by its numbers, then piece by piece."""
    said = {"page.html": "a{% if x %}b{{ d.name }}c{% endif %}", "inc.html": "i"}
    assert shrunk_templates(said, lambda less: "d.name" in less.get("page.html", ""), 9) == {
        "page.html": "d.name"
    }
    assert shrunk_numbers([3, 9, 4, 9], lambda less: 9 in less, 9) == [9]
