"""The columns that every roster may have: what they mean, and what each cell must be.

The descriptions feed the reference of roster columns. A check raises ValueError with a message that reads
on from the column's name: ``alias "Jane" has capital letters``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, cast, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo

from replisite.errors import nearest
from replisite.model.alias import ReservedNames, parse_alias, skeleton
from replisite.model.distributor import DEFAULT_PUBLISH, Status
from replisite.model.site import CustomField, Market, Site
from replisite.model.text import clean_line, clean_lines, clean_markdown, quoted
from replisite.roster.consent import parse_names, parse_publish
from replisite.roster.contacts import parse_email, parse_photo
from replisite.roster.phones import parse_phone

__all__ = ["COMPANY", "REQUIRED", "ColumnRules", "RosterColumns", "is_company_field", "parse_date"]

REQUIRED = ("id", "alias", "first_name", "last_name")
"""The columns that every roster has; id and alias may not be empty."""

COMPANY = (
    *("id", "alias", "first_name", "last_name", "market", "status", "rank"),
    *("joined", "sponsor_id", "enroller_id", "previous_aliases"),
)
"""Columns that the company sets and a story may not: whom the referral credits, which site there is, what a person is."""

ID_LIMIT = 100

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """What one site asks of its roster's rows, looked up once."""

    markets: Mapping[str, Market]
    home: Market
    ranks: Mapping[str, str]
    fields: Mapping[str, CustomField]
    company_id: str
    company_skeleton: str
    reserved: ReservedNames
    own_host_field: str = ""
    company_host: str = ""

    @classmethod
    def of(cls, site: Site, reserved: ReservedNames, host: str = "") -> ColumnRules:
        """Return the rules of a site; ``host`` is the corporate site's own."""
        by_status = [
            market for status in ("open", "nfr") for market in site.markets if market.status == status
        ]
        return cls(
            markets={market.code: market for market in site.markets},
            home=(by_status or list(site.markets))[0],
            ranks={rank.code: rank.title for rank in site.ranks},
            fields={field.name: field for field in site.roster.fields},
            company_id=site.company.id,
            company_skeleton=skeleton(site.company.id.casefold()),
            reserved=reserved,
            own_host_field=site.addresses.own_host_field,
            company_host=host,
        )


def is_company_field(field: CustomField, site: Site) -> bool:
    """Tell whether a custom column is the company's to set: unless site.toml says ``by``, each that is no channel.

    A person's own host is always the company's: it decides whose site answers there.
    """
    if field.name == site.addresses.domain_field:
        return True
    return field.by == "company" if field.by else not field.is_channel


def parse_date(text: str) -> str:
    """Return an ISO 8601 date as it is written; raises ValueError."""
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueError(f"{quoted(text)} is not a date; write it as 2024-05-31")


def _rules(info: ValidationInfo) -> ColumnRules:
    return cast(ColumnRules, info.context)


def _unknown(text: str, known: Mapping[str, object], advice: str) -> ValueError:
    """Return the error for a value that is none of the known, nearest first, whatever the case."""
    same = [name for name in known if name.casefold() == text.casefold()]
    hint = f'did you mean "{same[0]}"?' if same else nearest(text, known)
    return ValueError(f"{quoted(text)} is {advice}; {hint or 'it is one of ' + ', '.join(known)}")


def _id(text: str, info: ValidationInfo) -> str:
    key = _reference(text)
    if not key:
        raise ValueError("is empty; every person has an id")
    if key in {".", ".."}:
        raise ValueError(
            f"{quoted(key)} is a folder in an address, which browsers resolve; give the person another"
        )
    if skeleton(key.casefold()) == _rules(info).company_skeleton:
        raise ValueError(f"{quoted(key)} is the company's own; give the person another")
    return key


def _reference(text: str) -> str:
    key = clean_line(text, ID_LIMIT)
    if not key.isprintable():
        raise ValueError(f"{quoted(key)} has an invisible letter in it; remove it")
    return key


def _upline(text: str, info: ValidationInfo) -> str:
    key = _reference(text)
    return "" if key == _rules(info).company_id else key


def _alias(text: str, info: ValidationInfo) -> str:
    alias = parse_alias(text.strip())
    _rules(info).reserved.check(alias)
    return alias


def _previous(text: str, info: ValidationInfo) -> tuple[str, ...]:
    aliases = [_alias(word, info) for word in parse_names(text)]
    return tuple(alias for alias in dict.fromkeys(aliases) if alias != info.data.get("alias"))


def _market(text: str, info: ValidationInfo) -> str:
    rules = _rules(info)
    code = text.strip() or rules.home.code
    if code not in rules.markets:
        raise _unknown(code, rules.markets, "no market of this site")
    return code


