"""Host names: what they may be, and what each refusal says."""

from __future__ import annotations

import pytest

from replisite.model.host_name import parse_host


@pytest.mark.parametrize(
    "host", ["tea.example", "a.b.c.example", "xn--bcher-kva.example", "1.tea.example", "a-b.c1"]
)
def test_a_host_name_is_one(host: str) -> None:
    """Labels of letters, digits and hyphens make a host name."""
    assert parse_host(host) == host


LABELS = "each part is 1 to 63 of a-z 0-9 -, without a hyphen at its ends"


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("", "is empty; write a host name such as tea.example"),
        ("Tea.example", '"Tea.example" has capital letters; write "tea.example"'),
        ("localhost", '"localhost" is one word; write a whole host name such as localhost.example'),
        (
            "https://tea.example",
            '"https://tea.example" is an address; write the host name alone, such as tea.example',
        ),
        (
            "tea.example/shop",
            '"tea.example/shop" is an address; write the host name alone, such as tea.example',
        ),
        ("../..", '"../.." is an address; write the host name alone, such as tea.example'),
        ("tea.example:8080", '"tea.example:8080" has a port; leave it out'),
        ("127.0.0.1", '"127.0.0.1" is a number, not a name; write a host name such as tea.example'),
        ("[::1]", '"[::1]" is a number, not a name; write a host name such as tea.example'),
        ("::1", '"::1" is a number, not a name; write a host name such as tea.example'),
        ("10.0.0.0x1", '"10.0.0.0x1" ends in a number; a host name ends in letters'),
        ("tea.42", '"tea.42" ends in a number; a host name ends in letters'),
        (
            "bücher.example",
            '"bücher.example" has letters beyond a-z; write its ASCII form, which begins with xn--',
        ),
        ("tea..example", f'"tea..example" is no host name; {LABELS}'),
        ("tea.example.", f'"tea.example." is no host name; {LABELS}'),
        (".tea.example", f'".tea.example" is no host name; {LABELS}'),
        ("-tea.example", f'"-tea.example" is no host name; {LABELS}'),
        ("tea-.example", f'"tea-.example" is no host name; {LABELS}'),
        ("t_a.example", f'"t_a.example" is no host name; {LABELS}'),
        ("tea.example\n", f'"tea.example\n" is no host name; {LABELS}'),
        ("a" * 64 + ".example", f'"{"a" * 64}.example" is no host name; {LABELS}'),
        ("a." * 124 + "example", "is 255 letters long; a host name has 253 at most"),
    ],
)
def test_what_is_no_host_name_is_refused(host: str, message: str) -> None:
    """Each refusal says what is wrong and what to write."""
    with pytest.raises(ValueError) as caught:
        parse_host(host)
    assert str(caught.value) == message
