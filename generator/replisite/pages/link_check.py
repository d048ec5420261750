"""Follow the addresses of a finished page as a browser does; report those that lead to no file, or to the company's page.

The build and the preview use it alike, so that they report the same links.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from replisite.content.near_names import near_name
from replisite.errors import nearest
from replisite.links.attributes import AttributeRule, Form, is_picture
from replisite.links.embedded_addresses import iter_style_addresses
from replisite.links.page_links import Host, LocalAddress, PageLink, page_addresses, parse_address
from replisite.links.page_scan import Holder
from replisite.model.distributor import Distributor
from replisite.pages.linked_data import IDENTIFIER, linked_addresses
from replisite.pages.site_files import SiteFiles

__all__ = ["BrokenLink", "LinkCheck"]

_PAGES = (".html", ".htm", ".xhtml")
_SHEET = Holder(0, 0, "style", "", AttributeRule(Form.STYLE), None)
"""The holder of the addresses in a style sheet that is a file."""

_SCRIPT_PATH = re.compile(r"""(["'`])(/[^"'`\s<>\\$]+)\1""")


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A broken address: as the page has it, the fault, and the fix.

    ``is_certain`` is false where it may be right all the same: it names the company's host, which may have other files than
    this site's, or stands in a script, or the site has Pelican's own defaults, which promise no files.
    """

    written: str
    what: str
    next: str
    is_certain: bool
    picture: tuple[str, str] | None = None
    """The element and the attribute that must name a picture, and do not."""


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """Checks the pages of one owner's site, or of the corporate site for its house account.

    ``why`` returns, for a path of a file that exists and is not published, the reason and the fix. ``unasked`` returns the
    files that are published as soon as a page asks for them: an author may have meant one of these.
    """

    files: SiteFiles
    owner: Distributor
    why: Callable[[str], tuple[str, str] | None] = lambda _: None
    unasked: Callable[[], Iterable[str]] = tuple

    def page(self, text: str, page: str) -> list[BrokenLink]:
        """Return the broken links of a page; ``page`` is its file from the root of its site."""
        return self.links(page_addresses(text), posixpath.dirname(page))

    def sheet(self, text: str, path: str) -> list[tuple[int, BrokenLink]]:
        """Return (line, broken link) of a shared style sheet; ``path`` is its published path."""
        broken_links: dict[tuple[int, BrokenLink], None] = {}
        for at, address in _addresses_of(text):
            for broken in self.links([PageLink(address, _SHEET)], posixpath.dirname(path)):
                broken_links[text.count("\n", 0, at) + 1, broken] = None
        return list(broken_links)

    def links(self, links: Iterable[PageLink], folder: str | None) -> list[BrokenLink]:
        """Return the broken ones of some addresses; relative ones start from ``folder``."""
        broken_links: dict[BrokenLink, None] = {}
        has_base = False
        for link in links:
            if link.holder.rule.form is Form.SCRIPT:
                broken_links.update(dict.fromkeys(self._script(link.text)))
                continue
            if link.holder.rule.form is Form.LINKED_DATA:
                broken_links.update(dict.fromkeys(self._linked_data(link)))
                continue
            address = self._address(link.text, folder)
            if link.holder.tag == "base" and link.holder.attribute == "href":
                if not has_base:
                    folder = None if address is None else posixpath.dirname(address[1].file)
                has_base = True
                continue
            if address is None:
                broken_links.update(dict.fromkeys(self._without_site(link.text)))
                if not link.text.strip() and is_picture(link.holder.tag, link.holder.attribute):
                    broken_links[_no_picture(link, "names no picture")] = None
            elif folder is not None or address[1].style != "relative":
                broken_links.update(dict.fromkeys(self._followed(link, *address)))
        return list(broken_links)

    def is_local(self, link: PageLink) -> bool:
        """Say whether an address is relative or begins with a slash; an address with a host has its owner's."""
        if link.holder.rule.form in {Form.SCRIPT, Form.LINKED_DATA}:
            return False
        resolved = self._address(link.text, "")
        return resolved is not None and resolved[1].style != "host"

    def _address(self, text: str, folder: str | None) -> tuple[bool, LocalAddress] | None:
        """Return an address, and whether it is on the owner's own site; its path is from the root of its site."""
        files = self.files
        if self.owner.is_company:
            address = parse_address(text, folder or "", files.host)
            return None if address is None else (False, address)
        own = Host.of(self.owner.url)
        if files.has_hosts:
            address = parse_address(text, folder or "", own)
            if address is not None:
                return True, address
            address = parse_address(text, "", files.host)
            return None if address is None else (False, address)
        inside = own.base.removeprefix(files.host.base)
        address = parse_address(text, f"{inside}{folder or ''}".rstrip("/"), files.host)
        if address is None:
            return None
        if not address.is_outside and f"{address.path}/".startswith(inside):
            path = address.path[len(inside) :]
            return True, LocalAddress(path, address.tail, address.style, address.climbs)
        return False, address

    def _followed(self, link: PageLink, is_own: bool, address: LocalAddress) -> Iterator[BrokenLink]:
        files, is_owner = self.files, not self.owner.is_company
        target = files.find(address, is_owner=is_own)
        is_page = target is not None and target.file.endswith(_PAGES)
        if is_page and not address.is_outside and is_picture(link.holder.tag, link.holder.attribute):
            yield _no_picture(link, "leads to a page and not to a picture")
        elif address.is_outside:
            if target is not None:
                yield self._broken(link.text, f"it is not below {files.url}/", address, is_certain=False)
        elif target is None or target.kind == "instead" or (is_own and target.kind == "once"):
            is_elsewhere = address.style == "host" and not is_own
            if is_elsewhere and address.path.partition("/")[0] not in files.top_names:
                return  # another owner's site, or something that this site does not know of
            if explained := self.why(address.file):
                yield BrokenLink(link.text, *explained, not is_elsewhere and not files.is_lenient)
                return
            shown = address.file.removesuffix("index.html") or "home page"
            yield self._broken(link.text, f"there is no {shown}", address, is_certain=not is_elsewhere)
        elif is_owner and not is_own and not link.holder.rule.is_company and target.file in files.own:
            shown = target.file.removesuffix("index.html") or "home page"
            what = f"it leads to the company's {shown}, not to the owner's"
            advice = 'write it as one address, or with rel="external" if it is meant'
            yield BrokenLink(link.text, what, advice, not files.is_lenient)

    def _broken(self, written: str, what: str, address: LocalAddress, *, is_certain: bool) -> BrokenLink:
        near = _near(address.file.removesuffix("index.html"), self.files.names, tuple(self.unasked()))
        return BrokenLink(written, what, near or "fix the link", is_certain and not self.files.is_lenient)

    def _without_site(self, text: str) -> Iterator[BrokenLink]:
        """Report an address such as ``//about/``: it names a host, and a folder of that name is meant."""
        text = text.strip()
        if text.startswith("//"):
            name = re.split(r"[/?#]", text[2:], maxsplit=1)[0]
            if name and "." not in name and name in self.files.top_names:
                yield BrokenLink(
                    text,
                    f'"{name}" is a host\'s name here',
                    "begin it with one slash",
                    not self.files.is_lenient,
                )

    def _linked_data(self, block: PageLink) -> Iterator[BrokenLink]:
        """Report the addresses of JSON-LD that lead to no file; both the owner's and the company's pages are right."""
        for key, text in linked_addresses(block.text):
            resolved = self._address(text, "")
            if resolved is None or resolved[1].style == "relative":
                continue
            is_own, address = resolved
            if self.files.find(address, is_owner=is_own) is None:
                for broken in self._followed(PageLink(text, block.holder), is_own, address):
                    yield replace(broken, is_certain=broken.is_certain and key != IDENTIFIER)

    def _script(self, text: str) -> Iterator[BrokenLink]:
        """Report the paths in a script, which stay as they are, that lead elsewhere on an owner's site."""
        if self.owner.is_company:
            return
        for match in _SCRIPT_PATH.finditer(text):
            address = parse_address(match[2], "", self.files.host)
            target = None if address is None else self.files.find(address, is_owner=True)
            if target is None or target.file == "index.html":
                continue
            if target.kind == "own" and not self.files.has_hosts:
                what = "a script names it; on an owner's site it leads to the company's page"
            elif target.kind == "once" and self.files.has_hosts:
                what = "a script names it; an owner's host does not have it"
            else:
                continue
            yield BrokenLink(
                match[2], what, "use an address in an attribute, which is led to the right file", False
            )


@lru_cache(maxsize=256)
def _addresses_of(sheet: str) -> tuple[tuple[int, str], ...]:
    """Return (position, address) of a style sheet; a preview reads it again after each edit of other files."""
    return tuple(iter_style_addresses(sheet))


@lru_cache(maxsize=256)
def _near(name: str, published: tuple[str, ...], unasked: tuple[str, ...]) -> str:
    """Return a hint at the file that is meant. It is cached, since templates repeat a broken link on every page."""
    names = tuple(dict.fromkeys((*published, *unasked)))
    suffix = posixpath.splitext(name)[1].lower()
    return near_name(name, names) or nearest(
        name, (other for other in names if posixpath.splitext(other)[1].lower() == suffix)
    )


def _no_picture(link: PageLink, what: str) -> BrokenLink:
    """Return the broken link of an address that must be a picture's. It is not certain, since a script may set it."""
    tag, name = link.holder.tag, link.holder.attribute
    advice = "write it only where there is a picture, as in {% if distributor.photo %}"
    return BrokenLink(link.text, f"the {name} of <{tag}> {what}", advice, False, (tag, name))
