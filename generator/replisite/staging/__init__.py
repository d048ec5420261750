"""Staged rendering: any Jinja2 template, rendered once for everybody and filled in for each record.

    env = staged(environment, deferred={"distributor"})
    plate = stage(env.get_template("page.html"), static)
    plate.press({"distributor": jane})          # bytes, equal to Jinja's own rendering
    Press([plate, ...]).pages(record)           # one page per plate, shared slots evaluated once

    binding.py   which pieces of a template depend on a deferred name (tree.py: small questions about the tree)
    rewrite.py   cut them out before Jinja compiles (cut.py: a cut; keeper.py: what stage one can compute of it)
    readers.py   callables and files that look names up in the context
    escape.py    a rewrite of its own: what comes from a record is escaped (reach.py: where it goes)
    stage.py     stage one; run.py: one page in it; calls.py and watch.py: what it hears; trip.py: what ends it
    inline.py    included files, where they say the same in a slot (others.py: what else a template depends on)
    trust.py     which values may be asked later than Jinja asks them (snapshot.py: as they are now)
    filling.py   a cut's code (code.py) with the values of one place becomes a slot (slots.py)
    plate.py     text and slots in turn; press.py writes the function that fills them; proof.py compares with Jinja
    raised.py    the lines of templates that an error has passed
    surroundings.py  what of an environment travels to another process; spelling.py: slots as a person would write them
    extension.py for environments that somebody else makes

A plate pickles if its slots hold plain data. Values of a record are data: read twice, they are the same.

The law: for a template T, static values S and a record R, ``stage(T, S).press(R) == T.render(S | R)``,
byte for byte, or both raise. The room knows nothing of distributors, Pelican, files, clocks or logs.
"""

from replisite.staging.escape import escaping
from replisite.staging.extension import Deferring, deferring
from replisite.staging.plate import Origin, Plate, Record, Slot, Widening
from replisite.staging.press import Press, Writer
from replisite.staging.proof import Difference, prove
from replisite.staging.raised import template_lines
from replisite.staging.stage import (
    compile_all,
    forget_slots,
    forget_templates,
    full_template,
    in_full,
    slot_of,
    stage,
    staged,
)
from replisite.staging.trust import Trust, is_plain, pure, reading

__all__ = [
    "Deferring",
    "Difference",
    "Origin",
    "Plate",
    "Press",
    "Record",
    "Slot",
    "Trust",
    "Widening",
    "Writer",
    "compile_all",
    "deferring",
    "escaping",
    "forget_slots",
    "forget_templates",
    "full_template",
    "in_full",
    "is_plain",
    "prove",
    "pure",
    "reading",
    "slot_of",
    "stage",
    "staged",
    "template_lines",
]
