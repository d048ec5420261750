"""How the owners' sites are addressed: in folders of the company's host, below it, or on hosts of their own.

Each question that depends on the style is answered here; no other room compares `Addresses.style`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from replisite.model.host_name import parse_host

__all__ = ["HOSTS", "Addresses"]

HOSTS = "_hosts/"
"""The folder of the output that holds one folder for each host."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """How a distributor's site and its pages are addressed.

    ``host`` is the parent host of the subdomain style (``jane.<host>``) and the fallback of the
    domain style, where ``domain_field`` names the custom roster field that holds a person's own host.
    ``lapsed`` says where the address of a person without a site leads: to the nearest upline's site, to the company's, nowhere.

    An empty alias means the corporate site, which is at the root of the output in every style. ``own_host`` is the
    person's own, for the domain style. The methods that take it raise ValueError if it is no host name, so that it can
    never leave the output.
    """

    style: Literal["path", "subdomain", "domain"] = "path"
    page_urls: Literal["folder", "file"] = "folder"
    host: str = ""
    domain_field: str = ""
    reserved: tuple[str, ...] = ()
    lapsed: Literal["upline", "company", "gone"] = "upline"

    @property
    def has_hosts(self) -> bool:
        """Each owner's site has a host, below the company's or its own; otherwise all sites share the company's host."""
        return self.style != "path"

    @property
    def own_host_field(self) -> str:
        """The custom field that holds a person's own host; empty unless owners may have hosts of their own."""
        return self.domain_field if self.style == "domain" else ""

    @property
    def host_suffix(self) -> str:
        """The end of the hosts below the company's, such as ``.tea.example``; empty if sites have no hosts."""
        return f".{self.host}" if self.has_hosts else ""

    def own_host(self, fields: Mapping[str, str]) -> str:
        """Return a person's own host from the published custom fields; empty if there is none."""
        return fields.get(self.own_host_field, "") if self.own_host_field else ""

    def host_of(self, alias: str, own_host: str = "") -> str:
        """Return the host of an owner's site, in a style with hosts.

        >>> Addresses("subdomain", host="tea.example").host_of("jane")
        'jane.tea.example'
        """
        return parse_host(own_host) if own_host and self.style == "domain" else f"{alias}.{self.host}"

    def folder_of(self, alias: str, own_host: str = "") -> str:
        """Return the folder of a site in the output: ``""``, or a path with a slash at its end.

        >>> Addresses().folder_of("jane")
        'jane/'
        >>> addresses = Addresses("domain", host="tea.example", domain_field="domain")
        >>> addresses.folder_of("jane", "jane-oneil.example")
        '_hosts/jane-oneil.example/'
        """
        if not alias:
            return ""
        return f"{HOSTS}{self.host_of(alias, own_host)}/" if self.has_hosts else f"{alias}/"

    def root_of(self, alias: str, own_host: str = "") -> str:
        """Return what visitors of a site have in common, as redirects name it: ``/jane/``, or its host."""
        return self.host_of(alias, own_host) if self.has_hosts else f"/{alias}/"
