"""Text that Markdown takes for something else and shows nowhere."""

import pytest

from replisite.content.swallowed_text import iter_swallowed


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        ("One.\n\n[Note]: important\n", 3, '"[Note]: important" is the address of a link'),
        ("## Tea {organic}\n", 1, '"{organic}" behind a heading'),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n", 3, "the row has 3 cells, and its table 2"),
        ("[^1]: one\n[^1]: two\n\nText[^1]", 1, "the footnote [^1] is written twice"),
    ],
)
def test_text_that_is_not_shown_is_found(body, line, what):
    """With its line."""
    ((found, told, _),) = iter_swallowed(body)
    assert found == line
    assert what in told


@pytest.mark.parametrize(
    "body",
    [
        "[shop]: https://tea.example\n",
        "See [tea].\n\n[tea]: oolong\n",
        "```\n[Note]: important\n## Tea {organic}\n```\n",
        "## Tea {#tea .green}\n\n## Tea {: hidden }\n",
        "| a | b |\n|---|---|\n| `x|y` | 2 |\n| a \\| b | 2 |\n",
        "| a | b |\n|---|---|\n| {{ distributor.name | upper }} | 2 |\n",
        "a | b | c\n",
    ],
)
def test_text_that_is_shown_or_meant_is_left_alone(body):
    """Links, attributes, code, and bars that are no table."""
    assert list(iter_swallowed(body)) == []
