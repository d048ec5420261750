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
    from replisite.content.kinds import Kind

__all__ = ["references", "write_references"]


def references() -> dict[str, str]:
    """Return the text of every page that is made from models, by its path.

    Imports Pelican, which changes the process that does so: call this where no build follows.
    """
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
        "What stands at the top of a Markdown file, between two lines of `---`, as YAML. The folder of a file in the "
        "content folder says what kind it is of. A key that its kind does not have is an error."
    )
    yield (
        "Values are taken as they are written: `title: No`, `sku: 010` and `version: 1.10` are these texts. A text that holds "
        "`: ` or ` #`, or begins with a sign, stands in quotes. What follows the second `---` is the text of the page, "
        "whatever its first line looks like."
    )
    yield (
        "Files end in `.md`, `.markdown`, `.mkd` or `.mdown`, in small or capital letters. `replisite build` and `check` warn "
        "of each other file in a folder of content that is not read, and say what to do about it; files that editors and "
        "systems leave (`.#x`, `._x`, `x~`, `.DS_Store`) are ignored. Two files whose names differ only in that suffix or in "
        "capital letters are an error."
    )
    yield '```yaml\n---\ntitle: Oolong\nsummary: "Half-way teas: neither green nor black."\n---\n```'
    yield "## What every kind may have"
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
        yield "Beside what every kind may have, or otherwise than there:"
        yield fields_table(own)
    else:
        yield "It has no keys of its own."


def _places(kind: Kind) -> Iterator[str]:
    """Say where files of a kind lie, which templates draw them, and where their pages stand."""
    from replisite.content.kinds import index_url, url_settings

    yield f"Folder: `{kind.folder}/`"
    if kind.has_page:
        yield f"Template: `{kind.name}.html`, where the page is called `{kind.name}`"
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
        yield f"It has no page of its own; links to it lead to `{settings[names[0]]}`"


def _own_part(matter: type[BaseModel], common: type[BaseModel]) -> type[BaseModel]:
    """Return a model of the fields that a kind has beside the common ones, or has otherwise.

    One that says nothing of itself means what the common one means.
    """
    own: Any = {}
    for name, field in matter.model_fields.items():
        usual = common.model_fields.get(name)
        if repr(field) != repr(usual):
            told = copy(field)
            told.description = field.description or (usual.description if usual else None)
            own[name] = (field.annotation, told)
    return create_model(matter.__name__, **own)


def _pelican_kinds() -> Iterator[str]:
    yield "## Pages and news"
    yield (
        "`pages/` and `news/` are Pelican's own "
        "[pages and articles](https://docs.getpelican.com/en/latest/content.html#file-metadata): `title`, `date`, "
        "`modified`, `slug`, `summary`, `category`, `tags`, `author`, `status`, `lang`, `template`, and any key that "
        "your theme reads. An article wants a `date`. `expires` works there, too."
    )
    yield "```yaml\n---\ntitle: Lighter parcels\ndate: 2026-10-05\ntags: delivery, packaging\n---\n```"


# -- the roster --------------------------------------------------------------------------------------


def _roster() -> Iterator[str]:
    yield NOTICE
    yield "# The roster"
    yield (
        "The list of distributors: `[roster] source` in site.toml names it, and `--roster FILE` another. It is a CSV file in "
        "UTF-8 whose first line names the columns, in any order (`.csv`), or a file of one JSON object a line "
        "(`.jsonl`). A build tells all faults of all rows at once and writes nothing; `--skip-bad-rows` goes on with the "
        "good rows and counts each row that is left out. It does not help where the file as a whole is wrong: a column is "
        "missing, a second header has other columns, or no row is good."
    )
    yield (
        'Values that a spreadsheet or a database makes are faults of their rows: `="00123"`, `1.00235E+11`, `123.0`, `#N/A`, '
        "`NULL`, `\\N`, dates in place of an id, quotation marks around an id, totals, a repeated header. Names are judged "
        "by their row: Christopher Null and Sum Total are people, and `None` beside a real first name is a warning."
    )
    yield (
        "Control characters, halves of surrogate pairs, noncharacters and marks of writing direction without a partner are "
        "left out of every cell, and a direction that a text leaves open is closed behind it. A warning names the cells and "
        "the letters. White space around a text, and a byte order mark at the start of the file, are no part of a value."
    )
    yield "## Columns"
    yield _columns()
    yield "## `publish`"
    yield (
        "A column is private until its owner publishes it. `publish` lists what may be shown on the public site, "
        "separated by blanks, commas or semicolons. It may list "
        f"{_listed(PUBLISHABLE)}, and the columns of your own. Where it is empty, {_listed(DEFAULT_PUBLISH)} are "
        "shown. A list that is not empty stands alone, without those."
    )
    yield (
        f"{_listed(ALWAYS_PUBLIC)} are no secret: links and addresses hold them. `sponsor_id` and `enroller_id` are never "
        "shown; of a sponsor, a site shows what the sponsor publishes."
    )
    yield "## Columns of your own"
    yield (
        "Any other column is declared in site.toml, with one table each; a column that is not is an error. Templates and prose "
        "read it as `distributor.fields.<name>`, empty where its owner does not publish it."
    )
    yield '```toml\n[[roster.fields]]\nname = "whatsapp"\nlabel = "WhatsApp"\ntype = "url"\nis_channel = true\n```'
    yield fields_table(FieldTable)
    yield "## Stories"
    yield (
        "A person who writes more has a file `distributors/<alias>.md` in the content folder. Its front matter wins over "
        "the row; the text below it is the `bio`. A story without a row is an error, and so are two stories of one person, and "
        "one that sets what the company sets. Any suffix of Markdown will do."
    )
    yield _says()
    yield (
        "With `[roster] stories_publish = \"any\"`, the default, a story's `publish` replaces the row's: a person who writes "
        'there what may be shown consents to it. With `"narrower"` it may leave fields out and add none, for a company that '
        "keeps each consent itself."
    )


def _says() -> str:
    own = tuple(name for name in RosterColumns.model_fields if name not in COMPANY)
    lines = [
        "| Column | The roster | A story |",
        "| --- | --- | --- |",
        f"| {_listed(own)} | yes | yes |",
        f"| {_listed(COMPANY)} | yes | no |",
        '| a column of your own that is a channel | yes | yes, unless `by = "company"` |',
        '| any other column of your own | yes | no, unless `by = "distributor"` |',
        "| the column that `[addresses] domain_field` names | yes | no |",
    ]
    return "\n".join(lines)


def _columns() -> str:
    lines = ["| Column | May it be empty? | What it says |", "| --- | --- | --- |"]
    for name, field in RosterColumns.model_fields.items():
        told = field.description or ""
        if field.examples:
            told += f" For example {' or '.join(f'`{example}`' for example in field.examples)}."
        lines.append(f"| `{name}` | {_need(name)} | {told.strip().replace('|', '&#124;')} |")
    return "\n".join(lines)


def _need(name: str) -> str:
    if name in {"id", "alias"}:
        return "no"
    return "yes, but the column must be there" if name in REQUIRED else "yes, or left out"


def _listed(names: tuple[str, ...]) -> str:
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} and {last}"


def _joined(parts: Iterator[str]) -> str:
    return "\n\n".join(parts) + "\n"
