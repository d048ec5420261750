"""YAML in which every value is the text that was written."""

import datetime
import time

import pytest

from replisite.content.yaml_text import Problem, YamlError, parse_moment, parse_yaml


@pytest.mark.parametrize(
    "text",
    [
        "No",
        "Yes",
        "on",
        "OFF",
        "true",
        "12:30",
        "1.10",
        "010",
        "007",
        "2026-01-01",
        "2026-01-01T10:00:00Z",
        "=",
        "0x1F",
        "1e3",
        ".inf",
        ".nan",
        "+44",
        "1_000",
        "Null",
        "NULL",
        "190:20:30",
    ],
)
def test_a_text_stays_as_it_is_written(text):
    """YAML 1.1 would make of it a choice, a number, a date or nothing."""
    assert parse_yaml(f"title: {text}").value == {"title": text}
    assert parse_yaml(f"tags: [{text}]").value == {"tags": [text]}
    assert parse_yaml(f"{text}: x").value == {text: "x"}


@pytest.mark.parametrize(
    ("text", "value"), [("", None), ("~", None), ("null", None), ('"null"', "null"), ("''", "")]
)
def test_nothing_is_written_without_quotes(text, value):
    """In quotes it is a text."""
    assert parse_yaml(f"title: {text}").value == {"title": value}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", Problem(3, "a stands twice", "keep one of them")),
        ("p:\n  a: 1\n  a: 2", Problem(3, "a stands twice", "keep one of them")),
        (
            "title: Blend #1",
            Problem(
                1,
                '"#1" is a comment to YAML and not read',
                "put the whole text in quotes; a comment has a blank behind its #",
            ),
        ),
        (
            "colour: #ff0000",
            Problem(
                1,
                '"#ff0000" is a comment to YAML and not read',
                "put the whole text in quotes; a comment has a blank behind its #",
            ),
        ),
        (
            "title: &Co and Sons",
            Problem(
                1,
                '"&Co" is a name of YAML\'s (an anchor) and not read as text',
                "put the whole text in quotes",
            ),
        ),
        (
            "title: !important",
            Problem(1, '"!important" is a tag to YAML and not read as text', "put the whole text in quotes"),
        ),
        (
            "title: *tea",
            Problem(1, '"*tea" refers to a value that has no such name', "put the whole text in quotes"),
        ),
    ],
)
def test_what_an_author_cannot_have_meant_is_a_problem(text, problem):
    """It would be lost in silence."""
    assert parse_yaml(text).problems == (problem,)


def test_a_comment_is_a_comment():
    """With a blank behind its sign."""
    assert parse_yaml("order: 3 # behind oolong\n# more\nurl: /a#b\nname: 'A #1'").problems == ()


@pytest.mark.parametrize(
    ("text", "what", "advice"),
    [
        ("title: Tea: green", "front matter is not YAML: mapping values are not allowed here", "colon"),
        ("title: T\n\tmore: x", "found character '\\t' that cannot start any token", "not with tabs"),
        ("title: @home", '"title: @home" cannot be read', "in quotes"),
        ('title: "Tea" for two', '"title: "Tea" for two" cannot be read', "in quotes"),
        ('title: "Tea', "the quotes are not closed", "close them"),
        ("title: T\nmore", '"more" is no key: value', "a key and a colon"),
        ("title: {{ distributor.name }}", "where a key does", "{{ … }} in quotes"),
        ("title: T\n--- more\nx: y", "second document", "close it with ---"),
        ("title: " + "[" * 5_000, "nested", ""),
        ("title: &a [*a]", "within the value that it refers to", ""),
    ],
)
def test_what_cannot_be_read_is_said_in_plain_words(text, what, advice):
    """With what to write."""
    with pytest.raises(YamlError) as raised:
        parse_yaml(text)
    (problem,) = raised.value.problems
    assert what in problem.what
    assert advice in problem.next


def test_aliases_that_multiply_are_refused_quickly():
    """A billion laughs."""
    lines = ["a: &a [" + ", ".join(["lol"] * 10) + "]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [" + ", ".join([f"*{before}"] * 10) + "]")
    started = time.perf_counter()
    with pytest.raises(YamlError, match="aliases make more than 10,000 values"):
        parse_yaml("\n".join(lines))
    assert time.perf_counter() - started < 1


def test_aliases_and_merged_keys_work():
    """What stands in the mapping itself wins."""
    parsed = parse_yaml("base: &base {a: 1, b: 2}\nmore: {<<: *base, b: 3}")
    assert parsed.value == {"base": {"a": "1", "b": "2"}, "more": {"b": "3", "a": "1"}}
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-01", datetime.date(2026, 10, 1)),
        ("2026-10-01 19:00:00 +02:00", datetime.datetime.fromisoformat("2026-10-01T19:00:00+02:00")),
        ("20261001", datetime.datetime.fromisoformat("2026-10-01")),
        ("2026", None),
        ("12:30", None),
        ("2026-02-30", None),
        ("soon", None),
    ],
)
def test_a_moment_names_a_day(text, moment):
    """In YAML's way or in ISO 8601's."""
    assert parse_moment(text) == moment
