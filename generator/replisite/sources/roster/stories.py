"""What a few people write beside their roster row: ``content/distributors/<alias>.md``.

Front matter may hold each column of the roster that its owner may set; the text below it, in Markdown, is the bio. What
stands here wins over the row.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import yaml

from replisite.errors import Fault, nearest
from replisite.model.text import quoted
from replisite.sources.roster.consent import parse_names, widened
from replisite.sources.roster.rows import RawRow

__all__ = ["Stories", "Story", "parse_story"]

_FENCE = re.compile(r"---[ \t]*")


@dataclass(frozen=True, slots=True)
class Story:
    """The cells that one story adds, and the line of each."""

    cells: dict[str, str]
    lines: dict[str, int]


class Stories:
    """The stories of one site: found by name at once, and read when their person comes by."""

    def __init__(
        self,
        folder: Path,
        name: str,
        columns: Collection[str],
        company: Collection[str] = (),
        publish: Literal["any", "narrower"] = "any",
    ) -> None:
        """Look at the folder; ``name`` is what faults call it, ``columns`` are those a story may hold.

        ``company`` are those that the company alone sets; ``publish`` says what a story may publish beyond its row.
        """
        self._folder = folder
        self._name = name
        self._columns = columns
        self._company = company
        self._publish = publish
        found = folder.glob("*.md") if folder.is_dir() else ()
        self._unread = {path.stem for path in found if not path.name.startswith(".")}
        self._previous: dict[str, str] = {}

    def add_to(self, row: RawRow) -> RawRow | list[Fault]:
        """Return the row with its person's story, if there is one; faults if the story is a bad one."""
        alias = row.cells.get("alias", "").strip()
        for previous in parse_names(row.cells.get("previous_aliases", "")):
            if previous in self._unread:
                self._previous[previous] = alias
        if alias not in self._unread:
            return row
        self._unread.discard(alias)
        file = f"{self._name}/{alias}.md"
        try:
            text = (self._folder / f"{alias}.md").read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            return [Fault(file, line, "a byte is not UTF-8", "save the file as UTF-8")]
        except OSError as error:
            return [Fault(file, 0, f"the story cannot be read: {error.strerror}")]
        story = parse_story(text, file, self._columns, self._company)
        if isinstance(story, list):
            return story
        if self._publish == "narrower" and "publish" in story.cells:
            wider = widened(story.cells["publish"], row.cells.get("publish", ""))
            if wider:
                what = f"publish lists {', '.join(map(quoted, wider))}, which the row does not publish"
                return [
                    Fault(
                        file, story.lines["publish"], what, "a story may only publish less; change the roster"
                    )
                ]
        places = {column: (file, line) for column, line in story.lines.items()}
        return replace(row, cells={**row.cells, **story.cells}, places=places)

    def iter_unread(self) -> Iterator[Fault]:
        """Stream a fault for each story whose person did not come by."""
        for alias in sorted(self._unread):
            owner = self._previous.get(alias)
            if owner is None:
                advice = "rename the file to its person's alias, or remove it"
            else:
                advice = f"it is a previous alias of {quoted(owner)}: rename the file to {owner}.md"
            yield Fault(
                f"{self._name}/{alias}.md", 1, f"nobody on the roster has the alias {quoted(alias)}", advice
            )


def parse_story(
    text: str, file: str, columns: Collection[str], company: Collection[str] = ()
) -> Story | list[Fault]:
    """Return what the story adds, or every fault of its front matter.

    Values are taken as they are written (``NO`` is Norway, not false); a list of texts is joined by blanks.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if not _FENCE.fullmatch(lines[0]):
        return _with_body(Story({}, {}), lines, 0)
    end = next((at for at, line in enumerate(lines) if at and _FENCE.fullmatch(line)), 0)
    if not end:
        return [Fault(file, 1, "the front matter has no end", 'close it with a line of "---"')]
    try:
        node = yaml.compose("\n".join(lines[1:end]), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = (
            getattr(error, "problem", None) or "it is nested too deep or has a letter that YAML cannot hold"
        )
        return [Fault(file, mark.line + 2 if mark else 1, f"the front matter is not YAML: {problem}")]
    if node is None:
        return _with_body(Story({}, {}), lines, end + 1)
    if not isinstance(node, yaml.MappingNode):
        return [Fault(file, 2, "the front matter is not a list of names and values", 'write "city: Leeds"')]
    story = _front_matter(node, file, columns, company)
    return story if isinstance(story, list) else _with_body(story, lines, end + 1)


def _front_matter(
    node: yaml.MappingNode, file: str, columns: Collection[str], company: Collection[str]
) -> Story | list[Fault]:
    story = Story({}, {})
    faults: list[Fault] = []
    for key, value in node.value:
        line = key.start_mark.line + 2
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if name in company:
            what = f"{name} is the company's to set, and a story may not"
            faults.append(Fault(file, line, what, "leave it out here; the roster alone says it"))
        elif name not in columns:
            advice = nearest(name, columns) or f"a story may hold {', '.join(columns)}"
            faults.append(Fault(file, line, f"{quoted(name)} is no column that a story may hold", advice))
        elif name in story.cells:
            faults.append(Fault(file, line, f"{name} stands twice", "keep one of them"))
        elif not all(isinstance(item, yaml.ScalarNode) for item in items):
            faults.append(Fault(file, line, f"{name} is not a text or a list of texts"))
        else:
            story.cells[name] = " ".join(item.value for item in items)
            story.lines[name] = line
    return faults or story


def _with_body(story: Story, lines: list[str], start: int) -> Story:
    """Make the text below the front matter the bio, if there is any."""
    first = next((at for at in range(start, len(lines)) if lines[at].strip()), None)
    if first is None:
        return story
    return Story({**story.cells, "bio": "\n".join(lines[first:])}, {**story.lines, "bio": first + 1})
