"""The demo once more: with awkward owners, lists by author and category, and a market that does not enrol."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from tests.little_site import run_replisite

ROOT = Path(__file__).parents[2]

_EVERYTHING = "first_name last_name display_name email phone photo greeting bio city region country rank joined whatsapp website"

_AWKWARD: tuple[dict[str, str], ...] = (
    {
        "id": "W1",
        "alias": "long",
        "first_name": "W" * 500,
        "last_name": "m" * 500,
        "email": f"{'w' * 60}@{'m' * 60}.example.com",
        "phone": "+44 1632 960140",
        "photo": "images/people/04.png",
        "greeting": "G" * 500,
        "bio": f"{'B' * 400}\n\n- {'b' * 200}\n\n**{'h' * 200}**",
        "city": "C" * 400,
        "region": "R" * 400,
        "country": "GB",
        "market": "GB",
        "rank": "senior-leader",
        "status": "active",
        "joined": "2021-02-15",
        "publish": _EVERYTHING,
        "whatsapp": f"https://wa.me/{'4' * 200}",
        "website": f"https://example.com/{'w' * 300}",
    },
    {
        "id": "W2",
        "alias": "right-to-left",
        "first_name": "عبد الرحمن",
        "last_name": "بن عبد الله الحدّاد",
        "email": "rtl@example.com",
        "phone": "+44 1632 960141",
        "greeting": "أهلاً وسهلاً! الشاي جاهز، فاسألوني عمّا تشاؤون.",
        "bio": "أبيع الشاي منذ **عشر سنوات** في مدينة صغيرة.\n\n- واحد\n- اثنان",
        "city": "נתניה",
        "market": "GB",
        "status": "active",
        "sponsor_id": "W1",
        "publish": _EVERYTHING,
    },
    {
        "id": "W3",
        "alias": "bare",
        "first_name": "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🫖",
        "last_name": "🫖",
        "market": "US",
        "status": "active",
        "sponsor_id": "W2",
        "publish": "",
    },
)

_LISTS = """
[pelican]
CATEGORY_URL = "news/category/{slug}/"
CATEGORY_SAVE_AS = "news/category/{slug}/index.html"
AUTHOR_URL = "news/author/{slug}/"
AUTHOR_SAVE_AS = "news/author/{slug}/index.html"
"""


@pytest.fixture(scope="session")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's pages for owners who are hard to set, in GB and in the market US, which does not enrol."""
    folder = tmp_path_factory.mktemp("awkward")
    site = folder / "site"
    for name in ("content", "themes"):
        shutil.copytree(ROOT / name, site / name)
    text = (ROOT / "site.toml").read_text(encoding="utf-8")
    market = '[markets.US]\nname = "United States"\n'
    assert market in text
    (site / "site.toml").write_text(
        text.replace(market, f'{market}status = "nfr"\n') + _LISTS, encoding="utf-8"
    )
    header = (ROOT / "content/roster.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as roster:
        rows = csv.DictWriter(roster, header, restval="")
        rows.writeheader()
        rows.writerows(_AWKWARD)
    output = folder / "output"
    done = run_replisite(
        "build", "--site", str(site), "--roster", str(folder / "roster.csv"), "--output", str(output)
    )
    assert done.returncode == 0, done.stderr
    return output
