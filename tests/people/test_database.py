"""The roster as a whole: who fits together, and how they come out again."""

import dataclasses
import pickle
import random
import sqlite3
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from replisite.errors import FaultLog
from replisite.model.distributor import Channel, Distributor, Person, Supporter
from replisite.model.refused_row import RefusedRow
from replisite.model.roster_terms import roster_terms
from replisite.model.site import Addresses
from replisite.people import Counts, PeopleDatabase, Shard, unique_names
from replisite.people import database as database_module
from replisite.people.uplines import iter_circles, nearest_with_site, walk_circle
from replisite.roster import read_roster
from tests.rosters import a_site, write_roster


def address(alias, fields):
    return f"https://www.tea.example/{alias}/"


def a_person(alias, line, sponsor="", /, **changes):
    values = {
        "id": f"TT-{alias}",
        "alias": alias,
        "market": "GB",
        "language": "en",
        "status": "active",
        "public": {"name": alias.title()},
        "fields": {"whatsapp": ""},
        "sponsor_id": f"TT-{sponsor}" if sponsor else "",
        "file": "roster.csv",
        "line": line,
    }
    return Person(**(values | changes))


@pytest.fixture
def database(tmp_path):
    with PeopleDatabase.open(tmp_path / ".replisite" / "people.sqlite") as database:
        yield database


def take(database, *people, site=None, **options):
    log = FaultLog()
    counts = database.import_people(
        iter(people), log, terms=roster_terms(site or a_site(Path("/site"))), **options
    )
    return counts, list(map(str, log.faults))


def aliases(database, **options):
    return [one.alias for one in database.distributors(address, **options)]


def test_a_distributor_comes_out_with_everything_and_everybody(database):
    """Published values, channels, custom fields, and those above, each with an address."""
    public = {
        "name": "Jane O.",
        "first_name": "Jane",
        "last_name": "O.",
        "photo": "jane.jpg",
        "bio": "<p>Tea</p>",
        "city": "Leeds",
        "phone": "+44 1632 960100",
        "rank": "Guide",
        "joined": "2024-05-31",
    }
    jane = a_person(
        "jane", 2, "zoe", public=public, fields={"whatsapp": "https://wa.me/44"}, enroller_id="TT-ann"
    )
    take(database, jane, a_person("zoe", 3, "ann"), a_person("ann", 4))
    database.put_photos([("jane.jpg", "1", "_photos/3f/9a.jpg")])
    ann = Supporter("TT-ann", "ann", "Ann", url="https://www.tea.example/ann/")
    zoe = Supporter("TT-zoe", "zoe", "Zoe", url="https://www.tea.example/zoe/")
    (found,) = database.distributors(address, only=["jane"])
    assert found == Distributor(
        id="TT-jane",
        alias="jane",
        name="Jane O.",
        first_name="Jane",
        last_name="O.",
        photo="_photos/3f/9a.jpg",
        city="Leeds",
        phone="+44 1632 960100",
        channels=(
            Channel("phone", "Phone", "+44 1632 960100", "tel:+441632960100"),
            Channel("whatsapp", "WhatsApp", "wa.me/44", "https://wa.me/44"),
        ),
        rank="Guide",
        url="https://www.tea.example/jane/",
        bio=Markup("<p>Tea</p>"),
        language="en",
        market="GB",
        status="active",
        sponsor=zoe,
        enroller=ann,
        upline=(zoe, ann),
        fields={"whatsapp": "https://wa.me/44"},
    )
    assert database.find("jane") == jane


