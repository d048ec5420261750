"""The name of a distributor's site: what it may be, and which two would look alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from replisite.model.text import quoted

__all__ = ["RESERVED", "ReservedNames", "differences", "parse_alias", "skeleton"]

_NUMBERED = ("www", "ns", "dns", "mx", "mail", "smtp", "imap", "pop", "ftp", "com", "lpt")
"""Hosts of which a network has several, and Windows' serial and parallel ports: by themselves, and with a digit behind."""

_GROUPS: tuple[str, ...] = (
    # replisite's own folders, and what the corporate site has or may get
    "_hosts about account api app assets cdn css dashboard drafts feed feeds files help home hosts images img js legal",
    "login logout media members search shop signup static status support theme themes",
    # mailboxes by role, RFC 2142: jane.tea.example writes as jane@, and so would they
    "info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster www uucp ftp",
    # mailboxes by which a certificate authority proves who owns a domain: CA/Browser Forum Baseline Requirements
    # 3.2.2.4.4, and those that earlier versions and some authorities took
    "admin administrator webmaster hostmaster postmaster root ssladmin ssladministrator sslwebmaster sysadmin",
    # hosts that browsers and systems look for by themselves: WPAD (draft-ietf-wrec-wpad), ISATAP (RFC 5214 §8.3.2),
    # "localhost" (RFC 6761 §6.3), the router (RFC 8375), IPv6-only networks (RFC 7050), Windows' enrolment (MS-MDE2)
    "wpad pac proxy isatap localhost localdomain broadcasthost gateway router ipv4 ipv4only ipv6 teredo vpn",
    "enterpriseregistration enterpriseenrollment msoid ldap kerberos ntp",
    # hosts that mail, calendar and chat programs look for: Thunderbird's and Outlook's automatic set-up, MTA-STS
    # (RFC 8461 §3.3), OpenPGP Web Key Directory, RFC 6186, RFC 6764, RFC 3263
    "autoconfig autodiscover mta-sts openpgpkey webmail pop3 imaps pops smtps submission relay owa",
    "caldav carddav sip sips sipinternal sipexternal lyncdiscover xmpp dmarc dkim",
    # hosts that control panels answer on: cPanel, Plesk
    "cpanel whm webdisk cpcalendars cpcontacts plesk",
    # paths of Apache (its cgi-bin, icons, manual and error aliases; mod_status, mod_info, mod_proxy_balancer), nginx, IIS
    "cgi cgi-bin icons manual error errors server-status server-info balancer-manager nginx-status default aspnet-client",
    # Cloudflare's path and GitHub Pages' file; "_redirects", "_headers", "__", ".netlify" have letters that no alias has
    "cdn-cgi cname",
    # files at the root that browsers and robots ask for: RFC 9309, sitemaps.org, RFC 9116, IAB ads.txt, W3C manifests
    "favicon robots sitemap sitemaps security humans ads app-ads sellers well-known acme-challenge apple-touch-icon",
    "apple-app-site-association assetlinks browserconfig crossdomain clientaccesspolicy manifest webmanifest opensearch",
    "service-worker serviceworker rss atom",
    # pages that servers choose by themselves
    "index 400 401 403 404 410 500 502 503 50x",
    # paths that are attacked wherever they are found, so that firewalls block them
    "wordpress wp-admin wp-content wp-includes wp-json wp-login xmlrpc phpmyadmin adminer phpinfo",
    # names of devices, which Windows takes for no file (Naming Files, Paths, and Namespaces)
    "aux con nul prn",
)

RESERVED: frozenset[str] = frozenset(
    [
        *" ".join(_GROUPS).split(),
        *_NUMBERED,
        *(f"{name}{digit}" for name in _NUMBERED for digit in range(10)),
    ]
)
"""Names to which a web host, a mail server, a proxy, a browser or the corporate site gives a meaning of its own."""

_PAGE_ENDINGS = (".html", ".htm", ".xhtml", ".shtml", ".php")
"""Endings that hosts with clean addresses leave out: ``contact.html`` is read as ``contact``."""

LONGEST = 63
"""One DNS label (RFC 1035 §2.3.1), because an alias may become a host name."""

_ALIAS = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_FOREIGN = re.compile(r"[^a-z0-9-]")
_APOSTROPHES = "'`\u2019\u00b4"
_LOOKS_LIKE = str.maketrans({"0": "o", "1": "l", "m": "rn", "w": "vv"})


