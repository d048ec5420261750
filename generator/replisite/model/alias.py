"""The name of a distributor's site: what it may be, and which two would look alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from replisite.model.text import quoted

__all__ = ["RESERVED", "ReservedNames", "parse_alias", "skeleton"]

RESERVED: frozenset[str] = frozenset(
    [
        "_hosts",
        "about",
        "account",
        "admin",
        "api",
        "app",
        "assets",
        "autodiscover",
        "cdn",
        "css",
        "dashboard",
        "feed",
        "feeds",
        "files",
        "ftp",
        "help",
        "home",
        "hosts",
        "images",
        "imap",
        "img",
        "index",
        "js",
        "legal",
        "localhost",
        "login",
        "logout",
        "mail",
        "media",
        "members",
        "ns1",
        "ns2",
        "pop",
        "root",
        "search",
        "shop",
        "signup",
        "sitemap",
        "smtp",
        "static",
        "status",
        "support",
        "theme",
        "themes",
        "webmail",
        "well-known",
        "www",
    ]
)
"""Names that a web host, a mail server or the corporate site wants for itself."""

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


class ReservedNames:
    """The names that nobody on the roster may have, nor a look-alike of them."""

    __slots__ = ("_named",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        everything = sorted(RESERVED.union(name.lower() for name in names))
        self._named = {skeleton(name): name for name in everything}

    def check(self, alias: str) -> None:
        """Raise ValueError if the alias is reserved, or looks like a reserved name."""
        name = self._named.get(skeleton(alias))
        if name is None:
            return
        if name == alias:
            raise ValueError(f"{quoted(alias)} is reserved for the company's site; choose another")
        raise ValueError(f"{quoted(alias)} looks like {quoted(name)}, which is reserved; choose another")


def _first_foreign(text: str) -> str:
    """Name the first letter that an alias cannot have, so that a look-alike can be told from the real one."""
    if _FOREIGN.search(text.lower()) is None:
        return "capital letters"
    found = _FOREIGN.search(text.lower())
    letter = found.group() if found else ""
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