def test_a_photo_of_which_nothing_was_made_is_none(database):
    """The file itself is never shown; an address elsewhere is, and so is a photo of somebody above."""
    photo = {"name": "A", "photo": "a.jpg"}
    take(
        database,
        a_person("ann", 2, public=photo),
        a_person("ben", 3, "ann", public={"name": "B", "photo": "https://p.example/b.jpg"}),
    )
    shown = {
        one.alias: (one.photo, one.sponsor and one.sponsor.photo) for one in database.distributors(address)
    }
    assert shown == {"ann": ("", None), "ben": ("https://p.example/b.jpg", "")}
    database.put_photos([("a.jpg", "1", "_photos/3f/9a.jpg")])
    shown = {
        one.alias: (one.photo, one.sponsor and one.sponsor.photo) for one in database.distributors(address)
    }
    assert shown == {
        "ann": ("_photos/3f/9a.jpg", None),
        "ben": ("https://p.example/b.jpg", "_photos/3f/9a.jpg"),
    }


def test_photos_of_people_without_a_site_are_forgotten(database):
    """Once nobody with a site publishes a photo, what was made of it is needed no more; a new roster keeps the rest."""
    public = {"name": "A", "photo": "a.jpg"}
    take(
        database,
        a_person("ann", 2, public=public),
        a_person("ben", 3, public={"name": "B", "photo": "b.jpg"}),
    )
    database.put_photos([("a.jpg", "1", "_photos/aa/1.jpg"), ("b.jpg", "1", "_photos/bb/2.jpg")])
    take(database, a_person("ann", 2, public=public), a_person("ben", 3, status="lapsed"))
    assert database.forget_photos() == ["_photos/bb/2.jpg"]
    assert list(database.photo_paths()) == ["_photos/aa/1.jpg"]
    assert [owner.alias for owners in database.photo_owners() for owner in owners] == ["ann"]


def test_distributors_come_in_the_order_of_aliases(database):
    """Whatever the order of the roster."""
    take(database, *(a_person(alias, 2) for alias in ("zoe", "ann-b", "ann", "ann1", "007")))
    assert aliases(database) == ["007", "ann", "ann-b", "ann1", "zoe"]


def test_only_active_and_grace_in_markets_that_are_not_closed_have_a_site(database):
    """The others keep their alias, and are listed for their tombstones."""
    counts, _ = take(
        database,
        a_person("ann", 2),
        a_person("ben", 3, status="grace"),
        a_person("cat", 4, status="lapsed", previous_aliases=("kat", "kit")),
        a_person("dan", 5, status="terminated"),
        a_person("eve", 6, market="FR"),
    )
    assert aliases(database) == ["ann", "ben"]
    assert [(one.alias, one.previous_aliases) for one in database.closed()] == [
        ("cat", ("kat", "kit")),
        ("dan", ()),
        ("eve", ()),
    ]
    by_status = {"active": 2, "grace": 1, "lapsed": 1, "terminated": 1}
    assert counts == database.counts == Counts(5, 2, 0, by_status, {"FR": 1, "GB": 4})
    assert len(database) == 5


def test_the_sponsor_is_the_nearest_upline_with_a_site(database):
    """Who is lapsed or in a closed market is passed over; an enroller without a site is none."""
    take(
        database,
        a_person("top", 2),
        a_person("gone", 3, "top", status="lapsed"),
        a_person("far", 4, "gone", market="FR"),
        a_person("low", 5, "far", enroller_id="TT-gone"),
        a_person("last", 6, "low"),
        a_person("end", 7, "last"),
        a_person("tip", 8, "end"),
    )
    found = {one.alias: [above.alias for above in one.upline] for one in database.distributors(address)}
    assert found == {
        "top": [],
        "low": ["top"],
        "last": ["low", "top"],
        "end": ["last", "low", "top"],
        "tip": ["end", "last", "low"],
    }
    (low,) = database.distributors(address, only=["low"])
    assert (low.sponsor.alias, low.enroller) == ("top", None)


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (
            {"id": "TT-jane"},
            'roster.csv:9: id "TT-jane" is taken at roster.csv:2; give each person their own',
        ),
        (
            {"id": "tt-JANE"},
            'roster.csv:9: id "tt-JANE" looks like "TT-jane" at roster.csv:2 (capitals apart); choose one that nobody can mistake',
        ),
        (
            {"alias": "jane"},
            'roster.csv:9: alias "jane" is taken at roster.csv:2; give each person their own',
        ),
        (
            {"alias": "jane-0"},
            'roster.csv:9: alias "jane-0" looks like "jane-o" at roster.csv:2 ("0" and "o"); choose one that nobody can mistake',
        ),
        (
            {"previous_aliases": ("free", "jane")},
            'roster.csv:9: previous_aliases "jane" is taken at roster.csv:2; give each person their own',
        ),
    ],
)
def test_ids_and_aliases_are_one_persons_own(database, second, fault):
    """By letter and by looks, now and before; both places are named."""
    jane = a_person("jane", 2, previous_aliases=("jane-o",))
    _, told = take(database, jane, a_person("zoe", 9, **second))
    assert told == [fault]


