"""One company's site as its site.toml describes it: frozen, and valid from birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from replisite.model.addresses import Addresses
from replisite.model.distributor import Distributor
from replisite.model.mode import MODES, Mode
from replisite.model.target import Target
from replisite.system.processor_time import PAGE_SECONDS, PLUGIN_SECONDS

__all__ = [
    "Addresses",
    "Company",
    "CustomField",
    "Edition",
    "Market",
    "Members",
    "Rank",
    "Roster",
    "Site",
]


@dataclass(frozen=True, slots=True)
class CustomField:
    """A roster column of the company's own.

    ``is_channel`` makes a published value a way to contact the person (url, phone and email only). ``by`` says who may
    set it: with *distributor* a story may, too. If empty, a channel is the distributor's, any other the company's.
    """

    name: str
    label: str
    type: Literal["text", "url", "phone", "email", "number", "date", "boolean"] = "text"
    is_channel: bool = False
    by: Literal["", "company", "distributor"] = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Where the distributors are listed: ``source`` is relative to the site's root, or absolute.

    ``stories_publish`` says whether a story may publish what its row does not.
    """

    source: str = "content/roster.csv"
    fields: tuple[CustomField, ...] = ()
    stories_publish: Literal["any", "narrower"] = "any"


@dataclass(frozen=True, slots=True)
class Market:
    """A country's rules. ``currency`` is an ISO 4217 code, ``languages`` are BCP 47 tags.

    ``status``: *open* sells and enrols; *nfr* (not for resale) sells for personal use only, without
    opportunity; *closed* has no distributor sites.
    """

    code: str
    name: str
    currency: str
    languages: tuple[str, ...]
    status: Literal["open", "nfr", "closed"] = "open"


@dataclass(frozen=True, slots=True)
class Edition:
    """One market in one language."""

    market: Market
    language: str

    @property
    def key(self) -> str:
        """A name for files and reports: ``GB-en``."""
        return f"{self.market.code}-{self.language}"


@dataclass(frozen=True, slots=True)
class Rank:
    """A step of the career ladder; ``level`` counts from 0 in the order of site.toml."""

    code: str
    title: str
    level: int


@dataclass(frozen=True, slots=True)
class Members:
    """The member area. ``access`` *locked* leaves protected pages out; *open* publishes them, noindex."""

    access: Literal["locked", "open"] = "locked"


@dataclass(frozen=True, slots=True)
class Company:
    """The house account: who owns the corporate site, and whom a visitor can always reach."""

    id: str
    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    greeting: str = ""
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that site.toml says.

    ``root`` is the folder that holds site.toml; ``url`` is the corporate site's address without a
    slash at its end; ``markets`` and ``ranks`` keep the order of the file, and the first market in
    its first language is the edition of the corporate site. ``headers`` are those that site.toml
    changes, by their names; an empty one is not sent. ``links`` are URI templates; ``fragment_links`` names those that
    may carry the owner behind the ``#``, and ``ownerless_links`` are addresses that need none (``*`` at the end: anything). ``public`` are the files and folders of the content that are
    published as they are, ``follow_links`` the links that may lead out of the site. ``page_seconds`` and
    ``plugin_seconds`` are the processor time that one page, and one call of a plugin, may use.
    """

    root: Path
    name: str
    url: str
    company: Company
    markets: tuple[Market, ...]
    tagline: str = ""
    language: str = "en"
    timezone: str = "UTC"
    theme: str = "storefront"
    content: str = "content"
    output: str = "output"
    distributor_title: str = "Independent Distributor"
    corporate_only: tuple[str, ...] = ("404.html",)
    addresses: Addresses = field(default_factory=Addresses)
    roster: Roster = field(default_factory=Roster)
    links: Mapping[str, str] = field(default_factory=dict)
    fragment_links: tuple[str, ...] = ()
    ownerless_links: tuple[str, ...] = ()
    ranks: tuple[Rank, ...] = ()
    members: Members = field(default_factory=Members)
    pelican: Mapping[str, Any] = field(default_factory=dict)
    pelican_defaults: Literal["replisite", "pelican"] = "replisite"
    targets: Mapping[str, Target] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    public: tuple[str, ...] = ("extra/",)
    follow_links: tuple[str, ...] = ()
    page_seconds: float = PAGE_SECONDS
    plugin_seconds: float = PLUGIN_SECONDS

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Every market in each of its languages, the corporate site's edition first."""
        return tuple(Edition(market, language) for market in self.markets for language in market.languages)

    @property
    def open_editions(self) -> tuple[Edition, ...]:
        """The corporate site's edition, and those others whose market is not closed."""
        main, *others = self.editions
        return main, *(edition for edition in others if edition.market.status != "closed")

    def market(self, code: str) -> Market:
        """Return the market with this code; raises KeyError."""
        for market in self.markets:
            if market.code == code:
                return market
        raise KeyError(code)

    @property
    def mode(self) -> Mode:
        """What depends on ``[pelican] defaults``."""
        return MODES[self.pelican_defaults]

    @property
    def state(self) -> Path:
        """The folder of what can be made again: the people database, and Pelican's static files."""
        return self.root / ".replisite"

    def url_of(self, alias: str, own_host: str = "") -> str:
        """Return the absolute address of a site's home page, with a slash at its end.

        An empty alias means the corporate site. The scheme is that of ``[site] url``. Raises ValueError as
        `Addresses.host_of` does.
        """
        if not alias:
            return f"{self.url}/"
        if not self.addresses.has_hosts:
            return f"{self.url}/{alias}/"
        return f"{urlsplit(self.url).scheme}://{self.addresses.host_of(alias, own_host)}/"

    def local_url_of(self, alias: str, own_host: str = "") -> str:
        """Return the address of a site's home page as the company's host redirects to it: a path if all sites share the host."""
        if self.addresses.has_hosts:
            return self.url_of(alias, own_host)
        return f"/{alias}/" if alias else "/"

    def owner_url(self, alias: str, fields: Mapping[str, str]) -> str:
        """Return the absolute address of an owner's site, from the owner's alias and published custom fields."""
        return self.url_of(alias, self.addresses.own_host(fields))

    def owner_folder(self, owner: Distributor) -> str:
        """Return the folder of an owner's site in the output."""
        return self.addresses.folder_of(owner.alias, self.addresses.own_host(owner.fields))
