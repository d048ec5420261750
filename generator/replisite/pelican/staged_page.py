"""One recorded page: its staged form, its plate, and the proof that compares it with Jinja's rendering."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar

from jinja2 import Template

from replisite.errors import Fault
from replisite.pages import Page
from replisite.pages.finish import ContentSlots
from replisite.pelican.final_check import FinalCheck
from replisite.pelican.writer import NamedTemplate, Recorded
from replisite.staging import Difference, Origin, Plate, Record, Slot, Writer, prove, slot_of, stage

__all__ = ["Proof", "StagedPage", "content_slots", "plate_in_place"]


class StagedPage:
    """A recorded page with the template that stages it. ``load`` gives the staged form of a template."""

    def __init__(self, recorded: Recorded, load: Callable[[Template | NamedTemplate], Template]) -> None:
        self.recorded = recorded
        self._load = load

    @cached_property
    def template(self) -> Template:
        """The template that stages the page; raises TemplateSyntaxError."""
        return self._load(self.recorded.template)

    @cached_property
    def plate(self) -> Plate:
        """The page as the staging core gives it; raises TemplateSyntaxError."""
        with self.recorded.in_place() as static:
            return stage(self.template, static)

    @property
    def path(self) -> str:
        """The page's file, from the root of the site it is on."""
        return self.recorded.path

    @property
    def key(self) -> str:
        """The key of the showing that has the page."""
        return self.recorded.catalog.key


@dataclass(frozen=True, eq=False)
class Proof:
    """A finished page, and how it is compared with Jinja's rendering."""

    page: Page
    staged: StagedPage
    plate: Plate
    check: FinalCheck

    @cached_property
    def leftovers(self) -> list[Fault]:
        """The faults of the plate's text: it must never reach a visitor."""
        return self.check.plate_faults(self.plate, self.staged.recorded, self.page.source)

    def leftovers_for(self, record: Record) -> list[Fault]:
        """Return what must not reach a visitor of one owner's page; raises what Jinja raises."""
        with self.staged.recorded.in_place():
            return self.check.page_faults(self.plate, record, self.staged.recorded, self.page.source)

    def run(self, record: Record) -> Difference | None:
        """Compare for one record; raises what Jinja raises."""
        with self.staged.recorded.in_place() as static:
            return prove(self.plate, self.staged.template, static, record)


def content_slots(page: StagedPage, expressions: Mapping[str, str]) -> ContentSlots:
    """Return the slots of expressions in content, by the keys of their marks, as the edition of a page fills them."""
    names = ("site", "market", "language")
    context = page.recorded.context
    static: dict[str, object] = {name: context[name] for name in names if name in context}
    name = f"content ({page.key})"

    def made(expression: str) -> Slot | str:
        slot = slot_of(page.template.environment, expression, static, name=name)
        return slot.render({}) if slot.is_static else slot

    return ContentSlots(expressions, made)


def plate_in_place(page: StagedPage) -> Plate:
    """Return a plate that renders where its page is, if it renders in full: contents lead from there."""
    plate = page.plate
    whole = None if plate.whole is None else _InPlace(page.recorded, plate.whole)
    if plate.widening is None:
        return Plate(plate.name, plate.parts, None, whole)
    return plate.refine(lambda text: [text], partial(_InPlace, page.recorded))


@dataclass(frozen=True, slots=True)
class _InPlace:
    """A page that is rendered in full: the links in its contents lead from this page."""

    does_not_travel: ClassVar[str] = "a page is rendered in full for every owner, of all that was read"
    is_silent: ClassVar[bool] = False
    recorded: Recorded
    slot: Slot

    @property
    def key(self) -> Hashable:
        return self.slot.key

    @property
    def origin(self) -> Origin | None:
        return self.slot.origin

    def render(self, record: Record) -> str:
        with self.recorded.in_place():
            return self.slot.render(record)

    def write(self, writer: Writer) -> str:
        return writer.rendered(self)
