"""The reference in docs/ says what the models say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.little_site import run_replisite

ROOT = Path(__file__).parents[2]
PAGES = [
    "docs/reference/front-matter.md",
    "docs/reference/roster.md",
    "docs/reference/site-toml.md",
    "docs/site.schema.json",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the pages were made anew; a process of its own, because Pelican is imported there."""
    folder = tmp_path_factory.mktemp("reference")
    done = run_replisite("reference", "--output", str(folder))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(folder / path) for path in PAGES]
    return folder


@pytest.mark.parametrize("path", PAGES)
def test_the_reference_is_current(made: Path, path: str) -> None:
    """What is checked in is what the models give now."""
    kept = (ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else ""
    is_current = kept == (made / path).read_text("utf-8")
    assert is_current, f"{path} is not what the models say now; run: make reference"


def test_every_kind_has_its_section(made: Path) -> None:
    """Folder, templates, addresses and keys of each kind can be looked up."""
    page = (made / "docs/reference/front-matter.md").read_text("utf-8")
    sections = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert sections == [
        "Keys of every kind",
        "Line",
        "Product",
        "Pack",
        "Course",
        "Lesson",
        "Help article",
        "Legal page",
        "Event",
        "Plan element",
        "Pages and news",
    ]
    product = page.partition("## Product\n")[2].partition("\n## ")[0]
    assert "- Folder: `products/`\n- Template: `product.html`" in product
    assert '`PRODUCT_URL = "products/{slug}/"`' in product
    assert "| `sku` | a text | required |" in product
    assert "| `title` |" not in product


def test_the_reference_does_not_show_in_the_help() -> None:
    """It is for those who work on replisite."""
    assert "reference" not in run_replisite("--help").stdout


def test_every_roster_column_is_described(made: Path) -> None:
    """No row of the table says nothing, and the four columns that must be there say so."""
    page = (made / "docs/reference/roster.md").read_text("utf-8")
    columns = page.partition("## Columns\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in columns.splitlines() if line.startswith("| `")]
    assert [row for row in rows if len(row) != 3 or not row[2].strip()] == []
    needed = [row[0] for row in rows if row[1] == "no" or "is required" in row[1]]
    assert needed == ["`id`", "`alias`", "`first_name`", "`last_name`"]
