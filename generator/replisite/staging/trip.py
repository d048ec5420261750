"""What ends stage one early: the page is then rendered in full for every record."""

from __future__ import annotations

from typing import NoReturn

from replisite.staging.plate import Widening

__all__ = ["Changes", "Tripwire", "Widen"]


class Widen(BaseException):
    """Stage one met something that only a full rendering gets right.

    Not an Exception: a filter that swallows errors must not swallow this one.
    """

    def __init__(self, widening: Widening) -> None:
        super().__init__(str(widening))
        self.widening = widening


class Changes(BaseException):
    """Stage one is about to change a static value, and works on the caller's own."""


class Tripwire:
    """What a deferred name is while stage one runs: any use of it sends the page to full rendering."""

    def __init__(self, name: str, template: str) -> None:
        self.__dict__["_where"] = (name, template)

    def _trip(self, *_: object, **__: object) -> NoReturn:
        name, template = self.__dict__["_where"]
        raise Widen(Widening(template, 0, f'"{name}" is read through the context'))

    def __getattr__(self, _: str) -> NoReturn:
        self._trip()

    __class__ = property(_trip)  # `is defined` asks for nothing else
    __setattr__ = __call__ = __getitem__ = __setitem__ = __iter__ = __len__ = __contains__ = _trip
    __bool__ = __str__ = __repr__ = __format__ = __hash__ = __eq__ = __ne__ = _trip
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __mod__ = __rmod__ = __html__ = _trip
    __int__ = __float__ = __index__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __neg__ = _trip
