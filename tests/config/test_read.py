"""Reading site.toml: what it becomes, and what is told when it cannot."""

from __future__ import annotations

import pickle
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replisite.config import load_site, parse_site
from replisite.config.lines import find_lines, line_of
from replisite.config.schema import Document
from replisite.config.site_folder import find_site
from replisite.config.value_kinds import toml_value
from replisite.config.values import OWNED_SETTINGS, ROSTER_COLUMNS
from replisite.errors import InputError
from replisite.model.site import (
    Addresses,
    Company,
    CustomField,
    Market,
    Members,
    Rank,
    Roster,
    Site,
)
from replisite.model.target import Target
from replisite.roster.columns import RosterColumns

ROOT = Path(__file__).parents[2]
INVALID = ROOT / "tests" / "sites" / "invalid"
HERE = Path("/srv/tea")

SMALLEST = """
[site]
name = "Tea"
url = "https://www.tea.example/"

[markets.GB]
currency = "GBP"
languages = ["en"]
"""


def the_site(more: str = "") -> Site:
    """Return the smallest site with some text behind it."""
    return parse_site(SMALLEST + more, HERE)


@pytest.mark.parametrize("case", sorted(folder.name for folder in INVALID.iterdir()))
def test_a_faulty_site_is_told_every_fault_at_once(case: str) -> None:
    """Each folder of tests/sites/invalid holds a site.toml and the whole report about it."""
    with pytest.raises(InputError) as caught:
        load_site(INVALID / case)
    assert str(caught.value) + "\n" == (INVALID / case / "expected.txt").read_text("utf-8")


def test_the_smallest_site_has_every_default() -> None:
    """A name, an address and a market are enough."""
    assert the_site() == Site(
        root=HERE,
        name="Tea",
        url="https://www.tea.example",
        company=Company(id="HOUSE", name="Tea"),
        markets=(Market("GB", "United Kingdom", "GBP", ("en",)),),
    )


def test_every_key_arrives() -> None:
    """A site.toml with every key becomes a Site with every value."""
    text = """
[site]
name = "Tea"
url = "http://localhost:8000/tea"
tagline = "Plainly told"
language = "cy"
timezone = "Europe/London"
theme = "hill"
content = "pages"
output = "../public"
distributor_title = "Independent Tea Person"
corporate_only = ["404.html", "press/index.html"]

[company]
id = "C-1"
name = "Tea Ltd"
email = "desk@tea.example"
phone = "+44 1632 960100"
address = "Mill Lane"
city = "Thistlebeck"
region = "Cumbria"
country = "GB"
greeting = "Hello"
photo = "images/desk.jpg"

[addresses]
style = "domain"
page_urls = "file"
host = "tea.example"
domain_field = "domain"
reserved = ["tea"]

[roster]
source = "people.jsonl"

[[roster.fields]]
name = "domain"

[[roster.fields]]
name = "chat_line"
label = "Chat"
type = "url"
is_channel = true

[links]
shop = "https://shop.tea.example/{market}/{sku}{?id}"

[markets.GB]
name = "Britain"
currency = "GBP"
languages = ["en", "cy"]
status = "nfr"

[markets.CN]
currency = "CNY"
languages = ["zh-Hans"]

[ranks]
one = "First"
two = "Second"

[members]
access = "open"

[pelican]
defaults = "pelican"
DEFAULT_PAGINATION = 10
PLUGINS = ["sitemap"]

[targets.production]
host = "folder"
path = "/srv/www"
"""
    assert parse_site(text, HERE) == Site(
        root=HERE,
        name="Tea",
        url="http://localhost:8000/tea",
        company=Company(
            id="C-1",
            name="Tea Ltd",
            email="desk@tea.example",
            phone="+44 1632 960100",
            address="Mill Lane",
            city="Thistlebeck",
            region="Cumbria",
            country="GB",
            greeting="Hello",
            photo="images/desk.jpg",
        ),
        markets=(
            Market("GB", "Britain", "GBP", ("en", "cy"), "nfr"),
            Market("CN", "China", "CNY", ("zh-Hans",)),
        ),
        tagline="Plainly told",
        language="cy",
        timezone="Europe/London",
        theme="hill",
        content="pages",
        output="../public",
        distributor_title="Independent Tea Person",
        corporate_only=("404.html", "press/index.html"),
        addresses=Addresses("domain", "file", "tea.example", "domain", ("tea",)),
        roster=Roster(
            "people.jsonl",
            (CustomField("domain", "Domain"), CustomField("chat_line", "Chat", "url", True)),
        ),
        links={"shop": "https://shop.tea.example/{market}/{sku}{?id}"},
        ranks=(Rank("one", "First", 0), Rank("two", "Second", 1)),
        members=Members("open"),
        pelican={"DEFAULT_PAGINATION": 10, "PLUGINS": ["sitemap"]},
        pelican_defaults="pelican",
        targets={"production": Target("production", "folder", {"path": "/srv/www", "keep": 3})},
    )


def test_the_demo_is_valid() -> None:
    """The site.toml of this repository reads, with an edition for each market."""
    site = load_site(ROOT)
    assert [edition.key for edition in site.editions] == ["GB-en", "US-en"]
    assert sorted(site.links) == ["autoship", "enroll", "preferred", "shop"]


def test_a_site_travels_between_processes() -> None:
    """A Site can be pickled, for stage one runs in a process of its own."""
    site = load_site(ROOT)
    assert pickle.loads(pickle.dumps(site)) == site


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    """A site.toml saved by a Windows editor reads as any other."""
    file = tmp_path / "site.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())
    assert load_site(file).name == "Tea"


