"""The theme's pages as they are written: what each must have, and the order and the company that links keep."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.theme.pages import LISTS, OWNER, PAGE_404, PAGES

pytestmark = pytest.mark.xdist_group("theme")  # with the browser: one build for both

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "themes/storefront/templates"
DISCLOSURES = ("before-you-buy-stock", "leaving-and-buy-back", "income-disclosure")
TERMS = ("Price each time", "Charged and sent", "Commitment", "How to stop")

ENROL = "https://join.tarnandthistle.example/"
ENROL_BUTTON = re.compile(rf'<a class="button[^"]*" href="{ENROL}')
AUTOSHIP = re.compile(r"https://shop\.tarnandthistle\.example/\w+/autoship/")

Pages = dict[str, str]


@pytest.fixture(scope="module")
def pages(demo: Path) -> Pages:
    """Every page of the demo, by path."""
    return read(demo)


@pytest.fixture(scope="module")
def aliases() -> set[str]:
    """Everybody on the demo's roster."""
    with (ROOT / "content/roster.csv").open(encoding="utf-8-sig", newline="") as roster:
        return {person["alias"] for person in csv.DictReader(roster)}


def read(folder: Path) -> Pages:
    """Return every HTML page under a folder, by path."""
    return {
        page.relative_to(folder).as_posix(): page.read_text("utf-8")
        for page in sorted(folder.rglob("*.html"))
    }


def images(text: str) -> list[dict[str, str]]:
    """Return the attributes of each picture."""
    return [dict(re.findall(r'([a-z-]+)="([^"]*)"', image)) for image in re.findall(r"<img\b[^>]*>", text)]


def places(text: str, *words: str) -> list[int]:
    """Return where each of these first stands; a word that is missing is an error."""
    return [text.index(word) for word in words]


def test_every_template_is_looked_at(demo: Path, awkward: Path) -> None:
    """A new template wants its row in pages.py."""
    looked_at = {*PAGES, *LISTS, PAGE_404.removesuffix(".html"), "base"}
    assert {template.stem for template in TEMPLATES.glob("*.html")} == looked_at
    assert all((demo / OWNER / path / "index.html").is_file() for path in PAGES.values())
    assert all((awkward / "long" / path / "index.html").is_file() for path in LISTS.values())


def test_a_page_has_one_heading_a_language_and_a_title(pages: Pages) -> None:
    """One h1; a lang; a title with words in it."""
    wrong = [
        path
        for path, text in pages.items()
        if len(re.findall(r"<h1[ >]", text)) != 1
        or not re.search(r'<html lang="[a-z]{2}', text)
        or not re.search(r"<title>[^<]*\w[^<]*</title>", text)
    ]
    assert wrong == []


def test_a_page_names_its_original_or_keeps_out(pages: Pages) -> None:
    """One signal to search engines a page: the canonical address, or for members' pages and the 404 page noindex."""
    wrong = [
        path
        for path, text in pages.items()
        if text.count('<link rel="canonical"') + text.count('<meta name="robots" content="noindex">') != 1
    ]
    assert wrong == []


def test_a_page_describes_itself(pages: Pages) -> None:
    """Everything in the demo has a summary, so only the 404 page has no description."""
    described = re.compile(r'<meta name="description" content="[^"]*\w[^"]*">')
    assert [path for path, text in pages.items() if not described.search(text)] == [PAGE_404]


def test_the_label_stands_with_the_owners_name(pages: Pages, aliases: set[str]) -> None:
    """At the top, on the support ladder and at the foot: the same name, and that it is a distributor's."""
    tops = re.compile(r'<bdi>([^<]+)</bdi></a> <span class="label">Independent Distributor</span>')
    ladders = re.compile(r'<bdi>([^<]+)</bdi><span class="label">Independent Distributor</span>')
    feet = re.compile(
        r"This site belongs to <bdi>([^<]+)</bdi>, Independent Distributor of Tarn &amp; Thistle"
    )
    owned = {path: text for path, text in pages.items() if path.split("/")[0] in aliases}
    assert len(owned) > len(pages) * 0.9
    for path, text in owned.items():
        top, ladder, foot = tops.findall(text), ladders.findall(text), feet.findall(text)
        assert (len(top), top, top) == (1, ladder, foot), path
    assert not [path for path in pages.keys() - owned if "Independent Distributor" in _frame(pages[path])]


def _frame(text: str) -> str:
    """Return a page without what the company wrote on it."""
    return re.sub(r"<main.*</main>", "", text, flags=re.DOTALL)


