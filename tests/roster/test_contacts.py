"""E-mail and web addresses, photos."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.roster import contacts
from replisite.roster.contacts import parse_email, parse_photo, parse_url


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


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (
            "mailto:jane@example.com?subject=Hi%20you&cc=a@b.com&BCC=x@y.com",
            "mailto:jane@example.com?subject=Hi%20you",
        ),
        ("MAILTO:jane@example.com?Body=a%0Ab&attach=/etc/passwd", "mailto:jane@example.com?body=a%0D%0Ab"),
        (
            "mailto:jane@example.com?subject=Hi%0D%0ABcc:x@y.com",
            "mailto:jane@example.com?subject=Hi%20Bcc%3Ax%40y.com",
        ),
        ("mailto:jane@example.com?%63c=x@y.com&to=z@z.com&s%75bject=a", "mailto:jane@example.com?subject=a"),
        (
            "mailto:jane@example.com?subject=a%26bcc=x@y.com",
            "mailto:jane@example.com?subject=a%26bcc%3Dx%40y.com",
        ),
        ("mailto:jane@example.com?subject=a&subject=b#bcc=x", "mailto:jane@example.com?subject=a"),
        ("mailto:jane%40example.com", "mailto:jane@example.com"),
    ],
)
def test_a_mail_link_keeps_subject_and_body(text, url):
    """However the other fields are spelled, and without a line break in the subject."""
    assert parse_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "mailto:a@b.com,c@d.com",
        "mailto:a%2Cc%40d.com@b.com",
        "mailto:jane%0Acc:x@example.com",
        "mailto:?to=jane@example.com",
        "sms:+441632960100",
        "tel:+44;bcc=x",
    ],
)
def test_a_mail_link_has_one_address(text):
    """Several in one, or none, are refused; so are other ways to send something."""
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
        "ftp://example.com/jane.jpg",
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
