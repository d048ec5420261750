"""Staged rendering: any Jinja2 template, rendered once for all records and filled in for each record.

    env = staged(environment, deferred={"distributor"})
    plate = stage(env.get_template("page.html"), static)
    plate.press({"distributor": jane})          # bytes, equal to Jinja's own rendering
    Press([plate, ...]).pages(record)           # one page per plate, shared slots evaluated once

analysis/   what a template depends on, and where it is cut
extension   for environments that another program makes
plate       text and slots in turn: a page with holes
proof       a pressed page compared with Jinja's own rendering
raised      the lines of templates that an error has passed
slot        what depends on the record in a page: where it was cut out, and how it is filled
snapshot    keep a static value as it is now: slots are filled long after static code has run
stage_one/  a page rendered once for all records: the result is a plate
stage_two/  the slots of a plate, filled in for each record
tripwire    what ends stage one early: the page is then rendered in full for every record
trust       which values may be read later than Jinja reads them

A plate pickles if its slots hold plain data. Values of a record are data: read twice, they are the same.

The law: for a template T, static values S and a record R, ``stage(T, S).press(R) == T.render(S | R)``,
byte for byte, or both raise. The room knows nothing of distributors, Pelican, files, clocks or logs.
"""

from replisite.staging.analysis.escaping import escaping
from replisite.staging.extension import Deferring, deferring
from replisite.staging.plate import Plate
from replisite.staging.proof import Difference, prove
from replisite.staging.raised import passed_template, template_lines
from replisite.staging.slot import Origin, Record, Slot, Widening, Writer
from replisite.staging.stage_one.stage import (
    compile_all,
    forget_slots,
    forget_templates,
    full_template,
    in_full,
    slot_of,
    stage,
    staged,
)
from replisite.staging.stage_two.press import Press
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
    "passed_template",
    "prove",
    "pure",
    "reading",
    "slot_of",
    "stage",
    "staged",
    "template_lines",
]
