"""From a raw row to a person, or to all that is wrong with it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.errors import Fault
from replisite.model.alias import ReservedNames
from replisite.model.distributor import Person
from replisite.model.roster_terms import roster_terms
from replisite.model.site import Addresses, CustomField, Roster
from replisite.roster import RawRow
from replisite.roster.columns import ColumnRules
from replisite.roster.parse import parse_row
from tests.rosters import HOSTILE, a_site

EVERYTHING = {
    "id": "TT-1",
    "alias": "jane",
    "first_name": "Jane",
    "last_name": "O'Neil",
    "display_name": "Jane of Leeds",
    "email": "jane@example.com",
    "phone": "01632 960100",
    "photo": "photos/jane.jpg",
    "greeting": "Come\nin",
    "bio": "I *drink* it.",
    "city": "Leeds",
    "region": "Yorkshire",
    "country": "GB",
    "language": "cy",
    "market": "GB",
    "rank": "guide",
    "status": "grace",
    "sponsor_id": "TT-0",
    "enroller_id": "HOUSE",
    "joined": "2024-05-31",
    "previous_aliases": "jane-s, jane, jane-t",
    "whatsapp": "https://wa.me/44",
}
NEEDED = {"id": "TT-1", "alias": "jane", "first_name": "Jane", "last_name": "O'Neil"}


def parse(cells, *, reserved=(), **changes):
    site = a_site(Path("/site"), **changes)
    rules = ColumnRules.of(roster_terms(site), ReservedNames(reserved))
    return parse_row(RawRow("roster.csv", 7, cells), rules)


def fault(what, advice=""):
    return Fault("roster.csv", 7, what, advice)


def test_a_row_with_consent_to_everything():
    """Every published value is there, in the form in which it is shown."""
    publish = "first_name last_name display_name email phone photo greeting bio city region country rank joined whatsapp"
    assert parse({**EVERYTHING, "publish": publish}) == Person(
        id="TT-1",
        alias="jane",
        market="GB",
        language="cy",
        status="grace",
        public={
            "name": "Jane of Leeds",
            "first_name": "Jane",
            "last_name": "O'Neil",
            "display_name": "Jane of Leeds",
            "email": "jane@example.com",
            "phone": "+44 1632 960100",
            "photo": "photos/jane.jpg",
            "greeting": "Come\nin",
            "bio": "<p>I <em>drink</em> it.</p>",
            "city": "Leeds",
            "region": "Yorkshire",
            "country": "GB",
            "rank": "Senior Guide",
            "joined": "2024-05-31",
        },
        fields={"whatsapp": "https://wa.me/44"},
        sponsor_id="TT-0",
        enroller_id="",
        previous_aliases=("jane-s", "jane-t"),
        file="roster.csv",
        line=7,
    )


def test_a_row_without_a_word_of_consent():
    """First name, last initial and city; everything else stays behind."""
    assert parse(EVERYTHING) == Person(
        id="TT-1",
        alias="jane",
        market="GB",
        language="cy",
        status="grace",
        public={"name": "Jane O.", "first_name": "Jane", "last_name": "O.", "city": "Leeds"},
        fields={"whatsapp": ""},
        sponsor_id="TT-0",
        enroller_id="",
        previous_aliases=("jane-s", "jane-t"),
        file="roster.csv",
        line=7,
    )


def test_what_is_left_out_has_a_default():
    """The first open market, its first language, active; empty names fall back to the alias."""
    assert parse({**NEEDED, "first_name": "", "last_name": " "}) == Person(
        id="TT-1",
        alias="jane",
        market="GB",
        language="en",
        status="active",
        public={"name": "jane"},
        fields={"whatsapp": ""},
        file="roster.csv",
        line=7,
    )


@pytest.mark.parametrize(
    ("cells", "what", "advice"),
    [
        ({"id": " "}, "id is empty", "every person has an id"),
        ({"id": "house"}, 'id "house" is the company\'s own', "give the person another"),
        ({"id": "a\u200bb"}, 'id "a\\u200bb" has an invisible letter in it', "remove it"),
        ({"alias": "Jane"}, 'alias "Jane" has capital letters', 'write "jane"'),
        (
            {"alias": "pr0ducts"},
            'alias "pr0ducts" looks like "products", which is reserved',
            "choose another",
        ),
        ({"first_name": "x" * 501}, "first_name has 501 letters", "500 is the most"),
        ({"greeting": "x" * 1001}, "greeting has 1,001 letters", "1,000 is the most"),
        ({"bio": "x" * 20_001}, "bio has 20,001 letters", "20,000 is the most"),
        ({"market": "gb"}, 'market "gb" is no market of this site', 'did you mean "GB"?'),
        ({"market": "ZZ"}, 'market "ZZ" is no market of this site', "it is one of GB, US, FR"),
        ({"language": "es"}, 'language "es" is no language of market GB', "it is one of en, cy"),
        ({"rank": "guid"}, 'rank "guid" is no rank of this site', 'did you mean "guide"?'),
        ({"status": "Active"}, 'status "Active" is no status', 'did you mean "active"?'),
        ({"email": "jane"}, 'email "jane" is not an e-mail address', "an email address must have an @-sign"),
        ({"phone": "x"}, 'phone "x" is not a phone number', "write it as +44 1632 960100"),
        ({"photo": "../x.jpg"}, 'photo "../x.jpg" leaves the content folder', "write a path inside it"),
        ({"joined": "31/05/2024"}, 'joined "31/05/2024" is not a date', "write it as 2024-05-31"),
        ({"joined": "2024-02-30"}, 'joined "2024-02-30" is not a date', "write it as 2024-05-31"),
        ({"previous_aliases": "ok Nok"}, 'previous_aliases "Nok" has capital letters', 'write "nok"'),
        ({"publish": "fone"}, 'publish lists "fone", which cannot be published', 'did you mean "phone"?'),
        (
            {"whatsapp": "javascript:x"},
            'whatsapp "javascript:x" is not an http, https, mailto or tel address',
            "",
        ),
    ],
)
def test_a_cell_that_is_not_what_it_must_be_is_told(cells, what, advice):
    """Where, what, and what next."""
    assert parse({**NEEDED, **cells}, reserved=["products"]) == [fault(what, advice)]


def test_all_faults_of_a_row_are_told_at_once():
    """Nobody mends a roster cell by cell."""
    cells = {**NEEDED, "alias": "J", "phone": "x", "whatsapp": "x", "status": "?"}
    found = parse(cells)
    assert [one.what.split()[0] for one in found] == ["alias", "status", "phone", "whatsapp"]


def test_a_region_of_a_language_is_served_in_the_language():
    """en-GB is read in the market's en."""
    person = parse({**NEEDED, "language": "en-GB"})
    assert isinstance(person, Person)
    assert person.language == "en"


