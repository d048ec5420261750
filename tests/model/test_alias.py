"""Aliases: what they may be, and which look alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.model.alias import ReservedNames, differences, parse_alias, skeleton


@pytest.mark.parametrize("text", ["jane", "li", "jane-oneil", "007", "a-1", "x" * 63])
def test_a_plain_name_is_an_alias(text):
    """Letters, digits and hyphens within, from 2 to 63 of them."""
    assert parse_alias(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; give a name of a-z, 0-9 and -"),
        ("x" * 64, f'"{"x" * 60}…" has 64 letters; an alias has 63 at most'),
        ("Jane", '"Jane" has capital letters; write "jane"'),
        ("O'Neil", '''"O'Neil" has a "'" in it; write "oneil"'''),
        ("jane oneil", '"jane oneil" has a blank in it; write "jane-oneil"'),
        ("zoë", '"zoë" has a letter that is not a-z (latin small letter e with diaeresis); write "zoe"'),
        (
            "j\u0430ne",
            '"j\u0430ne" has a letter that is not a-z (cyrillic small letter a); use a-z, 0-9 and - only',
        ),
        ("-jane", '"-jane" begins or ends with a hyphen; write "jane"'),
        ("--", '"--" begins or ends with a hyphen; use a-z, 0-9 and - only'),
        ("xn--tea", '"xn--tea" begins with "xn--", which host names keep for other scripts'),
        ("..", '".." has a "." in it; use a-z, 0-9 and - only'),
        ("../up", '"../up" has a "." in it; use a-z, 0-9 and - only'),
        ("jane\n", '"jane\\n" has a blank in it; write "jane"'),
    ],
)
def test_what_is_no_alias_is_told_with_the_nearest_one(text, message):
    """Every refusal says why, and proposes an alias where there is one."""
    with pytest.raises(ValueError) as caught:
        parse_alias(text)
    assert message == str(caught.value)


@given(st.text())
def test_an_alias_never_leaves_its_folder(text):
    """Whatever is written, an alias is one harmless path segment and one DNS label."""
    try:
        alias = parse_alias(text)
    except ValueError:
        return
    assert alias == text
    assert set(alias) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert 1 <= len(alias) <= 63


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jane0", "janeo"),
        ("bi11", "bill"),
        ("rnary", "mary"),
        ("vvendy", "wendy"),
        ("vw", "wv"),
        ("mn", "rnn"),
    ],
)
def test_look_alikes_have_one_skeleton(one, other):
    """What the eye takes for the same has the same skeleton."""
    assert skeleton(one) == skeleton(other)


def test_different_aliases_have_different_skeletons():
    """Aliases that nobody mistakes stay apart."""
    names = ["jane", "jan", "june", "jane-o", "janeo", "mary", "nary", "wendy", "vendy"]
    assert len(names) == len({skeleton(name) for name in names})


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("www", '"www" is reserved for the company\'s site; choose another'),
        ("products", '"products" is reserved for the company\'s site; choose another'),
        ("pr0ducts", '"pr0ducts" looks like "products", which is reserved; choose another'),
        ("vvww", '"vvww" looks like "www", which is reserved; choose another'),
    ],
)
def test_a_reserved_name_and_its_look_alike_are_refused(alias, message):
    """Names of hosts and of the corporate site's pages are not for distributors."""
    with pytest.raises(ValueError) as caught:
        ReservedNames(["Products"]).check(alias)
    assert message == str(caught.value)


def test_other_names_are_free():
    """A name that is not reserved passes."""
    for alias in ("jane", "joe-root", "nan", "null", "security-sue", "robot", "icon"):
        ReservedNames(["products", "logo.png"]).check(alias)
    ReservedNames(["logo.png"]).check("logo")


@pytest.mark.parametrize(
    "alias",
    [
        *(
            "wpad",
            "isatap",
            "mta-sts",
            "autoconfig",
            "autodiscover",
            "cdn-cgi",
            "cgi-bin",
            "icons",
            "postmaster",
        ),
        *(
            "hostmaster",
            "webmaster",
            "administrator",
            "abuse",
            "noc",
            "ns1",
            "ns9",
            "www2",
            "mx1",
            "smtp",
            "imap",
            "pop3",
        ),
        *(
            "favicon",
            "robots",
            "ads",
            "security",
            "404",
            "wp-admin",
            "wp-login",
            "xmlrpc",
            "server-status",
            "con",
            "nul",
        ),
        *("com1", "lpt9", "openpgpkey", "cpanel", "vvpad", "corn1"),
    ],
)
def test_names_that_servers_and_browsers_use_are_reserved(alias):
    """Proxies, mail set-up, certificate mailboxes, hosts' own paths, devices; and their look-alikes."""
    with pytest.raises(ValueError, match="reserved"):
        ReservedNames().check(alias)


@pytest.mark.parametrize("name", ["contact.html", "Contact.HTML", "contact.htm", "contact.php", "contact"])
def test_a_page_s_name_is_reserved_without_its_ending(name):
    """Hosts with clean addresses take contact.html and contact/ for each other; the message is that of a folder."""
    with pytest.raises(ValueError) as caught:
        ReservedNames([name]).check("contact")
    assert str(caught.value) == '"contact" is reserved for the company\'s site; choose another'


@pytest.mark.parametrize(
    ("text", "other", "letters"),
    [
        ("jane0", "janeo", '"0" and "o"'),
        ("rnary", "mary", '"rn" and "m"'),
        ("vvendy1", "wendyl", '"vv" and "w", "1" and "l"'),
        ("mn", "rnn", '"m" and "rn"'),
        ("jane", "jane", ""),
    ],
)
def test_the_letters_that_tell_look_alikes_apart_are_named(text, other, letters):
    """So that a person who reads the message sees the difference."""
    assert differences(text, other) == letters
