"""The addresses of the live sites in a page, replaced by those of the preview.

Where sites have hosts of their own, every address is replaced, a canonical one too. Where they are folders of one host,
the addresses of links and files are: those that name a page for search engines and social networks stay as the build
writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from replisite.links.attributes import Form
from replisite.links.page_links import with_addresses
from replisite.model.site import Site
from replisite.preview.addresses import LOCAL

if TYPE_CHECKING:
    from replisite.links.page_scan import Holder
    from replisite.model.distributor import Distributor, Supporter

__all__ = ["localised"]

_ABSOLUTE = re.compile(r"\s*(?:https?:)?(//.*)", re.IGNORECASE | re.DOTALL)


def localised(text: str, site: Site, owner: Distributor, name: str, host: str) -> str:
    """Return a page whose links to the company, its owner and the upline lead to the preview at ``host``.

    ``name`` is the name of the owner's site in this preview; ``host`` includes the port. A numeric host, as a phone
    requests it, has no hosts below it: there the sites are in its paths.
    """
    if not site.addresses.has_hosts:
        return _localised(text, {f"{site.url}/": f"http://{host}/"}, is_all=False)
    port = f":{host.rpartition(':')[2]}" if ":" in host else ""
    is_named = host.removesuffix(port) == LOCAL or host.removesuffix(port).endswith(f".{LOCAL}")

    def local(alias: str) -> str:
        if is_named:
            return f"http://{alias}.{LOCAL}{port}/" if alias else f"http://{LOCAL}{port}/"
        return f"http://{host}/{alias}/" if alias else f"http://{host}/"

    known = {person.url: local(person.alias) for person in _people(owner) if person.url}
    if not owner.is_company and owner.url:
        known[owner.url] = local(name)
    known[f"{site.url}/"] = local("")
    return _localised(text, known, is_all=True)


def _localised(text: str, known: Mapping[str, str], *, is_all: bool) -> str:
    """Replace the beginnings of addresses with http or https; the longest that matches counts."""
    beginnings = {url.partition(":")[2]: local for url, local in known.items()}
    longest = sorted(beginnings, key=len, reverse=True)

    def replaced(address: str, holder: Holder) -> str:
        if not is_all and (
            holder.rule.is_company or (holder.tag == "meta" and holder.rule.form is Form.ADDRESS)
        ):
            return address
        absolute = _ABSOLUTE.match(address)
        rest = absolute[1] if absolute else ""
        for beginning in longest if rest else ():
            if rest.startswith(beginning) or rest == beginning[:-1]:
                return beginnings[beginning] + rest[len(beginning) :]
        return address

    return with_addresses(text, replaced)


def _people(owner: Distributor) -> Iterable[Supporter]:
    return (person for person in (*owner.upline, owner.sponsor, owner.enroller) if person is not None)
