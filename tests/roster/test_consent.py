"""What a person publishes."""

import pytest

from replisite.roster.consent import parse_publish, published

JANE = {
    "first_name": "Jane",
    "last_name": "O'Neil",
    "display_name": "Jane of Leeds",
    "city": "Leeds",
    "phone": "1",
}


@pytest.mark.parametrize("text", ["city phone", "city,phone", "city; phone", " city ,\n;phone, "])
def test_blanks_commas_and_semicolons_separate(text):
    """A list is written as people write lists."""
    assert parse_publish(text) == {"city", "phone"}


def test_an_empty_list_is_the_default():
    """Who does not say publishes first name, last initial and city."""
    assert parse_publish("  ") == {"first_name", "last_initial", "city"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fone", 'lists "fone", which cannot be published; did you mean "phone"?'),
        ("whatsap", 'lists "whatsap", which cannot be published; did you mean "whatsapp"?'),
    ],
)
def test_an_unknown_field_is_told_with_the_nearest(text, message):
    """A slip of the pen neither hides nor shows anything in silence."""
    with pytest.raises(ValueError) as caught:
        parse_publish(text, ["whatsapp"])
    assert message == str(caught.value)


@pytest.mark.parametrize(
    ("allowed", "public"),
    [
        (
            "first_name last_initial city",
            {"first_name": "Jane", "last_name": "O.", "city": "Leeds", "name": "Jane O."},
        ),
        ("first_name last_name", {"first_name": "Jane", "last_name": "O'Neil", "name": "Jane O'Neil"}),
        (
            "first_name last_name last_initial",
            {"first_name": "Jane", "last_name": "O'Neil", "name": "Jane O'Neil"},
        ),
        ("display_name", {"display_name": "Jane of Leeds", "name": "Jane of Leeds"}),
        ("first_name", {"first_name": "Jane", "name": "Jane"}),
        ("last_initial", {"last_name": "O.", "name": "O."}),
        ("alias", {"name": "jane-1"}),
        ("phone", {"phone": "1", "name": "jane-1"}),
    ],
)
def test_only_what_is_allowed_is_public(allowed, public):
    """And the name follows from it."""
    assert public == published(JANE, parse_publish(allowed), "jane-1")


@pytest.mark.parametrize(
    ("last_name", "name"),
    [
        ("e\u0323\u0301toile", "Jane e\u0323\u0301."),
        ("'t Hooft", "Jane t."),
        ("李", "Jane 李."),
        ("क्षत्रिय", "Jane क्."),
        ("🫖", "Jane"),
        ("", "Jane"),
    ],
)
def test_the_initial_keeps_its_marks(last_name, name):
    """A letter with what sits on it; a name without letters has no initial."""
    row = {"first_name": "Jane", "last_name": last_name}
    assert published(row, {"first_name", "last_initial"}, "jane")["name"] == name
