"""Read Markdown files: Pelican's own kinds as Pelican does, our kinds with validated YAML front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from markdown import Markdown
from pelican.contents import Content
from pelican.readers import MarkdownReader
from pydantic import ValidationError

from replisite.errors import nearest
from replisite.pages.marks import OPEN
from replisite.sources.pelican.front_matter_lines import line_of_value
from replisite.sources.pelican.kinds import Kind, default_slug, kind_of
from replisite.sources.pelican.metadata_texts import CANNOT_STAND, marked_metadata, static_slug
from replisite.sources.pelican.notebook import Notebook
from replisite.sources.pelican.placeholders import Placeholders
from replisite.sources.pelican.refusals import Refusals, lines_outside_code
from replisite.sources.pelican.warm import Read, Warm

__all__ = ["Refused", "reader_class"]

_FENCE = re.compile(r"^---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
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
        _refusals: Refusals | None = None
        _refusals_of_metadata: Refusals | None = None

        def read(self, source_path: str) -> Read:
            return warm.read(source_path, self.read_anew, notebook, placeholders)

        def read_anew(self, source_path: str) -> Read:
            """Read a file whatever is known of it."""
            path = Path(source_path)
            notebook.reading(path)
            before = notebook.count
            self._refusals = refusals = Refusals()
            try:
                with placeholders.refusing(refusals):
                    content, metadata = self._read(path)
            finally:
                self._refusals = None
                self._note(refusals, path)
            if notebook.count > before:
                raise Refused(source_path)
            return content, metadata

        def _read(self, path: Path) -> Read:
            kind = kind_of(notebook.content_path(path))
            if kind is not None:
                return self._read_kind(path, kind)
            if is_yaml_for_all and path.read_text(encoding="utf-8-sig").startswith("---"):
                content, metadata = self._read_yaml(path)
            else:
                self._refusals_of_metadata = self._refusals
                content, metadata = super().read(str(path))
                self._refusals_of_metadata = None
            try:
                metadata |= static_slug(metadata, self.settings)
            except ValueError as error:
                self._refuse_at("title", str(error), "add a slug")
            notebook.check_reserved(path, metadata, _RESERVED | _RESERVED_ALSO)
            return content, metadata

        def process_metadata(self, name: str, value: Any) -> Any:
            """Mark the texts of a file that Pelican reads by its own rule; texts that it formats are marked already."""
            refusals = self._refusals_of_metadata
            if refusals is not None and name not in self.settings["FORMATTED_FIELDS"]:
                refusals.key = (name,)
                value = marked_metadata(name, value, placeholders)
                refusals.key = ()
            return super().process_metadata(name, value)

        def _refuse_at(self, key: str, what: str, told: str) -> None:
            assert self._refusals is not None
            self._refusals.key = (key,)
            self._refusals("", what, told)
            self._refusals.key = ()

        def _note(self, refusals: Refusals, path: Path) -> None:
            """Note what was refused, at its lines; the text is converted again only if there is something to note."""
            text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
            fence = _FENCE.match(text) if self._is_ours(path, text) else None
            start = fence.end() if fence else 0

            def lines_of(raws: Iterable[str]) -> Mapping[str, Sequence[tuple[int, str]]]:
                before = text[:start].count("\n")
                convert = Markdown(**self.settings["MARKDOWN"]).convert
                found = lines_outside_code(text[start:], raws, placeholders, convert)
                return {
                    raw: [(before + line, program) for line, program in lines] for raw, lines in found.items()
                }

            refusals.note(notebook, path, text, lambda key: _line_of(text, list(key)), lines_of)

        def _is_ours(self, path: Path, text: str) -> bool:
            """Say whether front matter is YAML here."""
            is_kind = kind_of(notebook.content_path(path)) is not None
            return is_kind or (is_yaml_for_all and text.startswith("---"))

        def _marked(self, value: Any, *key: str) -> Any:
            """Return a value of front matter with marks in its texts."""
            if isinstance(value, dict):
                return {name: self._marked(item, *key, str(name)) for name, item in value.items()}
            if isinstance(value, list):
                return [self._marked(item, *key, str(number)) for number, item in enumerate(value)]
            if not isinstance(value, str):
                return value
            assert self._refusals is not None
            self._refusals.key = key
            marked = placeholders.marked_text(value)
            self._refusals.key = ()
            return marked

        def _read_yaml(self, path: Path) -> Read:
            """Read an article or a page: YAML between --- lines, and Pelican's own meaning of each key."""
            text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
            matter, body, first_line = _split(text, path, notebook)
            notebook.body_starts(first_line)
            assert self._refusals is not None
            metadata = {}
            for key, value in matter.items():
                name = key.lower()
                if value is None:
                    continue
                self._refusals.key = (key,)
                told = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                if name in self.settings["FORMATTED_FIELDS"] and name != "summary":
                    told = Markdown(**self.settings["MARKDOWN"]).convert(told)
                else:
                    told = marked_metadata(name, told, placeholders)
                self._refusals.key = ()
                try:
                    metadata[name] = self.process_metadata(name, told)
                except ValueError as error:
                    notebook.note(path, _line_of(text, [key]), f"{key}: {error}", "write it as 2026-12-31")
            self._md = Markdown(**self.settings["MARKDOWN"])
            return self._md.convert(body), metadata

        def _read_kind(self, path: Path, kind: Kind) -> Read:
            text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
            matter, body, first_line = _split(text, path, notebook)
            metadata = _validated(kind, self._marked(matter), path, text, notebook)
            notebook.body_starts(first_line)
            self._md = Markdown(**self.settings["MARKDOWN"])
            return self._md.convert(body), metadata

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
        matter = _loaded(found.group(1))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "it cannot be read"
        written = text.split("\n")[line - 1 : line]
        is_braces = bool(written) and re.search(r"(?:^|[:-]\s+)\{\{", written[0])
        told = "quote a text that begins with {{" if is_braces else "quote texts that hold a colon"
        notebook.note(path, line, f"front matter is not YAML: {problem}", told)
        raise Refused(str(path)) from error
    if not isinstance(matter, dict):
        notebook.note(
            path, 1, "front matter is not a list of key: value", "write title: … between the --- lines"
        )
        raise Refused(str(path))
    body = text[found.end() :]
    return {str(key): value for key, value in matter.items()}, body, text[: found.end()].count("\n") + 1


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
    if isinstance(given, str) and OPEN in given:
        if "too_" not in fault["type"]:
            return f"{key}: {CANNOT_STAND[0]}", CANNOT_STAND[1]
        given = None
    shown = f", got {given!r}" if isinstance(given, str | int | float | bool) else ""
    message = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    lead = f"{key}: " if key else ""
    return f"{lead}{'wants ' if str(fault['msg']).startswith('Input should be ') else ''}{message}{shown}", ""


def _line_of(text: str, place: list[str]) -> int:
    """Return the line of a value in the front matter; that of the key above it where it is missing, or 1."""
    found = _FENCE.match(text)
    if found is not None:
        return max(line_of_value(found.group(1), place) + 2, 1)
    lines = text.split("\n")
    key = place[0].lower() if place else ""
    return next((number for number, line in enumerate(lines, 1) if line.lower().startswith(key)), 1)
