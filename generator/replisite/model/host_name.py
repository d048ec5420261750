"""A host name, such as ``jane.tea.example``: what it may be."""

from __future__ import annotations

import re

__all__ = ["parse_host"]

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


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