def test_an_enrol_button_stands_beside_the_disclosures(pages: Pages) -> None:
    """Before you buy stock, leaving and buy-back, the income disclosure: in the same box, before the button."""
    boxes = re.compile(r'<aside class="take-part".*?</aside>', re.DOTALL)
    enrolling = {path: text for path, text in pages.items() if ENROL in text}
    assert {path.removeprefix(f"{OWNER}/") for path in enrolling if path.startswith(OWNER)} == {
        "how-it-works/index.html",
        "packs/starter-kit/index.html",
        "ways-to-take-part/index.html",
    }
    for path, text in enrolling.items():
        assert not ENROL_BUTTON.search(boxes.sub("", text)), path
        for stretch in (text[text.index("<main") :], *boxes.findall(text)):
            *documents, enrol = places(stretch, *(f"legal/{document}/" for document in DISCLOSURES), ENROL)
            assert max(documents) < enrol, path


def test_an_autoship_button_stands_below_its_terms(pages: Pages) -> None:
    """Price, rhythm, commitment and how to stop come first, in the same section."""
    sections = re.compile(r'<section class="autoship".*?</section>', re.DOTALL)
    shipping = {path: text for path, text in pages.items() if AUTOSHIP.search(text)}
    assert shipping
    for path, text in shipping.items():
        assert not AUTOSHIP.search(sections.sub("", text)), path
        for section in sections.findall(text):
            assert places(section, *TERMS, "/autoship/") == sorted(places(section, *TERMS, "/autoship/")), (
                path
            )


def test_a_market_for_personal_use_enrols_nobody(awkward: Path) -> None:
    """In a market with the status nfr the theme draws no enrol button, and a sentence says why."""
    why = "In United States our products are for personal use. Distributors are not enrolled there."
    personal_use = read(awkward / "bare")
    enrolling = {path for path, text in read(awkward / "long").items() if ENROL_BUTTON.search(text)}
    assert len(enrolling) == 3
    assert {path for path, text in personal_use.items() if why in text} == enrolling
    assert [path for path, text in personal_use.items() if ENROL_BUTTON.search(text)] == []


@pytest.mark.parametrize("owner", ["", f"{OWNER}/"])
def test_products_come_before_opportunity(pages: Pages, owner: str) -> None:
    """In the navigation, at the doors and down the home page; and nobody is asked to enrol there."""
    home = pages[f"{owner}index.html"]
    way = r'<a href="\./([a-z-]+)/'
    for menu in ("main-nav", "doors"):
        ways = re.findall(way, home.split(f'<nav class="{menu}')[1].split("</nav>")[0])
        assert ways[0] == "products"
        assert ways.index("products") < ways.index("how-it-works") < ways.index("training")
    assert re.findall(r'<section [^>]*aria-labelledby="([a-z-]+)"', home) == [
        "line-oolong",
        "line-black",
        "line-herbal",
        "packs-title",
        "owner-title",
        "steps-title",
        "news-title",
        "ask-title",
    ]
    assert ENROL not in home


def test_ids_are_given_once(pages: Pages) -> None:
    """On every page, and what is labelled by an id has it."""
    wrong = []
    for path, text in pages.items():
        ids = Counter(re.findall(r'\sid="([^"]*)"', text))
        wrong += [f"{path}: {name} twice" for name, number in ids.items() if number > 1]
        named = re.findall(r'\saria-labelledby="([^"]*)"', text) + re.findall(r'href="#([^"]+)"', text)
        wrong += [f"{path}: no {name}" for name in named if name not in ids]
    assert wrong == []


def test_pictures_have_a_size_and_a_text(pages: Pages) -> None:
    """An alt on each; its size, unless the stylesheet gives it one or it is the author's own; no link of a bare picture."""
    wrong = []
    for path, text in pages.items():
        assert not re.search(r'<a\b[^>]*>\s*<img\b[^>]*alt=""[^>]*>\s*</a>', text), path
        for image in images(text):
            is_sized = (
                {"width", "height"} <= image.keys() or image.get("class") == "avatar" or image.get("alt")
            )
            wrong += [] if "alt" in image and is_sized else [f"{path}: {image['src']}"]
    assert wrong == []


def test_a_product_is_named_by_its_picture(pages: Pages) -> None:
    """The picture of a product page says what it shows."""
    page = pages[f"{OWNER}/{PAGES['product']}index.html"]
    assert [image["alt"] for image in images(page) if image["alt"]] == ["High Fell Oolong"]