NAMES = st.sampled_from(["ann", "ben", "ben0", "beno", "cat", "c1", "cl", "dan", "rn", "m"])


@given(st.lists(st.tuples(NAMES, NAMES, st.lists(NAMES, max_size=2)), max_size=12), st.integers(1, 5))
def test_people_are_seated_together_as_they_are_one_by_one(wanted, batch):
    """Whoever comes first has the name, however many are seated at once."""
    people = [
        a_person(alias, line, id=f"TT-{own_id}", previous_aliases=tuple(before))
        for line, (own_id, alias, before) in enumerate(wanted, 2)
    ]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        found = []
        for size in (1, batch, 500):
            patch.setattr(unique_names, "BATCH", size)
            with PeopleDatabase.open(Path(folder) / f"{size}.sqlite") as database:
                told = take(database, *people, skip_bad=True)
                found.append((told, list(database.people())))
    assert found[0] == found[1] == found[2]


def test_a_person_may_take_look_alikes_of_their_own(database):
    """A previous alias may look like the present one."""
    assert take(database, a_person("jane0", 2, previous_aliases=("janeo",)))[1] == []


def test_a_host_is_one_persons_own(database, tmp_path):
    """Where sites stand on hosts of their own, fallbacks included."""
    site = a_site(tmp_path, addresses=Addresses(style="domain", host="tea.example", domain_field="host"))
    _, told = take(
        database,
        a_person("ann", 2, fields={"host": "ann.example"}),
        a_person("ben", 3, fields={"host": "ann.example"}),
        a_person("cat", 4, fields={"host": ""}),
        a_person("dan", 5, fields={"host": "cat.tea.example"}),
        site=site,
    )
    assert told == [
        'roster.csv:3: host "ann.example" is taken at roster.csv:2; give each person their own',
        'roster.csv:5: host "cat.tea.example" is taken at roster.csv:4; give each person their own',
    ]


def test_wrong_sponsors_are_told_with_their_rows(database):
    """Unknown, oneself, and in a circle."""
    _, told = take(
        database,
        a_person("ann", 2, "nobody"),
        a_person("ben", 3, "ben"),
        a_person("cat", 4, sponsor_id="TT-ANN"),
        a_person("dan", 5, "fay"),
        a_person("eve", 6, "dan"),
        a_person("fay", 7, "eve"),
        a_person("gus", 8, enroller_id="TT-nobody"),
        a_person("hal", 9, "fay"),
    )
    assert told == [
        'roster.csv:2: sponsor_id "TT-nobody" is nobody on the roster; add that person to the roster, or leave it empty',
        'roster.csv:3: sponsor_id "TT-ben" is the person\'s own id; leave it empty, or name another person',
        'roster.csv:4: sponsor_id "TT-ANN" is nobody on the roster; did you mean "TT-ann"?',
        'roster.csv:5: sponsor_id leads back to the person in 3 steps: "TT-dan" → "TT-fay" → "TT-eve" → "TT-dan"; one of them has another sponsor, or none',
        'roster.csv:8: enroller_id "TT-nobody" is nobody on the roster; add that person to the roster, or leave it empty',
    ]


