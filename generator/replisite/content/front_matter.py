"""The front matter at the top of a Markdown file, one model per kind of content.

The reference of front matter is made from these models, so each field says what it is for.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    field_validator,
    model_validator,
)

from replisite.content.marks import OPEN
from replisite.content.yaml_text import parse_moment
from replisite.errors import nearest

__all__ = [
    "CourseMatter",
    "EventMatter",
    "FrontMatter",
    "HelpMatter",
    "LegalMatter",
    "LessonMatter",
    "LineMatter",
    "PackMatter",
    "PlanMatter",
    "Prices",
    "ProductMatter",
]

Text = Annotated[str, Field(min_length=1, max_length=500)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Money = Annotated[float, Field(ge=0, le=1_000_000)]


Label = Text
"""A text of one line."""


def _as_moment(value: object) -> object:
    """Take a date or time in YAML's or ISO 8601's way; pydantic makes seconds since 1970 of 2026."""
    if not isinstance(value, str):
        return value
    if (moment := parse_moment(value)) is None:
        raise ValueError("wants a date or a time, such as 2026-10-01 or 2026-10-01T19:00:00+00:00")
    return moment


Moment = Annotated[datetime, BeforeValidator(_as_moment)]


def _same_for_all_owners(value: str) -> str:
    if OPEN in value:
        raise ValueError("an owner's value cannot stand here")
    return value


Name = Annotated[str, AfterValidator(_same_for_all_owners)]
"""A text that is looked up, not read: the same for all owners. All other texts may hold placeholders."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class FrontMatter(_Strict):
    """The keys that every kind may have."""

    title: Label = Field(description="The page's heading, and its name in lists.")
    summary: str = Field("", max_length=500, description="One or two sentences for cards and search engines.")
    slug: Slug | None = Field(None, description="The last part of the address; by default the file's name.")
    image: Name = Field("", description="A picture, as a path under the content folder.")
    order: int = Field(0, description="Position in lists; equal numbers are sorted by title.")
    date: Moment | None = Field(None, description="The day from which it appears.")
    updated: Moment | None = Field(None, description="The day of the last change.")
    expires: Moment | None = Field(None, description="The day from which it is left out.")
    status: Literal["published", "draft", "hidden"] = Field(
        "published", description="`draft` is left out, `hidden` is built and in no list."
    )
    audience: Literal["everybody", "customer", "builder"] = Field(
        "everybody", description="`customer` pages carry no opportunity, `builder` pages are about it."
    )
    tier: Literal["public", "member", "staff"] = Field("public", description="The readers who may open it.")
    min_rank: Name = Field("", description="A member page opens at this rank (a code of `[ranks]`).")
    markets: list[Name] = Field([], description="The markets where it appears; without any, all.")
    template: Name = Field("", description="A template of the theme to use instead of the kind's own.")
    tags: list[Name] = Field([], description="Free words, for the theme.")


class Prices(_Strict):
    """The prices of one market, in its currency. A market without prices does not have the product."""

    retail: Money = Field(description="The price for every visitor.")
    member: Money | None = Field(None, description="The price for preferred customers and distributors.")
    autoship: Money | None = Field(None, description="The price in a standing order.")
    pv: Annotated[float, Field(ge=0)] = Field(0, description="Personal volume that the sale counts for.")


class Autoship(_Strict):
    """The terms of a standing order: a button for one never stands without them."""

    every_days: PositiveInt = Field(description="Days between two deliveries.")
    minimum_orders: int = Field(1, ge=1, description="Deliveries before it can be stopped.")
    cancel: Text = Field(description="One sentence: how to stop it.")


class Brewing(_Strict):
    """How to make a good cup."""

    temperature: Label = Field(description="Of the water.", examples=["85 °C"])
    minutes: Label = Field(description="Minutes that it draws.", examples=["2"])
    grams: Label = Field(
        description="Grams, and the amount of water that they are for.", examples=["3 g per 250 ml"]
    )
    infusions: PositiveInt = Field(1, description="The number of times that it can be poured.")


class _Sold(FrontMatter):
    sku: Annotated[Label, AfterValidator(_same_for_all_owners)] = Field(
        description="The article number that the shop knows; in every buy link."
    )
    markets: dict[str, Prices] = Field(min_length=1, description="Prices by market code.")  # type: ignore[assignment]


