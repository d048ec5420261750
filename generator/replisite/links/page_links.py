"""The links of a page as text, and the files that they lead to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from replisite.links.attributes import Form
from replisite.links.embedded_addresses import (
    addresses_in,
    escape_attribute,
    replace_addresses,
    style_text,
    unescape_attribute,
)
from replisite.links.page_scan import BETWEEN, Holder, MarkupContext, scan

__all__ = [
    "NO_HOST",
    "Host",
    "LocalAddress",
    "PageLink",
    "holder_addresses",
    "internal_links",
    "local_addresses",
    "page_addresses",
    "parse_address",
    "target_of",
    "with_addresses",
    "with_value",
]

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_NOT_READ = re.compile(r"[\t\n\r]")
_AROUND = "".join(map(chr, range(0x21)))
_PATH = re.compile(r"[^?#]*")
_DOT = {".": ".", "..": "..", "%2e": ".", ".%2e": "..", "%2e.": "..", "%2e%2e": ".."}
_LOOKS_LIKE_A_PATH = re.compile(r"/|^\.|\.[a-z0-9]*[a-z][a-z0-9]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Host:
    """Where the company's site is: its host in lower case, with a port if it is no usual one, and its folder there.

    ``base`` is the folder, ``""`` for the root of the host, else with a slash at its end.

    >>> Host.of("https://Tea.example:443/uk")
    Host(name='tea.example', base='uk/')
    """

    name: str = ""
    base: str = ""

    @classmethod
    def of(cls, url: str) -> Host:
        """Return the host and the folder of an absolute address."""
        parts = urlsplit(url)
        folder = parts.path.strip("/")
        return cls(_host_name(parts.scheme, parts.netloc), f"{folder}/" if folder else "")


NO_HOST = Host()
"""For pages that name no host of their own."""


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """An address on the company's host, taken apart.

    ``path`` is from the site's root, with dots and double slashes resolved, as it is spelt; ``tail`` is its query and
    fragment. *relative* addresses are taken from the page, *root* ones begin with ``/``, *host* ones name the host.
    ``climbs``: a relative one has more ``../`` than there are folders. ``is_outside``: it is on the host, and not in
    the folder of the site there. ``steps`` counts the folders that a relative one climbs.
    """

    path: str
    tail: str
    style: Literal["relative", "root", "host"]
    climbs: bool = False
    is_outside: bool = False
    steps: int = 0

    @property
    def file(self) -> str:
        """The file that the path names, if it names one that exists: a folder's is its ``index.html``."""
        path = unquote(self.path)
        return f"{path}index.html" if not path or path.endswith("/") else path


def parse_address(text: str, folder: str, host: Host) -> LocalAddress | None:
    """Return a local address; None for another site, another scheme, or a fragment of the same page.

    ``text`` has no character references. ``folder`` is where relative addresses are taken from, from the site's root.
    Blanks, backslashes and ``%2e`` are read as browsers read them (https://url.spec.whatwg.org/#url-parsing).

    >>> parse_address("../oolong/?a#b", "products/green", Host())
    LocalAddress(path='products/oolong/', tail='?a#b', style='relative', climbs=False, is_outside=False, steps=1)
    >>> parse_address("//tea.example/a//b.png", "x", Host("tea.example")).path
    'a/b.png'
    """
    text = _NOT_READ.sub("", text.strip(_AROUND))
    scheme = _SCHEME.match(text)
    if not scheme and text[:1] in {"", "#", "?"}:
        return None
    written = _PATH.match(text)
    assert written
    path, tail = written[0].replace("\\", "/"), text[written.end() :]
    if scheme or path.startswith("//"):
        return _on_host(path, tail, scheme[0][:-1].lower() if scheme else "", host)
    if path.startswith("/"):
        return _from_root(path, tail, "root", host)
    parts, climbed, steps = _resolved(path, folder.split("/") if folder else [])
    return LocalAddress(parts, tail, "relative", climbed, steps=steps)


def _on_host(path: str, tail: str, scheme: str, host: Host) -> LocalAddress | None:
    if scheme not in {"", "http", "https"} or not host.name:
        return None
    rest = path.partition(":")[2] if scheme else path
    name, slash, inner = rest.lstrip("/").partition("/")
    if not rest.startswith("//") or _host_name(scheme, name) != host.name:
        return None
    return _from_root(slash + inner, tail, "host", host)


def _from_root(path: str, tail: str, style: Literal["root", "host"], host: Host) -> LocalAddress:
    spelt, _, _ = _resolved(path, [])
    if not host.base:
        return LocalAddress(spelt, tail, style)
    if f"{spelt}/".startswith(host.base):
        return LocalAddress(spelt[len(host.base) :], tail, style)
    return LocalAddress(spelt, tail, style, is_outside=True)


