"""What is done to every text of a distributor."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.model.text import clean_line, clean_lines, clean_markdown, quoted
from tests.rosters import HOSTILE

CLEANERS = [clean_line, clean_lines, clean_markdown]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Jane \t O'Neil ", "Jane O'Neil"),
        ("Jane\r\nO'Neil\u2028Smith\x85", "Jane O'Neil Smith"),
        ("bell\x07\x00\x1b[31m\x7f\x9b", "bell[31m"),
        ("half \ud83d pair", "half pair"),
        ("Zoe\u0308", "Zoë"),
        ("<b>{{ x }}</b> %s \ue000", "<b>{{ x }}</b> %s \ue000"),
        ("not a letter \uffff", "not a letter"),
        ("", ""),
    ],
)
def test_a_line_is_folded_and_cleaned(text, clean):
    """Control characters and lone surrogates go, white space is one blank, the rest stays."""
    assert clean == clean_line(text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\u202eliame", "\u2068\u202eliame\u202c\u2069"),
        ("\u2066\u202bx", "\u2068\u2066\u202bx\u202c\u2069\u2069"),
        ("x\u2069\u202cy", "\u2068xy\u2069"),
        ("x\u200f", "\u2068x\u200f\u2069"),
        ("\u2067\u202ax\u2069y", "\u2068\u2067\u202ax\u2069y\u2069"),
        ("שלום", "שלום"),
    ],
)
def test_a_direction_is_closed_in(text, clean):
    """A text with direction marks is isolated, and leaves none open and none over."""
    assert clean == clean_line(text)


def test_lines_stay_lines():
    """A greeting keeps its line breaks, whatever they were, and each line is isolated by itself."""
    assert clean_lines("\nHello,\r\nI am \u202eJane\n\n \tBye\x07\n") == (
        "Hello,\n\u2068I am \u202eJane\u202c\u2069\n\nBye"
    )


def test_markdown_keeps_the_start_of_its_lines():
    """Blanks in front mean something in Markdown, and two behind are a line break."""
    assert clean_markdown("- a\r\n\t- \u202eb  \n# c") == "- a\n    - \u202eb  \u202c\n# c"


@pytest.mark.parametrize("letter", ["x", "e\u0301", "x\u0323\u0301", "\U0001f600", "李"])
def test_500_letters_are_not_too_many(letter):
    """A mark on a letter is no letter of its own."""
    clean_line(letter * 500)
    with pytest.raises(ValueError, match=r"has 501 letters; 500 is the most"):
        clean_line(letter * 501)


def test_a_heap_of_marks_is_too_long():
    """Marks do not count, but there is an end to them."""
    with pytest.raises(ValueError, match="letters; 500 is the most"):
        clean_line("x" + "\u0301" * 2_000)


@pytest.mark.parametrize("clean", CLEANERS)
@given(text=st.text(st.characters(), max_size=300) | st.sampled_from(HOSTILE))
def test_no_text_gets_a_control_character_through(clean, text):
    """Arbitrary Unicode never raises, and leaves as NFC without control characters and surrogates."""
    told = clean(text)
    assert not {unicodedata.category(letter) for letter in told.replace("\n", "")} & {"Cc", "Cs", "Zl", "Zp"}
    assert clean is not clean_line or "\n" not in told
    told.encode()


@given(st.text(st.sampled_from("a \u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f")))
def test_directions_always_balance(text):
    """Every isolate and embedding ends inside the line, and none ends that did not begin."""
    depth: list[str] = []
    for letter in clean_line(text):
        if letter in "\u202a\u202b\u202d\u202e":
            depth.append("\u202c")
        elif letter in "\u2066\u2067\u2068":
            depth.append("\u2069")
        elif letter == "\u202c":
            assert depth.pop() == "\u202c"
        elif letter == "\u2069":
            while depth.pop() != "\u2069":
                pass
    assert depth == []


def test_a_quotation_shows_what_cannot_be_seen():
    """A message never sends escape codes to a terminal, nor a lone surrogate to a file."""
    assert quoted("\x1b[2J\u202e\ud800") == '"\\x1b[2J\\u202e\\ud800"'