def test_a_refused_row_is_somebody(database):
    """Who names it as sponsor is not at fault, and has no sponsor."""
    counts, told = take(database, RefusedRow("TT-bad"), a_person("ann", 2, "bad"), skip_bad=True)
    assert (counts.refused, told, aliases(database)) == (1, [], ["ann"])
    assert next(database.distributors(address)).sponsor is None


def test_a_refused_row_may_have_an_id_that_is_not_utf_8(database):
    """It is refused all the same."""
    counts, told = take(database, RefusedRow("TT-\udcff"), a_person("ann", 2), skip_bad=True)
    assert (counts.refused, told, aliases(database)) == (1, [], ["ann"])


def test_with_a_fault_the_database_stays_as_it_was(database):
    """Stamp, people and faults."""
    take(database, a_person("ann", 2), stamp="one")
    take(database, a_person("ben", 2), a_person("cat", 3, "nobody"), stamp="two")
    assert (database.stamp, aliases(database), len(database.faults)) == ("one", ["ann"], 0)


def test_skipping_bad_rows_keeps_the_good_ones(database):
    """Refused are the second of two, who names nobody, and the first of a circle; the faults stay known."""
    people = [
        a_person("ann", 2),
        a_person("ann", 3),
        a_person("ben", 4, "nobody"),
        a_person("cat", 5, "ben"),
        a_person("dan", 6, "eve"),
        a_person("eve", 7, "dan"),
        a_person("fay", 8, "eve"),
    ]
    counts, told = take(database, *people, skip_bad=True, stamp="one")
    assert {one.alias: one.sponsor and one.sponsor.alias for one in database.distributors(address)} == {
        "ann": None,
        "cat": None,
        "eve": None,
        "fay": "eve",
    }
    assert (counts.people, counts.sites, counts.refused) == (4, 4, 3)
    assert list(map(str, database.faults.faults)) == told
    assert [fault.line for fault in database.faults.faults] == [3, 3, 4, 6]


def test_an_interrupted_import_changes_nothing(database, tmp_path):
    """Whatever stops it."""

    def people():
        yield a_person("ben", 2)
        raise KeyboardInterrupt

    take(database, a_person("ann", 2), stamp="one")
    with pytest.raises(KeyboardInterrupt):
        database.import_people(people(), FaultLog(), terms=roster_terms(a_site(tmp_path)), stamp="two")
    assert (database.stamp, aliases(database)) == ("one", ["ann"])
    assert take(database, a_person("cat", 2), stamp="two")[1] == []
    assert (database.stamp, aliases(database)) == ("two", ["cat"])


def test_a_database_is_read_while_another_is_made(tmp_path):
    """A reader goes on with the people that were there when it began."""
    path = tmp_path / "people.sqlite"
    with PeopleDatabase.open(path) as writer, PeopleDatabase.open(path) as reader:
        take(writer, *(a_person(f"p{number:04}", number) for number in range(1_000)))
        stream = reader.distributors(address)
        first = next(stream).alias
        take(writer, a_person("zoe", 2))
        assert [first, *(one.alias for one in stream)] == [f"p{number:04}" for number in range(1_000)]
        assert aliases(reader) == ["zoe"]


@pytest.mark.parametrize("body", [b"this is no database" * 100, b""])
def test_a_broken_database_begins_empty(tmp_path, body):
    """It can always be made again."""
    path = tmp_path / "people.sqlite"
    path.write_bytes(body)
    with PeopleDatabase.open(path) as database:
        assert (database.stamp, len(database), aliases(database)) == ("", 0, [])
        assert (database.shards(4), database.sample(4, address), database.find("x")) == ([], [], None)


def test_a_database_of_another_version_begins_empty(tmp_path):
    """Its tables may be others."""
    path = tmp_path / "people.sqlite"
    with PeopleDatabase.open(path) as database:
        take(database, a_person("ann", 2), stamp="one")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with PeopleDatabase.open(path) as database:
        assert (database.stamp, aliases(database)) == ("", [])


