"""`replisite check --links`: every company link of every site, and whether it carries the site's owner."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from replisite.rendering.company_links import LISTED, LinkCounts, LostLink
from tests.little_site import LittleSite, run_replisite


def check(little: LittleSite, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Check the links of a site and expect this exit code."""
    done = run_replisite("check", "--links", "--site", str(little.root), *arguments)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def counted(little: LittleSite, *arguments: str, code: int = 0) -> dict[str, object]:
    """Return what a check says of the links."""
    report: dict[str, dict[str, object]] = json.loads(check(little, "--json", *arguments, code=code).stdout)
    return report["links"]


def test_all_links_of_a_sound_site_carry_its_owner(little: LittleSite) -> None:
    """Those of the home page and the product, on each owner's site and on the company's."""
    assert check(little).stdout.splitlines()[1] == (
        "4 of 4 company links on 2 sites carry the site's owner, 2 of 2 on the corporate site the house account"
    )
    assert not little.output.exists()
    assert counted(little, "--jobs", "2") == {
        "sites": 2,
        "pages": 19,
        "links": 6,
        "carried": 6,
        "ownerless": 0,
        "lost_count": 0,
        "corporate_links": 2,
        "corporate_carried": 2,
        "lost": [],
    }


def test_a_link_written_by_hand_is_listed_for_every_site(little: LittleSite) -> None:
    """With site, page, address and source, and exit code 1; also where the page is the same for everybody."""
    little.change("content/pages/about.md", "By hand.", "By hand. [Shop](https://shop.little.example/S-1)")
    done = check(little, code=1)
    address = "about/index.html: https://shop.little.example/S-1  (content/pages/about.md)"
    assert done.stdout.splitlines()[1:6] == [
        "4 of 6 company links on 2 sites carry the site's owner, 2 of 3 on the corporate site the house account",
        "3 company links do not carry the owner:",
        f"  the corporate site: {address}",
        f"  jane: {address}",
        f"  omar: {address}",
    ]
    assert "ownerless_links" in done.stdout
    assert check(little, "--quiet", code=1).stdout == done.stdout


def test_an_address_may_need_no_owner(little: LittleSite) -> None:
    """site.toml says which; they are counted apart."""
    little.change("content/pages/about.md", "By hand.", "[Terms](https://shop.little.example/terms/)")
    little.change(
        "site.toml",
        'name = "Little"',
        'name = "Little"\nownerless_links = ["https://shop.little.example/terms/*"]',
    )
    assert check(little).stdout.splitlines()[1].endswith("the house account; 3 need no owner")
    little.change("site.toml", "//shop.little.example/terms", "//help.little.example/terms")
    assert (
        'site.ownerless_links (item 1): "https://help.little.example/terms/*" leads to no host of [links]'
        in (check(little, code=1).stderr)
    )


def test_a_feed_is_part_of_the_corporate_site(little: LittleSite) -> None:
    """Its pages are written with entities, and read without."""
    little.write(
        "content/news/hello.md",
        "---\ntitle: Hello\ndate: 2026-01-02\n---\n[Join](https://join.little.example/?x=1&id={{ distributor.id }})\n",
    )
    before = counted(little)
    assert before["carried"] == before["links"]
    little.change("content/news/hello.md", "&id=", "&ref=")
    lost = counted(little, code=1)["lost"]
    assert isinstance(lost, list)
    feeds = [link["page"] for link in lost if link["page"].startswith("feeds/")]
    assert feeds == ["feeds/all.atom.xml"]


@pytest.mark.parametrize("style", ["subdomain", "domain"])
def test_sites_on_hosts_of_their_own_are_counted_alike(little: LittleSite, style: str) -> None:
    """Their own addresses are no company links, though the shop is on a host below the same domain."""
    domain = "[[roster.fields]]\nname = 'domain'\n\n" if style == "domain" else ""
    little.change(
        "site.toml",
        "[links]",
        f"[addresses]\nstyle = '{style}'\nhost = 'little.example'\n"
        + ("domain_field = 'domain'\n\n" if domain else "\n")
        + f"{domain}[links]",
    )
    found = counted(little)
    assert (found["links"], found["carried"]) == (6, 6)


def test_a_link_that_carries_another_is_lost(little: LittleSite) -> None:
    """The sponsor's, for instance, and one that a template glues together by hand."""
    little.change(
        "themes/little/templates/page.html",
        "<h1>",
        '{% if distributor.sponsor %}<a href="{{ enroll_link(distributor.sponsor) }}">Join</a>{% endif %}'
        '<a href="https://shop.little.example/x?from=site?id={{ distributor.id }}">x</a><h1>',
    )
    found = counted(little, code=1)
    shop = "https://shop.little.example/x?from=site?id="
    assert found["lost"] == [
        {"site": site, "page": "about/index.html", "address": address, "source": "content/pages/about.md"}
        for site, address in [
            ("", f"{shop}HOUSE"),
            ("jane", f"{shop}A1"),
            ("omar", f"{shop}A2"),
            ("omar", "https://join.little.example/?id=A1"),
        ]
    ]
    assert found["lost_count"] == 4


def test_many_sites_are_counted_by_many_processes(little: LittleSite) -> None:
    """The list is the same, whichever shard is done first."""
    little.roster(*(f"N{number},p{number:04},P,Q,,,,GB,active,," for number in range(160)))
    little.change("content/pages/about.md", "By hand.", "[Shop](https://shop.little.example/S-1)")
    alone = counted(little, "--jobs", "1", code=1)
    together = counted(little, "--jobs", "3", code=1)
    assert alone == together
    assert (alone["sites"], alone["links"], alone["lost_count"]) == (160, 161 * 3, 161)
    assert len(check(little, code=1).stdout.splitlines()) == 3 + 50 + 2


def test_a_site_without_links_is_warned(little: LittleSite) -> None:
    """There is nothing to count."""
    text = (little.root / "site.toml").read_text()
    little.write("site.toml", text.replace(text[text.index("[links]") : text.index("[markets")], ""))
    little.write("themes/little/templates/index.html", '{% extends "base.html" %}')
    little.write("themes/little/templates/product.html", '{% extends "base.html" %}')
    assert "warning: site.toml has no [links], so no link can carry an owner" in check(little).stderr


def test_the_list_of_lost_links_is_bounded() -> None:
    """Their number is not."""
    lost = tuple(LostLink("jane", "index.html", "https://shop.example/", "index.html") for _ in range(LISTED))
    counts = LinkCounts(lost_count=LISTED, lost=lost)
    assert ((counts + counts).lost_count, len((counts + counts).lost)) == (2 * LISTED, LISTED)


@pytest.mark.slow
def test_every_link_of_the_demo_carries_its_owner() -> None:
    """On every page of every site."""
    done = run_replisite("check", "--links", "--site", str(Path(__file__).parents[2]), "--quiet", "--json")
    found = json.loads(done.stdout)["links"]
    assert (done.returncode, found["lost"]) == (0, [])
    assert found["carried"] == found["links"] > 1000
