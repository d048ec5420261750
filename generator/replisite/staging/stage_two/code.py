"""The code of a slot: Python made by Jinja's compiler from a piece of a template.

Most slots are a *function* of the values that they spell, and cost no more than their expressions. Where a
template or a callable inside may look names up in the context, the code is a whole template instead.
"""

from __future__ import annotations

import builtins
import re
import types
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import CodeType, MappingProxyType
from typing import Any, cast

import markupsafe
from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.filters import FILTERS
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Undefined, exported
from jinja2.tests import TESTS
from jinja2.utils import missing
from markupsafe import Markup, escape

from replisite.staging.analysis.binding import free_names
from replisite.staging.analysis.readers import applied_names, reads_context
from replisite.staging.analysis.tree import escaped_once
from replisite.staging.slot import Record
from replisite.staging.stage_two.environment_pickle import EnvironmentPickle

__all__ = ["FunctionCode", "NeedsContext", "SlotContext", "TemplateCode", "plain"]


class NeedsContext(BaseException):
    """A value of a record asked for the context, which only a page rendered in full has.

    Not an Exception: a filter that swallows errors must not swallow this one.
    """


class SlotContext(Context):
    """What a slot's function gives to callables: the environment and the evaluation context, and no names."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: PYI063 - Jinja's signature
        if not kwargs and (type(__obj) in _UNMARKED or _is_unmarked(__obj)):
            try:
                return __obj(*args)
            except StopIteration:
                pass  # Jinja makes an undefined value of it
        elif reads_context(__obj):
            raise NeedsContext(repr(__obj))
        return super().call(__obj, *args, **kwargs)


_UNMARKED: set[type] = {types.BuiltinFunctionType, types.MethodWrapperType}
"""Kinds of callables that ask for nothing: neither the context nor the environment."""
_A_CLASS_IN_PYTHON = 1 << 9  # Py_TPFLAGS_HEAPTYPE, object.h


def _is_unmarked(callee: object) -> bool:
    """Say whether a callable's class alone shows that it asks for nothing, and remember that."""
    kind = type(callee)
    is_known_kind = kind.__dictoffset__ == 0 and kind.__flags__ & _A_CLASS_IN_PYTHON
    if not is_known_kind or hasattr(callee, "jinja_pass_arg") or not callable(callee):
        return False
    if isinstance(callee, type) or hasattr(callee.__call__, "jinja_pass_arg"):
        return False
    _UNMARKED.add(kind)
    return True


def written(value: Any) -> str:
    """Return what ``escape`` gives, as text that is joined with other text and needs no mark of its own."""
    if type(value) is str:
        return _escaped(value)
    return value if type(value) is Markup else escape(value)


_escaped: Callable[[str], str] = getattr(markupsafe, "_escape_inner", escape)


class FunctionCode:
    """A piece of a template as a function of the values that it spells.

    ``names`` are its parameters, in order; ``exports`` the names that it sets for code after it, whose values it
    returns behind the text. ``context`` are names that callables may look up, and ``declared`` those of its own
    names that they may. ``source`` is Python; two pieces with an equal ``meaning`` do the same with equal
    values.
    """

    def __init__(
        self,
        env: Environment,
        body: list[nodes.Node],
        template: str,
        filename: str | None,
        exports: Sequence[str] = (),
        *,
        context: Mapping[str, Any] = MappingProxyType({}),
        declared: Sequence[str] = (),
    ) -> None:
        self.autoescape = bool(EvalContext(env, template or None).autoescape)
        if self.autoescape:
            escaped_once(body)
        tree = nodes.Template(body, lineno=1)
        tree.set_environment(env)
        self.names: tuple[str, ...] = tuple(sorted({*free_names(body, env), *declared}))
        self.exports = tuple(exports)
        generator = functional(plain(env.code_generator_class))(env, template or None, filename)
        generator.parameters = {name: f"given_{index}" for index, name in enumerate(self.names)}
        generator.exports = self.exports
        generator.declared = declared
        generator.visit(tree)
        self.environment_pickle = _pickle_of(env)
        self.template = template
        self.context = dict(context)
        self.filename = filename or f"<slot of {template}>"
        self.source: str = generator.stream.getvalue()  # a StringIO
        self.lines: Sequence[tuple[int, int]] = tuple(generator.debug_info)
        self.applied = tuple(applied_names(body, env))

    @property
    def meaning(self) -> tuple[object, ...]:
        """Equal for pieces that do the same."""
        return id(self.env), *self.outline

    @property
    def env(self) -> Environment:
        """The environment in which the code runs."""
        return self.environment_pickle.env

    @property
    def outline(self) -> tuple[object, ...]:
        """What the code does, in plain data."""
        return self.autoescape, self.names, self.exports, self.source

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is compiled; take along the filters and tests that Jinja has not itself."""
        state = {name: value for name, value in vars(self).items() if name not in {"function", "_compiled"}}
        for kind, own in (("filters", FILTERS), ("tests", TESTS)):
            known = getattr(self.env, kind)
            named = {name: known[name] for name in self.applied if name in known}
            state[kind] = {
                name: function for name, function in named.items() if own.get(name) is not function
            }
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        filters, tests = state.pop("filters"), state.pop("tests")
        vars(self).update(state)
        self.environment_pickle.apply(filters, tests)

    @cached_property
    def function(self) -> Callable[..., Any]:
        """Call with one argument for each of ``names``, ``jinja2.utils.missing`` for a name without a value.

        Returns the text, or a tuple of the text and the values of ``exports``.
        """
        space: dict[str, Any] = {
            "environment": self.env,
            "context": self._context(self.context),
            "context_of": self._context,
            "undefined": self.env.undefined,
            "concat": self.env.concat,
            "cond_expr_undefined": Undefined,
            "__jinja_template__": self,
            "__name__": self.filename,
        }
        exec(self._compiled, space)  # noqa: S102 - Jinja's compiler made it from the theme
        space["escape"] = written  # which is called for what is written out alone
        return cast("Callable[..., Any]", space["slot"])

    @cached_property
    def _compiled(self) -> CodeType:
        return builtins.compile(self.source, self.filename, "exec")

    def _context(self, names: Mapping[str, Any]) -> SlotContext:
        known = {name: value for name, value in names.items() if value is not missing}
        context = SlotContext(self.env, known, self.template or None, {})
        context.eval_ctx.autoescape = self.autoescape
        return context

    def get_corresponding_lineno(self, lineno: int) -> int:
        """Return the template's line of a line of the code; Jinja asks for it to report where an error is."""
        return next((line for line, code_line in reversed(self.lines) if code_line <= lineno), 1)


