"""Phone numbers."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.roster import phones
from replisite.roster.phones import parse_phone, show_phone


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


CODES = st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))


@given(CODES, st.text("0123456789", min_size=4, max_size=14))
def test_the_short_way_to_a_phone_number_is_the_long_way(code, digits):
    """What is read and shown without parsing is what phonenumbers reads and shows."""
    text = f"+{code}{digits}"
    if short := phones._parse_plain(text):
        assert short == phones._parse_any(text, "GB")
        parsed = phonenumbers.parse(text)
        assert show_phone(short) == phonenumbers.format_number(
            parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )


@given(CODES, st.text("0123456789", min_size=2, max_size=14))
def test_a_number_is_shown_as_the_library_shows_it(code, national):
    """The shapes of a country's numbers are looked up once, and chosen as the library chooses them."""
    short = phones._show_plain(f"+{code}{national}")
    if short:
        number = phonenumbers.PhoneNumber(country_code=code, national_number=int(national))
        assert short == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    else:
        region = phonenumbers.region_code_for_country_code(code)
        assert national.startswith("0") or region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