def parse_alias(text: str) -> str:
    """Return the alias, or raise ValueError with a message for people.

    An alias is 1 to 63 of the letters a-z, 0-9 and -, with no hyphen at either end, and is no
    internationalised label (``xn--``, RFC 5890 §2.3.1).

    >>> parse_alias("jane-o")
    'jane-o'
    """
    if not text:
        raise ValueError("is empty; give a name of a-z, 0-9 and -")
    if _FOREIGN.search(text):
        raise ValueError(f"{quoted(text)} has {_first_foreign(text)}{_proposal(text)}")
    if len(text) > LONGEST:
        raise ValueError(f"{quoted(text)} has {len(text)} letters; an alias has {LONGEST} at most")
    if not _ALIAS.fullmatch(text):
        raise ValueError(f"{quoted(text)} begins or ends with a hyphen{_proposal(text)}")
    if text.startswith("xn--"):
        raise ValueError(f'{quoted(text)} begins with "xn--", which host names keep for other scripts')
    return text


def skeleton(alias: str) -> str:
    """Return what an alias looks like: two aliases with one skeleton are taken for each other.

    The idea of UTS #39 §4, cut down to the letters that an alias can have: 0 is o, 1 is l, and m and w
    are spelled as the rn and vv that they resemble.

    >>> skeleton("m0del1") == skeleton("rnodell")
    True
    """
    return alias.translate(_LOOKS_LIKE)


def differences(text: str, other: str) -> str:
    """Return the letters that distinguish two names with one skeleton, for a message; ``""`` where there are none.

    >>> differences("rnary0", "maryo")
    '"rn" and "m", "0" and "o"'
    """
    pairs: dict[tuple[str, str], None] = {}
    mine, theirs = _spelled(text), _spelled(other)
    while mine and theirs:
        (letters, looks), (others, other_looks) = mine.pop(0), theirs.pop(0)
        while looks != other_looks:
            if len(looks) < len(other_looks) and mine:
                letter, look = mine.pop(0)
                letters, looks = letters + letter, looks + look
            elif theirs:
                letter, look = theirs.pop(0)
                others, other_looks = others + letter, other_looks + look
            else:
                return ""
        if letters != others:
            pairs[letters, others] = None
    return ", ".join(f"{quoted(letters)} and {quoted(others)}" for letters, others in pairs)


def _spelled(text: str) -> list[tuple[str, str]]:
    return [(letter, skeleton(letter.casefold())) for letter in text]


class ReservedNames:
    """The names that nobody on the roster may have, nor a look-alike of them."""

    __slots__ = ("_named",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Reserve the built-in names and these: files and folders; of a page, also the name without its ending."""
        lower = {name.lower() for name in names}
        everything = sorted(RESERVED | lower | {_without_ending(name) for name in lower})
        self._named = {skeleton(name): name for name in everything}

    def check(self, alias: str) -> None:
        """Raise ValueError if the alias is reserved, or looks like a reserved name."""
        name = self._named.get(skeleton(alias))
        if name is None:
            return
        if name == alias:
            raise ValueError(f"{quoted(alias)} is reserved for the company's site; choose another")
        raise ValueError(f"{quoted(alias)} looks like {quoted(name)}, which is reserved; choose another")


def _without_ending(name: str) -> str:
    return next((name.removesuffix(ending) for ending in _PAGE_ENDINGS if name.endswith(ending)), name)


def _first_foreign(text: str) -> str:
    """Name the first letter that an alias cannot have, so that a look-alike can be distinguished from the real alias."""
    match = _FOREIGN.search(text.lower())
    if match is None:
        return "capital letters"
    letter = match.group()
    if letter.isspace():
        return "a blank in it"
    if letter.isascii() and letter.isprintable():
        return f"a {quoted(letter)} in it"
    name = unicodedata.name(letter, f"U+{ord(letter):04X}").lower()
    return f"a letter that is not a-z ({name})"


def _proposal(text: str) -> str:
    """Return ``'; write "…"'`` with the nearest good alias, or what an alias may hold."""
    plain = unicodedata.normalize("NFKD", text).lower()
    plain = "".join(
        letter for letter in plain if letter not in _APOSTROPHES and not unicodedata.combining(letter)
    )
    near = re.sub(r"[\s_.\-]+", "-", plain.strip()).strip("-")
    if _ALIAS.fullmatch(near) and 2 <= len(near) <= LONGEST and not near.startswith("xn--"):
        return f'; write "{near}"'
    return "; use a-z, 0-9 and - only"
