"""The demo, the starter and the theme promise nothing that the generated sites do not do yet."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
STARTER = "generator/replisite/starter"
SOURCES = (
    ("content", "*.md"),
    ("themes/storefront/templates", "*.html"),
    (STARTER, "*.md"),
)


class Claim(NamedTuple):
    """Words that promise a feature, and a sentence that must be found by them."""

    words: str
    example: str


CLAIMS: dict[str, list[Claim]] = {
    "A3, C8 goals worksheet": [
        Claim(r"\bworksheets?\b", "Enter it in the goals worksheet."),
        Claim(r"\bexpenses line\b", "The total goes to the expenses line."),
    ],
    "A4 register of assets": [Claim(r"\basset register\b", "It stands in the asset register.")],
    "A5 share kit, QR code, short link": [
        Claim(r"\bqr\b", "Print a new QR code."),
        Claim(r"\bshare kit\b", "Share one page from the share kit."),
        Claim(r"\bshar(?:e|ing) (?:buttons?|assets?|material|links?)\b", "Use the share buttons."),
        Claim(r"\bshort links?\b", "The short link on your site is short."),
        Claim(r"\bcaptions?\b", "The captions already do."),
    ],
    "A6 contact to keep": [
        Claim(r"\bvcard\b", "Save the vCard."),
        Claim(r"\bcontact card\b", "It is gone from the contact card for download."),
    ],
    "A7 articles that open by rank": [
        Claim(r"\bnew (?:at|for) (?:your|their|this) rank\b", "Read one article that is new at your rank."),
        Claim(r"\bopens? further (?:help )?articles\b", "Going up opens further help articles."),
        Claim(r"\bunlock(?:s|ed)?\b", "This article unlocks at Leader."),
        Claim(
            r"\barticles that they have once opened\b", "Nobody loses articles that they have once opened."
        ),
        Claim(r"\bleaders see this article\b", "Leaders see this article because they are asked first."),
    ],
    "A8 list of changes": [
        Claim(
            r"\bpage '?what (?:has )?changed\b|\bwhat changed'? page\b",
            "Reread the page 'What changed', and the plan.",
        )
    ],
    "A9, D2, E3 calendar files": [
        Claim(r"\.ics\b", "It is there as an `.ics` file."),
        Claim(r"\bcalendar (?:files?|programs?)\b", "For any calendar program."),
        Claim(r"\breorder calendar\b", "Download the reorder calendar."),
    ],
    "A10 mentor's card": [
        Claim(r"\bthe offer stands in the name\b", "On this site the offer stands in the name of the owner."),
    ],
    "B2, D2 lists for customers and newcomers": [
        Claim(r"\bfollow-up list\b", "The follow-up list has these days."),
        Claim(r"\bcustomer-care list\b", "So does the customer-care list."),
        Claim(r"\bplaybooks?\b", "The playbook has drafts."),
        Claim(r"\bon (?:the|your) members' pages\b", "The list is on your members' pages."),
    ],
    "B3 points on product pages": [
        Claim(r"\b(?:points|pv)\b[^.]* on every product page\b", "Points (PV) stand on every product page."),
    ],
    "C3, C9 ticks, notes and progress that are kept": [
        Claim(
            r"\b(?:stays?|kept|saved|stored|remembered)\b[^.:#]* (?:in|by) (?:this|your(?: own)?|the) browser\b",
            "Your ticks stay in this browser.",
        ),
        Claim(r"\bexport(?:s|ed)?\b", "You can export them."),
        Claim(r"\bbare counts\b", "Send the bare counts."),
        Claim(r"\b(?:your|my) progress\b", "Your progress is kept."),
    ],
    "C6 consent to a version of the plan": [
        Claim(r"\bticked \"i have read\b", 'Members who ticked "I have read the plan" read it.'),
        Claim(r"\btick (?:is |will be )?removed\b", "They will find the tick removed."),
    ],
    "E4 lesson of the other person": [
        Claim(r"\bteach[ -]it page\b", "Every lesson has a *Teach it* page."),
        Claim(r"\blink to the same lesson\b", "And a link to the same lesson on their site."),
    ],
    "E5 registration and recordings": [
        Claim(r"\bregistration\b", "Seats can be asked for with the registration."),
        Claim(r"\breplays?\b", "The replay is here."),
        Claim(r"\brecording replaces\b", "The recording replaces this page."),
        Claim(r"\bwording of your consent\b", "The wording of your consent is kept with it."),
    ],
    "E7 addresses hidden from crawlers": [
        Claim(r"\bhidden from (?:simple )?crawlers\b", "On the card, hidden from simple crawlers."),
    ],
    "P5 rank": [
        Claim(
            r"\brank\b[^.|]* (?:are|is) never published\b", "Rank, orders and position are never published."
        ),
        Claim(r"\brank\b[^.|]*\| never \|", "| Rank, joining date, team | never | not offered |"),
        Claim(r"\bat the top of the member pages\b", "Your rank is at the top of the member pages."),
    ],
    "P7 stock and prices": [
        Claim(r"\bsold out\b", "The page says *sold out*."),
        Claim(r"\bsame price (?:everywhere|as anywhere)\b", "You pay the same price everywhere."),
        Claim(r"\bprice is the same everywhere\b", "The price is the same everywhere."),
    ],
    "P11 pages that are closed": [
        Claim(r"\bkept out of search engines\b", "These pages are kept out of search engines."),
    ],
    "P12 what a theme cannot know": [
        Claim(r"\bloads nothing from third parties\b", "This site loads nothing from third parties."),
    ],
    "P13 search": [
        Claim(r"\bsearch (?:box|field|page|the site|this site)\b", "Type it into the search box."),
        Claim(r"\bthe search first\b", "The search first, then the desk."),
    ],
}
"""By row of features. When a row exists and its page is tested, its line goes and the sentences may return."""

ALLOWED = {
    ("content/legal/privacy.md", "stays in your browser"): "a heading, and the answer is: nothing",
    ("content/help/change-your-photo-and-story.md", "registration"): "the number plate of a car",
}
"""Words that promise nothing where they stand, each with the reason."""


def words(text: str) -> str:
    """Return a file's words in small letters, without template comments, emphasis and line ends."""
    shown = re.sub(r"\{#.*?#\}", " ", text, flags=re.DOTALL)
    return " ".join(re.sub(r"[*`]", "", shown).split()).lower()


