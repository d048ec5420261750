"""From the roster to the list of redirects beside the manifest."""

from pathlib import Path

import pytest

from replisite.errors import FaultLog, OutputError
from replisite.model.redirects import Redirect
from replisite.model.roster_terms import roster_terms
from replisite.model.site import Addresses
from replisite.output import REDIRECTS, read_redirects
from replisite.people import PeopleDatabase
from tests.little_site import ROSTER_HEADER
from tests.people.test_database import a_person
from tests.rosters import a_site

DOMAINS = Addresses(style="domain", host="tea.example", domain_field="domain")


def redirects(tmp_path, *people, site=None):
    site = site or a_site(Path("/site"))
    with PeopleDatabase.open(tmp_path / "people.sqlite") as database:
        log = FaultLog()
        database.import_people(iter(people), log, terms=roster_terms(site))
        assert not len(log), log.faults
        return list(database.redirects(site))


def test_who_has_left_leads_past_others_who_have_left(tmp_path):
    """Ann is active; below her Bo has lapsed, and below him Cy, in a closed market Di, and Ed, who was Eddie."""
    assert redirects(
        tmp_path,
        a_person("ann", 2, previous_aliases=("annie",)),
        a_person("bo", 3, "ann", status="lapsed", previous_aliases=("bob",)),
        a_person("cy", 4, "bo", status="terminated"),
        a_person("di", 5, "cy", market="FR", language="fr"),
        a_person("ed", 6, "di", previous_aliases=("eddie", "edward")),
        a_person("flo", 7, status="lapsed"),
    ) == [
        Redirect("/annie/", "/ann/", 301),
        Redirect("/bo/", "/ann/", 302),
        Redirect("/bob/", "/ann/", 302),
        Redirect("/cy/", "/ann/", 302),
        Redirect("/di/", "/ann/", 302),
        Redirect("/eddie/", "/ed/", 301),
        Redirect("/edward/", "/ed/", 301),
        Redirect("/flo/", "/", 302),
    ]


def test_a_host_that_somebody_has_now_is_not_led_away(tmp_path):
    """Bo brings a host along that is called as Ann's earlier one was."""
    found = redirects(
        tmp_path,
        a_person("ann", 2, previous_aliases=("annie", "anna"), fields={"domain": ""}),
        a_person("bo", 3, fields={"domain": "annie.tea.example"}),
        a_person("cy", 4, "bo", status="lapsed", fields={"domain": "cy.example"}),
        site=a_site(Path("/site"), addresses=DOMAINS),
    )
    assert found == [
        Redirect("anna.tea.example", "https://ann.tea.example/", 301),
        Redirect("cy.example", "https://annie.tea.example/", 302),
    ]


def test_a_hundred_thousand_redirects_come_in_order(tmp_path):
    """In that of their sources."""
    site = a_site(Path("/site"))
    people = (
        a_person(f"p{number}", number, "p0" if number else "", status="lapsed" if number % 2 else "active",
                 previous_aliases=(f"was-{number * 7919 % 100_003}",))
        for number in range(66_000)
    )  # fmt: skip
    with PeopleDatabase.open(tmp_path / "people.sqlite") as database:
        database.import_people(people, FaultLog(), terms=roster_terms(site))
        found = [one.source for one in database.redirects(site)]
    assert len(found) == 99_000
    assert found == sorted(found)


def test_a_build_lists_them_beside_its_manifest(little):
    """No page, no sitemap and no file of theirs is in the output."""
    header = ROSTER_HEADER + ",previous_aliases"
    rows = ["A1,jane,Jane,Doe,,,Kendal,GB,active,,,janie", "A3,wilma,Wilma,Fox,,,York,GB,lapsed,A1,,"]
    little.write("content/roster.csv", "\n".join([header, *rows, ""]))
    little.build()
    assert list(read_redirects(little.output)) == [
        Redirect("/janie/", "/jane/", 301),
        Redirect("/wilma/", "/jane/", 302),
    ]
    first = (little.output / REDIRECTS).read_bytes()
    assert not [path for path in little.files() if path.startswith(("janie", "wilma"))]
    assert b"janie" not in little.files()["sitemap.xml"]
    little.change("site.toml", "[company]", '[addresses]\nlapsed = "company"\n\n[company]')
    little.build()
    assert list(read_redirects(little.output))[1] == Redirect("/wilma/", "/", 302)
    little.change("site.toml", 'lapsed = "company"', 'lapsed = "upline"')
    little.build()
    assert (little.output / REDIRECTS).read_bytes() == first


def test_one_site_built_anew_keeps_redirects_to_the_others(little):
    """Jane is Janet now: until her site is built, what led to it still does."""
    header = ROSTER_HEADER + ",previous_aliases"
    little.write(
        "content/roster.csv",
        f"{header}\nA1,jane,Jane,Doe,,,,GB,active,,,janie\nA2,omar,Omar,Ali,,,,GB,active,A1,,\n",
    )
    little.build()
    little.write(
        "content/roster.csv",
        f"{header}\nA1,janet,Jane,Doe,,,,GB,active,,,janie jane\nA2,omar,Omar,Ali,,,,GB,active,A1,,ommy\n",
    )
    little.build("--only", "omar")
    assert list(read_redirects(little.output)) == [
        Redirect("/janie/", "/jane/", 301),
        Redirect("/ommy/", "/omar/", 301),
    ]
    little.build()
    assert [one.target for one in read_redirects(little.output)] == ["/janet/", "/janet/", "/omar/"]


def test_a_damaged_list_is_told(little):
    little.build()
    (little.output / REDIRECTS).write_bytes(b"not packed")
    with pytest.raises(OutputError, match=r"redirects\.gz is damaged"):
        list(read_redirects(little.output))
