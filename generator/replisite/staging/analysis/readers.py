"""Find callables and files that look names up in the context, which no template spells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import Environment, nodes, pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Undefined
from jinja2.tests import TESTS

from replisite.staging.analysis.binding import Names, walk
from replisite.staging.analysis.other_templates import parsed
from replisite.staging.analysis.tree import REFERENCES

__all__ = ["Readers", "applied_names", "reads_context"]

_CONTEXT = getattr(pass_context(lambda _: None), "jinja_pass_arg")  # noqa: B009 - Jinja has no name for it


@dataclass(frozen=True, slots=True)
class Readers:
    """What of an environment reads the context, where these names are deferred."""

    environment: Environment
    deferred: Names

    @staticmethod
    def includes(node: nodes.Node) -> bool:
        """Say whether another template runs here that may read names that this one does not spell."""
        return isinstance(node, nodes.Include | nodes.Import | nodes.FromImport) and bool(node.with_context)

    def calls(self, node: nodes.Node, free: Names) -> bool:
        """Say whether a callable runs here that may read names that are not spelt."""
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in free:
            return reads_context(self.environment.globals.get(node.node.name))
        return self._reads_context(node)

    def _reads_context(self, node: nodes.Node) -> bool:
        """Say whether running this node gives the context to a filter, a test or an extension."""
        if isinstance(node, nodes.ContextReference | nodes.DerivedContextReference):
            return True
        if isinstance(node, nodes.Filter | nodes.Test):
            known, defaults = (
                (self.environment.filters, FILTERS)
                if isinstance(node, nodes.Filter)
                else (self.environment.tests, TESTS)
            )
            callee = known.get(node.name)
            if not reads_context(callee) or self._reads_by_name(callee):
                return False
            if defaults.get(node.name) is not callee:
                return True
            return any(self._names_context_reader(argument) for argument in node.args)
        return False

    def _reads_by_name(self, callee: object) -> bool:
        """Say whether a callable looks up only names that it has declared, none of them deferred."""
        return hasattr(callee, "reads_names") and not self.deferred & {*callee.reads_names}

    def declared(self, everything: Iterable[nodes.Node]) -> Names:
        """Return the names that filters and tests look up in the context, as they have declared."""
        names = set[str]()
        for part in everything:
            if isinstance(part, nodes.Filter | nodes.Test):
                known = self.environment.filters if isinstance(part, nodes.Filter) else self.environment.tests
                callee = known.get(part.name)
                if reads_context(callee) and self._reads_by_name(callee):
                    names |= {*callee.reads_names}  # type: ignore[union-attr]
        return frozenset(names)

    def _names_context_reader(self, argument: nodes.Expr) -> bool:
        """``map("name")`` and its kin call a filter or a test by name."""
        if not isinstance(argument, nodes.Const):
            return True
        for known in (self.environment.filters, self.environment.tests):
            callee = known.get(argument.value) if isinstance(argument.value, str) else None
            if reads_context(callee):
                return True
        return False

    def imports_deferred(self, node: nodes.Node) -> bool:
        """Say whether a file that is imported with the context, or one that it uses, spells a deferred name."""
        if not isinstance(node, nodes.Import | nodes.FromImport) or not node.with_context:
            return False
        waiting, seen = [node.template], set[str]()
        while waiting:
            template = waiting.pop()
            if not isinstance(template, nodes.Const) or not isinstance(template.value, str):
                return True
            if template.value in seen:
                continue
            seen.add(template.value)
            try:
                tree = parsed(self.environment, template.value)
            except Exception:  # noqa: BLE001 - it is reported when it is used
                return True
            parts = [*walk(tree)]
            if any(
                isinstance(part, nodes.Name | nodes.NSRef) and part.name in self.deferred for part in parts
            ):
                return True
            waiting += [part.template for part in parts if isinstance(part, REFERENCES)]
        return False


def applied_names(body: Iterable[nodes.Node], environment: Environment) -> Iterator[str]:
    """Yield the names of the filters and tests that code applies, also of those named to ``map`` and its kin."""
    for node in body:
        for part in walk(node):
            if isinstance(part, nodes.Filter | nodes.Test):
                yield part.name
                for argument in part.args:
                    name = argument.value if isinstance(argument, nodes.Const) else None
                    if isinstance(name, str) and (name in environment.filters or name in environment.tests):
                        yield name


def reads_context(callee: object) -> bool:
    """Say whether a callable was marked with ``jinja2.pass_context``."""
    if isinstance(callee, Undefined):
        return False
    mark = getattr(callee, "jinja_pass_arg", None)
    if mark is None and not isinstance(callee, type):  # as Context.call does: a class may mark its __call__
        mark = getattr(getattr(callee, "__call__", None), "jinja_pass_arg", None)  # noqa: B004
    return mark is _CONTEXT