class ProductMatter(_Sold):
    """A product: `content/products/<slug>.md`."""

    line: Slug = Field(description="The product line, by the slug of its file in `lines/`.")
    weight: Label = Field(description='What is in the packet, such as "100 g".')
    servings: PositiveInt | None = Field(None, description="Cups or portions in the packet.")
    origin: str = Field("", description="The country or garden that it comes from.")
    harvest: str = Field("", description="The time when it was picked or made.")
    ingredients: Text = Field(description="As on the packet.")
    caffeine: Literal["none", "low", "medium", "high"] | None = Field(
        None, description="The amount of caffeine."
    )
    flavour: list[str] = Field([], description="A few words on how it tastes or smells.")
    brewing: Brewing | None = Field(None, description="Temperature, minutes, grams and infusions.")
    storage: str = Field("", description="Advice on storing it.")
    autoship: Autoship | None = Field(None, description="The terms of a standing order.")
    personas: list[str] = Field(
        [], description="The people that it is for; no page of the theme shows it yet."
    )

    @model_validator(mode="after")
    def _an_autoship_price_needs_terms(self) -> ProductMatter:
        if self.autoship is None and any(prices.autoship is not None for prices in self.markets.values()):
            raise ValueError("an autoship price needs the autoship terms (every_days, cancel)")
        return self


class PackItem(_Strict):
    """One line of a pack."""

    product: Annotated[Label, AfterValidator(_same_for_all_owners)] = Field(description="The product's sku.")
    quantity: PositiveInt = Field(1, description="The number of pieces.")


class PackMatter(_Sold):
    """Products sold together: `content/packs/<slug>.md`."""

    starter: bool = Field(False, description="The pack that a new distributor begins with; one at most.")
    contents: list[PackItem] = Field([], description="Which products, and how many of each.")


class LineMatter(FrontMatter):
    """A line of products: `content/lines/<slug>.md`."""


class Module(_Strict):
    """One module of the course."""

    id: Slug = Field(description="The name that lessons call it by.")
    title: Label = Field(description="Its heading.")
    summary: str = Field("", description="One sentence below it.")


class CourseMatter(FrontMatter):
    """The course that the lessons belong to: `content/training/course.md`."""

    tier: Literal["public", "member", "staff"] = "member"
    modules: list[Module] = Field(min_length=1, description="The modules, in order.")


class Teach(_Strict):
    """Material for a sponsor who teaches the lesson."""

    talk_track: Annotated[str, Field(max_length=2000)] = Field(description="A text to say, in spoken words.")
    questions: list[Label] = Field([], description="Questions that show whether the lesson is understood.")


class LessonMatter(FrontMatter):
    """A lesson: `content/training/<number>-<slug>.md`."""

    tier: Literal["public", "member", "staff"] = "member"
    module: Slug = Field(description="The module's id in the course file.")
    minutes: PositiveInt = Field(10, description="Minutes that it takes.")
    tasks: list[Label] = Field([], description="Tasks; each gets a box to tick.")
    before_next: str = Field("", max_length=500, description="The work to finish before the next lesson.")
    teach: Teach | None = Field(None, description="Talk track and check questions.")


class HelpMatter(FrontMatter):
    """A help article: `content/help/<slug>.md`."""

    topic: Label = Field(description="The heading that it stands under.")


class LegalMatter(FrontMatter):
    """A legal or disclosure page: `content/legal/<slug>.md`."""

    legal: Slug = Field(description="The sort of page: privacy, terms, income-disclosure, complaints …")
    version: Label = Field("", description="The version that a reader can refer to.")


class EventMatter(FrontMatter):
    """Something that takes place: `content/events/<slug>.md`."""

    starts: Moment = Field(description="With an offset from UTC.")
    ends: Moment | None = Field(None, description="With an offset from UTC.")
    timezone: Annotated[Text, AfterValidator(_same_for_all_owners)] = Field(
        "UTC", description="The IANA time zone in which times are shown."
    )
    place: str = Field("", description="The venue, as a visitor would ask for it.")
    online: bool = Field(False, description="Whether it takes place online.")
    host: str = Field("", description="The person who receives the guests.")
    capacity: PositiveInt | None = Field(None, description="The largest number of guests.")

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder
            near = nearest(name, available_timezones()) or "write an IANA zone such as Europe/London"
            raise ValueError(f'no time zone "{name}"; {near}') from error
        return name

    @model_validator(mode="after")
    def _times_are_exact(self) -> EventMatter:
        for name in ("starts", "ends"):
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name} wants an offset, such as 2026-12-09T19:00:00+00:00")
        if self.ends is not None and self.ends <= self.starts:
            raise ValueError("ends before it starts")
        return self


class Step(_Strict):
    """One thing to do, again and again."""

    every: Literal["daily", "weekly", "monthly"] = Field(description="The rhythm.")
    do: Label = Field(description="The task, in one sentence.")
    lesson: Name = Field("", description="The lesson that shows how, as a path under the content folder.")


class Equipment(_Strict):
    """One line of an equipment checklist; `cost` by market code."""

    item: Label = Field(description="The name of the item.")
    cost: dict[str, Money] = Field({}, description="The cost by market code.")


class PlanMatter(FrontMatter):
    """An element of the operation plan: `content/plan/<number>-<slug>.md`."""

    tier: Literal["public", "member", "staff"] = "member"
    element: Slug = Field(description="The element's short name; its anchor on the plan's page.")
    steps: list[Step] = Field([], description="Tasks that repeat.")
    checklist: list[Equipment] = Field([], description="The equipment, with its cost.")
