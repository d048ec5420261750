"""The company's own columns: what a cell of each type must be, and how it is written as text."""

from __future__ import annotations

import re

from replisite.model.host_name import parse_host
from replisite.model.site import CustomField
from replisite.model.text import clean_line, quoted
from replisite.roster.columns import ColumnRules, parse_date
from replisite.roster.contacts import parse_email, parse_url
from replisite.roster.phones import parse_phone, show_phone

__all__ = ["parse_field"]

_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_BOOLEANS = {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}


def parse_field(text: str, field: CustomField, rules: ColumnRules, market: str) -> str:
    """Return the value as text: an ISO date, a number as written, ``yes`` or ``no``; raises ValueError."""
    value = text.strip()
    if not value:
        return ""
    if field.name == rules.own_host_field:
        return _own_host(value, rules)
    match field.type:
        case "text":
            return clean_line(text)
        case "url":
            return parse_url(value)
        case "phone":
            return show_phone(parse_phone(value, market))
        case "email":
            return parse_email(value)
        case "date":
            return parse_date(value)
        case "number":
            if not _NUMBER.fullmatch(value):
                raise ValueError(f"{quoted(value)} is not a number; write it as 12 or 12.50")
            return value
        case "boolean":
            if value.lower() not in _BOOLEANS:
                raise ValueError(f"{quoted(value)} is neither yes nor no")
            return _BOOLEANS[value.lower()]


def _own_host(value: str, rules: ColumnRules) -> str:
    """Return a person's own host: the site stands there, so it may not be the company's."""
    host = parse_host(value)
    if host == rules.company_host:
        raise ValueError(f"{quoted(host)} is the company's own host; give the person's")
    return host
