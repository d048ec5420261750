"""The whole roster as a stream."""

import pytest

from replisite.errors import Fault, FaultLog
from replisite.model.distributor import Person
from replisite.model.refused_row import RefusedRow
from replisite.model.roster_terms import roster_terms
from replisite.model.site import Addresses, CustomField, Roster
from replisite.roster import read_roster
from tests.rosters import a_site, write_roster


def write(root, text):
    (root / "content" / "distributors").mkdir(parents=True, exist_ok=True)
    (root / "content" / "roster.csv").write_text(text, encoding="utf-8")


def test_people_come_in_the_order_of_the_file(tmp_path):
    """A refused row leaves its id behind, and its faults go to the collector."""
    write(tmp_path, "id,alias,first_name,last_name\n1,zoe,Zoë,X\n2,Jane,Jane,X\n3,ann,Ann\n4,ben,Ben,X\n")
    faults: list[Fault] = []
    found = list(read_roster(roster_terms(a_site(tmp_path)), faults))
    assert [one.alias if isinstance(one, Person) else one for one in found] == [
        "zoe",
        RefusedRow("2"),
        RefusedRow("3"),
        "ben",
    ]
    assert list(map(str, faults)) == [
        'content/roster.csv:3: alias "Jane" has capital letters; write "jane"',
        "content/roster.csv:4: the row has 3 cells, the header has 4; a comma may be missing, or a text with commas may want quotes round it",
    ]


def test_a_story_is_part_of_its_row(tmp_path):
    """Front matter wins, and the text is the bio."""
    write(tmp_path, "id,alias,first_name,last_name,city\n1,jane,Jane,X,Leeds\n")
    story = "---\ncity: York\npublish: city bio\n---\nTea **here**."
    (tmp_path / "content" / "distributors" / "jane.md").write_text(story, encoding="utf-8")
    faults: list[Fault] = []
    (jane,) = read_roster(roster_terms(a_site(tmp_path)), faults)
    assert (jane.public, faults) == (
        {"name": "jane", "city": "York", "bio": "<p>Tea <strong>here</strong>.</p>"},
        [],
    )


def test_a_story_without_a_row_is_a_fault_of_the_sites_own_roster(tmp_path):
    """Another roster may do without it."""
    write(tmp_path, "id,alias,first_name,last_name\n1,jane,Jane,X\n")
    (tmp_path / "content" / "distributors" / "zoe.md").write_text("Tea.", encoding="utf-8")
    own: list[Fault] = []
    other: list[Fault] = []
    list(read_roster(roster_terms(a_site(tmp_path)), own))
    list(read_roster(roster_terms(a_site(tmp_path)), other, source=tmp_path / "content" / "roster.csv"))
    assert (list(map(str, own)), other) == (
        [
            'content/distributors/zoe.md:1: nobody on the roster has the alias "zoe"; rename the file to its person\'s alias, or remove it'
        ],
        [],
    )


@pytest.mark.parametrize(
    ("is_there", "shown"), [(True, {"name": "jane", "photo": "p/j.jpg"}), (False, {"name": "jane"})]
)
def test_a_photo_that_is_not_there_is_left_out(tmp_path, is_there, shown):
    """A path that leads nowhere is nobody's fault: initials are shown. One on another host is not looked for."""
    header = "id,alias,first_name,last_name,publish,photo"
    write(tmp_path, f"{header}\n1,jane,J,X,photo,p/j.jpg\n2,zoe,Z,X,photo,https://p.example/z.jpg\n")
    asked = []
    jane, zoe = read_roster(
        roster_terms(a_site(tmp_path)), [], has_photo=lambda _, path: asked.append(path) or is_there
    )
    assert (jane.public, asked) == (shown, ["p/j.jpg"])
    assert zoe.public["photo"] == "https://p.example/z.jpg"