def test_a_database_lasts(tmp_path):
    """Closed and opened again, it is the same."""
    path = tmp_path / "people.sqlite"
    with PeopleDatabase.open(path) as database:
        take(database, a_person("ann", 2), stamp="one")
    with PeopleDatabase.open(path) as database:
        assert (database.stamp, aliases(database)) == ("one", ["ann"])


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10, 50])
def test_shards_are_about_equal_and_cover_everybody(database, count):
    """Plain data, each a run of aliases."""
    people = [
        a_person(f"p{number}", number, status="lapsed" if number % 5 == 0 else "active")
        for number in range(1, 31)
    ]
    take(database, *people)
    shards = pickle.loads(pickle.dumps(database.shards(count)))
    assert [one for shard in shards for one in aliases(database, shard=shard)] == aliases(database)
    assert [shard.count for shard in shards] == [len(aliases(database, shard=shard)) for shard in shards]
    assert max(shard.count for shard in shards) - min(shard.count for shard in shards) <= 1
    assert len(shards) == min(count, 24)


def test_some_are_found_within_their_shard_alone(database):
    """Who is asked for twice comes once; who is unknown does not come."""
    take(database, *(a_person(alias, 2) for alias in ("ann", "ben", "cat", "dan")))
    assert aliases(database, only=["dan", "ann", "ann", "nobody"]) == ["ann", "dan"]
    assert aliases(database, only=["dan", "ann"], shard=Shard("ann", "ben", 2)) == ["ann"]


def test_a_person_is_found_by_alias_or_id(database):
    """With or without a site; a slip of the pen gets the nearest alias."""
    take(database, a_person("jane", 2), a_person("zoe", 3, status="lapsed"))
    assert [one and one.alias for one in map(database.find, ("jane", "TT-zoe", "nobody"))] == [
        "jane",
        "zoe",
        None,
    ]
    assert [database.similar(name) for name in ("Jnae", "TT-zoe", "x")] == [
        'did you mean "jane"?',
        'did you mean "zoe"?',
        "",
    ]


def test_a_sample_differs_as_much_as_it_can(database):
    """First and last, with and without sponsor, the longest name, each edition, with and without a photo."""
    people = [a_person(f"p{number:03}", number) for number in range(1, 200)]
    people[50] = dataclasses.replace(people[50], market="US", language="es")
    people[60] = dataclasses.replace(people[60], public={"name": "x" * 80})
    people[70] = dataclasses.replace(people[70], public={"name": "P", "photo": "p.jpg"})
    people[80] = dataclasses.replace(people[80], sponsor_id="TT-p001")
    take(database, *people)
    sample = [one.alias for one in database.sample(12, address)]
    assert {"p001", "p051", "p061", "p071", "p081", "p199"} <= set(sample)
    assert sample == sorted(sample)
    assert len(sample) == 12
    assert sample == [one.alias for one in database.sample(12, address)]
    assert [len(database.sample(count, address)) for count in (1, 2, 500)] == [1, 2, 199]


def test_no_unpublished_secret_comes_out(database, tmp_path):
    """Nothing that a person did not publish is in any distributor, nor in the people database's file."""
    planted = write_roster(tmp_path / "roster.csv", 300, 11, markets=["GB", "US"], fields=["whatsapp"])
    site = a_site(tmp_path)
    log = FaultLog()
    database.import_people(
        read_roster(roster_terms(site), log, source=tmp_path / "roster.csv"), log, terms=roster_terms(site)
    )
    assert log.faults == ()
    found = {one.alias: one for one in database.distributors(address)}
    assert sorted(found) == sorted(row.alias for row in planted if row.has_site)
    told = {alias: str(dataclasses.asdict(one)).replace(" ", "") for alias, one in found.items()}
    everything = "".join(told.values()) + "".join(map(str, database.closed()))
    for row in planted:
        assert [text for text in row.secrets.values() if text in everything] == []
        if row.has_site:
            own = found[row.alias]
            assert [one for one in ("email", "photo") if getattr(own, one) != row.shown.get(one, "")] == []
            assert [
                name
                for name in ("first_name", "city")
                if name in row.shown and row.shown[name] not in told[row.alias]
            ] == []
    body = b"".join(path.read_bytes() for path in (tmp_path / ".replisite").iterdir())
    assert [text for row in planted for text in row.secrets.values() if text.encode() in body] == []


