"""Write a piece of a template's syntax tree as a person would have written it, for reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jinja2 import nodes

__all__ = ["spelled"]

_BINARY: dict[type[nodes.Node], str] = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
    nodes.And: "and",
    nodes.Or: "or",
}
_UNARY: dict[type[nodes.Node], str] = {nodes.Not: "not ", nodes.Neg: "-", nodes.Pos: "+"}
_COMPARED = {
    "eq": "==",
    "ne": "!=",
    "gt": ">",
    "gteq": ">=",
    "lt": "<",
    "lteq": "<=",
    "in": "in",
    "notin": "not in",
}
_LONGEST = 100


def spelled(node: nodes.Node) -> str:
    """Return an expression as it may be written, or the head of a statement, in one line.

    >>> from jinja2 import Environment
    >>> page = Environment().parse("{{ d.name | upper }}{% for t in d['tags'] if t %}{{ t }}{% endfor %}")
    >>> [spelled(part) for part in page.body]
    ['{{ d.name | upper }}', "{% for t in d['tags'] if t %}"]
    """
    text = _STATEMENTS[type(node)](node) if type(node) in _STATEMENTS else _expression(node)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _listed(parts: Iterable[nodes.Node]) -> str:
    return ", ".join(map(_expression, parts))


def _arguments(node: nodes.Call | nodes.Filter | nodes.Test) -> str:
    parts = [_expression(part) for part in node.args]
    parts += [f"{keyword.key}={_expression(keyword.value)}" for keyword in node.kwargs]
    parts += [f"*{_expression(node.dyn_args)}"] if node.dyn_args is not None else []
    parts += [f"**{_expression(node.dyn_kwargs)}"] if node.dyn_kwargs is not None else []
    return ", ".join(parts)


def _operand(node: nodes.Node) -> str:
    text = _expression(node)
    is_joined = isinstance(
        node, nodes.BinExpr | nodes.Compare | nodes.Concat | nodes.CondExpr | nodes.UnaryExpr
    )
    return f"({text})" if is_joined else text


def _expression(node: nodes.Node | None) -> str:
    if node is None:
        return ""
    if isinstance(node, nodes.BinExpr):
        return f"{_operand(node.left)} {_BINARY[type(node)]} {_operand(node.right)}"
    if isinstance(node, nodes.UnaryExpr):
        return f"{_UNARY[type(node)]}{_operand(node.node)}"
    kind = _EXPRESSIONS.get(type(node))
    return kind(node) if kind else type(node).__name__.lower()


def _filtered(node: nodes.Filter) -> str:
    if " " in node.name and node.node is not None:
        return _expression(node.node)  # nobody wrote it: see escaping.py
    arguments = _arguments(node)
    applied = f"{node.name}({arguments})" if arguments else node.name
    return f"{_operand(node.node)} | {applied}" if node.node is not None else applied


def _tested(node: nodes.Test) -> str:
    arguments = _arguments(node)
    return f"{_operand(node.node)} is {node.name}{f'({arguments})' if arguments else ''}"


def _sliced(node: nodes.Slice) -> str:
    step = f":{_expression(node.step)}" if node.step is not None else ""
    return f"{_expression(node.start)}:{_expression(node.stop)}{step}"


def _chosen(node: nodes.CondExpr) -> str:
    other = f" else {_operand(node.expr2)}" if node.expr2 is not None else ""
    return f"{_operand(node.expr1)} if {_operand(node.test)}{other}"


def _compared(node: nodes.Compare) -> str:
    rest = "".join(f" {_COMPARED[part.op]} {_operand(part.expr)}" for part in node.ops)
    return f"{_operand(node.expr)}{rest}"


_EXPRESSIONS: dict[type[nodes.Node], Callable[..., str]] = {
    nodes.Name: lambda node: node.name,
    nodes.NSRef: lambda node: f"{node.name}.{node.attr}",
    nodes.Const: lambda node: repr(node.value),
    nodes.TemplateData: lambda node: node.data,
    nodes.Tuple: lambda node: _listed(node.items),
    nodes.List: lambda node: f"[{_listed(node.items)}]",
    nodes.Dict: lambda node: f"{{{_listed(node.items)}}}",
    nodes.Pair: lambda node: f"{_expression(node.key)}: {_expression(node.value)}",
    nodes.Keyword: lambda node: f"{node.key}={_expression(node.value)}",
    nodes.CondExpr: _chosen,
    nodes.Filter: _filtered,
    nodes.Test: _tested,
    nodes.Call: lambda node: f"{_operand(node.node)}({_arguments(node)})",
    nodes.Getattr: lambda node: f"{_operand(node.node)}.{node.attr}",
    nodes.Getitem: lambda node: f"{_operand(node.node)}[{_expression(node.arg)}]",
    nodes.Slice: _sliced,
    nodes.Concat: lambda node: " ~ ".join(map(_operand, node.nodes)),
    nodes.Compare: _compared,
    nodes.MarkSafe: lambda node: _expression(node.expr),
    nodes.MarkSafeIfAutoescape: lambda node: _expression(node.expr),
}


def _output(node: nodes.Output) -> str:
    return "".join(
        part.data if isinstance(part, nodes.TemplateData) else f"{{{{ {_expression(part)} }}}}"
        for part in node.nodes
    )


def _for(node: nodes.For) -> str:
    test = f" if {_expression(node.test)}" if node.test is not None else ""
    ending = " recursive" if node.recursive else ""
    return f"{{% for {_expression(node.target)} in {_expression(node.iter)}{test}{ending} %}}"


def _with(node: nodes.With) -> str:
    pairs = zip(node.targets, node.values, strict=True)
    return f"{{% with {', '.join(f'{_expression(t)} = {_expression(v)}' for t, v in pairs)} %}}"


_STATEMENTS: dict[type[nodes.Node], Callable[..., str]] = {
    nodes.Output: _output,
    nodes.For: _for,
    nodes.With: _with,
    nodes.If: lambda node: f"{{% if {_expression(node.test)} %}}",
    nodes.Assign: lambda node: f"{{% set {_expression(node.target)} = {_expression(node.node)} %}}",
    nodes.AssignBlock: lambda node: f"{{% set {_expression(node.target)} %}}",
    nodes.FilterBlock: lambda node: f"{{% filter {_expression(node.filter)} %}}",
    nodes.CallBlock: lambda node: f"{{% call {_expression(node.call)} %}}",
    nodes.Macro: lambda node: f"{{% macro {node.name}({_listed(node.args)}) %}}",
    nodes.Include: lambda node: f"{{% include {_expression(node.template)} %}}",
    nodes.Import: lambda node: f"{{% import {_expression(node.template)} as {node.target} %}}",
    nodes.FromImport: lambda node: f"{{% from {_expression(node.template)} import … %}}",
    nodes.Extends: lambda node: f"{{% extends {_expression(node.template)} %}}",
    nodes.ExprStmt: lambda node: f"{{% do {_expression(node.node)} %}}",
    nodes.Block: lambda node: f"{{% block {node.name} %}}",
    nodes.ScopedEvalContextModifier: lambda _: "{% autoescape %}",
}
