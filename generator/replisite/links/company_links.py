r"""Find the company links of a page, that is, the addresses that lead to the hosts of ``[links]``, and say whose they are.

An address counts wherever it stands: in any attribute, in text, in JSON of a script, written with entities, with ``\/``, or
percent-encoded in another address. It does not count where it only loads something (pictures, styles, ``preconnect``), in comments,
and where it leads to a page of the sites themselves.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from urllib.parse import unquote, urlencode, urlsplit

from replisite.links.owner_id import Carrier, carriers, carriers_of
from replisite.model.distributor import Distributor
from replisite.model.site import Site

__all__ = ["CompanyLinks", "Referral", "leads_to_host"]

_COLON = rb"(?::|%3a|&#58;|&#x3a;|&colon;|\\u003a)"
_SLASHES = rb"(?:/|\\/|%2f|&#47;|&#x2f;|&sol;|\\u002f|\\x2f){2}"
_START = rb"(?:https?" + _COLON + rb"|(?<![\w:/.%;\\-]))" + _SLASHES + rb"(?:[^\s/?#@\"'<>&]{0,64}@)?"
_END = rb"\.?(?::(?:443|80)(?![0-9]))?(?![a-z0-9-]|\.[a-z0-9]|:[0-9])"
_END_WITH_PORT = rb"(?![0-9])"

_QUOTED = {ord('"'): re.compile(rb'"'), ord("'"): re.compile(rb"'")}
_STOP = rb"[\s<>]|\\(?!/|[ux][0-9a-fA-F]{2})|&(?:quot|#34|#x22|lt|#60|gt|#62);"
_STOPS = {
    ord('"'): re.compile(rb'"|' + _STOP),
    ord("'"): re.compile(rb"'|&(?:apos|#39|#x27);|" + _STOP),
    ord("("): re.compile(rb"[)\"']|" + _STOP),
}
_ANY_STOP = re.compile(rb"[\"'`]|&(?:apos|#39|#x27);|" + _STOP)
_LONGEST = 8_000
"""Bytes of an address that are looked at; servers take less."""

_LOADING = re.compile(rb"(?:url\(|@import)\s*[\"']?$")
_ENTITY = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_SCRIPT_ESCAPE = re.compile(r"\\(?:(/)|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_ATTRIBUTE = re.compile(rb"""[\s"'/]([^\s"'<>/=]+)\s*=\s*(?:"[^"]*|'[^']*|[^\s"'<>]*)$""")
_WHOLE = frozenset({"action", "cite", "formaction", "href"})
"""Attributes whose value is one address, blanks and all."""

_LOADS = frozenset({"background", "imagesrcset", "poster", "src", "srcset"})
_FRAMES = frozenset({"embed", "frame", "iframe"})
_LOADED = re.compile(
    r"""\brel\s*=\s*["']?[^"'>]*\b(?:stylesheet|icon|preload|prefetch|modulepreload|preconnect|dns-prefetch|manifest)\b""",
    re.IGNORECASE,
)
_POLICY = re.compile(r"""\bhttp-equiv\s*=\s*["']?content-security-policy""", re.IGNORECASE)
_POST = re.compile(r"""\bmethod\s*=\s*["']?\s*(?:post|dialog)""", re.IGNORECASE)
_INPUT = re.compile(r"<(?:input|button)\b[^>]*>", re.IGNORECASE)
_IN_INPUT = r"""\s{}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""


class Referral(Enum):
    """Whose a company link is."""

    CARRIED = "carried"
    OWNERLESS = "ownerless"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class _Way:
    """How one template carries the owner, and its path up to the first variable, empty for the root."""

    carriers: frozenset[Carrier]
    path: str

    def is_taken(self, carriers_in_address: frozenset[Carrier], address: str) -> bool:
        """Say whether an owner that is read from these parts of an address is read where the template has it.

        One parameter is enough. A segment must be in its position from the start and from the end, if the template is always as
        long, and below the same folder.
        """
        if any("query" in kind for kind, _ in self.carriers & carriers_in_address):
            return True
        for path in ("path", "fragment path"):
            carriers_in_path = {carrier for carrier in self.carriers if carrier[0] == path}
            if carriers_in_path and carriers_in_path <= carriers_in_address:
                return f"{urlsplit(address).path}/".startswith(self.path)
        return False


@dataclass(frozen=True, slots=True)
class _Host:
    """One host of ``[links]``, which may hold variables, and how the templates that lead there carry the owner."""

    needle: bytes
    address: re.Pattern[bytes]
    ways: tuple[_Way, ...]
    has_variables: bool

    def carries(self, address: str, owner: str) -> bool:
        """Say whether an address carries the owner as one of the templates does."""
        carriers_in_address = carriers(address, owner, reads_fragment=True)
        return bool(carriers_in_address) and any(
            way.is_taken(carriers_in_address, address) for way in self.ways
        )


@dataclass(frozen=True, slots=True)
class _CompanyLink:
    """An address as a browser reads it. ``others`` are other readings: in text, a full stop may belong to it or not."""

    address: str
    others: tuple[str, ...]
    host: _Host


class CompanyLinks:
    """The company links of one site's pages."""

    def __init__(self, site: Site) -> None:
        self._hosts = _hosts(site.links, site.fragment_links)
        self._ownerless = [_normal(pattern) for pattern in site.ownerless_links]
        self._own = urlsplit(site.url).netloc.lower()
        self._below = site.addresses.host_suffix

    def find(self, page: bytes) -> Sequence[_CompanyLink]:
        """Return the addresses of a page, in UTF-8, that lead to a host of ``[links]``; `judge` says whose each is."""
        lower = page.lower()
        return [link for host in self._hosts for link in _addresses(page, lower, host)]

    def judge(self, link: _CompanyLink, owner: Distributor) -> Referral | None:
        """Say whose a link on the owner's site is: None for the address of a page of the sites themselves."""
        if any(link.host.carries(address, owner.id) for address in (link.address, *link.others)):
            return Referral.CARRIED
        if self._is_own_page(link, owner):
            return None
        address = _normal(link.address)
        bare = address.partition("#")[0]
        for pattern in self._ownerless:
            if address.startswith(pattern[:-1]) if pattern.endswith("*") else pattern in (address, bare):
                return Referral.OWNERLESS
        return Referral.LOST

    def _is_own_page(self, link: _CompanyLink, owner: Distributor) -> bool:
        """Say whether an address leads to the sites: their host is a template's too, and the path is no template's."""
        parts = urlsplit(link.address)
        host = parts.netloc.lower()
        is_own = host in (self._own, urlsplit(owner.url).netloc.lower())
        if not is_own and not (link.host.has_variables and self._below and host.endswith(self._below)):
            return False
        paths = [way.path for way in link.host.ways if way.path]
        return not any(f"{parts.path}/".startswith(path) for path in paths)


