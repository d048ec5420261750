"""Which file an author may have meant by a name that no file has."""

import unicodedata

import pytest

from replisite.content.near_names import near_name


@pytest.mark.parametrize(
    ("written", "known", "advice"),
    [
        (
            "images/café.png",
            unicodedata.normalize("NFD", "images/café.png"),
            "with its accents written apart",
        ),
        (unicodedata.normalize("NFD", "café.png"), "café.png", "type the name again"),
        ("images/Cup.png", "images/cup.png", "there is images/cup.png: capital letters count"),
        ("images/cup.PNG", "images/cup.png", "there is images/cup.png: capital letters count"),
        ("cap.png", "c\u0430p.png", "a cyrillic small letter a"),
        ("a-b.png", "a\u2013b.png", "a en dash"),
        ("images/cupp.png", "images/cup.png", 'did you mean "images/cup.png"?'),
        ("images/cup.png", "images/mountain.svg", ""),
    ],
)
def test_a_name_that_looks_like_another_leads_to_it(written, known, advice):
    """The message says how they differ."""
    message = near_name(written, [known, "unlike/anything.txt"])
    assert advice in message
    assert bool(advice) == bool(message)
