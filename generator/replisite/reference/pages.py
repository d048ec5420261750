"""The pages of the reference: the path of each in docs/, and its text, made from the models.

`tables` turns one model into Markdown; this module lists the models.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, create_model

from replisite.config.schema import Document, FieldTable
from replisite.model.distributor import ALWAYS_PUBLIC, DEFAULT_PUBLISH, PUBLISHABLE
from replisite.reference.tables import NOTICE, document_reference, fields_table, json_schema
from replisite.roster import RosterColumns
from replisite.roster.columns import COMPANY, REQUIRED

if TYPE_CHECKING:
    from replisite.content.item import Kind

__all__ = ["references", "write_references"]


def references() -> dict[str, str]:
    """Return the text of every page that is made from models, by its path."""
    return {
        "docs/reference/front-matter.md": _joined(_front_matter()),
        "docs/reference/roster.md": _joined(_roster()),
        "docs/reference/site-toml.md": document_reference(Document, "site.toml"),
        "docs/site.schema.json": json_schema(Document, "site.toml"),
    }


def write_references(folder: Path) -> Iterator[Path]:
    """Write these pages below a folder, the one that contains docs/, and stream their paths."""
    for path, text in references().items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        yield file


# -- front matter ------------------------------------------------------------------------------------


def _front_matter() -> Iterator[str]:
    from replisite.content.front_matter import FrontMatter
    from replisite.content.kinds import KINDS

    yield NOTICE
    yield "# Front matter"
    yield (
        "Front matter is YAML at the top of a Markdown file, between two lines of `---`. The folder of a file in the "
        "content folder determines its kind. A key that the kind does not have is an error."
    )
    yield (
        "Values are read as they are written: `title: No`, `sku: 010` and `version: 1.10` are these texts. Put a text that "
        "contains `: ` or ` #`, or begins with a punctuation mark, in quotes. All lines after the second `---` are the text "
        "of the page."
    )
    yield (
        "Files end in `.md`, `.markdown`, `.mkd` or `.mdown`, in small or capital letters. `replisite build` and `check` warn "
        "of every other file in a folder of content that is not read, with the next step; files that editors and systems "
        "leave behind (`.#x`, `._x`, `x~`, `.DS_Store`) are ignored. Two files whose names differ only in the suffix or in "
        "capital letters are an error."
    )
    yield '```yaml\n---\ntitle: Oolong\nsummary: "Half-way teas: neither green nor black."\n---\n```'
    yield "## Keys of every kind"
    yield fields_table(FrontMatter)
    for kind in KINDS:
        yield from _kind(kind, FrontMatter)
    yield from _pelican_kinds()


def _kind(kind: Kind, common: type[BaseModel]) -> Iterator[str]:
    yield f"## {kind.name.replace('_', ' ').capitalize()}"
    yield " ".join((kind.matter.__doc__ or "").split())
    yield "\n".join(f"- {line}" for line in _places(kind))
    own = _own_part(kind.matter, common)
    if own.model_fields:
        yield "Keys in addition to those of every kind, or with another meaning:"
        yield fields_table(own)
    else:
        yield "This kind has no keys of its own."


def _places(kind: Kind) -> Iterator[str]:
    """Yield the folder of a kind's files, the templates that render them, and the addresses of their pages."""
    from replisite.content.kinds import index_url, url_settings

    yield f"Folder: `{kind.folder}/`"
    if kind.has_page:
        yield f"Template: `{kind.name}.html`; the page is the variable `{kind.name}`"
    if kind.index:
        yield (
            f"List page: `{kind.index_template}.html`, at `{index_url(kind, 'folder')}` "
            f"(or `{index_url(kind, 'file')}`)"
        )
    yield f"In every template: `{kind.list_name}`"
    settings = url_settings("folder")
    names = [f"{kind.name.upper()}_URL", f"{kind.name.upper()}_SAVE_AS"]
    shown = ", ".join(f'`{name} = "{settings[name]}"`' for name in names if settings[name])
    other = url_settings("file")[names[0]]
    if kind.has_page:
        yield f'Settings for `[pelican]`: {shown}; with `page_urls = "file"`: `"{other}"`'
    else:
        yield f"This kind has no pages of its own; links to it lead to `{settings[names[0]]}`"


def _own_part(matter: type[BaseModel], common: type[BaseModel]) -> type[BaseModel]:
    """Return a model of the fields that a kind has in addition to the common ones, or defines differently.

    A field without a description has that of the common field.
    """
    own: Any = {}
    for name, field in matter.model_fields.items():
        usual = common.model_fields.get(name)
        if repr(field) != repr(usual):
            described = copy(field)
            described.description = field.description or (usual.description if usual else None)
            own[name] = (field.annotation, described)
    return create_model(matter.__name__, **own)


