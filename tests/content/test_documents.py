"""One file as its front matter and the text below it."""

import pytest

from replisite.content.documents import begins_with_fence, parse_document
from replisite.content.yaml_text import Problem, YamlError


@pytest.mark.parametrize(
    "first",
    [
        "Note: now.",
        "Disclaimer: no promise",
        "https://tea.example/oolong",
        "---",
        "...",
        "key:value",
        "[^1]: a footnote",
        "+++",
        "Title: another",
        "",
    ],
)
def test_the_text_below_front_matter_is_text(first):
    """Whatever its first line looks like, with and without a blank line above."""
    for blank in ("", "\n"):
        body = f"{blank}{first}\n\nSecond.\n"
        document = parse_document(f"---\ntitle: T\n---\n{body}", "title: …")
        assert (document.values, document.body, document.body_line) == ({"title": "T"}, body, 4)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem(0, "is empty", "write front matter and a text, or remove the file")),
        (" \n\t\n", Problem(0, "is empty", "write front matter and a text, or remove the file")),
        (
            "+++\ntitle = 'T'\n+++\n",
            Problem(1, "front matter between +++ is TOML", "write it as YAML between --- lines"),
        ),
        ('{\n"title": "T"\n}\n', Problem(1, "front matter is JSON", "write it as YAML between --- lines")),
        (
            ';;;\n"title": "T"\n;;;\n',
            Problem(1, "front matter between ;;; is JSON", "write it as YAML between --- lines"),
        ),
        (
            "---toml\ntitle = 'T'\n---\n",
            Problem(1, "front matter below ---toml is TOML", "write it as YAML between --- lines"),
        ),
        (
            "--- # mine\ntitle: T\n---\n",
            Problem(1, 'the first line is "--- # mine"', "write --- and nothing else there"),
        ),
        (
            "———\ntitle: T\n———\n",
            Problem(1, 'the first line is "———"', "write three hyphens there: ---"),
        ),
        ("---\ntitle: T\n", Problem(1, "the front matter has no end", 'close it with a line of "---"')),
        (
            "Title: T\n\nText\n",
            Problem(
                1, "front matter stands without --- lines", "put a line of --- above it and one below it"
            ),
        ),
        (
            "Hello\n\n---\ntitle: T\n---\n",
            Problem(1, "text stands above the front matter of line 3", "move it below"),
        ),
        (
            "Hello\n",
            Problem(1, "no front matter", "begin the file with --- and title: …, and end that with ---"),
        ),
        (
            "---\n- a\n---\n",
            Problem(2, "front matter is not a list of key: value", "write title: … between the --- lines"),
        ),
        ("---\ntitle: T\n---\na\0b", Problem(4, "holds a control character (U+0000)", "save it as UTF-8")),
        ("---\ntitle: T\n---\na\x08b", Problem(4, "holds a control character (U+0008)", "remove it")),
    ],
)
def test_a_file_without_front_matter_of_ours_has_one_problem(text, problem):
    """In plain words, with what to write."""
    with pytest.raises(YamlError) as raised:
        parse_document(text, "title: …")
    assert raised.value.problems == (problem,)


@pytest.mark.parametrize(
    "text",
    [
        "---\rtitle: T\r---\rText\r",
        "---\r\ntitle: T\r\n---\r\nText\r\n",
        "\ufeff---\ntitle: T\n---\n\ufeffText\n",
        "---  \ntitle: T\u2028\n---\t\nText\n",
    ],
)
def test_what_only_programs_see_is_no_text(text):
    """Line ends of other systems, byte order marks, blanks behind the hyphens."""
    document = parse_document(text, "title: …")
    assert (document.values, document.body) == ({"title": "T"}, "Text\n")


def test_blank_lines_may_stand_above_front_matter():
    """And lines are counted from the top of the file."""
    document = parse_document("\n\n---\ntitle: T\n---\nText", "title: …")
    assert (document.lines_of, document.body_line) == ({"title": 4}, 6)
    assert begins_with_fence("\n---\n")
    assert not begins_with_fence("----\n")


def test_front_matter_may_be_optional():
    """A story is a text alone."""
    assert (
        parse_document("Note: I drink tea.\n", "city: Leeds", is_optional=True).body == "Note: I drink tea.\n"
    )
    assert parse_document("\n", "city: Leeds", is_optional=True).body == ""