def test_name_allows_the_whole_name():
    """It is no column, and everybody knows what it means."""
    person = parse({**NEEDED, "publish": "name"})
    assert isinstance(person, Person)
    assert person.public["name"] == f"{NEEDED['first_name']} {NEEDED['last_name']}"


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("text", " a \n b ", "a b"),
        ("url", "https://a.example", "https://a.example"),
        ("phone", "01632 960100", "+44 1632 960100"),
        ("email", "jane@EXAMPLE.com", "jane@example.com"),
        ("number", "-12.50", "-12.50"),
        ("date", "2024-05-31", "2024-05-31"),
        ("boolean", "True", "yes"),
        ("boolean", "0", "no"),
        ("date", "", ""),
    ],
)
def test_a_field_of_the_company_is_told_as_text(kind, text, told):
    """Each type in its one form."""
    roster = Roster(fields=(CustomField("own", "Own", kind),))
    person = parse({**NEEDED, "own": text, "publish": "own"}, roster=roster)
    assert person.fields == {"own": told}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("url", "x"),
        ("phone", "x"),
        ("email", "x"),
        ("number", "1e5"),
        ("date", "today"),
        ("boolean", "maybe"),
    ],
)
def test_a_field_of_the_company_that_is_not_of_its_type_is_refused(kind, text):
    """The message begins with the column."""
    roster = Roster(fields=(CustomField("own", "Own", kind),))
    (one,) = parse({**NEEDED, "own": text}, roster=roster)
    assert one.what.startswith(f'own "{text}" is ')


def test_ones_own_host_is_public_where_sites_stand_on_it():
    """Without consent too, because it is the site's address; the company's own host is nobody's."""
    roster = Roster(fields=(CustomField("host", "Host"),))
    addresses = Addresses(style="domain", host="tea.example", domain_field="host")
    person = parse({**NEEDED, "host": "jane.example"}, roster=roster, addresses=addresses)
    assert person.fields == {"host": "jane.example"}
    assert parse({**NEEDED, "host": "www.tea.example"}, roster=roster, addresses=addresses) == [
        fault('host "www.tea.example" is the company\'s own host', "give the person's")
    ]


def test_a_fault_of_a_story_stands_in_the_story():
    """Its file and line, not the row's."""
    row = RawRow("roster.csv", 7, {**NEEDED, "status": "?"}, {"status": ("content/distributors/jane.md", 3)})
    rules = ColumnRules.of(roster_terms(a_site(Path("/site"))), ReservedNames())
    (one,) = parse_row(row, rules)
    assert (one.file, one.line) == ("content/distributors/jane.md", 3)


@given(st.dictionaries(st.sampled_from(sorted(EVERYTHING)), st.text() | st.sampled_from(HOSTILE)))
def test_whatever_is_written_is_a_person_or_faults(cells):
    """No cell can raise anything else."""
    clean = {name: text.encode(errors="ignore").decode() for name, text in cells.items()}
    assert isinstance(parse({**NEEDED, **clean}), Person | list)


@given(
    st.sampled_from(HOSTILE),
    st.sampled_from(["first_name", "last_name", "display_name", "greeting", "bio", "city"]),
)
def test_a_hostile_text_is_never_refused(text, column):
    """Texts are rendered safely, not refused."""
    assert isinstance(parse({**NEEDED, column: text, "publish": column}), Person)


def test_a_site_without_an_open_market_takes_its_first():
    """There is always a home."""
    site = a_site(Path("/site"))
    closed = tuple(replace(market, status="closed") for market in site.markets)
    assert parse(NEEDED, markets=closed).market == "GB"


@pytest.mark.parametrize("key", [".", ".."])
def test_an_id_that_browsers_resolve_is_refused(key):
    """As a segment of a link's path it would be gone."""
    (fault,) = parse({**NEEDED, "id": key})
    assert fault.what == f'id "{key}" is a folder in an address, which browsers resolve'