def _pelican_kinds() -> Iterator[str]:
    yield "## Pages and news"
    yield (
        "`pages/` and `news/` are Pelican's own "
        "[pages and articles](https://docs.getpelican.com/en/latest/content.html#file-metadata): `title`, `date`, "
        "`modified`, `slug`, `summary`, `category`, `tags`, `author`, `status`, `lang`, `template`, and any key that "
        "your theme reads. An article needs a `date`. `expires` works too."
    )
    yield "```yaml\n---\ntitle: Lighter parcels\ndate: 2026-10-05\ntags: delivery, packaging\n---\n```"


# -- the roster --------------------------------------------------------------------------------------


def _roster() -> Iterator[str]:
    yield NOTICE
    yield "# The roster"
    yield (
        "The roster is the list of distributors. `[roster] source` in site.toml names the file; `--roster FILE` replaces it. "
        "The file is CSV in UTF-8 whose first line names the columns, in any order (`.csv`), or has one JSON object a line "
        "(`.jsonl`). A build reports all faults of all rows at once and writes nothing; with `--skip-bad-rows` it continues "
        "with the good rows and counts the rows that are left out. The option does not help if the file as a whole is wrong: "
        "a column is missing, a second header has other columns, or no row is good."
    )
    yield (
        'Values that a spreadsheet or a database writes are faults of their rows: `="00123"`, `1.00235E+11`, `123.0`, `#N/A`, '
        "`NULL`, `\\N`, dates in place of an id, quotation marks around an id, totals, a repeated header. Names are judged "
        "by their row: Christopher Null and Sum Total are people, and `None` beside a real first name is a warning."
    )
    yield (
        "Control characters, halves of surrogate pairs, noncharacters and marks of writing direction without a partner are "
        "removed from every cell, and a direction that a text leaves open is closed after it. A warning names the cells and "
        "the letters. White space around a text, and a byte order mark at the start of the file, are not part of a value."
    )
    yield "## Columns"
    yield _columns()
    yield "## `publish`"
    yield (
        "A column is private until its owner publishes it. `publish` lists the fields that the public site may show, "
        "separated by blanks, commas or semicolons. It may list "
        f"{_listed(PUBLISHABLE)}, and your own columns. If it is empty, the site shows {_listed(DEFAULT_PUBLISH)}. "
        "A list that is not empty replaces these."
    )
    yield (
        f"{_listed(ALWAYS_PUBLIC)} are not secret: links and addresses contain them. `sponsor_id` and `enroller_id` are never "
        "shown; of a sponsor, a site shows the fields that the sponsor publishes."
    )
    yield "## Your own columns"
    yield (
        "Declare any other column in site.toml, with one table for each; an undeclared column is an error. Templates and "
        "prose read it as `distributor.fields.<name>`; it is empty if its owner does not publish it."
    )
    yield '```toml\n[[roster.fields]]\nname = "whatsapp"\nlabel = "WhatsApp"\ntype = "url"\nis_channel = true\n```'
    yield fields_table(FieldTable)
    yield "## Stories"
    yield (
        "A story is a file `distributors/<alias>.md` in the content folder, written by a distributor. Its front matter "
        "overrides the row; the text below it is the `bio`. A story without a row is an error, and so are two stories of one "
        "person, and a story that sets a field of the company. Any suffix of Markdown is allowed."
    )
    yield _says()
    yield (
        'With `[roster] stories_publish = "any"`, the default, the `publish` of a story replaces that of the row: a person '
        'who lists a field there consents to it. With `"narrower"` a story can remove fields and not add any, for a company '
        "that records each consent in the roster."
    )


def _says() -> str:
    own = tuple(name for name in RosterColumns.model_fields if name not in COMPANY)
    lines = [
        "| Column | The roster | A story |",
        "| --- | --- | --- |",
        f"| {_listed(own)} | yes | yes |",
        f"| {_listed(COMPANY)} | yes | no |",
        '| your own column that is a channel | yes | yes, unless `by = "company"` |',
        '| any other column of yours | yes | no, unless `by = "distributor"` |',
        "| the column that `[addresses] domain_field` names | yes | no |",
    ]
    return "\n".join(lines)


def _columns() -> str:
    lines = ["| Column | May it be empty? | Meaning |", "| --- | --- | --- |"]
    for name, field in RosterColumns.model_fields.items():
        meaning = field.description or ""
        if field.examples:
            meaning += f" For example {' or '.join(f'`{example}`' for example in field.examples)}."
        lines.append(f"| `{name}` | {_need(name)} | {meaning.strip().replace('|', '&#124;')} |")
    return "\n".join(lines)


def _need(name: str) -> str:
    if name in {"id", "alias"}:
        return "no"
    return "yes, but the column is required" if name in REQUIRED else "yes, or leave it out"


def _listed(names: tuple[str, ...]) -> str:
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} and {last}"


def _joined(parts: Iterator[str]) -> str:
    return "\n\n".join(parts) + "\n"
