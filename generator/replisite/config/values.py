"""What one value of site.toml must be, whatever the others are.

Each function returns the value, or raises ValueError whose arguments are what is wrong and what to do.
"""

from __future__ import annotations

import re
import zoneinfo
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import list_currencies

from replisite.errors import nearest
from replisite.model.distributor import PUBLISHABLE
from replisite.model.host_name import parse_host
from replisite.model.security import NAMED, SERVERS_OWN

__all__ = [
    "OWNED_SETTINGS",
    "ROSTER_COLUMNS",
    "column_name",
    "currency",
    "email",
    "header_name",
    "header_value",
    "host",
    "inside_path",
    "language",
    "market_code",
    "pelican_setting",
    "picture",
    "rank_code",
    "referral_id",
    "target_name",
    "text",
    "timezone",
    "url",
]

ROSTER_COLUMNS = frozenset(PUBLISHABLE) | {
    "id",
    "alias",
    "language",
    "market",
    "status",
    "sponsor_id",
    "enroller_id",
    "previous_aliases",
    "publish",
}
"""The roster's own columns, and ``last_initial``, which only ``publish`` knows."""

OWNED_SETTINGS = {
    "PATH": ("where the content lies", "write [site] content"),
    "OUTPUT_PATH": ("where the pages are written", "write [site] output"),
    "DELETE_OUTPUT_DIRECTORY": (
        "what is removed from the output: what it wrote itself, and no other file",
        "leave it out",
    ),
    "CACHE_CONTENT": ("what is kept between builds", "leave it out"),
    "LOAD_CONTENT_CACHE": ("what is kept between builds", "leave it out"),
    "PELICAN_CLASS": ("which class runs Pelican", "leave it out"),
}
"""Settings of Pelican that replisite must own, and what it decides with them."""


_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
"""Codes of two letters that Babel knows beside those of countries."""

LONGEST_HEADER = 1_900
"""Cloudflare takes lines of 2,000 letters, name and all (developers.cloudflare.com, Headers)."""


def text(value: str) -> str:
    """Something to read."""
    if not value.strip():
        raise ValueError("is empty", "write something")
    return value


def referral_id(value: str) -> str:
    """An id that a link can carry."""
    text(value)
    if value in {".", ".."}:
        raise ValueError(f'"{value}" is a folder in an address, which browsers resolve', "choose another id")
    if value != value.strip() or not value.isprintable():
        raise ValueError("begins or ends with a blank, or has an invisible letter in it", "leave it out")
    return value


def url(value: str) -> str:
    """An absolute http or https address without query; a slash at its end is taken off."""
    text(value)
    wants = "write an address such as https://www.tea.example"
    if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?", value):
        wants = f'write "https://{value}"'
    try:
        parts = urlsplit(value)
        is_valid = parts.scheme in {"http", "https"} and parts.hostname
        _ = parts.port
    except ValueError:
        is_valid = ""
    if not is_valid or re.search(r"[\s\\<>\"]", value):
        raise ValueError(f'"{value}" is no absolute http or https address', wants)
    if "?" in value or "#" in value:
        raise ValueError(f'"{value}" has a query or a fragment', "leave out what follows the path")
    if "@" in parts.netloc:
        raise ValueError("names a user before the @", "leave the user out")
    return value.rstrip("/")


def email(value: str) -> str:
    """An e-mail address, or nothing."""
    if value and not re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\".]+(\.[^\s@<>\".]+)+", value):
        raise ValueError(f'"{value}" is no e-mail address', "")
    return value


def host(value: str) -> str:
    """A host name, or nothing."""
    if not value:
        return value
    try:
        return parse_host(value)
    except ValueError as error:
        what, _, todo = str(error).partition("; ")
        raise ValueError(what, todo) from error


def inside_path(value: str) -> str:
    """A path below some folder, with forward slashes: never absolute, never upwards."""
    text(value)
    if "\\" in value:
        raise ValueError(f'"{value}" has a backslash', f'write "{value.replace(chr(92), "/")}"')
    if value.startswith("/") or ":" in value.partition("/")[0]:
        raise ValueError(f'"{value}" is absolute', "write it relative to the folder that holds it")
    if ".." in value.split("/"):
        raise ValueError(f'"{value}" leads out of its folder', 'write it without ".."')
    return value


def picture(value: str) -> str:
    """A path below the content folder, an https address, or nothing."""
    return value if not value or value.startswith("https://") else inside_path(value)


