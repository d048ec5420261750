"""Of a roster that was read before, only the rows that have changed are read: the ledger is as if all had been."""

import csv
import io
import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replisite.errors import InputError
from replisite.model.options import Options
from replisite.model.site import Addresses
from replisite.people import NameIndex, PeopleDatabase, import_roster
from replisite.preview.roster_worker import index_names
from replisite.rendering.steps import take_roster
from replisite.reporting import SilentReporter
from replisite.roster import changed_rows
from tests.rosters import a_site, write_roster

HEADER = "id,alias,first_name,last_name,status,market,sponsor_id,photo,city,greeting,bio,publish"
PUBLISH = "first_name last_name photo city greeting bio"
FACTS = ("counts", "faults", "warnings")


def address(alias, fields):
    return f"https://www.tea.example/{alias}/"


class Rosters:
    """A site whose roster is written, taken in again, and compared with what a new ledger makes of it."""

    def __init__(self, root, **options):
        self.site = a_site(root)
        self.options = Options(jobs=1, **options)
        self.path = root / "content" / "roster.csv"
        self.path.parent.mkdir(exist_ok=True)
        self.full = 0

    def take(self, database):
        """Take the roster in; return its faults, and whether it was read as a whole for that."""
        read = []

        def reading(*arguments, **named):
            read.append(True)
            return read_roster(*arguments, **named)

        read_roster = import_roster.read_roster
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(import_roster, "read_roster", reading)
            try:
                faults = take_roster(self.site, database, self.options, ["products"], SilentReporter())
            except InputError as error:
                faults = error
        self.is_refused = isinstance(faults, InputError) or (
            bool(faults.faults) and not self.options.skip_bad_rows
        )
        return [*map(str, faults.faults)], bool(read)

    def told(self, database, names):
        """Return all that a ledger and its names tell."""
        index_names(names, database)
        words = ["", "jane", "x", "Q", "tea", "leeds", "p1"]
        first, longest = database._fact("exemplars", [{}, {}])
        everybody = database.stretch(0, len(database))
        return {
            "people": [replace(person, line=0) for person in database.people()],
            "roster": [person.alias for person in everybody],
            "exemplars": [(feature, alias) for feature, (_, alias) in first.items()],
            "longest": {name: (length, alias) for name, (length, _, alias) in longest.items()},
            "distributors": list(database.distributors(address)),
            "sample": database.sample(12, address),
            "names": [names.search(word, 500) for word in words],
            **{name: database._fact(name, None) for name in FACTS},
            "reading": [database.reading.get(name) for name in ("conditions", "photos", "stories")],
            "rows": sum(block[1] for block in database.reading.get("blocks", [])),
            "taken": sorted(database._connection.execute("SELECT name FROM names")),
            "redirects": list(database.redirects(self.site)),
        }

    def compare(self, database, names):
        """Take the roster in, and a second time into a new ledger: both must tell the same; say if all was read."""
        before = self.told(database, names) if database.stamp else None
        faults, is_full = self.take(database)
        with tempfile.TemporaryDirectory() as folder, PeopleDatabase.open(Path(folder) / "new.sqlite") as new:
            new_faults, _ = self.take(new)
            assert faults == new_faults
            if new.stamp and not self.is_refused:
                assert self.told(database, names) == self.told(new, NameIndex(Path(folder) / "names.sqlite"))
            elif before is not None:
                assert self.told(database, names) == before
        assert self.take(database) == (faults, self.is_refused)
        return is_full


@pytest.fixture(autouse=True)
def small_blocks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changed_rows, "BLOCK_ROWS", 4)
        patch.setattr(import_roster, "BLOCK_ROWS", 4)
        yield


@pytest.fixture
def rosters(tmp_path):
    return Rosters(tmp_path)


@pytest.fixture
def database(tmp_path):
    with PeopleDatabase.open(tmp_path / "ledger.sqlite") as database:
        yield database


