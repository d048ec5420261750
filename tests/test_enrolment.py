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

from replisite import enrolment
from replisite.ledger import Ledger, NameIndex
from replisite.model.site import Addresses
from replisite.options import Options
from replisite.prepare import take_roster
from replisite.preview.taking import index_names
from replisite.sources.roster import blocks
from tests.rosters import a_site, write_roster

HEADER = "id,alias,first_name,last_name,status,market,sponsor_id,photo,city,greeting,bio,publish"
PUBLISH = "first_name last_name photo city greeting bio"
FACTS = ("counts", "faults", "exemplars", "warnings", "reading")


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

    def take(self, ledger):
        """Take the roster in; return its faults, and whether it was read as a whole for that."""
        read = []

        def reading(*arguments, **named):
            read.append(True)
            return read_roster(*arguments, **named)

        read_roster = enrolment.read_roster
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(enrolment, "read_roster", reading)
            faults = take_roster(self.site, ledger, self.options, ["products"], lambda *_: None)
        return [*map(str, faults.faults)], bool(read)

    def told(self, ledger, names):
        """Return all that a ledger and its names tell."""
        index_names(names, ledger)
        words = ["", "jane", "x", "Q", "tea", "leeds", "p1"]
        return {
            "people": list(ledger.people()),
            "distributors": list(ledger.distributors(address)),
            "sample": ledger.sample(12, address),
            "names": [names.search(word, 500) for word in words],
            **{name: ledger._fact(name, None) for name in FACTS if name != "reading"},
            "conditions and photos": [ledger.reading.get(name) for name in ("conditions", "photos")],
        }

    def compare(self, ledger, names):
        """Take the roster in, and a second time into a new ledger: both must tell the same; say if all was read."""
        before = self.told(ledger, names) if ledger.stamp else None
        faults, is_full = self.take(ledger)
        with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "new.sqlite") as new:
            new_faults, _ = self.take(new)
            assert faults == new_faults
            if new.stamp:
                assert self.told(ledger, names) == self.told(new, NameIndex(Path(folder) / "names.sqlite"))
            elif before is not None:
                assert self.told(ledger, names) == before
        assert self.take(ledger) == (faults, bool(faults) and not self.options.skip_bad_rows)
        return is_full


@pytest.fixture(autouse=True)
def small_blocks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_ROWS", 4)
        patch.setattr(enrolment, "BLOCK_ROWS", 4)
        yield


@pytest.fixture
def rosters(tmp_path):
    return Rosters(tmp_path)


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        yield ledger


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
def test_one_row_that_changes_is_read_alone(rosters, ledger, names, place, end, old, new):
    """The first, the last, one in the middle; back and forth."""
    lines = rows(20)
    lines[7] = lines[7].replace(",,Leeds", ",gone.jpg,York")
    lines[8] = (
        lines[8].replace("Jane", "Christabel-Wilhelmina").replace("active,GB", "grace,US").replace("Hi", "")
    )
    lines[9] = lines[9].replace("Tea", "Tea and more tea than one can drink").replace("Leeds", "")
    write(rosters, lines, end)
    assert rosters.compare(ledger, names)
    changed = [*lines[:place], lines[place].replace(old, new), *lines[place + 1 :]]
    write(rosters, changed, end)
    is_full = rosters.compare(ledger, names)
    assert not is_full or place == 0  # the first row is the exemplar of much
    write(rosters, lines, end)
    rosters.compare(ledger, names)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: [*lines, lines[3].replace("P3,p3", "P99,p99")],
        lambda lines: [*lines[:5], "", *lines[5:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0].replace("p0", "q0"), *lines[1:]],
        lambda lines: [*lines[:-1], lines[-1].replace(",active,", ",lapsed,")],
        lambda lines: [*lines[:-1], lines[-1].replace("GB,P", "GB,")],
        lambda lines: [*lines[:5], lines[5].replace("Leeds", '"Leeds'), *lines[6:]],
        lambda lines: [*lines[:5], lines[5].replace("Leeds", '"Le\neds"'), *lines[6:]],
        lambda lines: [*lines[:5], lines[5].replace("Leeds", '"Le\reds"'), *lines[6:]],
        lambda lines: [*lines[:5], lines[5].replace("Hi", '"Hi'), *lines[6:9], lines[9].replace("Hi", 'Hi"')],
        lambda lines: [*lines[:5], lines[5].replace("GB", "XX"), *lines[6:]],
        lambda lines: lines[:0],
    ],
)
def test_what_concerns_others_makes_all_be_read(rosters, ledger, names, change):
    """New and lost rows, names, sponsors, sites, lines, faults."""
    write(rosters, rows(20))
    rosters.compare(ledger, names)
    write(rosters, change(rows(20)))
    assert rosters.compare(ledger, names)
    write(rosters, rows(20))
    rosters.compare(ledger, names)


