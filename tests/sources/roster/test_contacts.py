"""Phone numbers, e-mail and web addresses, photos."""

from unittest import mock

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.sources.roster import contacts
from replisite.sources.roster.contacts import parse_email, parse_phone, parse_photo, parse_url, show_phone


@pytest.mark.parametrize(
    ("text", "number", "shown"),
    [
        ("01632 960100", "+441632960100", "+44 1632 960100"),
        ("+44 (0)1632 960100", "+441632960100", "+44 1632 960100"),
        ("+1 212-555-0100", "+12125550100", "+1 212-555-0100"),
        ("+44 1632 960100 ext 7", "+441632960100;ext=7", "+44 1632 960100 ext. 7"),
        ("+39 06 698 12345", "+390669812345", "+39 06 6981 2345"),
    ],
)
def test_a_phone_number_is_kept_one_way_and_shown_another(text, number, shown):
    """E.164 to keep, the international format to show; national numbers are those of the market."""
    assert (parse_phone(text, "GB"), show_phone(number)) == (number, shown)


@pytest.mark.parametrize(
    "text", ["call me", "12", "+44 1632 9601000000", "+999 123456", "<script>", "x" * 300]
)
def test_what_is_no_phone_is_refused(text):
    """The message repeats it, cut short."""
    with pytest.raises(ValueError, match="phone number"):
        parse_phone(text, "GB")


@given(
    st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    st.text("0123456789", min_size=4, max_size=14),
)
def test_the_short_way_to_a_phone_number_is_the_long_way(code, digits):
    """What is read without phonenumbers is what phonenumbers reads."""
    text = f"+{code}{digits}"
    if short := contacts._plain_phone(text):
        with mock.patch.object(contacts, "_plain_phone", return_value=""):
            assert short == parse_phone(text, "GB")


@given(st.from_regex(contacts._PLAIN_EMAIL, fullmatch=True))
def test_the_short_way_to_an_e_mail_address_is_the_long_way(text):
    """What is taken without email-validator is what email-validator takes."""
    assert contacts._validated_email(text) == text


def test_an_e_mail_address_is_normalised():
    """Its domain is lower case; top-level domains that are for tests are as good as others."""
    assert parse_email("Jane.O'Neil@EXAMPLE.Test") == "Jane.O'Neil@example.test"


@pytest.mark.parametrize(
    "text",
    ["jane", "jane@", "@example.com", "jane@localhost", "a b@example.com", "a@b@c.com", "a@ex\nample.com"],
)
def test_what_is_no_e_mail_address_is_refused(text):
    """The message tells what the library says."""
    with pytest.raises(ValueError, match="is not an e-mail address; "):
        parse_email(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.com/a?b=c&d#e", "https://example.com/a?b=c&d#e"),
        ("HTTP://example.com", "http://example.com"),
        ("mailto:jane@example.com", "mailto:jane@example.com"),
        ("tel:+44-1632-960100", "tel:+44-1632-960100"),
        ("https://example.com/李", "https://example.com/李"),
        ('https://example.com/"><b>{{x}}', "https://example.com/%22%3E%3Cb%3E%7B%7Bx%7D%7D"),
    ],
)
def test_a_safe_url_is_kept(text, url):
    """The scheme is lower case, and what could end an attribute is encoded."""
    assert url == parse_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\x01javascript:alert(1)",
        "java\u200bscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.com",
        "/path",
        "example.com",
        "https:example.com",
        "https:/example.com",
        "https://",
        "https://example.com:99999",
        "https://[::1",
        "https://good.example@evil.example",
        "https:\\\\evil.example",
        "https://exa mple.com",
        "mailto:nobody",
        "tel:call-me",
        "",
    ],
)
def test_every_other_url_is_refused(text):
    """Other schemes in whatever spelling, no scheme, no host, a host in disguise."""
    with pytest.raises(ValueError):
        parse_url(text)


@given(st.text())
def test_no_text_becomes_a_url_of_another_scheme(text):
    """Whatever is written, what comes out can stand in an attribute."""
    try:
        url = parse_url(text)
    except ValueError:
        return
    assert url.partition(":")[0] in {"http", "https", "mailto", "tel"}
    assert not set(url) & set("\"'<>{}`\\ \n\t")


@pytest.mark.parametrize(
    ("text", "photo"),
    [("photos/./jane.jpg", "photos/jane.jpg"), ("https://example.com/x", "https://example.com/x")],
)
def test_a_photo_is_a_path_or_an_https_address(text, photo):
    """Both are normalised."""
    assert photo == parse_photo(text)


@pytest.mark.parametrize(
    "text",
    [
        "../jane.jpg",
        "photos/../../jane.jpg",
        "/etc/jane.jpg",
        "C:\\jane.jpg",
        "photos\\jane.jpg",
        "http://example.com/jane.jpg",
        "javascript://x",
        "data:image/png;base64,x.png",
        "roster.csv",
        ".secret/jane.jpg",
        "ja\u202ene.jpg",
    ],
)
def test_a_photo_never_leaves_the_content_folder(text):
    """Nor is it anything but a picture."""
    with pytest.raises(ValueError):
        parse_photo(text)
