"""Staging as an extension of Jinja2, for environments that another program makes.

    JINJA_ENVIRONMENT = {"extensions": [deferring("distributor")]}      # a setting of Pelican, say
    plate = stage(env.get_template("page.html"), static)

The environment renders as ever. Its templates are cut in an overlay, which is made when the first one is staged, so
that filters and globals that are added until then are known.
"""

from __future__ import annotations

from typing import ClassVar

from jinja2 import Environment
from jinja2.ext import Extension

from replisite.staging.trust import Trust, is_plain

__all__ = ["Deferring", "deferring"]


class Deferring(Extension):
    """Says which names are deferred; ``deferring`` makes one."""

    names: ClassVar[frozenset[str]] = frozenset()
    trust: ClassVar[Trust] = staticmethod(is_plain)

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.extend(staged_overlay=None)


def deferring(*names: str, trust: Trust = is_plain) -> type[Deferring]:
    """Return an extension that makes an environment's templates stageable, with these names deferred.

    ``trust`` is that of ``staged``. Raises ValueError without a name.
    """
    if not names:
        raise ValueError("name what is deferred: deferring('distributor')")
    attributes = {
        "names": frozenset(names),
        "trust": staticmethod(trust),
        "identifier": "replisite.staging.Deferring",
    }
    return type("Deferring", (Deferring,), attributes)
