"""A person as a row of the people database."""

from __future__ import annotations

import json
from collections.abc import Iterator

from replisite.model.alias import skeleton
from replisite.model.channels import channels_of
from replisite.model.distributor import Person
from replisite.model.roster_terms import RosterTerms

__all__ = ["Entries", "UniqueName"]

UniqueName = tuple[str, str, str]
"""A name as it looks, the column that has it, and the letters in the roster."""

_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


class Entries:
    """Makes rows on the terms of one site."""

    def __init__(self, terms: RosterTerms) -> None:
        self._own_hosts = terms.own_hosts
        self._custom = terms.fields
        self._closed = frozenset(market.code for market in terms.markets if market.status == "closed")

    def has_site(self, person: Person) -> bool:
        """Say whether a person has a site."""
        return person.status in {"active", "grace"} and person.market not in self._closed

    def names(self, person: Person) -> Iterator[UniqueName]:
        """Stream the names that must be unique: the id and the aliases by their looks, and the host."""
        yield f"id {skeleton(person.id.casefold())}", "id", person.id
        yield f"alias {skeleton(person.alias)}", "alias", person.alias
        for alias in person.previous_aliases:
            yield f"alias {skeleton(alias)}", "previous_aliases", alias
        if self._own_hosts is not None:
            field = self._own_hosts.field
            own = person.fields.get(field)
            yield f"host {own or f'{person.alias}.{self._own_hosts.host}'}", field, own or person.alias

    def row(self, person: Person) -> tuple[object, ...]:
        """Return the values of `tables.COLUMNS`, in their order."""
        public = dict(person.public)
        bio = public.pop("bio", "")
        channels = channels_of(person.public, person.fields, self._custom)
        ways = [(channel.kind, channel.label, channel.text, channel.url) for channel in channels]
        return (
            person.id,
            person.alias,
            person.market,
            person.language,
            person.status,
            self.has_site(person),
            person.sponsor_id,
            person.enroller_id,
            " ".join(person.previous_aliases),
            person.file,
            person.line,
            _JSON.encode([public, dict(person.fields), ways]),
            bio,
        )