def texts() -> dict[str, str]:
    """Return what people read, by file."""
    return {
        path.relative_to(ROOT).as_posix(): words(path.read_text("utf-8"))
        for folder, pattern in SOURCES
        for path in sorted((ROOT / folder).rglob(pattern))
    }


@pytest.mark.parametrize("row", CLAIMS)
def test_no_text_promises_what_is_not_there(row: str) -> None:
    """Neither the demo nor the starter nor the theme speaks of a feature as if it existed."""
    promised = [
        f"{file}: …{text[max(0, found.start() - 50) : found.end() + 30]}…"
        for file, text in texts().items()
        for claim in CLAIMS[row]
        for found in re.finditer(claim.words, text)
        if (file, found.group()) not in ALLOWED
    ]
    assert promised == []


@pytest.mark.parametrize("claim", [claim for claims in CLAIMS.values() for claim in claims], ids=str)
def test_each_claim_is_recognised(claim: Claim) -> None:
    """The words find the sentence that they were written for."""
    assert re.search(claim.words, words(claim.example))


@pytest.mark.parametrize("allowed", ALLOWED)
def test_no_exception_is_left_over(allowed: tuple[str, str]) -> None:
    """What is allowed still stands in its file."""
    file, phrase = allowed
    assert phrase in texts()[file]


def test_a_rank_shows_where_its_holder_publishes_it(demo: Path) -> None:
    """The privacy page says so: of those who have a site, exactly those who list it have a rank on theirs."""
    with (ROOT / "content/roster.csv").open(encoding="utf-8-sig", newline="") as text:
        people = [person for person in csv.DictReader(text) if (demo / person["alias"]).is_dir()]
    shown = {
        person["alias"]
        for person in people
        if re.search(
            r'<p class="eyebrow">Independent Distributor · ',
            (demo / person["alias"] / "index.html").read_text(),
        )
    }
    assert shown == {
        person["alias"] for person in people if "rank" in re.split(r"[\s,;]+", person["publish"])
    }
    assert shown


def test_pages_store_nothing_and_have_no_form(demo: Path) -> None:
    """The privacy page says so: no script, no form, nothing kept by the browser, members' pages included."""
    for page in [*(demo / "maggie-braithe").rglob("*.html"), demo / "index.html", demo / "404.html"]:
        text = page.read_text("utf-8")
        assert set(re.findall(r"<script\b([^>]*)>", text)) <= {' type="application/ld+json"'}, page
        assert not re.search(r"<form\b|<iframe\b|localStorage|document\.cookie|\son[a-z]+=\"", text), page


def test_links_to_the_shop_carry_what_the_privacy_page_names(demo: Path) -> None:
    """The country, the article and the owner's number; nothing else."""
    page = (demo / "maggie-braithe/legal/privacy/index.html").read_text("utf-8")
    assert "(here it is TT1001)" in page
    for path in (demo / "maggie-braithe").rglob("*.html"):
        for address in re.findall(
            r'https://(?:shop|join)\.tarnandthistle\.example/([^"\s<]*)', path.read_text("utf-8")
        ):
            assert re.fullmatch(
                r"GB(?:/(?:autoship/|preferred|TT-[A-Z]{2}-\d\d)(?:TT-[A-Z]{2}-\d\d)?)?\?id=TT1001", address
            )


def test_boxes_say_that_ticks_are_not_kept(demo: Path) -> None:
    """Each page of tasks says so beside them."""
    for page in (*(demo / "training").glob("*/index.html"), demo / "plan/index.html"):
        text = page.read_text("utf-8")
        if '<input type="checkbox"' in text:
            assert "Your ticks are not kept when you leave this page" in text, page