@pytest.fixture
def names(tmp_path):
    return NameIndex(tmp_path / "names.sqlite")


def rows(count):
    return [
        f"P{n},p{n},Jane,Roe,active,GB,{f'P{n // 3}' if n else ''},,Leeds,Hi,Tea,{PUBLISH}"
        for n in range(count)
    ]


def write(rosters, lines, end="\n"):
    rosters.path.write_bytes(end.join([HEADER, *lines, ""]).encode())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("place", [0, 3, 4, 11, 19])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Leeds", "York"),
        ("Jane,Roe", "Zoë-Jane,von und zu Roe"),
        ("active", "grace"),
        ("GB,", "US,"),
        (",Leeds,Hi", ",,"),
        (",,Leeds", ",gone.jpg,Leeds"),
        (",,Leeds", ",https://p.example/j.jpg,Leeds"),
        ("Tea", "# Tea & *more* of it"),
    ],
)
def test_one_row_that_changes_is_read_alone(rosters, database, names, place, end, old, new):
    """The first, the last, one in the middle; back and forth."""
    lines = rows(20)
    lines[7] = lines[7].replace(",,Leeds", ",gone.jpg,York")
    lines[8] = (
        lines[8].replace("Jane", "Christabel-Wilhelmina").replace("active,GB", "grace,US").replace("Hi", "")
    )
    lines[9] = lines[9].replace("Tea", "Tea and more tea than one can drink").replace("Leeds", "")
    write(rosters, lines, end)
    assert rosters.compare(database, names)
    changed = [*lines[:place], lines[place].replace(old, new), *lines[place + 1 :]]
    write(rosters, changed, end)
    is_full = rosters.compare(database, names)
    assert not is_full or place == 0  # the first row is the exemplar of much
    write(rosters, lines, end)
    rosters.compare(database, names)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:9], *lines[18:]],
        lambda lines: [*lines, lines[3].replace("P3,p3", "P99,p99")],
        lambda lines: [*lines, *(lines[3].replace("P3,p3", f"Q{n},q{n}") for n in range(40))],
        lambda lines: [*lines[:8], lines[3].replace("P3,p3", "P99,p99"), *lines[8:]],
        lambda lines: [*lines[:9], lines[3].replace("P3,p3", "P99,a99"), *lines[10:]],
        lambda lines: [*lines[:5], "", *lines[5:]],
        lambda lines: [*lines[:9], lines[9].replace("p9", "renamed"), *lines[10:]],
        lambda lines: [*lines[:9], lines[9].replace("P9", "Renumbered"), *lines[10:]],
        lambda lines: [*lines[:2], lines[2].replace(",active,", ",lapsed,"), *lines[3:]],
        lambda lines: [*lines[:-1], lines[-1].replace("GB,P6", "GB,P1")],
        lambda lines: [*lines[:4], lines[4].replace("GB,P1", "GB,"), *lines[5:]],
        lambda lines: [*lines[:5], lines[5].replace("Leeds", '"Le\neds"'), *lines[6:]],
    ],
)
def test_who_joins_leaves_moves_or_lapses_is_read_alone(rosters, database, names, change):
    """And the lines of those below are drawn anew; there and back."""
    lines = rows(20)
    lines[1] = (
        lines[1]
        .replace("Leeds", "Stoke-on-Trent")
        .replace("Hi", "A very long greeting")
        .replace("Tea", "Much tea")
    )
    write(rosters, lines)
    rosters.compare(database, names)
    write(rosters, change(lines))
    assert not rosters.compare(database, names)
    write(rosters, lines)
    assert not rosters.compare(database, names)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: [*lines, lines[3].replace("P3,", "P99,")],
        lambda lines: [*lines, lines[3].replace("P3,p3", "p3,q3")],
        lambda lines: [*lines, lines[3].replace("P3,p3,", "P99,p99,").replace("GB,P1", "GB,P98")],
        lambda lines: [*lines, lines[3].replace("P3,p3,", "P99,p99,").replace("GB,P1", "GB,P99")],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0].replace("p0", "q0"), *lines[1:]],
        lambda lines: [*lines[:1], lines[1].replace("GB,P0", "GB,P4"), *lines[2:]],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [*lines[:5], lines[5].replace("Leeds", '"Leeds'), *lines[6:]],
        lambda lines: [*lines[:5], lines[5].replace("Leeds", '"Le\reds"'), *lines[6:]],
        lambda lines: [*lines[:5], lines[5].replace("GB", "XX"), *lines[6:]],
        lambda lines: lines[:0],
    ],
)
def test_what_is_wrong_or_concerns_everybody_makes_all_be_read(rosters, database, names, change):
    """Faults, another order, and whoever stands for others in the sample."""
    write(rosters, rows(20))
    rosters.compare(database, names)
    write(rosters, change(rows(20)))
    assert rosters.compare(database, names)
    write(rosters, rows(20))
    rosters.compare(database, names)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0], lines[0].replace("P0,p0", "P99,p99"), *lines[1:]],
        lambda lines: [*lines[:9], *lines[12:]],
        lambda lines: [*lines[:12], '"P99","p99","J\x07","X\n",active,GB,P1,,Leeds,Hi,Tea,city', *lines[12:]],
        lambda lines: [*lines[:4], lines[4].replace("\u202e", ""), *lines[5:]],
    ],
)
def test_letters_that_are_left_out_are_warned_of_where_they_stand_now(rosters, database, names, change):
    """Also where their rows have not changed and others above them have."""
    lines = rows(20)
    for place, letter in ((4, "\u202e"), (15, "\x07"), (19, "\uffff")):
        lines[place] = lines[place].replace("Leeds", f"Le{letter}eds")
    write(rosters, lines)
    rosters.compare(database, names)
    assert "city has U+202E RIGHT-TO-LEFT OVERRIDE" in " ".join(database.warnings)
    write(rosters, change(lines))
    rosters.compare(database, names)
    write(rosters, lines)
    rosters.compare(database, names)


