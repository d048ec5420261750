"""The files of an owner's site and those that exist once, and the address of each from a page.

A theme or a text writes addresses for the company's site, because Pelican makes only that. On an owner's site such an address
leads to the owner's own page if there is one, else to the file that exists once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from typing import Any, Literal

from replisite.links.page_links import Host, LocalAddress, parse_address
from replisite.model.site import Site

__all__ = ["ANY_DEPTH", "FoundFile", "SiteFiles"]

ANY_DEPTH = "404.html"
"""The page that servers show at any address, however deep."""

_SPECIAL = re.compile(r"[%:?#\\&\s]")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """The file that an address leads to: the owner's *own* page, another page *instead*, a file that exists *once*.

    ``path`` is the path in the address, with the slash that a folder's address needs.
    """

    kind: Literal["own", "instead", "once"]
    file: str
    path: str


@dataclass(frozen=True)
class SiteFiles:
    """The files of the sites of one edition.

    ``own`` are the pages of every owner's site, ``company`` the pages of the corporate site, and ``once`` the other files there.
    ``instead`` maps pages that the edition lacks to the pages that links to them lead to. ``url`` is the corporate site's
    address without a slash at its end. Owners' sites are folders of it, or ``has_hosts`` of their own. A site
    that ``is_lenient`` has Pelican's own defaults: links may lead to files that another program puts there.
    """

    own: Collection[str]
    company: Collection[str]
    once: Collection[str]
    instead: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    has_hosts: bool = False
    is_lenient: bool = False

    @classmethod
    def of(
        cls,
        site: Site,
        own: Iterable[str],
        company: Iterable[str],
        once: Collection[str],
        instead: Mapping[str, str] | None = None,
    ) -> SiteFiles:
        """Return the files of one edition; ``once`` are feeds, theme and content files, and made ones."""
        is_lenient = not site.mode.is_strict
        pages = frozenset(company)
        has_hosts = site.addresses.has_hosts
        return cls(frozenset(own), pages, once, instead or {}, site.url, has_hosts, is_lenient)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the fields without the computed values."""
        return SiteFiles, tuple(getattr(self, known.name) for known in fields(self))

    @cached_property
    def host(self) -> Host:
        """The host of the corporate site."""
        return Host.of(self.url)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The pages and files as links name them, a folder's page by the folder; the home page has no name."""
        files = (*self.own, *self.once, *self.company)
        return tuple(
            name for name in dict.fromkeys(file.removesuffix("index.html") for file in files) if name
        )

    @cached_property
    def top_names(self) -> frozenset[str]:
        """The files and folders at the corporate site's root."""
        return frozenset(path.partition("/")[0] for path in (*self.company, *self.once))

    @cached_property
    def is_elsewhere(self) -> Callable[[str], object]:
        """Match most addresses that are on other sites, and no local one."""
        return _is_elsewhere(self.host.name).match

    @cached_property
    def may_be_local(self) -> Callable[[str], object]:
        """Match in every text that has a local address in an attribute, and in few others.

        The exceptions are ``<style>`` and ``<script>``. Names without a dot are few among files that exist once.
        """
        names = {file.rpartition("/")[2] for file in (*self.once, *self.company)}
        plain = sorted(name for name in names if "." not in name)
        return _may_be_local(self.host.name, tuple(plain)).search

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders in which a relative address may lead to another file than a page of the owner's."""
        folders: set[str] = set()
        for file in (*self.company, *self.once, *self.instead):
            if file in self.own:
                continue
            parts = file.split("/")[:-1]
            while parts and "/".join(parts) not in folders:
                folders.add("/".join(parts))
                parts.pop()
        return frozenset(folders)

    def shared_by(self, folder: str) -> tuple[int, str]:
        """Return a value that is equal for pages on which the same text leads to the same files.

        It has the depth of the folder, and the deepest folder around it from which a relative address may lead out of the
        owner's pages.
        """
        parts = folder.split("/") if folder else []
        around = next(
            (way for n in range(len(parts), 0, -1) if (way := "/".join(parts[:n])) in self.folders), ""
        )
        return len(parts), around

    def find(self, address: LocalAddress, *, is_owner: bool) -> FoundFile | None:
        """Return the file that an address leads to; None if there is none."""
        spelt = [(address.file, address.path)]
        if address.path and not address.path.endswith("/"):
            spelt.append((f"{address.file}/index.html", f"{address.path}/"))
        for file, path in spelt:
            if file in self.instead:
                return FoundFile("instead", file, path)
            if file in (self.own if is_owner else self.company):
                return FoundFile("own", file, path)
            if file in self.once:
                return FoundFile("once", file, path)
            if is_owner and file in self.company and (address.style != "relative" or file not in self.own):
                return FoundFile("once", file, path)
        return None

    def led(
        self,
        text: str,
        folder: str | None,
        *,
        is_owner: bool,
        is_company: bool = False,
        from_root: bool = False,
        is_shared: bool = False,
    ) -> str:
        """Return the address that leads from a page in ``folder`` to the file that ``text`` means.

        ``folder`` is None where the page's ``<base>`` is on another site. ``is_company``: the address names the
        company's own page. ``from_root``: the page is shown at any depth, so that relative addresses lead nowhere.
        ``is_shared``: the result must hold for all pages with the same `shared_by`.
        """
        up = "../" * (folder.count("/") + 1) if folder else ""
        if (
            is_owner and folder is not None and self._is_once(text, up)
        ):  # the usual address of a file, and the fastest
            return f"{self.url}/{text[len(up) :]}" if self.has_hosts else f"../{text}"
        address = parse_address(text, folder or "", self.host)
        if address is None or (folder is None and address.style == "relative"):
            return text
        target = self.find(address, is_owner=is_owner)
        if target is None:
            return self._led_to_nothing(text, address, is_owner=is_owner)
        if target.kind == "instead":
            return text if is_company else _joined(up, self.instead[target.file].removesuffix("index.html"))
        if not is_owner:
            is_wrong = address.is_outside and not self.is_lenient and not from_root
            return _joined(up, target.path) + address.tail if is_wrong else text
        if is_company:
            if (
                is_shared
                and address.style == "relative"
                and address.steps < up.count("/")
                and not address.climbs
            ):
                return text
            return self._led_to_company(text, address, target, folder or "")
        if target.kind == "own":
            if address.style == "relative" and not address.climbs:
                return text
            if from_root and self.has_hosts:
                return f"/{target.path}{address.tail}"
            return _joined(up, target.path) + address.tail
        return self._led_once(text, address, target, up)

    def _is_once(self, text: str, up: str) -> bool:
        """Say whether a plain address from the root of the site names a file that exists once."""
        rest = text[len(up) :]
        is_plain = text.startswith(up) and rest in self.once and not _SPECIAL.search(rest)
        return (
            is_plain and rest not in self.own and rest not in self.instead and not rest.startswith((".", "/"))
        )

    def _led_once(self, text: str, address: LocalAddress, target: FoundFile, up: str) -> str:
        if address.style == "host":
            return text
        if self.has_hosts:
            return f"{self.url}/{target.path}{address.tail}"
        if address.style == "root":
            return text if not address.is_outside else f"../{up}{target.path}{address.tail}"
        return f"../{up}{target.path}{address.tail}"

    def _led_to_company(self, text: str, address: LocalAddress, target: FoundFile, folder: str) -> str:
        """Lead a canonical address and the like: it is absolute, or begins with ``/`` where that is the company's."""
        if target.kind == "once":
            return self._led_once(text, address, target, "../" * (folder.count("/") + 1) if folder else "")
        is_right = address.style == "host" or (
            address.style == "root" and not self.has_hosts and not address.is_outside
        )
        if is_right or target.file not in self.company:
            return text
        return f"{self.url}/{target.path}{address.tail}"

    def _led_to_nothing(self, text: str, address: LocalAddress, *, is_owner: bool) -> str:
        if not is_owner or address.style != "root" or not self.has_hosts or not self.is_lenient:
            return text  # the link check reports it as it was written
        origin = (
            self.url[: len(self.url) - len(self.host.base) + 1].rstrip("/") if self.host.base else self.url
        )
        return f"{origin if address.is_outside else self.url}/{address.path}{address.tail}"


