"""What ends stage one early: the page is then rendered in full for every record."""

from __future__ import annotations

from typing import NoReturn

from replisite.staging.slot import Widening

__all__ = ["Changes", "Tripwire", "Widen"]


class Widen(BaseException):
    """Stage one met something that only a full rendering gets right.

    Not an Exception: a filter that swallows errors must not swallow this one. ``name`` is a name that a slot
    sets and that static code reads: if it is deferred everywhere, the page may be cut after all.
    """

    def __init__(self, widening: Widening, name: str = "") -> None:
        super().__init__(str(widening))
        self.widening = widening
        self.name = name


class Changes(BaseException):
    """Stage one is about to change a static value, and works on the caller's own."""


class Tripwire:
    """What a deferred name is while stage one runs: any use of it sends the page to full rendering."""

    __slots__ = ("_where",)

    def __init__(self, name: str, template: str, *, is_set: bool = False) -> None:
        object.__setattr__(self, "_where", (name, template, is_set))

    def _trip(self, *_: object, **__: object) -> NoReturn:
        name, template, is_set = object.__getattribute__(self, "_where")
        if is_set:
            raise Widen(
                Widening(template, 0, f'"{name}" is read where it was not known to be deferred'), name
            )
        raise Widen(Widening(template, 0, f'"{name}" is read through the context'))

    __getattribute__ = _trip
    __class__ = property(_trip)  # `is defined` asks for nothing else
    __setattr__ = __call__ = __getitem__ = __setitem__ = __iter__ = __len__ = __contains__ = _trip
    __bool__ = __str__ = __repr__ = __format__ = __hash__ = __eq__ = __ne__ = _trip
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __mod__ = __rmod__ = __html__ = _trip
    __int__ = __float__ = __index__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __neg__ = _trip