def _resolved(path: str, folders: list[str]) -> tuple[str, bool, int]:
    """Return a path with its dots resolved, whether it climbs over the root, and how many folders it climbs."""
    parts = list(folders)
    climbs = False
    steps = 0
    pieces = path.split("/")
    is_folder = _DOT.get(pieces[-1].lower(), "") != "" or pieces[-1] == ""
    for piece in pieces:
        dots = _DOT.get(piece.lower()) if piece[:1] in {".", "%"} else None
        if dots == "..":
            if parts:
                steps = max(steps, len(folders) - len(parts) + 1)
                parts.pop()
            else:
                climbs = True
        elif piece and dots is None:
            parts.append(piece)
    joined = "/".join(parts)
    return (f"{joined}/" if is_folder and joined else joined), climbs, steps


def _host_name(scheme: str, netloc: str) -> str:
    name = netloc.rpartition("@")[2].lower()
    for usual, port in (("http", ":80"), ("https", ":443")):
        if scheme in {usual, ""}:
            name = name.removesuffix(port)
    return name.removesuffix(":")


def target_of(url: str, page: str) -> str:
    """Return the file that a relative address on a page leads to, from the site's root.

    >>> target_of("../oolong/?a#b", "products/green/index.html")
    'products/oolong/index.html'
    >>> target_of("../../theme/a.css", "products/green/index.html")
    'theme/a.css'
    """
    address = parse_address(unescape_attribute(url), posixpath.dirname(page), Host())
    return page if address is None else address.file


class PageLink(NamedTuple):
    """An address on a page, without character references, and the text that holds it."""

    text: str
    holder: Holder


def page_addresses(text: str, context: MarkupContext = BETWEEN) -> Iterator[PageLink]:
    """Yield every address of a page, or of a text that begins in ``context``, in order, whatever it leads to.

    A script, and a block of JSON-LD, are given as a whole, and an attribute that should name a picture and is empty
    as ``""``.
    """
    for holder in scan(text, context=context, reads_data=True, keeps_empty=True):
        if isinstance(holder, Holder):
            yield from holder_addresses(text[holder.start : holder.end], holder)


def holder_addresses(written: str, holder: Holder) -> Iterator[PageLink]:
    """Yield the addresses in what a holder holds."""
    value = written if holder.quote is None else unescape_attribute(written)
    if holder.rule.form is Form.PAGE:
        yield from page_addresses(value)
        return
    if holder.rule.form in {Form.SCRIPT, Form.LINKED_DATA}:
        yield PageLink(value, holder)
        return
    if holder.rule.form is Form.SOURCE_SET and not value.strip():
        yield PageLink("", holder)
    for start, end in addresses_in(value, holder.rule.form):
        address = style_text(value[start:end]) if holder.rule.form is Form.STYLE else value[start:end]
        if holder.rule.is_certain or _LOOKS_LIKE_A_PATH.search(address.partition("?")[0]):
            yield PageLink(address, holder)


def with_addresses(text: str, led: Callable[[str, Holder], str]) -> str:
    """Return a page whose addresses are what ``led`` makes of them; all else stays as it is, byte for byte."""
    parts: list[str] = []
    done = 0
    for holder in scan(text):
        if isinstance(holder, Holder):
            written = text[holder.start : holder.end]
            new = with_value(written, holder, led)
            if new != written:
                parts += (text[done : holder.start], new)
                done = holder.end
    return "".join((*parts, text[done:]))


def with_value(written: str, holder: Holder, led: Callable[[str, Holder], str]) -> str:
    """Return what a holder holds with its addresses replaced."""
    value = written if holder.quote is None else unescape_attribute(written)
    if holder.rule.form is Form.PAGE:
        new = with_addresses(value, led)
    else:
        new = replace_addresses(value, holder.rule.form, lambda address: led(address, holder))
    if new == value:
        return written
    return new if value == written or holder.quote is None else escape_attribute(new, holder.quote)


def local_addresses(text: str, page: str, host: Host = NO_HOST) -> Iterator[tuple[str, LocalAddress]]:
    """Yield (as written, address) for the addresses of a page that stay on the company's host.

    ``page`` is its file from the site's root. ``<base href>`` counts for what follows it.
    """
    folder: str | None = posixpath.dirname(page)
    for link in page_addresses(text):
        if link.holder.rule.form in {Form.SCRIPT, Form.LINKED_DATA}:
            continue
        address = parse_address(link.text, folder or "", host)
        if link.holder.tag == "base":
            folder = None if address is None else posixpath.dirname(address.file)
        elif address is not None and (folder is not None or address.style != "relative"):
            yield link.text, address


def internal_links(text: str, page: str, host: Host = NO_HOST) -> Iterator[tuple[str, str]]:
    """Yield (address as written, file it leads to) for the addresses of a page that stay on the company's host."""
    for written, address in local_addresses(text, page, host):
        yield written, address.file