def test_two_neighbours_and_a_text_of_several_lines(rosters, database, names):
    """As long as every row begins where it began."""
    lines = rows(40)
    lines[10] = lines[10].replace("Hi", '"Hi\n\nthere"')
    write(rosters, lines)
    rosters.compare(database, names)
    lines[9] = lines[9].replace("Leeds", "York")
    lines[10] = lines[10].replace("there", "everybody")
    write(rosters, lines)
    assert not rosters.compare(database, names)


def test_json_lines_are_read_alike(rosters, database, names):
    """A line is a row."""
    rosters.path = rosters.path.with_name("roster.jsonl")
    rosters.options = replace(rosters.options, roster=rosters.path)
    cells = '{{"id": "P{0}", "alias": "p{0}", "first_name": "Jane", "last_name": "Roe", "city": "{1}"}}\n'
    rosters.path.write_text("".join(cells.format(n, "Leeds") for n in range(30)))
    assert rosters.compare(database, names)
    rosters.path.write_text("".join(cells.format(n, "York" if n == 9 else "Leeds") for n in range(30)))
    assert not rosters.compare(database, names)


def test_somebody_with_a_story_keeps_it(rosters, database, names):
    """What stands in the story wins, whenever the row is read."""
    stories = rosters.path.parent / "distributors"
    stories.mkdir()
    (stories / "p9.md").write_text("---\ncity: Bath\n---\nA story.")
    write(rosters, rows(20))
    rosters.compare(database, names)
    write(rosters, [row.replace("P9,p9,Jane", "P9,p9,Joan") for row in rows(20)])
    assert not rosters.compare(database, names)
    assert database.find("p9").public["city"] == "Bath"