def leads_to_host(address: str, templates: Iterable[str]) -> bool:
    """Say whether an address leads to the host of one of these templates."""
    text = _normal(address).encode()
    named = {str(number): template for number, template in enumerate(templates)}
    return any(host.address.match(text) for host in _hosts(named, ()))


def _normal(address: str) -> str:
    """Return an address with its scheme and host in lower case, and with the path ``/`` if it has none."""
    start = re.match(r"(?:https?:)?//[^/?#]*", address, re.IGNORECASE)
    if not start:
        return address
    rest = address[start.end() :]
    origin = re.sub(r"^(?:https?:)?//", "//", start[0].lower())
    return f"{origin}{'' if rest.startswith('/') else '/'}{rest}"


# -- hosts -------------------------------------------------------------------------------------------


def _hosts(templates: Mapping[str, str], fragment_links: Collection[str]) -> list[_Host]:
    """Return the hosts of some link templates, each once."""
    names_by_authority: dict[str, list[str]] = {}
    for name, template in templates.items():
        start = re.match(r"https?://((?:\{[^/?{}][^{}]*\}|[^/?#{}])*)", template, re.IGNORECASE)
        if start:
            names_by_authority.setdefault(start[1].lower(), []).append(name)
    hosts = []
    for authority, names in names_by_authority.items():
        texts = re.split(r"\{[^{}]*\}", authority)
        pattern = rb"[a-z0-9.-]*".join(re.escape(text.encode()) for text in texts)
        end = _END_WITH_PORT if re.search(r":[0-9]+$", authority) else _END
        ways = [
            _Way(
                carriers_of(templates[name], reads_fragment=name in fragment_links),
                _first_path(templates[name]),
            )
            for name in names
        ]
        needle = max(texts, key=len).encode()
        hosts.append(_Host(needle, re.compile(_START + pattern + end), tuple(ways), len(texts) > 1))
    return hosts


def _first_path(template: str) -> str:
    """Return the path of a template up to its first variable, as whole segments; empty for the root."""
    path = re.sub(r"^https?://(?:\{[^/?{}][^{}]*\}|[^/?#{}])*", "", template, flags=re.IGNORECASE)
    literal = re.split(r"[?#{]", path, maxsplit=1)[0]
    is_whole = len(literal) == len(path) or path[len(literal)] in "?#" or path[len(literal) + 1] in "/?&"
    whole = f"{literal.rstrip('/')}/" if is_whole else f"{literal.rpartition('/')[0]}/"
    return "" if whole == "/" else whole


# -- addresses ---------------------------------------------------------------------------------------