def _language(text: str, info: ValidationInfo) -> str:
    tag = text.strip()
    if "market" not in info.data:
        return tag
    market = _rules(info).markets[info.data["market"]]
    if not tag:
        return market.languages[0]
    if tag not in market.languages and (base := tag.partition("-")[0]) in market.languages:
        return base  # en-GB is served in en
    if tag not in market.languages:
        raise _unknown(tag, dict.fromkeys(market.languages), f"no language of market {market.code}")
    return tag


def _rank(text: str, info: ValidationInfo) -> str:
    code = text.strip()
    ranks = _rules(info).ranks
    if code and code not in ranks:
        raise _unknown(code, ranks, "no rank of this site")
    return code


def _status(text: str) -> Status:
    status = text.strip() or "active"
    known = get_args(Status)
    if status not in known:
        raise _unknown(status, dict.fromkeys(known), "no status")
    return cast(Status, status)


def _phone(text: str, info: ValidationInfo) -> str:
    number = text.strip()
    return parse_phone(number, info.data.get("market") or _rules(info).home.code) if number else ""


def _email(text: str) -> str:
    address = text.strip()
    return parse_email(address) if address else ""


def _photo(text: str) -> str:
    photo = text.strip()
    return parse_photo(photo) if photo else ""


def _joined(text: str) -> str:
    day = text.strip()
    return parse_date(day) if day else ""


def _publish(text: str, info: ValidationInfo) -> frozenset[str]:
    return parse_publish(text, _rules(info).fields)


Line = Annotated[str, AfterValidator(clean_line)]


class RosterColumns(BaseModel):
    """One row of the roster. Columns beside these are declared in ``[[roster.fields]]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, AfterValidator(_id)] = Field(
        description="The person's number with the company. It is in every referral link and never changes.",
        examples=["TT-1042"],
    )
    alias: Annotated[str, AfterValidator(_alias)] = Field(
        description="The name of the site: 1 to 63 of a-z, 0-9 and -, unlike everybody else's.",
        examples=["jane-oneil"],
    )
    first_name: Line = Field(description="Given name; published by default.", examples=["Jane"])
    last_name: Line = Field(
        description="Family name; its initial is published by default.", examples=["O'Neil"]
    )
    display_name: Line = Field("", description="The name to show instead of first and last name.")
    market: Annotated[str, AfterValidator(_market)] = Field(
        "", description="Code of a market in site.toml; the first open one if empty.", examples=["GB"]
    )
    language: Annotated[str, AfterValidator(_language)] = Field(
        "", description="One of the market's languages; its first if empty.", examples=["en"]
    )
    status: Annotated[Status, PlainValidator(_status)] = Field(
        "active",
        description="active, grace, lapsed or terminated; the last two have no site and keep their alias."
        " active if empty.",
        examples=["active"],
    )
    rank: Annotated[str, AfterValidator(_rank)] = Field(
        "", description="Code of a rank in site.toml; its title is shown.", examples=["guide"]
    )
    email: Annotated[str, AfterValidator(_email)] = Field(
        "", description="E-mail address.", examples=["jane@example.com"]
    )
    phone: Annotated[str, AfterValidator(_phone)] = Field(
        "",
        description="Phone number, international, or national in the person's market.",
        examples=["+44 1632 960100"],
    )
    photo: Annotated[str, AfterValidator(_photo)] = Field(
        "",
        description="A picture: a path inside the content folder, or an https address.",
        examples=["photos/jane.jpg"],
    )
    greeting: Annotated[str, AfterValidator(clean_lines)] = Field(
        "", description="A few words to the visitor, 1,000 letters at most."
    )
    bio: Annotated[str, AfterValidator(clean_markdown)] = Field(
        "", description="The person's story in Markdown without HTML, 20,000 letters at most."
    )
    city: Line = Field("", description="Town; published by default.", examples=["Leeds"])
    region: Line = Field("", description="County, state or province.")
    country: Line = Field("", description="Country.", examples=["GB"])
    joined: Annotated[str, AfterValidator(_joined)] = Field(
        "", description="The day of joining.", examples=["2024-05-31"]
    )
    sponsor_id: Annotated[str, AfterValidator(_upline)] = Field(
        "",
        description="The id of the person who supports this one; empty for the company.",
        examples=["TT-1001"],
    )
    enroller_id: Annotated[str, AfterValidator(_upline)] = Field(
        "", description="The id of the person who introduced this one; empty for the company."
    )
    previous_aliases: Annotated[tuple[str, ...], PlainValidator(_previous)] = Field(
        (), description="Aliases that this person had before, separated by blanks, commas or semicolons."
    )
    publish: Annotated[frozenset[str], PlainValidator(_publish)] = Field(
        frozenset(DEFAULT_PUBLISH),
        description="The fields that this person allows on the public site, separated by blanks, commas or"
        " semicolons. They replace the default: first_name last_initial city. `name` stands for the whole name.",
        examples=["first_name last_name city phone"],
    )