def test_a_story_is_read_with_its_own_row(rosters, database, names):
    """Written, changed and removed, alone and beside rows that change."""
    stories = rosters.path.parent / "distributors"
    stories.mkdir()
    write(rosters, rows(40))
    rosters.compare(database, names)
    (stories / "p9.md").write_text("---\ncity: Bath\n---\nA story.")
    assert not rosters.compare(database, names)
    assert database.find("p9").public["city"] == "Bath"
    (stories / "p9.md").write_text("---\ncity: Ely\n---\nA story.")
    (stories / "p30.md").write_text("Another.")
    (stories / "q9.md").write_text("Somebody new.")
    joined = [*rows(40), rows(40)[3].replace("P3,p3", "Q9,q9")]
    write(rosters, joined)
    assert not rosters.compare(database, names)
    assert [database.find(alias).public["bio"] for alias in ("p30", "q9")] == [
        "<p>Another.</p>",
        "<p>Somebody new.</p>",
    ]
    (stories / "p9.md").unlink()
    assert not rosters.compare(database, names)
    assert database.find("p9").public["city"] == "Leeds"


@pytest.mark.parametrize("what", ["bad story", "nobody's story", "left without the story"])
def test_with_a_fault_of_a_story_nothing_is_taken(rosters, database, names, what):
    """Not even the row that is right."""
    stories = rosters.path.parent / "distributors"
    stories.mkdir()
    (stories / "p39.md").write_text("A story.")
    write(rosters, rows(40))
    rosters.compare(database, names)
    write(rosters, [row.replace("P5,p5,Jane", "P5,p5,Joan") for row in rows(40)])
    match what:
        case "bad story":
            (stories / "p39.md").write_text("---\nfone: 1\n---\n")
        case "nobody's story":
            (stories / "zed.md").write_text("A story.")
        case "left without the story":
            write(rosters, [row.replace("P5,p5,Jane", "P5,p5,Joan") for row in rows(39)])
    assert rosters.compare(database, names)
    assert database.find("p5").public["first_name"] == "Jane"


def test_here_and_there_is_read_here_and_there(rosters, database, names):
    """Somebody joins at the top whose sponsor joins at the end, somebody leaves between, and one goes from one end to the other."""
    lines = rows(60)
    lines[1] = (
        lines[1]
        .replace("Leeds", "Stoke-on-Trent")
        .replace("Hi", "A long greeting")
        .replace("Tea", "Much tea")
    )
    write(rosters, lines)
    rosters.compare(database, names)
    joined = rows(60)[3].replace("P3,p3", "Q1,q1").replace("GB,P1", "GB,Q2")
    sponsor = rows(60)[3].replace("P3,p3", "Q2,q2")
    write(rosters, [*lines[:6], joined, *lines[6:40], *lines[41:50], *lines[51:], sponsor])
    assert not rosters.compare(database, names)
    assert next(database.distributors(address, only=["q1"])).sponsor.alias == "q2"
    write(rosters, [*lines[:6], lines[50], *lines[6:50], *lines[51:]])
    assert not rosters.compare(database, names)


def test_whoever_looks_for_names_catches_up(rosters, database, names):
    """An index that is some amendments behind is brought up to date, and one that is too far behind made anew."""
    write(rosters, rows(40))
    rosters.compare(database, names)
    stamp = names.stamp
    for number in range(3):
        write(rosters, [*rows(40), rows(40)[3].replace("P3,p3", f"Q{number},q{number}")])
        assert rosters.take(database) == ([], False)
    gone, come = database.amended_since(stamp)
    assert {person.alias for _, person in come} == {"q2"}
    assert len(gone) == 3
    assert database.amended_since("never") is None
    assert database.amended_since("") is None
    rosters.compare(database, names)
    for number in range(60):
        write(rosters, [*rows(40), rows(40)[3].replace("P3,p3", f"R{number},r{number}")])
        assert rosters.take(database) == ([], False)
    assert database.amended_since(names.stamp) is None
    rosters.compare(database, names)