def language(value: str) -> str:
    """A BCP 47 tag that Babel knows, in its usual spelling: ``en``, ``pt-BR``, ``zh-Hant``."""
    text(value)
    try:
        usual = str(Locale.parse(value.replace("_", "-"), sep="-")).replace("_", "-")
    except (ValueError, UnknownLocaleError) as error:
        wants = "write a BCP 47 tag such as en, pt-BR or zh-Hant"
        raise ValueError(f'"{value}" is no language that Babel knows', wants) from error
    if usual != value:
        raise ValueError(f'"{value}" is not the usual spelling', f'write "{usual}"')
    return value


def timezone(value: str) -> str:
    """A zone of the IANA database."""
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        known = sorted(zoneinfo.available_timezones())
        city = value.replace(" ", "_").lower()
        same = [zone for zone in known if zone.rpartition("/")[2].lower() == city]
        hint = f'did you mean "{same[0]}"?' if same else nearest(value, known)
        hint = hint or "write an IANA name such as Europe/London"
        raise ValueError(f'"{value}" is no time zone of the IANA database', hint) from error
    return value


def market_code(value: str) -> str:
    """The two-letter code of a country (ISO 3166-1 alpha-2)."""
    if value in _countries():
        return value
    if value.upper() in _countries():
        raise ValueError(f'the market "{value}" is not in capitals', f'write "{value.upper()}"')
    renamed = get_global("territory_aliases").get(value.upper())
    hint = f'did you mean "{renamed[0]}"?' if renamed else "write two letters such as GB, US or DE"
    raise ValueError(f'the market "{value}" is no country code of ISO 3166', hint)


def _countries() -> set[str]:
    codes = {str(code) for code in Locale("en").territories}
    return {code for code in codes if re.fullmatch("[A-Z]{2}", code)} - _NO_COUNTRIES


def currency(value: str) -> str:
    """The code of a currency (ISO 4217)."""
    text(value)
    known = list_currencies()
    if value in known:
        return value
    turned = sorted(code for code in known if sorted(code) == sorted(value.upper()))
    hint = nearest(value.upper(), turned) or nearest(value.upper(), sorted(known))
    hint = hint or "write three letters such as GBP, USD or EUR"
    raise ValueError(f'"{value}" is no currency code of ISO 4217', hint)


def rank_code(value: str) -> str:
    """A name for a rank in the roster and in front matter."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", value):
        raise ValueError(f'the rank code "{value}" is not made of letters, digits, - and _', "")
    return value


def target_name(value: str) -> str:
    """The name of a target: it is typed on the command line."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", value):
        raise ValueError("is no name for a target", "write a-z, 0-9 and -, a letter first, 40 at most")
    return value


def header_name(value: str) -> str:
    """The name of a header that has no key of its own (RFC 9110 §5.1, cut down to what every server takes)."""
    keys = {name.lower(): key for key, name in NAMED.items()}
    if value.lower() in keys:
        raise ValueError("has a key of its own", f"write {keys[value.lower()]}")
    if value.lower() in SERVERS_OWN:
        raise ValueError("differs from file to file, and is made by the deploy or the server", "leave it out")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", value):
        hint = nearest(value, NAMED) or "write letters, digits and -, a letter first"
        raise ValueError("is no name of a header", hint)
    return value


def header_value(value: str) -> str:
    """What a header says: ASCII on one line (RFC 9110 §5.5), or nothing."""
    if foreign := re.search(r"[^ -~]", value):
        what = "a line break" if foreign[0] in "\r\n" else f"U+{ord(foreign[0]):04X}"
        raise ValueError(f"has {what} in it", "a header is one line of ASCII")
    if value != value.strip():
        raise ValueError("begins or ends with a blank", "leave it out")
    if len(value) > LONGEST_HEADER:
        raise ValueError(f"is {len(value):,} letters long", f"hosts take {LONGEST_HEADER:,} at most")
    return value


def column_name(value: str) -> str:
    """The name of a roster column of the company's own; templates read ``distributor.fields.<name>``."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", value):
        usual = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")
        hint = f'write "{usual}"' if re.fullmatch(r"[a-z][a-z0-9_]{0,62}", usual) else ""
        raise ValueError(f'"{value}" is not made of a-z, 0-9 and _ with a letter first', hint)
    if value in ROSTER_COLUMNS:
        raise ValueError(
            f'"{value}" is a column of every roster', "leave it out here, or choose another name"
        )
    if hasattr(dict, value):
        raise ValueError(f'templates could not read "distributor.fields.{value}"', "choose another name")
    return value


def pelican_setting(value: str) -> str:
    """The name of a setting that is handed through to Pelican."""
    if value in OWNED_SETTINGS:
        what, todo = OWNED_SETTINGS[value]
        raise ValueError(f"replisite itself decides {what}", todo)
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", value):
        hint = nearest(value, ["defaults"]) or f'write "{value.upper().replace("-", "_")}"'
        raise ValueError("is no setting of Pelican: those are in capitals", hint)
    return value
