"""Watch Python code that is given the context: it may read a deferred name that no template spells."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, cast

from jinja2 import pass_context
from jinja2.runtime import Context

from replisite.staging.analysis.readers import reads_context
from replisite.staging.slot import Widening
from replisite.staging.stage_one.run import RUN, watch
from replisite.staging.stage_one.template_calls import Staging
from replisite.staging.tripwire import Tripwire, Widen

__all__ = ["Watched", "watching"]


def watching(base: type[Context]) -> type[Context]:
    """Return a context that sends the page to full rendering when Python code looks up a deferred name.

    Compiled templates look names up, too, and hand on what they find: only while a callable has the
    context is any rendering watched.
    """

    class WatchingContext(base):  # type: ignore[misc, valid-type]  # the base is the environment's own
        def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: PYI063 - Jinja's signature
            given = [*args, *kwargs.values()]
            if type(__obj) is types.MethodType and type(__obj.__self__) is Staging:
                return super().call(__obj, *args, **kwargs)  # it keeps a context, and reads none
            refuse_wires(given)
            if not (reads_context(__obj) or any(type(value) is type(__self) for value in given)):
                return super().call(__obj, *args, **kwargs)
            with watch():
                return super().call(__obj, *args, **kwargs)

        def resolve_or_missing(self, key: str) -> Any:
            self._look(key)
            return super().resolve_or_missing(key)

        def get_all(self) -> dict[str, Any]:
            self._look()
            return cast("dict[str, Any]", super().get_all())

        def __contains__(self, name: str) -> bool:
            self._look(name)
            return bool(super().__contains__(name))

        def _look(self, key: str = "") -> None:
            run = RUN.get()
            if (
                run is not None
                and run.is_watching
                and (not key or key in run.trips or key in run.set_by_slots)
            ):
                raise Widen(
                    Widening(self.name or "", 0, f'"{key or "everything"}" is read through the context')
                )

    return WatchingContext


def refuse_wires(values: Iterable[Any]) -> None:
    """Trip over a deferred value that is handed to Python code, which may ask who it is and not what."""
    for value in values:
        if type(value) is Tripwire:
            bool(value)
        elif type(value) in (list, tuple):
            refuse_wires(value)
        elif type(value) is dict:
            refuse_wires(value.values())


class Watched(MutableMapping[str, Callable[..., Any]]):
    """An environment's filters or tests; those that get the context are watched while they run."""

    def __init__(self, real: dict[str, Any], known: Mapping[str, Any]) -> None:
        self.real = real
        self.known = known
        self._watched: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {}

    def __getitem__(self, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] = self.real[name]
        if name not in self._watched or self._watched[name][0] is not function:
            self._watched[name] = function, self._watch(name, function)
        return self._watched[name][1]

    def _watch(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        is_reader = reads_context(function) and self.known.get(name) is not function

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            refuse_wires(args)
            refuse_wires(kwargs.values())
            if not is_reader:
                return function(*args, **kwargs)
            with watch():
                return function(*args, **kwargs)

        return pass_context(watched) if is_reader else watched

    def __setitem__(self, name: str, function: Callable[..., Any]) -> None:
        self.real[name] = function

    def __delitem__(self, name: str) -> None:
        del self.real[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.real)

    def __len__(self) -> int:
        return len(self.real)
