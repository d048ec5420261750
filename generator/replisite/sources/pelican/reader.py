"""Read Markdown files: Pelican's own kinds as Pelican does, our kinds with validated YAML front matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from markdown import Markdown
from pelican.contents import Content
from pelican.readers import MarkdownReader
from pydantic import ValidationError

from replisite.errors import nearest
from replisite.sources.pelican.kinds import Kind, default_slug, kind_of
from replisite.sources.pelican.notebook import Notebook
from replisite.sources.pelican.placeholders import Placeholders
from replisite.sources.pelican.warm import Read, Warm

__all__ = ["Refused", "reader_class"]

_FENCE = re.compile(r"^---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_SHALLOW = 200
"""Characters: less text cannot be nested too deeply."""

_DEEPEST = 100
_ALIASES = 50

_RESERVED = frozenset(name for name in dir(Content) if not name.startswith("__")) - {
    "status",
    "url",
    "save_as",
    "summary",
    "template",
    "translations",
    "content",
}
_RESERVED_ALSO = frozenset(
    {"settings", "metadata", "source_path", "translations", "content", "default_template"}
)


class Refused(Exception):
    """A file that is left out because its faults have been noted."""


def reader_class(
    notebook: Notebook, placeholders: Placeholders, warm: Warm, *, is_yaml_for_all: bool
) -> type[MarkdownReader]:
    """Return the Markdown reader of one Pelican run, which notes faults in ``notebook``.

    Files that ``warm`` knows are not read again. ``is_yaml_for_all`` makes front matter between --- lines YAML for articles and pages too; without it they
    are read by Pelican's own rule, as MultiMarkdown metadata.
    """

    class ReplisiteMarkdownReader(MarkdownReader):  # type: ignore[misc]  # Pelican has no types
        def read(self, source_path: str) -> Read:
            return warm.read(source_path, self.read_anew, notebook, placeholders)

        def read_anew(self, source_path: str) -> Read:
            """Read a file whatever is known of it."""
            path = Path(source_path)
            notebook.reading(path)
            kind = kind_of(notebook.content_path(path))
            if kind is not None:
                return self._read_kind(path, kind)
            before = notebook.count
            if is_yaml_for_all and path.read_text(encoding="utf-8-sig").startswith("---"):
                content, metadata = self._read_yaml(path)
            else:
                content, metadata = super().read(source_path)
            notebook.check_reserved(path, metadata, _RESERVED | _RESERVED_ALSO)
            if notebook.count > before:
                raise Refused(source_path)
            return content, metadata

        def _read_yaml(self, path: Path) -> Read:
            """Read an article or a page: YAML between --- lines, and Pelican's own meaning of each key."""
            text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
            matter, body, first_line = _split(text, path, notebook)
            notebook.body_starts(first_line)
            metadata = {}
            for key, value in matter.items():
                name = key.lower()
                told = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                if value is None:
                    continue
                if name in self.settings["FORMATTED_FIELDS"] and name != "summary":
                    told = Markdown(**self.settings["MARKDOWN"]).convert(told)
                try:
                    metadata[name] = self.process_metadata(name, told)
                except ValueError as error:
                    notebook.note(path, _line_of(text, [key]), f"{key}: {error}", "write it as 2026-12-31")
            self._md = Markdown(**self.settings["MARKDOWN"])
            return self._md.convert(body), metadata

        def _read_kind(self, path: Path, kind: Kind) -> Read:
            before = notebook.count
            text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
            matter, body, first_line = _split(text, path, notebook)
            metadata = _validated(kind, matter, path, text, notebook)
            notebook.body_starts(first_line)
            self._md = Markdown(**self.settings["MARKDOWN"])
            content = self._md.convert(body)
            if notebook.count > before:
                raise Refused(str(path))
            return content, metadata

    return ReplisiteMarkdownReader


