"""Compare a pressed page with Jinja's own."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import (
    ChainableUndefined,
    DictLoader,
    Environment,
    StrictUndefined,
    TemplateError,
    Undefined,
    pass_context,
    pass_eval_context,
)
from markupsafe import Markup

from replisite.staging import Press, pure, stage, staged

__all__ = ["difference", "environment", "outcome"]

UNDEFINED = (Undefined, StrictUndefined, ChainableUndefined)


@pure
@pass_context
def ctx(context: Any, name: str) -> str:
    value = context.get(name)
    return "none" if value is None else f"[{value}]"


@pure
@pass_context
def ctxwith(context: Any, value: object, name: str) -> str:
    return f"{value}:{context.resolve(name)}"


@pure
@pass_context
def ctxfilter(context: Any, value: object) -> str:
    return f"{value}/{context.get('a')}"


@pure
@pass_eval_context
def evalfilter(eval_ctx: Any, value: object) -> object:
    return Markup(f"<i>{value}</i>") if eval_ctx.autoescape else f"<u>{value}</u>"


def environment(
    templates: Mapping[str, str], *, autoescape: Any = True, undefined: int = 0, **more: Any
) -> Environment:
    """Make an environment with the usual extensions and some callables that read the context."""
    env = Environment(
        loader=DictLoader(dict(templates)),
        autoescape=autoescape,
        undefined=UNDEFINED[undefined],
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n", "jinja2.ext.debug"],
        **more,
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(ctx=ctx, ctxwith=ctxwith, str=str)
    env.filters.update(ctxfilter=ctxfilter, evalfilter=evalfilter)
    return env


def outcome(render: Callable[[], object]) -> object:
    """Return what is rendered, or the kind of error; an address in memory is never the same twice."""
    try:
        page = render()
        return re.sub(rb"(?i) at 0x[0-9a-f]+", b"", page) if isinstance(page, bytes) else page
    except RecursionError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever Jinja raises
        return type(error)


def difference(
    env: Environment,
    static: Callable[[], Mapping[str, Any]],
    records: Iterable[Mapping[str, Any]],
    seen: Counter[str] | None = None,
) -> str | None:
    """Return how pressing ``page.html`` differs from Jinja's rendering, or None.

    ``static`` makes fresh values, because templates may change them.
    """
    seen = Counter() if seen is None else seen
    try:
        template = env.get_template("page.html")
    except (TemplateError, SyntaxError, TypeError, ValueError, AssertionError):
        seen["invalid"] += 1
        return None
    plate = stage(staged(env, {"d"}).get_template("page.html"), static())
    seen["full" if plate.widening else "cut"] += 1
    press = Press([plate])
    for record in records:
        wanted = outcome(
            lambda record=record: template.render({**static(), **copy.deepcopy(record)}).encode()
        )
        pressed = outcome(lambda record=record: plate.press(copy.deepcopy(record)))
        fused = outcome(lambda record=record: press.pages(copy.deepcopy(record))[0])
        seen["raised" if isinstance(wanted, type) else "rendered"] += 1
        for got in (pressed, fused):
            if got != wanted and not (isinstance(got, type) and isinstance(wanted, type)):
                return f"{got!r} instead of {wanted!r} [{plate.widening}]"
    return None
