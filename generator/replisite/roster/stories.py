"""What a few people write beside their roster row: ``content/distributors/<alias>.md``, or with another suffix of Markdown.

Front matter may hold each column of the roster that its owner may set; the text below it, in Markdown, is the bio. What
stands here wins over the row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from replisite.content.documents import Document, parse_document
from replisite.content.readable_files import story_alias
from replisite.content.yaml_text import YamlError
from replisite.errors import Fault, nearest
from replisite.model.text import quoted
from replisite.roster.consent import parse_names, widened
from replisite.roster.rows import RawRow

__all__ = ["Stories", "Story", "parse_story"]


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
        refused: Callable[[Path], Fault | None] = lambda _: None,
    ) -> None:
        """Look at the folder; ``name`` is what faults call it, ``columns`` are those a story may hold.

        ``company`` are those that the company alone sets; ``publish`` says what a story may publish beyond its row.
        ``refused`` gives the fault of a file that must not be read, such as a link that leads out of the site.
        """
        self._refused = refused
        self._folder = folder
        self._name = name
        self._columns = columns
        self._company = company
        self._publish = publish
        self._files: dict[str, list[str]] = {}
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if alias := story_alias(path.name):
                self._files.setdefault(alias, []).append(path.name)
        self._unread = set(self._files)
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
        first, *others = self._files[alias]
        if others:
            what = f"has the name of {first}: {quoted(alias)} has one story"
            return [Fault(f"{self._name}/{name}", 0, what, "join them in one file") for name in others]
        file = f"{self._name}/{first}"
        if (refused := self._refused(self._folder / first)) is not None:
            return [refused]
        try:
            text = (self._folder / first).read_text(encoding="utf-8-sig")
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
        positions = {column: (file, line) for column, line in story.lines.items()}
        return replace(row, cells={**row.cells, **story.cells}, positions=positions)

    def iter_unread(self) -> Iterator[Fault]:
        """Stream a fault for each story whose person did not come by."""
        for alias in sorted(self._unread):
            owner = self._previous.get(alias)
            if owner is None:
                advice = "rename the file to its person's alias, or remove it"
                if alias != alias.lower():
                    advice = (
                        f"an alias has small letters: rename the file to {alias.lower()}.md, or remove it"
                    )
            else:
                advice = f"it is a previous alias of {quoted(owner)}: rename the file to {owner}.md"
            for name in self._files[alias]:
                what = f"nobody on the roster has the alias {quoted(alias)}"
                yield Fault(f"{self._name}/{name}", 1, what, advice)


def parse_story(
    text: str, file: str, columns: Collection[str], company: Collection[str] = ()
) -> Story | list[Fault]:
    """Return what the story adds, or every fault of its front matter.

    Values are taken as they are written (``NO`` is Norway, not false); a list of texts is joined by blanks.
    """
    try:
        document = parse_document(text, "city: Leeds", is_optional=True)
    except YamlError as error:
        return [Fault(file, problem.line, problem.what, problem.next) for problem in error.problems]
    story = _front_matter(document, file, columns, company)
    return story if isinstance(story, list) else _with_body(story, document)


def _front_matter(
    document: Document, file: str, columns: Collection[str], company: Collection[str]
) -> Story | list[Fault]:
    story = Story({}, {})
    faults = [Fault(file, problem.line, problem.what, problem.next) for problem in document.problems]
    for name, value in document.values.items():
        line = document.lines_of.get(name, 1)
        items: list[Any] = value if isinstance(value, list) else [value or ""]
        if name in company:
            what = f"{name} is the company's to set, and a story may not"
            faults.append(Fault(file, line, what, "leave it out here; the roster alone says it"))
        elif name not in columns:
            advice = nearest(name, columns) or f"a story may hold {', '.join(columns)}"
            faults.append(Fault(file, line, f"{quoted(name)} is no column that a story may hold", advice))
        elif not all(isinstance(item, str) for item in items):
            faults.append(Fault(file, line, f"{name} is not a text or a list of texts"))
        else:
            story.cells[name] = " ".join(items)
            story.lines[name] = line
    return sorted(faults) or story


def _with_body(story: Story, document: Document) -> Story:
    """Make the text below the front matter the bio, if there is any."""
    lines = document.body.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return story
    bio = "\n".join(lines[first:])
    return Story({**story.cells, "bio": bio}, {**story.lines, "bio": document.body_line + first})