def test_there_is_room_for_many_in_one_place(rosters, database, names):
    """Two hundred people who join one after the other between the same two are not read alone for ever, but never wrongly."""
    lines = rows(20)
    write(rosters, lines)
    rosters.compare(database, names)
    wholes = 0
    for number in range(100):
        lines.insert(
            8, rows(20)[3].replace("P3,p3", f"N{number},p10-{'a' * (number // 26)}{chr(122 - number % 26)}")
        )
        write(rosters, lines)
        _, is_whole = rosters.take(database)
        wholes += is_whole
    rosters.compare(database, names)
    assert 0 < wholes < 20


def test_own_hosts_concern_others(rosters, database, names):
    """Somebody else may have it."""
    site = rosters.site
    own = Addresses(style="domain", host="tea.example", domain_field="host")
    fields = (replace(site.roster.fields[0], name="host", type="text", is_channel=False),)
    rosters.site = replace(site, addresses=own, roster=replace(site.roster, fields=fields))
    lines = [f"{row} host,p{n}.example" for n, row in enumerate(rows(20))]
    text = "\n".join([f"{HEADER},host", *lines, ""])
    rosters.path.write_text(text)
    rosters.compare(database, names)
    rosters.path.write_text(text.replace("p9.example", "p8.example"))
    assert rosters.compare(database, names)
    rosters.path.write_text(text.replace("P9,p9,Jane", "P9,p9,Joan"))
    assert not rosters.compare(database, names)


CELLS = {
    "status": ("", "active", "grace", "lapsed", "sleeping"),
    "market": ("", "GB", "US", "FR"),
    "language": ("", "en", "es"),
    "rank": ("", "guide"),
    "sponsor_id": ("", "ID-3z1z"),
    "photo": ("", "there.jpg", "gone.jpg", "gone-too.jpg", "https://p.example/x.jpg"),
    "first_name": ("Jane", "Jane Q", "李", "<b>"),
    "greeting": ("", "Hi", "Hi\nyou", "{{ x }}"),
    "bio": ("", "Tea", "x" * 500),
    "city": ("", "Leeds", "x" * 470),
    "phone": ("", "01632 960100", "?"),
    "publish": ("", "alias", "first_name last_name photo city", "photo greeting bio phone name"),
    "alias": ("jane", "tea-3z1z"),
    "previous_aliases": ("", "old-jane"),
}


def edited(body: bytes, dice: random.Random) -> bytes:
    """Return a roster with one random change."""
    table = list(csv.reader(io.StringIO(body.decode("utf-8-sig", "surrogateescape"), newline="")))
    kind = dice.random()
    if kind < 0.06 or len(table) < 2:
        at = dice.randrange(len(body))
        return (
            body[:at]
            + dice.choice([b"", b"x", b'"', b"\r", b"\n", b"\xff", b","])
            + body[at + dice.randrange(3) :]
        )
    place = dice.randrange(1, len(table))
    if kind < 0.10:
        del table[place]
    elif kind < 0.14:
        table.insert(place, table[dice.randrange(1, len(table))])
    elif kind < 0.16:
        table.append([f"{cell}9" if at < 2 else cell for at, cell in enumerate(table[place])])
    elif kind < 0.60:
        for _ in range(dice.choice([1, 1, 1, 3])):
            moved(table, dice)
    else:
        for _ in range(dice.choice([1, 1, 2])):
            row = table[min(place + dice.randrange(2), len(table) - 1)]
            column = dice.choice([one for one in CELLS if one in table[0]] or ["none"])
            if column in table[0] and len(row) == len(table[0]):
                row[table[0].index(column)] = dice.choice(CELLS[column])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return b"\xef\xbb\xbf" + text.getvalue().encode(errors="surrogateescape")