def _addresses(page: bytes, lower: bytes, host: _Host) -> Iterator[_CompanyLink]:
    """Yield the addresses of one host in a page. ``lower`` is the page with ASCII letters in lower case."""
    end = 0
    while (position := lower.find(host.needle, end)) >= 0:
        end = position + len(host.needle)
        for start in host.address.finditer(lower, max(0, position - 160), end + 160):
            if start.start() <= position < start.end():
                if link := _read(page, lower, start, host):
                    yield link
                break


def _read(page: bytes, lower: bytes, start: re.Match[bytes], host: _Host) -> _CompanyLink | None:
    """Return one address as a browser reads it, or None where nobody is led there."""
    first = start.start()
    tag_start = page.rfind(b"<", max(0, first - _LONGEST), first)
    is_in_tag = tag_start >= 0 and page[tag_start + 1 : tag_start + 2].isalpha()
    is_in_tag = is_in_tag and page.find(b">", tag_start, first) < 0
    if _is_inside(lower, b"<!--", b"-->", first) or _LOADING.search(lower, max(0, first - 16), first):
        return None
    tag = attribute = ""
    is_script = False
    if is_in_tag:
        tag, attribute = _where(page[tag_start:first])
        if _is_loaded(tag, attribute, _tag_text(page, tag_start)):
            return None
    elif _is_inside(lower, b"<style", b"</style", first):
        return None
    else:
        is_script = _is_inside(lower, b"<script", b"</script", first)
    before = page[first - 1] if first else 0
    stops = _QUOTED if attribute in _WHOLE and before in _QUOTED else _STOPS
    written = page[first : first + _LONGEST]
    stop = stops.get(before, _ANY_STOP).search(written)
    text = written[: stop.start() if stop else None].decode("utf-8", "replace")
    address = _decoded(text, is_script=is_script, is_percent=b"%" in start[0])
    if tag == "form" and attribute == "action":
        address = _sent(address, page[tag_start:].decode("utf-8", "replace"))
    if is_in_tag or is_script:
        return _CompanyLink(address, (), host)
    return _CompanyLink(address.rstrip(".,;:!?)*_"), (address,), host)


def _is_inside(lower: bytes, opening: bytes, closing: bytes, position: int) -> bool:
    opened = lower.rfind(opening, 0, position)
    return opened >= 0 and lower.find(closing, opened, position) < 0


def _where(before: bytes) -> tuple[str, str]:
    """Return the names of the tag and of the attribute whose value begins or goes on at the end of a text."""
    name = re.match(rb"<([a-zA-Z][^\s/>]*)", before)
    attribute = _ATTRIBUTE.search(before)
    return (
        name[1].decode("utf-8", "replace").lower() if name else "",
        attribute[1].decode("utf-8", "replace").lower() if attribute else "",
    )


def _tag_text(page: bytes, start: int) -> str:
    end = page.find(b">", start)
    return page[start : end if end >= 0 else None][:_LONGEST].decode("utf-8", "replace")


def _is_loaded(tag: str, attribute: str, text: str) -> bool:
    """Say whether a browser only loads what an attribute names, or keeps to it: nobody is led there."""
    if attribute in _LOADS:
        return tag not in _FRAMES
    if tag in {"image", "use"}:
        return True
    if tag == "link":
        return bool(_LOADED.search(text))
    return tag == "meta" and bool(_POLICY.search(text))


def _decoded(text: str, *, is_script: bool, is_percent: bool) -> str:
    """Return an address without the escapes of HTML, scripts and other addresses around it."""
    if not is_script:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if "\\" in text:
        text = _SCRIPT_ESCAPE.sub(_unescaped, text)
    if is_percent:
        text = unquote(text.partition("&")[0])
    text = text.strip()
    if is_percent:
        text = re.split(r"[\s\"'<>]", text, maxsplit=1)[0]
    return f"https:{text}" if text.startswith("//") else text


def _unescaped(escape: re.Match[str]) -> str:
    return "/" if escape[1] else chr(int(escape[2] or escape[3], 16))


def _sent(address: str, form: str) -> str:
    """Return the address to which a form leads: one that is not posted drops the query for that of its fields.

    HTML Living Standard, "Mutate action URL".
    """
    if _POST.search(form.partition(">")[0]):
        return address
    fields = []
    for field in _INPUT.findall(re.split(r"</form", form, maxsplit=1, flags=re.IGNORECASE)[0]):
        name, value = (re.search(_IN_INPUT.format(key), field, re.IGNORECASE) for key in ("name", "value"))
        if name:
            fields.append((_attribute_value(name), _attribute_value(value) if value else ""))
    query = urlencode(fields)
    return address.partition("#")[0].partition("?")[0] + (f"?{query}" if query else "")


@lru_cache(maxsize=1024)
def _unescaped_html(text: str) -> str:
    return html.unescape(text)


def _attribute_value(match: re.Match[str]) -> str:
    return _unescaped_html(next((text for text in match.groups() if text is not None), ""))