def _split(text: str, path: Path, notebook: Notebook) -> tuple[Mapping[str, Any], str, int]:
    """Split a file into front matter, body and the line at which the body begins."""
    found = _FENCE.match(text)
    if found is None:
        notebook.note(
            path, 1, "no front matter", "begin the file with --- and title: …, and end that with ---"
        )
        return {}, text, 1
    try:
        _check_nesting(found.group(1))
        matter = _loaded(found.group(1))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "it cannot be read"
        notebook.note(path, line, f"front matter is not YAML: {problem}", "quote texts that hold a colon")
        raise Refused(str(path)) from error
    if not isinstance(matter, dict):
        notebook.note(
            path, 1, "front matter is not a list of key: value", "write title: … between the --- lines"
        )
        raise Refused(str(path))
    body = text[found.end() :]
    return {str(key): value for key, value in matter.items()}, body, text[: found.end()].count("\n") + 1


def _check_nesting(text: str) -> None:
    """Raise YAMLError for nesting or aliases that only an attack has: libyaml's composer would overflow the stack.

    Aliases of aliases grow by their product (the "billion laughs").
    """
    if len(text) < _SHALLOW and "*" not in text:
        return
    depth = aliases = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        if depth > _DEEPEST or aliases > _ALIASES:
            problem = "lists or tables are nested too deeply" if depth > _DEEPEST else "too many aliases"
            mark = yaml.Mark("", 0, event.start_mark.line if event.start_mark else 0, 0, None, 0)
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _loaded(text: str) -> Any:
    """Read YAML with libyaml, which is ten times as fast; whose messages are for people reads it again."""
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError:
        return yaml.safe_load(text)


def _validated(
    kind: Kind, matter: Mapping[str, Any], path: Path, text: str, notebook: Notebook
) -> dict[str, Any]:
    """Return the metadata of a valid front matter; note every fault of another."""
    try:
        valid = kind.matter.model_validate(dict(matter))
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            place = [str(part) for part in fault["loc"]]
            line = _line_of(text, place)
            what, told = _in_words(fault, place, kind)
            notebook.note(path, line, what, told)
        raise Refused(str(path)) from error
    metadata: dict[str, Any] = {name: getattr(valid, name) for name in type(valid).model_fields}
    metadata["slug"] = valid.slug or default_slug(path.name)
    metadata["lines_of"] = {name: _line_of(text, [name]) for name in matter}
    for optional in ("date", "template", "min_rank"):
        if not metadata[optional]:
            del metadata[optional]
    return metadata


def _in_words(fault: Mapping[str, Any], place: list[str], kind: Kind) -> tuple[str, str]:
    key = ".".join(place)
    if fault["type"] == "extra_forbidden":
        known = kind.matter.model_fields if len(place) == 1 else ()
        return f'{kind.name} has no "{key}"', nearest(place[-1], known) or "take it out or mend its name"
    if fault["type"] == "missing":
        return f"{key}: missing", f"a {kind.name} needs it"
    given = fault.get("input")
    shown = f", got {given!r}" if isinstance(given, str | int | float | bool) else ""
    message = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    lead = f"{key}: " if key else ""
    return f"{lead}{'wants ' if str(fault['msg']).startswith('Input should be ') else ''}{message}{shown}", ""


def _line_of(text: str, place: list[str]) -> int:
    """Return the line of a key in the front matter: as deep as its parts are found, one after the other."""
    lines = text.split("\n")
    at = 0
    for part in place:
        if part.isdigit():
            items = [n for n in range(at + 1, len(lines)) if re.match(r"\s*-\s", lines[n])]
            at = items[int(part)] if int(part) < len(items) else at
            continue
        pattern = re.compile(rf"""(^|[\s{{,-])["']?{re.escape(part)}["']?\s*:""")
        for number in range(at, len(lines)):
            if number and lines[number].rstrip() == "---":
                break
            if pattern.search(lines[number]):
                at = number
                break
    return at + 1
