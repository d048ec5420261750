"""The demo, built: what a visitor, a distributor and a member find on it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.crawl import walk

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def people() -> list[dict[str, str]]:
    """The demo's roster."""
    with (ROOT / "content/roster.csv").open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_there_is_a_site_for_each_active_distributor(demo: Path, people: list[dict[str, str]]) -> None:
    """The corporate site and one for everybody who is active or in grace."""
    active = {person["alias"] for person in people if person["status"] in {"active", "grace"}}
    closed = {person["alias"] for person in people} - active
    assert len(people) == 40
    assert all((demo / alias / "index.html").is_file() for alias in active)
    assert not [alias for alias in closed if (demo / alias).exists()]
    assert (demo / "index.html").is_file()


@pytest.mark.parametrize(
    "alias", ["", "maggie-braithe", "siobhan-oneil", "li-xiaolan", "noa-levy", "calvin-moss"]
)
def test_a_walk_stays_on_the_site(demo: Path, alias: str) -> None:
    """From the home page every page of the site is reached, and no link is broken."""
    prefix = f"{alias}/" if alias else ""
    found = walk(demo, prefix)
    assert found.broken == []
    assert not [path for path in found.shared if path.endswith(".html")]
    pages = {path.relative_to(demo).as_posix() for path in (demo / alias).rglob("*.html")} if alias else set()
    assert found.pages >= pages


@pytest.mark.parametrize(
    "page",
    [
        "products/high-fell-oolong",
        "packs/tasting-trio",
        "training/know-the-tea",
        "help/ordering-for-a-customer",
        "legal/privacy",
        "how-it-works",
        "ways-to-take-part",
        "plan",
        "events",
        "news",
    ],
)
def test_the_sites_are_complete(demo: Path, page: str) -> None:
    """Products, packs, training, help, legal, how it works, ways to take part, the plan: on both kinds of site."""
    assert (demo / page / "index.html").is_file()
    assert (demo / "maggie-braithe" / page / "index.html").is_file()


def test_links_carry_the_owner_and_nobody_else(demo: Path, people: list[dict[str, str]]) -> None:
    """Every referral link on every page of every site has the owner's id."""
    ids = {person["alias"]: person["id"] for person in people}
    for page in demo.rglob("*.html"):
        owner = ids.get(page.relative_to(demo).parts[0], "HOUSE")
        for url in re.findall(r'https://(?:shop|join)\.tarnandthistle\.example/[^"\s<]*', page.read_text()):
            assert url.endswith(f"?id={owner}"), f"{page}: {url}"


def test_what_exists_once(demo: Path) -> None:
    """Feeds, sitemap, robots.txt, the 404 page and the theme are on the corporate site alone."""
    for path in ("feeds/all.atom.xml", "sitemap.xml", "robots.txt", "404.html", "theme/css/storefront.css"):
        assert (demo / path).is_file()
        assert not (demo / "maggie-braithe" / path).exists()


def test_member_pages_keep_search_engines_out(demo: Path) -> None:
    """Open access publishes them with noindex, and the sitemap does not list them."""
    assert '<meta name="robots" content="noindex' in (demo / "training/know-the-tea/index.html").read_text()
    assert '<meta name="robots"' not in (demo / "products/high-fell-oolong/index.html").read_text()
    sitemap = (demo / "sitemap.xml").read_text()
    assert "/products/high-fell-oolong/" in sitemap
    assert "/training/" not in sitemap
    assert "maggie" not in sitemap


def test_pages_point_to_the_corporate_page(demo: Path) -> None:
    """The canonical address of an owner's page is the company's."""
    page = (demo / "maggie-braithe/products/high-fell-oolong/index.html").read_text()
    assert (
        '<link rel="canonical" href="https://www.tarnandthistle.example/products/high-fell-oolong/">' in page
    )


def test_customer_pages_carry_no_opportunity(demo: Path) -> None:
    """Nobody is asked to enrol where tea is sold."""
    for page in [
        *(demo / "maggie-braithe/products").rglob("*.html"),
        *(demo / "maggie-braithe/lines").rglob("*.html"),
    ]:
        assert "join.tarnandthistle.example" not in page.read_text(), page


def test_no_page_asks_anybody_else_for_anything(demo: Path) -> None:
    """No script, no font, no picture from another host."""
    for page in demo.rglob("*.html"):
        text = page.read_text()
        assert not re.findall(r'<(?:script|img|source|iframe)\b[^>]*\ssrc="(?:https?:)?//', text), page
        assert not re.findall(
            r'<link\b[^>]*rel="(?:stylesheet|preload|icon)"[^>]*href="(?:https?:)?//', text
        ), page
        assert "<script src" not in text


def test_awkward_names_are_shown_as_they_are(demo: Path) -> None:
    """O'Neil, a script tag for a first name, other scripts: text, in the page and nowhere else."""
    pages = {page.parent.name: page.read_text() for page in demo.glob("*/index.html")}
    everything = "".join(pages.values())
    assert "O&#39;Neil" in everything or "O\N{RIGHT SINGLE QUOTATION MARK}Neil" in everything
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in everything
    assert "<script>alert(1)</script>" not in everything
    assert "李" in everything
    assert "49" not in re.findall(r"greeting[^<]*>([^<]*)<", everything)
