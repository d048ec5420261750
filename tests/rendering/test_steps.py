"""The roster is read when something that it is read with has changed, and is left alone otherwise."""

from dataclasses import replace

import pytest

from replisite.errors import InputError
from replisite.model.options import Options, database_path
from replisite.model.site import Addresses, Company, CustomField, Market, Rank, Roster
from replisite.people import PeopleDatabase
from replisite.rendering.steps import take_roster
from replisite.reporting import SilentReporter
from replisite.roster import parallel
from tests.rosters import a_site, write_roster

GB = Market("GB", "United Kingdom", "GBP", ("en", "cy"))
US = Market("US", "United States", "USD", ("en", "es"))
WHATSAPP = CustomField("whatsapp", "WhatsApp", "url", is_channel=True)
OWN_HOSTS = Addresses(style="domain", host="tea.example", domain_field="whatsapp")


@pytest.fixture
def site(tmp_path):
    (tmp_path / "content" / "distributors").mkdir(parents=True)
    write_roster(tmp_path / "content" / "roster.csv", 30, 3, fields=["whatsapp"])
    return a_site(tmp_path)


def take(site, names=(), **options):
    """Take the roster in, and say whether it was read for that."""
    wanted = Options(**options)
    with PeopleDatabase.open(database_path(site, wanted)) as database:
        database.warnings = ["from before"]
        take_roster(site, database, wanted, names, SilentReporter())
        return database.warnings != ["from before"]


def test_a_roster_is_read_once(site):
    """And the order of the site's own names says nothing."""
    assert [take(site, ["a", "b"]), take(site, ["a", "b"]), take(site, ("b", "a"))] == [True, False, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Another"},
        {"tagline": "Tea"},
        {"links": {"shop": "https://shop.example/{?id}"}},
        {"theme": "other"},
        {"output": "public"},
        {"language": "cy"},
        {"timezone": "Europe/London"},
        {"targets": {"live": {"host": "x"}}},
        {"pelican": {"TYPOGRIFY": True}},
        {"corporate_only": ("x.html",)},
        {"distributor_title": "Friend"},
        {"url": "https://other.example"},
        {"company": Company("HOUSE", "Another", phone="+441632960100")},
        {"addresses": Addresses(page_urls="file")},
        {"addresses": Addresses(style="subdomain", host="tea.example")},
        {
            "markets": (
                replace(GB, name="Britain", currency="EUR"),
                US,
                Market("FR", "France", "EUR", ("fr",), "closed"),
            )
        },
        {"ranks": (Rank("member", "Member", 7), Rank("guide", "Senior Guide", 9))},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_pages_alone_say_leaves_the_ledger_as_it_is(site, changes):
    """Names, links, theme, prices, and how pages are addressed."""
    take(site)
    assert not take(replace(site, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"company": Company("TARN", "Tarn & Thistle")},
        {"markets": (GB, US, Market("FR", "France", "EUR", ("fr",)))},
        {"markets": (GB, replace(US, languages=("es", "en")))},
        {"markets": (US, GB)},
        {"ranks": (Rank("member", "Member", 0), Rank("guide", "Guide", 1))},
        {"roster": Roster(fields=(replace(WHATSAPP, label="Chat"),))},
        {"roster": Roster(fields=(replace(WHATSAPP, type="text", is_channel=False),))},
        {"addresses": Addresses(reserved=("tea",))},
        {"addresses": OWN_HOSTS},
        {"content": "elsewhere"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_rows_are_read_with_makes_the_roster_be_read(site, changes):
    """Markets, languages, ranks, custom fields, reserved names, own hosts, the content folder."""
    take(site, skip_bad_rows=True)
    assert take(replace(site, **changes), skip_bad_rows=True)


def test_with_own_hosts_the_companys_host_matters(site):
    """Nobody may have it."""
    own = replace(site, addresses=OWN_HOSTS)
    take(own, skip_bad_rows=True)
    assert take(replace(own, url="https://other.example"), skip_bad_rows=True)
    assert take(replace(own, addresses=replace(OWN_HOSTS, host="other.example")), skip_bad_rows=True)


def test_names_files_and_options_make_the_roster_be_read(site):
    """The site's own names, the roster, its stories, the pictures that there are, and what is to be done with bad rows."""
    content = site.root / "content"
    take(site)
    assert take(site, ["products"])
    assert take(site, ["products"], skip_bad_rows=True)
    (content / "tea.jpg").write_bytes(b"")
    assert take(site)
    (content / "tea.jpg").write_bytes(b"another picture of the same name")
    assert not take(site)
    roster = content / "roster.csv"
    alias = roster.read_text(encoding="utf-8-sig").splitlines()[1].split(",")[1]
    (content / "distributors" / f"{alias}.md").write_text("Tea.", encoding="utf-8")
    assert take(site)
    roster.write_bytes(roster.read_bytes() + b"\r\n")
    assert take(site)


def test_no_roster_is_not_an_empty_roster(site):
    """A site with Pelican's defaults may do without one, but not with one that has no columns."""
    plain = replace(site, pelican_defaults="pelican", roster=Roster())
    (site.root / "content" / "roster.csv").unlink()
    assert take(plain)
    (site.root / "content" / "roster.csv").touch()
    with pytest.raises(InputError, match="the roster is empty"):
        take(plain, skip_bad_rows=True)


def test_a_photo_with_an_impossible_name_is_not_there(site):
    """No folder can hold a name of three hundred letters, and the roster is read all the same."""
    header = "id,alias,first_name,last_name,publish,photo"
    (site.root / "content" / "roster.csv").write_text(f"{header}\n1,jane,J,X,photo,{'x' * 300}.jpg\n")
    assert take(site)
    with PeopleDatabase.open(database_path(site, Options())) as database:
        assert [one.public for one in database.people()] == [{"name": "jane"}]
        assert "1 photo is not in the content folder" in database.warnings[0]


def test_a_roster_is_taken_in_alike_by_one_process_or_three(site, monkeypatch):
    """Everybody, every fault, and what is left over when bad rows are skipped."""
    monkeypatch.setattr(parallel, "ALONE", 100)
    fields = ["whatsapp"]
    write_roster(
        site.root / "content" / "roster.csv", 5_000, 3, bad=True, markets=["GB", "US"], fields=fields
    )
    (site.root / "content" / "distributors" / "nobody.md").write_text("Tea.", encoding="utf-8")
    found = []
    for processes in (1, 2, 3):
        options = Options(skip_bad_rows=True, jobs=processes)
        with PeopleDatabase.open(site.root / f"{processes}.sqlite") as database:
            faults = take_roster(site, database, options, [], SilentReporter())
            everybody = (list(database.people()), list(database.distributors(lambda *_: "")))
            found.append((everybody, faults.faults, len(faults), database.counts, database.warnings))
    assert found[0] == found[1] == found[2]
    assert len(found[0][1]) > 20
