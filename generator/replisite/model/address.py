"""Where a distributor's pages lie in the output, and what they are called on the web.

An empty alias means the corporate site, which lies at the root of the output in every style.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from replisite.model.site import Addresses, Site

__all__ = ["HOSTS", "parse_host", "site_prefix", "site_url"]

HOSTS = "_hosts/"
"""The folder of the output that holds one folder for each host."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def site_prefix(addresses: Addresses, alias: str, host: str = "") -> str:
    """Return the folder of one site in the output: ``""``, or a path with a slash at its end.

    ``host`` is the person's own, for the domain style; who has none falls back to a host below the
    company's. Raises ValueError if it is no host name, so that it can never leave the output.

    >>> site_prefix(Addresses(), "jane")
    'jane/'
    >>> site_prefix(Addresses(style="domain", host="tea.example"), "jane", "jane-oneil.example")
    '_hosts/jane-oneil.example/'
    """
    if not alias:
        return ""
    if addresses.style == "path":
        return f"{alias}/"
    return f"{HOSTS}{_host(addresses, alias, host)}/"


def site_url(site: Site, alias: str, host: str = "") -> str:
    """Return the absolute address of one site's home page, with a slash at its end.

    Its scheme is that of ``[site] url``. Raises ValueError as `site_prefix` does.
    """
    if not alias:
        return f"{site.url}/"
    if site.addresses.style == "path":
        return f"{site.url}/{alias}/"
    return f"{urlsplit(site.url).scheme}://{_host(site.addresses, alias, host)}/"


def _host(addresses: Addresses, alias: str, host: str) -> str:
    if addresses.style == "domain" and host:
        return parse_host(host)
    return f"{alias}.{addresses.host}"


def parse_host(text: str) -> str:
    """Return a host name, or raise ValueError with what is wrong with it.

    Lower-case letters, digits and hyphens in at least two labels (RFC 1123 §2.1), 253 letters at most (RFC
    1035 §2.3.4); no address in numbers, no port. Names in other scripts are written in their ASCII form
    (RFC 5890 §2.3.2.1), ``xn--…``.

    >>> parse_host("jane.tea.example")
    'jane.tea.example'
    """
    if not text:
        raise ValueError("is empty; write a host name such as tea.example")
    if "//" in text or "/" in text:
        raise ValueError(f'"{text}" is an address; write the host name alone, such as tea.example')
    if text.startswith("[") or text.count(":") > 1 or re.fullmatch(r"[0-9.]+", text):
        raise ValueError(f'"{text}" is a number, not a name; write a host name such as tea.example')
    if ":" in text:
        raise ValueError(f'"{text}" has a port; leave it out')
    if not text.isascii():
        raise ValueError(f'"{text}" has letters beyond a-z; write its ASCII form, which begins with xn--')
    if text != text.lower():
        raise ValueError(f'"{text}" has capital letters; write "{text.lower()}"')
    if len(text) > 253:
        raise ValueError(f"is {len(text)} letters long; a host name has 253 at most")
    labels = text.split(".")
    for label in labels:
        if len(label) > 63 or not _LABEL.fullmatch(label):
            raise ValueError(
                f'"{text}" is no host name; each part is 1 to 63 of a-z 0-9 -, without a hyphen at its ends'
            )
    if len(labels) < 2:
        raise ValueError(f'"{text}" is one word; write a whole host name such as {text}.example')
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):  # browsers read it as an IPv4 address
        raise ValueError(f'"{text}" ends in a number; a host name ends in letters')
    return text
