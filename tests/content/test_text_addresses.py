"""The addresses in a text."""

from __future__ import annotations

import pytest

from replisite.content.text_addresses import iter_addresses, paths_of

HOME = "https://www.tea.example"


@pytest.mark.parametrize(
    "text",
    [
        '<img src="../images/cup.png">',
        "<img src=../images/cup.png>",
        "<IMG SRC='/images/cup.png?v=2'>",
        '<img srcset="../images/a.png 1x, ../images/cup.png 2x">',
        '<meta content="https://www.tea.example/images/cup.png">',
        '<div style="background: url(&quot;../images/cup.png&quot;)">',
        "body { background: url('../images/cup.png#x') }",
        'const cup = "images/cup.png";',
        "![A cup]({static}/images/cup.png)",
        '{"image": ["https://www.tea.example/images/cup.png"]}',
        "&lt;img src=&quot;/images/cup.png&quot;&gt;",
        '5" wide <img src="../images/cup.png">',
    ],
)
def test_a_file_is_asked_for(text: str) -> None:
    """In HTML, style sheets, scripts, feeds and Markdown."""
    asked = {path for address in iter_addresses(text) for path in paths_of(address, ["news", ""], HOME)}
    assert "images/cup.png" in asked


def test_addresses_elsewhere_ask_for_nothing() -> None:
    """Another host's file of the same name."""
    text = '<img src="https://cdn.example/images/cup.png"><a href="//x.example/cup.png"></a>'
    assert not [path for address in iter_addresses(text) for path in paths_of(address, [""], HOME)]


def test_a_blank_in_a_name_is_read() -> None:
    """As it stands, and as browsers write it."""
    for text in ('<img src="images/my cup.png">', '<img src="images/my%20cup.png">'):
        asked = {path for address in iter_addresses(text) for path in paths_of(address, [""], HOME)}
        assert "images/my cup.png" in asked
