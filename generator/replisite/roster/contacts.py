"""E-mail and web addresses, and photos: what may be linked to."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from replisite.model.channels import mail_url
from replisite.model.distributor import PHOTO_SUFFIXES
from replisite.model.text import clean_line, clean_lines, quoted

__all__ = ["SCHEMES", "parse_email", "parse_photo", "parse_url"]

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
"""The only kinds of link that a distributor can give."""

URL_LIMIT = 2_000

SPECIAL_USE_DOMAIN_NAMES.clear()
"""Only the syntax is checked: ``jane@example.test`` is an address. The library has no other switch for it."""

_MAIL_FIELDS = ("subject", "body")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_TEL = re.compile(r"\+?[0-9().-]*[0-9](;ext=[0-9]+)?")
_PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]{1,20}(\.[A-Za-z0-9_+-]{1,20}){0,2}@([a-z0-9]{1,60}(-[a-z0-9]{1,60})?\.){1,2}[a-z]{2,12}"
)
_PLAIN = re.compile(r"[A-Za-z0-9_.~:/?#@!$&()*+,;=%\[\]-]*")
_URL_LETTERS = "!#$%&()*+,/:;=?@[]~"
"""What RFC 3986 §2 lets stand in a URL; ``'`` is encoded, although it may, because attributes use it."""


def parse_email(text: str) -> str:
    """Return the normalised address; raises ValueError. Whether the address receives mail is not checked."""
    if _PLAIN_EMAIL.fullmatch(text):
        return text
    return _validated_email(text)


def _validated_email(text: str) -> str:
    """Return what the library says: for a plain address the address itself, twenty times as slowly."""
    try:
        address = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        reason = "".join(letter if letter.isprintable() else " " for letter in str(error)).rstrip(".")
        raise ValueError(
            f"{quoted(text)} is not an e-mail address; {reason[:1].lower()}{reason[1:200]}"
        ) from error
    if "." not in address.domain:
        raise ValueError(f"{quoted(text)} is not an e-mail address; the part after @ has no dot")
    return address.normalized


def parse_url(text: str) -> str:
    """Return a web, mail or phone address that is safe to link to; raises ValueError.

    Refused are other schemes, whatever their spelling, addresses without a scheme or with a password, and
    letters that cannot be seen. What could end an attribute or open a template is per-cent-encoded. A mail link keeps
    one recipient, subject and body.

    >>> parse_url("https://example.com/{{x}}?q=a'b")
    'https://example.com/%7B%7Bx%7D%7D?q=a%27b'
    """
    if len(text) > URL_LIMIT:
        raise ValueError(f"has {len(text):,} letters; {URL_LIMIT:,} is the most for an address")
    if " " in text or _has_invisible(text):
        raise ValueError(f"{quoted(text)} has a blank or an invisible letter in it; write the address alone")
    prefix = _SCHEME.match(text)
    scheme = prefix.group(1).lower() if prefix else ""
    if scheme not in SCHEMES:
        raise ValueError(_no_scheme(text, scheme))
    rest = text[len(scheme) + 1 :]
    match scheme:
        case "mailto":
            return _parse_mailto(rest)
        case "tel":
            if not _TEL.fullmatch(rest):
                raise ValueError(f'{quoted(text)} is not a phone link; write it as "tel:+441632960100"')
        case _:
            _check_host(text)
    return f"{scheme}:{_encoded(rest)}"


def _parse_mailto(rest: str) -> str:
    """Return a mail link to one address with subject and body alone (RFC 6068 §2); raises ValueError.

    Other header fields are dropped, since a visitor does not see whom ``cc`` and ``bcc`` reach or what ``attach`` sends.
    """
    address, _, query = rest.partition("#")[0].partition("?")
    link = mail_url(parse_email(unquote(address)))
    kept: dict[str, str] = {}
    for field in query.split("&"):
        name, _, value = field.partition("=")
        name = unquote(name).lower()
        if name in _MAIL_FIELDS and value:
            text = unquote(value)
            kept.setdefault(
                name, clean_lines(text, URL_LIMIT) if name == "body" else clean_line(text, URL_LIMIT)
            )
    fields = "&".join(f"{name}={_mail_text(text)}" for name, text in kept.items() if text)
    return f"{link}?{fields}" if fields else link


def _mail_text(text: str) -> str:
    """Encode all that is not plain; a line ends as RFC 6068 §5 wants it."""
    return quote(text.replace("\n", "\r\n"), safe="")


def parse_photo(text: str) -> str:
    """Return an https URL, or the path of a picture inside the content folder; raises ValueError.

    >>> parse_photo("photos/./jane.jpg")
    'photos/jane.jpg'
    """
    if "://" in text:
        if not text.lower().startswith(("https://", "http://")):
            raise ValueError(f"{quoted(text)} is not an https address")
        return parse_url(text)
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or ":" in text:
        raise ValueError(f"{quoted(text)} leaves the content folder; write a path inside it")
    if _has_invisible(text):
        raise ValueError(f"{quoted(text)} has an invisible letter in it; rename the file")
    if any(part.startswith(".") for part in path.parts):
        raise ValueError(f"{quoted(text)} is hidden; choose another file")
    if path.suffix.lower() not in PHOTO_SUFFIXES:
        raise ValueError(f"{quoted(text)} is not a picture; use one of {', '.join(sorted(PHOTO_SUFFIXES))}")
    return path.as_posix()


def _has_invisible(text: str) -> bool:
    """Tell whether a letter shows nothing: white space but the blank, controls, formats, private use."""
    return not text.isprintable()


def _no_scheme(text: str, scheme: str) -> str:
    if not scheme and re.match(r"[\w-]+(\.[\w-]+)+(/|$)", text):
        return f"{quoted(text)} does not say how to get there; write {quoted('https://' + text)}"
    return f"{quoted(text)} is not an http, https, mailto or tel address"


def _check_host(text: str) -> None:
    try:
        parts = urlsplit(text)
        is_whole = bool(parts.hostname) and parts.port != 0 and text[len(parts.scheme) + 1 :].startswith("//")
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is not a web address") from error
    if not is_whole or "\\" in text:
        raise ValueError(f"{quoted(text)} is not a web address; write it as https://example.com/page")
    if "@" in parts.netloc:
        raise ValueError(f'{quoted(text)} hides its host behind an "@"; leave out the name before it')


def _encoded(rest: str) -> str:
    """Encode what a URL cannot hold; letters of other scripts stay readable (RFC 3987)."""
    if _PLAIN.fullmatch(rest):
        return rest
    return "".join(letter if not letter.isascii() else quote(letter, safe=_URL_LETTERS) for letter in rest)
