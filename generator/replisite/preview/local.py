"""Addresses of the live sites in a page, led to the preview's own, where sites have hosts of their own.

With paths for addresses every link of a page is relative, and nothing need be done.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from replisite.model.site import Site
from replisite.preview.visits import LOCAL

if TYPE_CHECKING:
    from replisite.model.distributor import Distributor, Supporter

__all__ = ["localised"]


def localised(text: str, site: Site, owner: Distributor, name: str, host: str) -> str:
    """Return a page whose links to the company, its owner and those above lead to the preview at ``host``.

    ``name`` is what the owner's site is called in this preview; ``host`` has the port. A host that is no name
    (a phone asks for the machine's number) has no hosts below it, and sites stand in its paths.
    """
    if site.addresses.style == "path":
        return text
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
    for url in sorted(known, key=len, reverse=True):
        text = text.replace(url, known[url])
    return text


def _people(owner: Distributor) -> Iterable[Supporter]:
    return (person for person in (*owner.upline, owner.sponsor, owner.enroller) if person is not None)