def _pickle_of(env: Environment) -> EnvironmentPickle:
    """Return the pickle that all code of an environment shares."""
    if not hasattr(env, "environment_pickle"):
        env.environment_pickle = EnvironmentPickle(env)  # type: ignore[attr-defined]
    shared = env.environment_pickle  # type: ignore[attr-defined]
    return shared if shared.env is env else EnvironmentPickle(env)


class TemplateCode:
    """A piece of a template in which names are looked up that it does not spell."""

    def __init__(
        self, env: Environment, body: list[nodes.Node], template: str, line: int, filename: str | None
    ) -> None:
        tree = nodes.Template(body, lineno=line)
        own = env.overlay()
        own.code_generator_class = plain(env.code_generator_class)
        tree.set_environment(own)
        source = own.compile(tree, template or None, raw=True)
        code = builtins.compile(source, filename or f"<slot of {template}>", "exec")
        self.compiled: Template = env.template_class.from_code(env, code, dict(env.make_globals(None)))
        # Where the code came from does not make two slots different.
        text = re.sub(r"^(name = .*|debug_info = .*)$", "", source, flags=re.MULTILINE)
        self.meaning: tuple[object, ...] = (id(env), template, text)

    def run(self, values: Mapping[str, Any], record: Record) -> str:
        """Return the text; raises what Jinja would raise."""
        return self.compiled.render({**record, **values})


def plain(generator: type[CodeGenerator]) -> type[CodeGenerator]:
    """Return the code generator without rewrites: a slot's code has been through them."""
    return cast(
        type[CodeGenerator],
        next(base for base in generator.__mro__ if not getattr(base, "rewrites", None)),
    )


def functional(base: type[CodeGenerator]) -> type[Any]:
    """Return a code generator that makes a function ``slot`` of a template's body.

    Names come as arguments instead of from a context, and the text is returned at once.
    """

    class FunctionCodeGenerator(base):  # type: ignore[misc, valid-type]  # the base is the environment's own
        parameters: Mapping[str, str] = {}
        exports: Sequence[str] = ()
        declared: Sequence[str] = ()

        def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
            assert frame is None
            self.writeline("from jinja2.runtime import " + ", ".join(sorted(exported)))
            for part in node.find_all(nodes.ImportedName):
                if part.importname not in self.import_aliases:
                    alias = self.import_aliases[part.importname] = self.temporary_identifier()
                    module, _, name = part.importname.rpartition(".")
                    self.writeline(
                        f"from {module} import {name} as {alias}" if module else f"import {name} as {alias}"
                    )
            self.pull_dependencies(node.body)
            self.writeline(f"def slot({', '.join(self.parameters.values())}):")
            self.indent()
            if self.declared:
                values = ", ".join(f"{name!r}: {self.parameters[name]}" for name in self.declared)
                self.writeline(f"context = context_of({{{values}}})")
            inner = Frame(EvalContext(self.environment, self.name))
            inner.symbols.analyze_node(node)
            self.buffer(inner)
            self.enter_frame(inner)
            self.blockvisit(node.body, inner)
            values = "".join(f", {inner.symbols.ref(name)}" for name in self.exports)
            self.writeline(f"return concat({inner.buffer}){values}")
            self.outdent()

        def enter_frame(self, frame: Frame) -> None:
            loads = dict(frame.symbols.loads)
            for target, (action, name) in loads.items():
                if action == VAR_LOAD_RESOLVE:
                    self.writeline(f"{target} = {self.parameters.get(name, 'missing')}")
                    del frame.symbols.loads[target]
            super().enter_frame(frame)
            frame.symbols.loads.clear()
            frame.symbols.loads.update(loads)

    return FunctionCodeGenerator
