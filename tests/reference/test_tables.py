"""The reference and the JSON Schema that are made from models."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field

from replisite.config import parse_site
from replisite.config.schema import Document
from replisite.errors import InputError
from replisite.reference.tables import NOTICE, document_reference, fields_table, json_schema

ROOT = Path(__file__).parents[2]
CODE = Annotated[str, Field(title="code")]


class Price(BaseModel):
    """What a product costs in one market."""

    retail: float = Field(description="For everybody.", examples=[14.5])
    member: float | None = Field(default=None, description="For members | partners.")


class Item(BaseModel):
    """A product of a pack."""

    quantity: int = Field(default=1, description="How many.")


class Pack(BaseModel):
    """Several products, sold as one."""

    title: str = Field(description="Its name.", examples=["Morning pack"])
    kind: Literal["pack", "kit"] = Field(default="pack", description="What it is.")
    tags: list[str] = Field(default_factory=list, description="Words for it.")
    sold_from: str = Field(default="", alias="sold-from", description="The first day.")
    price: dict[CODE, Price] = Field(description="Per market.")
    items: list[Item] = Field(default=[], description="What is in it.")


def test_a_table_of_fields_has_a_row_for_every_key() -> None:
    """Keys inside tables stand below the key that holds them, and a bar does not end a cell."""
    assert fields_table(Pack, "Front matter") == (
        "| Front matter | Value | Default | Meaning |\n"
        "| --- | --- | --- | --- |\n"
        '| `title` | a text | required | Its name. For example `"Morning pack"`. |\n'
        '| `kind` | "pack" or "kit" | `"pack"` | What it is. |\n'
        "| `tags` | a list of texts | — | Words for it. |\n"
        "| `sold-from` | a text | — | The first day. |\n"
        "| `price` | a table | required | Per market. |\n"
        "| `price.<code>.retail` | a number | required | For everybody. For example `14.5`. |\n"
        "| `price.<code>.member` | a number | — | For members &#124; partners. |\n"
        "| `items` | a list of tables | — | What is in it. |\n"
        "| `items[].quantity` | a whole number | `1` | How many. |"
    )


class Kettle(BaseModel):
    """The kettle of the house."""

    colour: str = Field(description="Its colour.", examples=["green"])


class Kitchen(BaseModel):
    """What stands in the kitchen."""

    kettle: Kettle = Field(description="The kettle.")
    cups: dict[CODE, str] = Field(default={}, description="The cups.", examples=[{"big": "Big"}])


def test_a_page_shows_the_smallest_file_and_then_each_table() -> None:
    """The reference of a TOML file begins with what is enough to begin."""
    assert document_reference(Kitchen, "kitchen.toml") == (
        f"{NOTICE}\n\n# kitchen.toml\n\nWhat stands in the kitchen.\n\n"
        "The smallest file that works:\n\n"
        '```toml\n[kettle]\ncolour = "green"\n```\n\n'
        "## `[kettle]`\n\nThe kettle of the house.\n\n"
        "| Key | Value | Default | Meaning |\n"
        "| --- | --- | --- | --- |\n"
        '| `colour` | a text | required | Its colour. For example `"green"`. |\n\n'
        "## `[cups]`\n\nThe cups.\n\n"
        '```toml\n[cups]\nbig = "Big"\n```\n'
    )


def test_the_smallest_site_of_the_reference_works() -> None:
    """What the page calls the smallest site.toml is one."""
    page = document_reference(Document, "site.toml")
    smallest = page.partition("```toml\n")[2].partition("```")[0]
    assert parse_site(smallest, ROOT).name == "Tarn & Thistle"


def test_every_key_of_a_site_is_described() -> None:
    """No row of the reference of site.toml says nothing."""
    rows = [line for line in fields_table(Document).splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |") or "another value" in row] == []


def the_schema() -> dict[str, object]:
    """Return the JSON Schema of site.toml, checked against its own."""
    schema: dict[str, object] = json.loads(json_schema(Document, "site.toml"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def test_the_schema_accepts_the_demo() -> None:
    """An editor finds no fault in this repository's site.toml."""
    written = tomllib.loads((ROOT / "site.toml").read_text("utf-8"))
    assert [
        error.message for error in jsonschema.Draft202012Validator(the_schema()).iter_errors(written)
    ] == []


@pytest.mark.parametrize(
    "more",
    [
        "colour = 1",
        "[site]\nname = 1",
        "[markets.gb]\ncurrency = 'GBP'\nlanguages = ['en']",
        "[markets.GB]\ncurrency = 'GBP'\nlanguages = []",
        "[links]\nShop = 'https://shop.tea.example/{?id}'",
        "[pelican]\nplugins = []",
        "[targets.production]\nuser = 'me'",
        "[members]\naccess = 'closed'",
    ],
)
def test_the_schema_refuses_what_the_program_refuses(more: str) -> None:
    """An editor marks what a build would refuse, as far as a schema can say it."""
    assert list(jsonschema.Draft202012Validator(the_schema()).iter_errors(tomllib.loads(more))) != []
    with pytest.raises(InputError):
        parse_site(more, ROOT)


def test_the_schema_has_no_title_made_from_a_class() -> None:
    """Editors show titles, and SiteTable is no word for a person."""
    assert json_schema(Document, "site.toml").count('"title"') == 1
