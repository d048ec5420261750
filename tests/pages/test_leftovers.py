"""What must never reach a visitor: marks that something has changed, and braces outside code."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

import pytest

from replisite.content.marks import mark_of
from replisite.content.placeholder_syntax import Syntax
from replisite.pages.leftovers import broken_mark, changed_mark, unfilled_braces

KEY, MARK = mark_of("distributor.first_name")
KEYS = {KEY}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(f"Hi {MARK}"),
        quote(MARK),
        quote(quote(MARK)),
        quote(MARK).lower(),
        MARK.upper(),
        MARK.lower(),
        MARK.title(),
        f"Hi {MARK}".capitalize(),
        MARK.swapcase(),
        MARK[::-1],
        MARK[:9],
        MARK[9:],
        MARK[1:-1],
        " ".join(MARK),
        "".join(f"&#{ord(letter)};" for letter in MARK),
        "".join(f"&#x{ord(letter):X};" for letter in MARK),
        html.escape("".join(f"&#{ord(letter)};" for letter in MARK)),
        repr(MARK),
        ascii(MARK.encode()),
        r"content: '\fdd0 oWn'",
        mark_of("something else")[1],
    ],
)
def test_a_mark_that_something_has_changed_is_found(text: str) -> None:
    """However it was escaped, cut or spelt."""
    assert changed_mark(f"<p>{text}</p>", KEYS) is not None


@pytest.mark.parametrize(
    "text",
    [
        f"<p>Hi {MARK}, {MARK}</p>",
        MARK[:-1],
        "a.css?v=9fdd0c1e own ownership 64976 #649760 b7 %B7",
    ],
)
def test_marks_in_order_and_other_texts_are_not(text: str) -> None:
    """A summary may be cut before a mark's last letter; digests and colours hold all kinds of digits."""
    assert changed_mark(text, KEYS) is None


def test_without_marks_escapes_mean_what_they_say() -> None:
    """A site without a placeholder may write about Unicode."""
    assert changed_mark(r"\ufdd0 &#64976; %EF%B7%90", ()) is None
    assert broken_mark("\ufdd0", ()) == ""


def test_what_an_owner_may_write_is_no_broken_mark() -> None:
    """Only the characters of marks themselves, which nobody else can write."""
    assert broken_mark(rf"\ufdd0oWn{KEY} &#64976; {{{{ distributor.name }}}}", KEYS) is None
    assert broken_mark(MARK[:5], KEYS) == ""
    assert broken_mark(MARK.upper(), KEYS) == KEY


def test_braces_outside_code_are_found() -> None:
    """In text, attributes and text areas; not in code, scripts and comments, and not what names nothing known."""
    syntax = Syntax({"distributor", "shop_link"})
    page = (
        '<a href="?{{distributor.id}}">{% if x %}</a><textarea>{{ shop_link(a) }}</textarea>'
        "<code>{{ distributor.a }}</code><script>{{ distributor.b }}</script><!-- {{ distributor.c }} -->{{ x }}"
    )
    assert list(unfilled_braces(page, syntax)) == ["{{distributor.id}}", "{% if x %}", "{{ shop_link(a) }}"]
    assert list(unfilled_braces(page, Syntax({"distributor"}, is_lenient=True))) == []