def moved(table: list[list[str]], dice: random.Random) -> None:
    """Have somebody join or leave, or get another sponsor, enroller, alias, id or status, as mostly fits the others."""
    header = table[0]
    people = [row for row in table[1:] if len(row) == len(header)]
    if not {"sponsor_id", "enroller_id", "previous_aliases", "status"} <= {*header} or not people:
        return
    at = {column: place for place, column in enumerate(header)}
    ids = [row[at["id"]] for row in people]
    one = dice.choice(people)
    match dice.choice(
        ["join", "join", "leave", "leave", "sponsor", "enroller", "rename", "renumber", "status"]
    ):
        case "join":
            new = [*dice.choice(people)]
            word = "".join(dice.choices("abcdefgh", k=6))
            new[at["id"]], new[at["alias"]] = f"ID-{word}", dice.choice([word, f"tea-{word}"])
            new[at["previous_aliases"]] = ""
            for column in ("sponsor_id", "enroller_id"):
                new[at[column]] = dice.choice(["", *ids])
            table.insert(dice.choice([len(table), dice.randrange(1, len(table) + 1)]), new)
        case "leave":
            named = {row[at[column]] for row in people for column in ("sponsor_id", "enroller_id")}
            free = [row for row in people if row[at["id"]] not in named]
            if free:
                table.remove(dice.choice(free))
        case "sponsor" | "enroller" as who:
            one[at[f"{who}_id"]] = dice.choice(["", *ids])
        case "rename":
            one[at["previous_aliases"]] = dice.choice(["", one[at["alias"]]])
            one[at["alias"]] = "".join(dice.choices("abcdefgh", k=7))
        case "renumber":
            other = dice.choice(people)
            one[at["id"]], other[at["id"]] = other[at["id"]], one[at["id"]]
        case "status":
            one[at["status"]] = dice.choice(["active", "grace", "lapsed", "terminated"])


def told_otherwise(folder: Path, aliases: list[str], dice: random.Random) -> None:
    """Write, change or remove a story, mostly of somebody who is there."""
    folder.mkdir(exist_ok=True)
    story = folder / f"{dice.choice(aliases * 5 + ['nobody'])}.md"
    if story.exists() and dice.random() < 0.5:
        story.unlink()
    else:
        story.write_text(
            dice.choice(["A story.", "---\ncity: Bath\n---\nAnother.", "---\nfone: 1\n---\n", "*x* " * 90])
        )


FOUND = {"full": 0, "part": 0}


@settings(max_examples=25, deadline=None)
@given(st.integers(), st.integers(2, 40), st.booleans())
def test_whatever_is_edited_the_ledger_is_as_if_read_anew(seed, count, skip_bad):
    """People, lines, sponsors, counts, faults, warnings, sample and names, after each of some edits."""
    dice = random.Random(seed)
    root = Path(tempfile.mkdtemp())
    try:
        rosters = Rosters(root, skip_bad_rows=skip_bad)
        write_roster(rosters.path, count, 3, fields=["whatsapp"], markets=["GB", "US"])
        (rosters.path.parent / "there.jpg").touch()
        good = rosters.path.read_bytes()
        with PeopleDatabase.open(root / "ledger.sqlite") as database:
            names = NameIndex(root / "names.sqlite")
            rosters.compare(database, names)
            for _ in range(8):
                rosters.path.write_bytes(edited(good, dice) if dice.random() < 0.9 else good)
                if dice.random() < 0.2 and len(database):
                    aliases = [person.alias for person in database.people()]
                    told_otherwise(rosters.path.parent / "distributors", aliases, dice)
                FOUND["full" if rosters.compare(database, names) else "part"] += 1
                good = rosters.path.read_bytes() if dice.random() < 0.6 and database.reading else good
    finally:
        shutil.rmtree(root)


def test_edits_were_read_in_part():
    """The test above has looked at what it is for."""
    assert not FOUND["full"] or FOUND["part"] > 10