def test_lines_are_right_with_windows_line_ends() -> None:
    """A fault has the line that the editor shows, whatever ends it."""
    with pytest.raises(InputError) as caught:
        the_site("colour = 1\n".replace("\n", "\r\n"))
    assert caught.value.faults[0].line == 9


def test_a_site_is_found_from_any_folder_below(tmp_path: Path) -> None:
    """The nearest folder upwards with a site.toml is the site."""
    (tmp_path / "site.toml").write_text(SMALLEST)
    below = tmp_path / "content" / "products"
    below.mkdir(parents=True)
    assert find_site(below) == tmp_path.resolve()


def test_without_a_site_the_way_to_one_is_told(tmp_path: Path) -> None:
    """Who stands outside any site is told of `replisite new`."""
    with pytest.raises(InputError) as caught:
        find_site(tmp_path)
    expected = (
        f"no site.toml in {tmp_path.resolve()} or above; go to a site's folder, or start one: replisite new"
    )
    assert str(caught.value) == expected


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A site.toml that is not there is a fault like any other."""
    with pytest.raises(InputError, match=r"^site\.toml: cannot be read: No such file or directory"):
        load_site(tmp_path)


@pytest.mark.parametrize("setting", sorted(OWNED_SETTINGS))
def test_replisite_keeps_the_settings_that_it_must_own(setting: str) -> None:
    """A setting that would break the build is refused with the reason."""
    with pytest.raises(InputError, match=f"pelican.{setting}: replisite itself decides"):
        the_site(f'[pelican]\n{setting} = "x"\n')


@pytest.mark.parametrize("name", ["SITENAME", "SITEURL", "THEME", "PLUGINS", "ARTICLE_URL"])
def test_any_other_setting_is_handed_through(name: str) -> None:
    """What Pelican knows, site.toml may set."""
    assert the_site(f'[pelican]\n{name} = ["x"]\n').pelican == {name: ["x"]}


def test_no_column_of_every_roster_can_be_declared_again() -> None:
    """What the roster room reads by itself is refused as a custom field."""
    assert set(RosterColumns.model_fields) | {"last_initial"} == ROSTER_COLUMNS


def test_every_key_has_its_line() -> None:
    """Tables, arrays of tables, dotted and quoted keys each have the line on which they stand."""
    text = '''# tea
a = 1
b.c = """
x = 1
"""
[site] # [not.a.table]
name = "x # [\\"" # y = 2
list = [
  1, # ]
  "]",
]
'q.w'.e = { x = 1, y = [2] }
[[r.f]]
name = "a"
[[r.f]]
x.y = \'\'\'
[z]\'\'\'
[r.f.sub]
k = 1
["targets" . "x y"]
host = "h"
[m.GB]
[m]
'''
    tomllib.loads(text)
    assert dict(find_lines(text)) == {
        ("a",): 2,
        ("b",): 3,
        ("b", "c"): 3,
        ("site",): 6,
        ("site", "name"): 7,
        ("site", "list"): 8,
        ("site", "q.w"): 12,
        ("site", "q.w", "e"): 12,
        ("r",): 13,
        ("r", "f"): 13,
        ("r", "f", 0): 13,
        ("r", "f", 0, "name"): 14,
        ("r", "f", 1): 15,
        ("r", "f", 1, "x"): 16,
        ("r", "f", 1, "x", "y"): 16,
        ("r", "f", 1, "sub"): 18,
        ("r", "f", 1, "sub", "k"): 19,
        ("targets",): 20,
        ("targets", "x y"): 20,
        ("targets", "x y", "host"): 21,
        ("m",): 23,
        ("m", "GB"): 22,
    }


def test_a_value_without_a_line_has_that_of_what_holds_it() -> None:
    """Inside inline tables and lists the enclosing key is the place; the file where there is none."""
    lines = find_lines("[site]\nurl = { x = 1 }\n")
    assert [line_of(lines, path) for path in [("site", "url", "x"), ("site", "no"), ("no",), ()]] == [
        2,
        1,
        0,
        0,
    ]


WORDS = st.sampled_from(
    ["site", "name", "url", "GB", "languages", "roster.fields", "links", "{?id}", '"', "[", "]", "="]
)


@given(st.lists(st.tuples(WORDS, st.one_of(WORDS, st.text(max_size=9)), st.integers(1, 9)), max_size=3))
@settings(max_examples=200, deadline=None)
def test_whatever_is_written_becomes_a_site_or_a_report(edits: list[tuple[str, str, int]]) -> None:
    """No text of site.toml ends in anything but a Site or an InputError that names it."""
    text = (ROOT / "site.toml").read_text("utf-8")
    for old, new, count in edits:
        text = text.replace(old, new, count)
    try:
        parse_site(text, HERE)
    except InputError as error:
        assert [fault.file for fault in error.faults] == ["site.toml"] * error.total


@given(
    st.dictionaries(
        st.sampled_from(sorted(Document.model_fields)),
        st.recursive(
            st.one_of(st.booleans(), st.integers(), st.text(), st.lists(st.integers(), max_size=2)),
            lambda inner: st.dictionaries(
                st.sampled_from(["name", "url", "GB", "fields", "currency", "languages", "host", "style"]),
                inner,
            ),
            max_leaves=8,
        ),
    )
)
@settings(max_examples=200, deadline=None)
def test_whatever_the_values_are_the_report_is_in_plain_words(written: dict[str, object]) -> None:
    """Values of any kind in any place give a report without a word of pydantic's."""
    text = "\n".join(f"{key} = {toml_value(value)}" for key, value in written.items())
    try:
        parse_site(text, HERE)
    except InputError as error:
        assert "another value" not in str(error)
        assert "Input should" not in str(error)
