"""The consented ways to reach a person, from what that person publishes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, urlsplit

from replisite.model.distributor import Channel
from replisite.model.site import CustomField

__all__ = ["channels_of", "mail_url", "phone_url"]

_NOT_A_DIGIT = re.compile(r"[^0-9]")


def channels_of(
    public: Mapping[str, str], fields: Mapping[str, str], custom: Iterable[CustomField]
) -> tuple[Channel, ...]:
    """Return phone, e-mail and the company's own channels, in this order; only what is published."""
    return tuple(_iter_channels(public, fields, custom))


def phone_url(phone: str) -> str:
    """Return the ``tel:`` URL of a phone number in international format (RFC 3966 §3).

    >>> phone_url("+44 1632 960100 ext. 7")
    'tel:+441632960100;ext=7'
    """
    number, _, extension = phone.partition(" ext. ")
    url = "tel:+" + _NOT_A_DIGIT.sub("", number)
    return f"{url};ext={extension}" if extension else url


def mail_url(address: str) -> str:
    """Return the ``mailto:`` URL of an e-mail address (RFC 6068 §2).

    >>> mail_url("o'neil+tea@example.com")
    'mailto:o%27neil%2Btea@example.com'
    """
    return "mailto:" + quote(address, safe="@")


def _iter_channels(
    public: Mapping[str, str], fields: Mapping[str, str], custom: Iterable[CustomField]
) -> Iterator[Channel]:
    if phone := public.get("phone"):
        yield Channel("phone", "Phone", phone, phone_url(phone))
    if email := public.get("email"):
        yield Channel("email", "E-mail", email, mail_url(email))
    for field in custom:
        if field.is_channel and (value := fields.get(field.name)):
            yield _custom_channel(field, value)


def _custom_channel(field: CustomField, value: str) -> Channel:
    if field.type == "phone":
        return Channel(field.name, field.label, value, phone_url(value))
    if field.type == "email":
        return Channel(field.name, field.label, value, mail_url(value))
    parts = urlsplit(value)
    return Channel(field.name, field.label, (parts.netloc + parts.path).rstrip("/") or value, value)
