"""Staged rendering: any Jinja2 template, rendered once for everybody and filled in for each record.

    env = staged(environment, deferred={"distributor"})
    plate = stage(env.get_template("page.html"), static)
    plate.press({"distributor": jane})          # bytes, equal to Jinja's own rendering
    Press([plate, ...]).pages(record)           # one page per plate, shared slots evaluated once

The law: for a template T, static values S and a record R, ``stage(T, S).press(R) == T.render(S | R)``,
byte for byte, or both raise. The room knows nothing of distributors, Pelican, files, clocks or logs.
"""

from replisite.staging.escape import escaping
from replisite.staging.plate import Plate, Record, Slot, Widening
from replisite.staging.press import Press
from replisite.staging.proof import Difference, prove
from replisite.staging.stage import full_template, in_full, slot_of, stage, staged

__all__ = [
    "Difference",
    "Plate",
    "Press",
    "Record",
    "Slot",
    "Widening",
    "escaping",
    "full_template",
    "in_full",
    "prove",
    "slot_of",
    "stage",
    "staged",
]