def test_two_neighbours_and_a_text_of_several_lines(rosters, ledger, names):
    """As long as every row begins where it began."""
    lines = rows(40)
    lines[10] = lines[10].replace("Hi", '"Hi\n\nthere"')
    write(rosters, lines)
    rosters.compare(ledger, names)
    lines[9] = lines[9].replace("Leeds", "York")
    lines[10] = lines[10].replace("there", "everybody")
    write(rosters, lines)
    assert not rosters.compare(ledger, names)


def test_json_lines_are_read_alike(rosters, ledger, names):
    """A line is a row."""
    rosters.path = rosters.path.with_name("roster.jsonl")
    rosters.options = replace(rosters.options, roster=rosters.path)
    cells = '{{"id": "P{0}", "alias": "p{0}", "first_name": "Jane", "last_name": "Roe", "city": "{1}"}}\n'
    rosters.path.write_text("".join(cells.format(n, "Leeds") for n in range(30)))
    assert rosters.compare(ledger, names)
    rosters.path.write_text("".join(cells.format(n, "York" if n == 9 else "Leeds") for n in range(30)))
    assert not rosters.compare(ledger, names)


def test_somebody_with_a_story_keeps_it(rosters, ledger, names):
    """What stands in the story wins, whenever the row is read."""
    stories = rosters.path.parent / "distributors"
    stories.mkdir()
    (stories / "p9.md").write_text("---\ncity: Bath\n---\nA story.")
    write(rosters, rows(20))
    rosters.compare(ledger, names)
    write(rosters, [row.replace("P9,p9,Jane", "P9,p9,Joan") for row in rows(20)])
    assert not rosters.compare(ledger, names)
    assert ledger.find("p9").public["city"] == "Bath"


def test_own_hosts_concern_others(rosters, ledger, names):
    """Somebody else may have it."""
    site = rosters.site
    own = Addresses(style="domain", host="tea.example", domain_field="host")
    fields = (replace(site.roster.fields[0], name="host", type="text", is_channel=False),)
    rosters.site = replace(site, addresses=own, roster=replace(site.roster, fields=fields))
    lines = [f"{row} host,p{n}.example" for n, row in enumerate(rows(20))]
    text = "\n".join([f"{HEADER},host", *lines, ""])
    rosters.path.write_text(text)
    rosters.compare(ledger, names)
    rosters.path.write_text(text.replace("p9.example", "p8.example"))
    assert rosters.compare(ledger, names)
    rosters.path.write_text(text.replace("P9,p9,Jane", "P9,p9,Joan"))
    assert not rosters.compare(ledger, names)


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
    else:
        for _ in range(dice.choice([1, 1, 2])):
            row = table[min(place + dice.randrange(2), len(table) - 1)]
            column = dice.choice([one for one in CELLS if one in table[0]] or ["none"])
            if column in table[0] and len(row) == len(table[0]):
                row[table[0].index(column)] = dice.choice(CELLS[column])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return b"\xef\xbb\xbf" + text.getvalue().encode(errors="surrogateescape")


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
        with Ledger.open(root / "ledger.sqlite") as ledger:
            names = NameIndex(root / "names.sqlite")
            rosters.compare(ledger, names)
            for _ in range(6):
                rosters.path.write_bytes(edited(good, dice))
                FOUND["full" if rosters.compare(ledger, names) else "part"] += 1
                good = rosters.path.read_bytes() if dice.random() < 0.6 and ledger.reading else good
    finally:
        shutil.rmtree(root)


def test_edits_were_read_in_part():
    """The test above has looked at what it is for."""
    assert not FOUND["full"] or FOUND["part"] > 10