def test_a_bad_hostile_roster_keeps_its_good_rows(database, tmp_path):
    """Skipping bad rows builds all the others, and tells as many faults as there are bad rows."""
    planted = write_roster(tmp_path / "roster.csv", 340, 5, bad=True, fields=["whatsapp"])
    site = a_site(tmp_path)
    log = FaultLog()
    people = read_roster(roster_terms(site), log, source=tmp_path / "roster.csv")
    counts = database.import_people(people, log, terms=roster_terms(site), skip_bad=True)
    assert aliases(database) == sorted(row.alias for row in planted if row.has_site)
    assert (counts.refused, len(log)) == (34, 34)


@st.composite
def sponsor_lines(draw):
    size = draw(st.integers(1, 40))
    return [0, *draw(st.lists(st.integers(0, size), min_size=size, max_size=size))]


@given(sponsor_lines())
def test_every_circle_is_found_once(sponsors):
    """The walk agrees with following every line to its end."""
    circles = set()
    for start in range(1, len(sponsors)):
        at, seen = start, []
        while at and at not in seen:
            seen.append(at)
            at = sponsors[at]
        if at:
            circles.add(frozenset(seen[seen.index(at) :]))
    found = [frozenset(walk_circle(sponsors, member)) for member in iter_circles(sponsors)]
    assert sorted(found, key=sorted) == sorted(circles, key=sorted)


@given(st.integers(1, 60), st.randoms(use_true_random=False))
def test_the_nearest_upline_is_who_one_meets_first(size, dice):
    """The walk with a memory agrees with the walk without."""
    order = random.Random(dice.random()).sample(range(1, size + 1), size)
    sponsors = [0] * (size + 1)
    for place, number in enumerate(order):
        sponsors[number] = dice.choice([0, *order[:place]])
    has_site = [0, *(dice.randint(0, 1) for _ in range(size))]

    def first(number):
        above = sponsors[number]
        while above and not has_site[above]:
            above = sponsors[above]
        return above

    assert list(nearest_with_site(sponsors, has_site)) == [first(number) for number in range(size + 1)]


def test_whoever_opens_a_new_database_at_the_same_time_takes_nothing_from_it(tmp_path, monkeypatch):
    """One sees that there is none, another makes and fills it, and then the first goes on."""
    path = tmp_path / "people.sqlite"
    is_made = database_module._is_made

    def slowly(connection):
        monkeypatch.setattr(database_module, "_is_made", is_made)
        seen = is_made(connection)
        with PeopleDatabase.open(path) as other:
            take(other, a_person("ann", 2), stamp="now")
        return seen

    monkeypatch.setattr(database_module, "_is_made", slowly)
    with PeopleDatabase.open(path) as database:
        assert database.stamp == "now"
        assert aliases(database) == ["ann"]


def test_a_new_database_can_be_read_while_it_is_filled(tmp_path):
    """Nobody waits for the one who fills it, and it is as yet empty."""
    path = tmp_path / "people.sqlite"

    def people():
        with ThreadPoolExecutor() as pool:
            started = time.monotonic()
            assert [*pool.map(stamp_of, [path] * 4)] == [""] * 4
            assert time.monotonic() - started < 5
        yield a_person("ann", 2)

    with PeopleDatabase.open(path) as database:
        database.import_people(people(), FaultLog(), terms=roster_terms(a_site(Path("/site"))), stamp="now")
    assert stamp_of(path) == "now"


def stamp_of(path):
    with PeopleDatabase.open(path) as database:
        return database.stamp
