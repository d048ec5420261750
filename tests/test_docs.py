"""The documentation names everything there is, and everything that it names is there."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import typer

from replisite.cli import app as cli
from replisite.cli.exits import ExitCode

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS_PAGE = ROOT / "docs/commands.md"

SHELLS = {"sh", "shell", "bash", "console", "yaml", "cron"}
"""Languages of code blocks that hold commands."""

_FENCE = re.compile(r"^( *)(`{3,}|~{3,})([^\n`]*)\n(.*?)^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)
_LINK = re.compile(
    r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+\"[^\"]*\")?\s*\)"
)
_HTML_LINK = re.compile(r"\b(?:href|src)=\"([^\"]+)\"")
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_TABLE = re.compile(r"^#{2,3} `\[+([a-z_.<>]+)\]+`$", re.MULTILINE)


def named() -> str:
    """Return the text of all code, in blocks and between backquotes, of the documentation."""
    return "\n".join(text for page in PAGES for text in codes(page.read_text("utf-8")))


def codes(text: str) -> Iterator[str]:
    """Yield the code of a page: its blocks, then the pieces between backquotes."""
    yield from (found[4] for found in _FENCE.finditer(text))
    yield from (found[2] for found in _CODE.finditer(_FENCE.sub("", text)))


def slug(heading: str) -> str:
    """Return the anchor that a heading has on GitHub.

    >>> slug("`[roster]`, and *what* it says"), slug("[Deploy](deploy.md) in 1.5 s")
    ('roster-and-what-it-says', 'deploy-in-15-s')
    """
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"[*`]", "", text).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(text: str) -> set[str]:
    """Return the anchors of a page; equal headings are numbered."""
    seen: Counter[str] = Counter()
    found = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        name = slug(heading)
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found


def links(text: str) -> Iterator[str]:
    """Yield the addresses that a page links to, without those in code."""
    prose = _CODE.sub("", _FENCE.sub("", text))
    yield from _LINK.findall(prose)
    yield from _HTML_LINK.findall(prose)


def lost_links(page: Path, text: str) -> list[str]:
    """Return the relative links of a page that lead to no file or to no heading."""
    lost = []
    for address in links(text):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        is_there = target.exists() and target.is_relative_to(ROOT)
        if not is_there or not _has(target, parts.fragment, text if target == page else None):
            lost.append(address)
    return lost


def _has(page: Path, anchor: str, text: str | None = None) -> bool:
    return not anchor or anchor in anchors(page.read_text("utf-8") if text is None else text)


def commands() -> Mapping[str, Any]:
    """Return every command that a user sees, by name, as Typer's own Click makes it; "" is the program itself."""
    program: Any = typer.main.get_command(cli.app)
    return {"": program, **{name: found for name, found in program.commands.items() if not found.hidden}}


def options(command: Any) -> set[str]:
    """Return every spelling of a command's options."""
    found = [
        parameter
        for parameter in command.params
        if parameter.param_type_name == "option" and not parameter.hidden
    ]
    return {spelling for option in found for spelling in (*option.opts, *option.secondary_opts)}


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next of its level or above; empty if there is none."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    if found is None:
        return ""
    level = len(found[1])
    end = re.compile(rf"^#{{1,{level}}} ", re.MULTILINE).search(text, found.end())
    return text[found.end() : end.start() if end else len(text)]


def undocumented(page: str) -> list[str]:
    """Return the commands and options that the page about commands does not name where they belong."""
    missing = []
    for name, command in commands().items():
        heading = f"`replisite {name}`" if name else "Every command"
        told = section(page, heading)
        spellings = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(codes(told))))
        if not told:
            missing.append(heading)
        missing += [f"{name} {option}" for option in sorted(options(command) - spellings)]
    return missing


def shell_lines(text: str) -> Iterator[str]:
    """Yield each command line that calls replisite: in code blocks, and as a whole between backquotes."""
    for _, found in _CODE.findall(_FENCE.sub("", text)):
        if re.match(r"replisite [a-z-]", found):
            yield found
    for _, _, language, body in _FENCE.findall(text):
        if language.strip().split(" ")[0] not in SHELLS:
            continue
        for line in body.replace("\\\n", " ").splitlines():
            found = re.search(r"(?:^|[\s;&|(/])(replisite(?: [^#\n]*)?)(?:#|$)", line)
            if found and not line.lstrip().startswith("#"):
                yield re.split(r" (?:&&|\|\||[|;>]|2>)", found[1])[0].strip()


