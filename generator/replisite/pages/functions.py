"""The functions and filters of every template: referral links, money and dates in the edition's language."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, get_timezone_name
from babel.numbers import format_currency
from jinja2 import Environment, pass_context
from jinja2.runtime import Context, Undefined

from replisite.links.uri_template import expand
from replisite.model.distributor import Supporter
from replisite.model.site import Site
from replisite.staging import pure, reading

__all__ = ["install", "link_functions"]

_LINK_ARGUMENTS = "a link takes the distributor, and the product or page that it leads to"


def install(environment: Environment, site: Site) -> None:
    """Add the functions and filters to a Jinja environment."""
    environment.globals.update(link_functions(site))
    environment.filters.update(money=money, day=day, moment=moment)
    environment.filters["rank_title"] = RankTitle({rank.code: rank.title for rank in site.ranks})


def link_functions(site: Site) -> Mapping[str, LinkFunction]:
    """Return one function per ``[links]`` entry: ``shop_link(product, distributor)``."""
    return {f"{name}_link": LinkFunction(name, template) for name, template in site.links.items()}


@dataclass(frozen=True, slots=True)
class Subject:
    """The fields of a product or a page that a link may use."""

    sku: str = ""
    slug: str = ""


@pure
@dataclass(frozen=True, slots=True)
class LinkFunction:
    """Expands one link of site.toml for an owner and a product or page, in any order."""

    name: str
    template: str

    def __call__(self, *subjects: Any) -> str:
        variables: dict[str, str] = {}
        owner = None
        for subject in subjects:
            if owner is None and isinstance(subject, Supporter):
                owner = subject
            elif subject is not None:
                if sku := getattr(subject, "sku", ""):
                    variables["sku"] = str(sku)
                if slug := getattr(subject, "slug", ""):
                    variables["slug"] = str(slug)
        if owner is None:
            raise TypeError(f"{self.name}_link: {_LINK_ARGUMENTS}")
        variables["id"] = owner.id
        for name in ("alias", "market", "language"):  # the company has no alias, a sponsor no market
            if text := getattr(owner, name, ""):
                variables[name] = text
        return expand(self.template, variables)

    def narrow(self, subject: Any) -> Any:
        """Return the fields of a subject that the link depends on; a slot holds these alone."""
        if subject is None or isinstance(subject, Supporter | str | Undefined):
            return subject
        return Subject(*(str(getattr(subject, name, "") or "") for name in ("sku", "slug")))


@pure
@dataclass(frozen=True, slots=True)
class RankTitle:
    """Gives the title of a rank's code."""

    titles: Mapping[str, str]

    def __call__(self, code: str) -> str:
        return self.titles.get(code, code)


@pure
@reading("market", "language")
@pass_context
def money(context: Context, amount: float | None) -> str:
    """Write an amount in the market's currency, as its readers write it: ``£14.50``."""
    if amount is None:
        return ""
    market, language = context["market"], context["language"]
    return format_currency(amount, market.currency, locale=_locale(language, market.code))


@pure
@reading("market", "language")
@pass_context
def day(context: Context, value: datetime.date | None) -> str:
    """Write a date in words: ``9 December 2026``."""
    if value is None:
        return ""
    return format_date(value, "d MMMM y", locale=_locale(context["language"], context["market"].code))


@pure
@reading("market", "language")
@pass_context
def moment(context: Context, value: datetime.datetime | None, zone: str = "") -> str:
    """Write a moment with the name of its zone: ``Wednesday 9 December 2026, 19:00 GMT``."""
    if value is None:
        return ""
    where = ZoneInfo(zone) if zone else value.tzinfo
    local = value.astimezone(where)
    locale = _locale(context["language"], context["market"].code)
    written = format_datetime(local, "EEEE d MMMM y, HH:mm", tzinfo=where, locale=locale)
    return f"{written} {_zone_name(local, locale)}"


def _zone_name(local: datetime.datetime, locale: str) -> str:
    """Name the zone of a moment as readers of a locale do: ``GMT``, ``Central European Time``, ``UTC+01:00``.

    CLDR abbreviates a zone only where it is known (``GMT`` in GB, not in US); the long name is known everywhere.
    A time with a bare offset has no zone, so its offset is written.
    """
    if isinstance(local.tzinfo, ZoneInfo):
        short = get_timezone_name(local, width="short", locale=locale)
        return short if short.isalpha() else get_timezone_name(local, width="long", locale=locale)
    offset = local.strftime("%z")
    return "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"


def _locale(language: str, market: str) -> str:
    """Return the Babel locale of a language in a market, or of the language where Babel has no such pair."""
    base = language.replace("-", "_")
    try:
        return str(Locale.parse(f"{base.split('_')[0]}_{market}"))
    except (UnknownLocaleError, ValueError):
        return base
