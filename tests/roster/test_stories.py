"""What a few people write beside their roster row."""

import pytest

from replisite.errors import Fault
from replisite.roster import RawRow
from replisite.roster.columns import COMPANY
from replisite.roster.stories import Stories, Story, parse_story

COLUMNS = ("city", "country", "publish", "greeting", "bio", "whatsapp")


def test_front_matter_and_text_are_cells_with_their_lines():
    """Values are taken as written, lists are joined, and the text is the bio."""
    text = "---\ncountry: NO\npublish: [first_name, bio]\ngreeting: >\n  Come\n  in\n---\n\n# Tea\n\nI drink it.\n"
    assert parse_story(text, "jane.md", COLUMNS) == Story(
        {
            "country": "NO",
            "publish": "first_name bio",
            "greeting": "Come in",
            "bio": "# Tea\n\nI drink it.\n",
        },
        {"country": 2, "publish": 3, "greeting": 4, "bio": 9},
    )


@pytest.mark.parametrize("text", ["I drink tea.", "---\n---\nI drink tea.", "---\r\n\r\n---\r\nI drink tea."])
def test_a_story_needs_no_front_matter(text):
    """The text alone will do."""
    story = parse_story(text, "jane.md", COLUMNS)
    assert isinstance(story, Story)
    assert story.cells == {"bio": "I drink tea."}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "---\ncity: x\n",
            [Fault("jane.md", 1, "the front matter has no end", 'close it with a line of "---"')],
        ),
        (
            "---\ncty: x\nid: 1\ncity: x\ncity: y\nbio: {a: b}\n---\n",
            [
                Fault("jane.md", 2, '"cty" is no column that a story may hold', 'did you mean "city"?'),
                Fault(
                    "jane.md",
                    3,
                    '"id" is no column that a story may hold',
                    f"a story may hold {', '.join(COLUMNS)}",
                ),
                Fault("jane.md", 5, "city stands twice", "keep one of them"),
                Fault("jane.md", 6, "bio is not a text or a list of texts"),
            ],
        ),
        (
            "---\n- a\n---\n",
            [
                Fault(
                    "jane.md",
                    2,
                    "front matter is not a list of key: value",
                    "write city: Leeds between the --- lines",
                )
            ],
        ),
        (
            "---\ncity: x\n\tcountry: y\n---\n",
            [
                Fault(
                    "jane.md",
                    3,
                    "front matter is not YAML: found character '\\t' that cannot start any token",
                    "indent with blanks, not with tabs",
                )
            ],
        ),
    ],
)
def test_a_bad_front_matter_is_told_with_its_lines(text, faults):
    """All its faults at once."""
    assert parse_story(text, "jane.md", COLUMNS) == faults


def test_a_story_wins_over_its_row(tmp_path):
    """Its cells replace those of the row, and faults point at the story."""
    (tmp_path / "jane.md").write_text("---\ncity: York\n---\nHello", encoding="utf-8")
    stories = Stories(tmp_path, "content/distributors", COLUMNS)
    row = RawRow("roster.csv", 7, {"alias": "jane", "city": "Leeds", "country": "GB"})
    assert stories.add_to(row) == RawRow(
        "roster.csv",
        7,
        {"alias": "jane", "city": "York", "country": "GB", "bio": "Hello"},
        {"city": ("content/distributors/jane.md", 2), "bio": ("content/distributors/jane.md", 4)},
    )
    assert list(stories.iter_unread()) == []


def test_a_story_that_is_not_utf_8_is_told(tmp_path):
    """With the line of the byte."""
    (tmp_path / "jane.md").write_bytes(b"one\ntwo \xff\n")
    stories = Stories(tmp_path, "d", COLUMNS)
    fault = Fault("d/jane.md", 2, "a byte is not UTF-8", "save the file as UTF-8")
    assert stories.add_to(RawRow("roster.csv", 2, {"alias": "jane"})) == [fault]


def test_a_story_without_a_person_is_told(tmp_path):
    """And one that is called by a previous alias tells the present one."""
    for name in ("nobody", "jane-smith", "jane-oneil"):
        (tmp_path / f"{name}.md").write_text("Hello", encoding="utf-8")
    stories = Stories(tmp_path, "d", COLUMNS)
    stories.add_to(RawRow("roster.csv", 2, {"alias": "jane-oneil", "previous_aliases": "jane-smith; js"}))
    assert list(stories.iter_unread()) == [
        Fault(
            "d/jane-smith.md",
            1,
            'nobody on the roster has the alias "jane-smith"',
            'it is a previous alias of "jane-oneil": rename the file to jane-oneil.md',
        ),
        Fault(
            "d/nobody.md",
            1,
            'nobody on the roster has the alias "nobody"',
            "rename the file to its person's alias, or remove it",
        ),
    ]


@pytest.mark.parametrize(
    "key", ["status", "rank", "market", "sponsor_id", "enroller_id", "previous_aliases", "id", "alias"]
)
@pytest.mark.parametrize("value", ["active", '""', "[a, b]"])
def test_what_the_company_sets_is_a_fault_of_a_story(key, value):
    """With file, line and key, whatever the value."""
    text = f"---\ncity: York\n'{key}': {value}\n---\nTea."
    assert parse_story(text, "jane.md", COLUMNS, COMPANY) == [
        Fault(
            "jane.md",
            3,
            f"{key} is the company's to set, and a story may not",
            "leave it out here; the roster alone says it",
        )
    ]


def test_a_story_may_publish_less_than_its_row_or_more_where_the_site_says_so(tmp_path):
    """A row without a list publishes the default."""
    (tmp_path / "jane.md").write_text("---\npublish: last_initial city email\n---\n", encoding="utf-8")
    row = RawRow("roster.csv", 7, {"alias": "jane", "publish": "name city"})
    any_field = Stories(tmp_path, "d", COLUMNS).add_to(row)
    assert any_field.cells["publish"] == "last_initial city email"
    narrower = Stories(tmp_path, "d", COLUMNS, (), "narrower")
    assert narrower.add_to(row) == [
        Fault(
            "d/jane.md",
            2,
            'publish lists "email", which the row does not publish',
            "a story may only publish less; change the roster",
        )
    ]
    wide = RawRow("roster.csv", 7, {"alias": "jane", "publish": "name city email"})
    assert (
        Stories(tmp_path, "d", COLUMNS, (), "narrower").add_to(wide).cells["publish"]
        == "last_initial city email"
    )