def wrong_commands(text: str) -> list[str]:
    """Return the command lines of a page that name no command, or an option that it does not have."""
    known = commands()
    wrong = []
    for line in shell_lines(text):
        words = shlex.split(line)[1:]
        name = words[0] if words and not words[0].startswith("-") else ""
        given = {word.partition("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)}
        if name not in known or given - options(known[name]) - {"--help", "-h"}:
            wrong.append(line)
    return wrong


def site_keys() -> Iterator[tuple[str, str]]:
    """Yield each key of site.toml with its table, as the schema knows them."""
    schema = json.loads((ROOT / "docs/site.schema.json").read_text("utf-8"))
    for name, table in schema["properties"].items():
        yield name, ""
        yield from _keys(name, table, schema["$defs"])


def _keys(path: str, node: Mapping[str, Any], defs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for table in _tables(node, defs):
        for key, value in table["properties"].items():
            yield path, key
            yield from _keys(f"{path}.{key}", value, defs)


def _tables(node: Mapping[str, Any], defs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the tables that may stand where a node of the schema is: itself, in a list, or by a name."""
    if "$ref" in node:
        yield from _tables(defs[node["$ref"].rpartition("/")[2]], defs)
    if "properties" in node:
        yield node
    many = (*node.get("anyOf", ()), *node.get("patternProperties", {}).values())
    for inner in (node.get("items"), node.get("additionalProperties"), *many):
        if isinstance(inner, dict):
            yield from _tables(inner, defs)


# -- what there is, is documented ------------------------------------------------------------------


def test_every_command_and_option_is_documented() -> None:
    """docs/commands.md has a section for each command, which names each of its options in every spelling."""
    assert undocumented(COMMANDS_PAGE.read_text("utf-8")) == []


def test_every_exit_code_is_documented() -> None:
    """The table of exit codes has a row for each code that the command line ends with."""
    rows = re.findall(r"^\| (\d+) \|", section(COMMANDS_PAGE.read_text("utf-8"), "Exit codes"), re.MULTILINE)
    assert sorted(map(int, rows)) == sorted(ExitCode)


def test_every_key_of_site_toml_is_documented() -> None:
    """The reference has a section for each table of the schema, and a row for each of its keys."""
    page = (ROOT / "docs/reference/site-toml.md").read_text("utf-8")
    tables = {name.split(".<")[0]: found for name, found in _sections(page)}
    count = 0
    for table, key in site_keys():
        assert table in tables, table
        assert not key or f"| `{key}` |" in tables[table] or f"{table}.{key}" in tables, f"[{table}] {key}"
        count += 1
    assert count > 50


def _sections(page: str) -> Iterator[tuple[str, str]]:
    starts = [*_TABLE.finditer(page)]
    ends = [*(found.start() for found in starts[1:]), len(page)]
    yield from ((found[1], page[found.end() : end]) for found, end in zip(starts, ends, strict=True))


def test_every_key_of_front_matter_is_documented() -> None:
    """The reference names each key of each kind; the web team's page names each kind's folder."""
    from replisite.content.kinds import KINDS

    page = (ROOT / "docs/reference/front-matter.md").read_text("utf-8")
    guide = (ROOT / "docs/web-team.md").read_text("utf-8")
    for kind in KINDS:
        assert f"`{kind.folder}/`" in guide, kind.folder
        told = section(page, kind.name.replace("_", " ").capitalize())
        common = section(page, "Keys of every kind")
        for key, field in kind.matter.model_fields.items():
            assert f"| `{field.alias or key}` |" in told + common, f"{kind.name}: {key}"


def test_every_environment_variable_is_documented() -> None:
    """Each variable that replisite reads, its own or a host's, stands in the documentation."""
    found = {
        node.value
        for path in (ROOT / "generator/replisite").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _VARIABLE.fullmatch(node.value)
    }
    assert found >= {"SOURCE_DATE_EPOCH", "REPLISITE_EDITOR", "NETLIFY_AUTH_TOKEN", "AWS_ENDPOINT_URL_S3"}
    assert sorted(found - set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", named()))) == []


_VARIABLE = re.compile(
    r"(?:AWS|AZURE|CF|CLOUDFLARE|GOOGLE|NETLIFY|REPLISITE)(?:_[A-Z0-9]+)+|SOURCE_DATE_EPOCH"
)


def test_every_make_target_is_documented() -> None:
    """CONTRIBUTING or the pages for contributors name each target of the Makefile that has a help text."""
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert [name for name in targets if not re.search(rf"make {name}(?![\w-])", text)] == []


def test_the_glossary_is_in_order() -> None:
    """Terms stand in the order of the alphabet, each once, and each is explained."""
    page = (ROOT / "docs/glossary.md").read_text("utf-8")
    terms = re.findall(r"^\*\*(.+?)\*\*", page, re.MULTILINE)
    assert terms
    assert all(one.lower() < other.lower() for one, other in pairwise(terms))


# -- what is documented, is there ------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    """Each relative link names a file of the repository, and each anchor a heading of that file."""
    assert lost_links(page, page.read_text("utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_line_can_be_typed(page: Path) -> None:
    """Each command line of a code block that calls replisite names a command and options that exist."""
    assert wrong_commands(page.read_text("utf-8")) == []


def uneven_rows(text: str) -> list[str]:
    """Return the rows of tables that have another number of cells than the row of dashes above them."""
    uneven, width = [], 0
    for line in _FENCE.sub("", text).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        if re.fullmatch(r"\|(?: *:?-+:? *\|)+", line):
            width = cells
        elif not cells:
            width = 0
        elif width and cells != width:
            uneven.append(line)
    return uneven


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_row_of_a_table_is_whole(page: Path) -> None:
    """A bar inside a cell is written as \\|, also in code: GitHub would end the cell there."""
    assert uneven_rows(page.read_text("utf-8")) == []


def test_every_page_is_in_the_index() -> None:
    """docs/index.md links to each page of the documentation."""
    index = ROOT / "docs/index.md"
    linked = {
        (index.parent / urlsplit(address).path).resolve() for address in links(index.read_text("utf-8"))
    }
    assert [page.name for page in PAGES[2:] if page != index and page not in linked] == []


def test_the_figures_are_those_that_were_measured() -> None:
    """The tables of docs/benchmarks.md are made of the results in benchmarks/."""
    from benchmarks import deploy, preview, rows

    page = (ROOT / "docs/benchmarks.md").read_text("utf-8")
    made = {"results": ("figures", rows), "preview": ("preview", preview), "deploy": ("deploy", deploy)}
    for name, (marker, module) in made.items():
        results = json.loads((ROOT / f"benchmarks/{name}.json").read_text("utf-8"))
        assert rows.with_figures(page, module.figures(results), marker) == page, f"benchmarks/{name}.json"


def test_the_figures_of_the_readme_are_those_that_were_measured() -> None:
    """README.md states medians of benchmarks/, rounded."""
    medians = {
        row["name"]: row["median"]
        for name in ("results", "preview")
        for row in json.loads((ROOT / f"benchmarks/{name}.json").read_text("utf-8"))["rows"]
    }
    text = README.read_text("utf-8")
    assert f"**{medians['press']:,.0f} pages a second**" in text
    assert f"{medians['press-over-jinja']:.0f} times as many" in text
    assert f"**{medians['build-tmpfs-full']:.0f} seconds**" in text
    assert f"**{medians['edit-Markdown-prose']:.0f} milliseconds**" in text


def test_the_figures_of_the_notes_are_those_that_were_measured() -> None:
    """benchmarks/NOTES.md states medians of benchmarks/, rounded."""
    rows = {
        row["name"]: row
        for name in ("results", "preview")
        for row in json.loads((ROOT / f"benchmarks/{name}.json").read_text("utf-8"))["rows"]
    }
    medians = {name: row["median"] for name, row in rows.items()}
    text = " ".join((ROOT / "benchmarks/NOTES.md").read_text("utf-8").split())
    assert f"{medians['hugo-seconds-full']:.3g} × with a full build" in text  # noqa: RUF001
    assert f"{medians['hugo-seconds-roster']:.3g} × with a new roster" in text  # noqa: RUF001
    assert f"{medians['hugo']:.0f} s for 100,020 pages" in text
    assert f"{medians['hugo'] / 20:.1f} s. Making" in text
    assert f"the {medians['hugo-ours-full']:.1f} s of a full build" in text
    assert f"the {medians['hugo-ours-roster']:.1f} s with a new roster" in text
    assert f"{medians['press'] / 1000:.0f},000 here" in text
    assert f"{medians['edit-Markdown-prose']:.0f} ms in preview.json" in text
    assert f"One row among a million takes {medians['edit-large-1'] / 1000:.2f} s" in text
    assert f"{rows['storm']['details']['before']} MB after the warm-up" in text
    assert f"{rows['storm']['details']['after']} at the end" in text


def test_the_readme_is_short() -> None:
    """README.md is read in one sitting: 150 lines at most, and no table."""
    text = README.read_text("utf-8")
    assert len(text.splitlines()) <= 150
    assert not re.search(r"^\|", _FENCE.sub("", text), re.MULTILINE)


@pytest.mark.parametrize("picture", sorted((ROOT / "docs/images").iterdir()), ids=lambda path: path.name)
def test_pictures_are_small_and_shown(picture: Path) -> None:
    """A picture has 150 kB at most, and a page shows it."""
    assert picture.stat().st_size <= 150_000
    assert any(picture.name in page.read_text("utf-8") for page in PAGES)


# -- the checks find what is wrong -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("[a](docs/nowhere.md)", ["docs/nowhere.md"]),
        ("[a](#nowhere)\n\n# Somewhere", ["#nowhere"]),
        ("[a](docs/index.md#nowhere)", ["docs/index.md#nowhere"]),
        ("[a](../outside.md)", ["../outside.md"]),
        ("![a](docs/images/none.png)", ["docs/images/none.png"]),
        ('<img src="docs/images/none.png">', ["docs/images/none.png"]),
        ("[a](#somewhere-1)\n\n# Somewhere\n\n## Somewhere", []),
        ("`[a](docs/nowhere.md)`", []),
        ("[a](https://tea.example/nowhere.md)", []),
    ],
)
def test_a_lost_link_is_found(text: str, lost: list[str]) -> None:
    """A file, an anchor or a picture that is not there is named; code and other sites are not looked at."""
    assert lost_links(README, text) == lost


@pytest.mark.parametrize(
    ("line", "is_wrong"),
    [
        ("replisite biuld", True),
        ("replisite build --json --fresch", True),
        ("cd shop && replisite preview --prove all", True),
        (".venv/bin/replisite check --break-lock", True),
        ("    - run: replisite deploy live --ye", True),
        ("replisite reference", True),
        ("replisite build --only jane -q > report.json 2>&1 | cat --all", False),
        ("replisite deploy --no-verify --yes    # --not-an-option", False),
        ("replisite --version", False),
        ("# replisite biuld", False),
        ("```\nSay `replisite biuld`.\n```", True),
        ("```\nSay `replisite COMMAND --help`, of `replisite.staging`.\n```", False),
    ],
)
def test_a_wrong_command_line_is_found(line: str, is_wrong: bool) -> None:
    """A command or option that does not exist is named, wherever it stands in a line."""
    assert bool(wrong_commands(f"```sh\n{line}\n```\n")) == is_wrong


def test_a_row_with_a_bar_in_code_is_found() -> None:
    """A row with more or fewer cells than its table is named."""
    table = "| a | b |\n|---|---|\n| `x|y` | z |\n| `x\\|y` | z |\n| x |\n"
    assert uneven_rows(table) == ["| `x|y` | z |", "| x |"]


def test_an_option_that_is_not_documented_is_found() -> None:
    """An option has to stand in the section of its command: another command's does not count."""
    page = COMMANDS_PAGE.read_text("utf-8")
    told = section(page, "`replisite rollback`")
    without = page.replace(told, told.replace("--break-lock", "--other"))
    assert undocumented(without) == ["rollback --break-lock"]
    assert "`replisite check`" in undocumented(page.replace("## `replisite check`", "## `replisite chek`"))