def _joined(up: str, path: str) -> str:
    if up:
        return up + path
    return f"./{path}" if not path or ":" in path.partition("/")[0] else path


@lru_cache(maxsize=8)
def _may_be_local(host: str, words: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for values that have a character of a path, or one of these words, and are not on other sites."""
    other = rf"https?://(?![^/?\#\"'>\s&\\]*{re.escape(host)})[^/?\#\"'>\s&\\]+"
    quoted = rf"(?!(?i:\s*{other}[^\s,\"']*[\"']|\s*mailto:|\s*tel:|\s*\#))"
    bare = rf"(?!(?i:{other}[^\s>,]*[\s>]|mailto:|tel:|\#))"
    path = rf"(?:[./\\&%(]{''.join(f'|{re.escape(word)}' for word in words)})"
    return re.compile(
        rf"""=\s*(?:"{quoted}[^"]*?{path}|'{quoted}[^']*?{path}|{bare}[^\s"'>=][^\s>=]*?{path}|{bare}{path})"""
    )


@lru_cache(maxsize=8)
def _is_elsewhere(host: str) -> re.Pattern[str]:
    return re.compile(
        rf"https?://(?![^/?\#]*{re.escape(host)})[^/?\#&\\]+[/?\#]|mailto:|tel:|\#", re.IGNORECASE
    )