def test_pages_and_folders_of_the_site_are_reserved(tmp_path):
    """Names from the caller, from site.toml, and the built-in ones."""
    write(tmp_path, "id,alias,first_name,last_name\n1,products,P,X\n2,he1p,H,X\n3,mail,M,X\n4,fine,F,X\n")
    faults: list[Fault] = []
    list(read_roster(roster_terms(a_site(tmp_path)), faults, reserved={"products", "help"}))
    assert [(fault.line, fault.next) for fault in faults] == [(line, "choose another") for line in (2, 3, 4)]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("content/gone.csv", "content/gone.csv: the roster cannot be read: No such file or directory; "),
        ("content", 'content: a roster cannot be a "" file; write it as .csv or .jsonl'),
        ("content/roster.xlsx", 'content/roster.xlsx: a roster cannot be a ".xlsx" file; '),
    ],
)
def test_a_roster_that_cannot_be_read_is_a_fault(tmp_path, name, message):
    """And no people come."""
    faults: list[Fault] = []
    whole_file = RefusedRow("", 0, is_whole_file=True)
    assert list(read_roster(roster_terms(a_site(tmp_path)), faults, source=tmp_path / name)) == [whole_file]
    assert [str(fault).startswith(message) for fault in faults] == [True]


@pytest.mark.parametrize("seed", range(3))
def test_a_hostile_roster_is_read_to_its_last_row(tmp_path, seed):
    """Every good row is a person, whatever its texts."""
    write(tmp_path, "")
    planted = write_roster(tmp_path / "content" / "roster.csv", 150, seed, fields=["whatsapp"])
    log = FaultLog()
    found = list(read_roster(roster_terms(a_site(tmp_path)), log))
    assert [one.alias for one in found] == [row.alias for row in planted]
    assert log.faults == ()


def test_a_bad_roster_tells_each_bad_row(tmp_path):
    """One in ten is spoilt: refused by itself, or left to the people database, which knows the others."""
    write(tmp_path, "")
    planted = write_roster(tmp_path / "content" / "roster.csv", 170, 1, bad=True, fields=["whatsapp"])
    log = FaultLog()
    found = list(read_roster(roster_terms(a_site(tmp_path)), log))
    known_later = [
        row for row in planted if row.is_bad and row.cells["sponsor_id"] in {"ID-nobody", row.cells["id"]}
    ]
    refused = sum(isinstance(one, RefusedRow) for one in found)
    assert refused == sum(row.is_bad for row in planted) - len(known_later)
    assert len(log) == refused


@pytest.mark.parametrize(
    ("changes", "is_theirs"),
    [
        ({"is_channel": True, "type": "url"}, True),
        ({"is_channel": True, "type": "url", "by": "company"}, False),
        ({}, False),
        ({"by": "distributor"}, True),
        ({"by": "distributor", "name": "host"}, False),
    ],
)
def test_a_column_of_the_companys_own_is_a_storys_where_it_is_declared_so(tmp_path, changes, is_theirs):
    """A channel is without a word; a person's host never is."""
    field = CustomField(**{"name": "level", "label": "Level", **changes})
    own_hosts = Addresses(style="domain", host="tea.example", domain_field="host")
    site = a_site(tmp_path, roster=Roster(fields=(field,)), addresses=own_hosts)
    write(tmp_path, f"id,alias,first_name,last_name,{field.name}\n1,jane,Jane,X,\n")
    story = f"---\n{field.name}: https://jane.example\n---\n"
    (tmp_path / "content" / "distributors" / "jane.md").write_text(story, encoding="utf-8")
    faults: list[Fault] = []
    list(read_roster(roster_terms(site), faults))
    what = f"{field.name} is the company's to set, and a story may not"
    assert [(one.file, one.line, one.what) for one in faults] == (
        [] if is_theirs else [("content/distributors/jane.md", 2, what)]
    )


def test_codes_of_markets_and_languages_are_reserved(tmp_path):
    """Their editions stand at these addresses."""
    write(tmp_path, "id,alias,first_name,last_name\n1,gb,G,X\n2,es,E,X\n3,de,D,X\n")
    faults: list[Fault] = []
    list(read_roster(roster_terms(a_site(tmp_path)), faults))
    assert [fault.line for fault in faults] == [2, 3]


def test_hosts_of_the_company_are_nobodys_alias(tmp_path):
    """Where owners' sites are hosts beside the company's own."""
    site = a_site(
        tmp_path,
        url="https://desk.tea.example",
        links={"enroll": "https://join.tea.example/{?id}", "shop": "https://elsewhere.example/{?id}"},
        addresses=Addresses(style="subdomain", host="tea.example"),
    )
    assert roster_terms(site).reserved == ("desk", "join")
    assert roster_terms(a_site(tmp_path)).reserved == ()
