"""Read Markdown files: Pelican's own kinds as Pelican does, our kinds with validated YAML front matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from markdown import Markdown
from pelican.contents import Content
from pelican.readers import MarkdownReader

from replisite.content.documents import Document, begins_with_fence, check_text, foreign_front_matter
from replisite.content.item import Kind
from replisite.content.kinds import kind_of
from replisite.content.swallowed_text import iter_swallowed
from replisite.content.yaml_text import Problem, YamlError
from replisite.pelican.conversion import marked_text
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.kind_metadata import body_start, line_of_key, validated_metadata
from replisite.pelican.metadata_texts import marked_metadata, static_slug
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.refused_files import WRITE_TEXT, RefusedFile, parsed_document, refuse_file
from replisite.pelican.refused_placeholders import Refusals, lines_outside_code
from replisite.pelican.reused_content import Read, ReusedContent
from replisite.pelican.yaml_metadata import exact_date, is_text_or_texts, is_unpublished

__all__ = ["noting_file", "reader_class"]

_LISTS = frozenset({"tags", "authors"})
"""Keys that Pelican itself takes lists of."""

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


def reader_class(
    noted_faults: PelicanFaults, placeholders: Placeholders, reused: ReusedContent, *, is_yaml_for_all: bool
) -> type[MarkdownReader]:
    """Return the Markdown reader of one Pelican run, which notes faults in ``noted_faults``.

    Files that ``reused`` knows are not read again. ``is_yaml_for_all`` makes front matter between --- lines YAML for
    articles and pages too; without it they are read by Pelican's own rule, as MultiMarkdown metadata.
    """

    class ReplisiteMarkdownReader(MarkdownReader):  # type: ignore[misc]  # Pelican has no types
        _refusals: Refusals | None = None
        _refusals_of_metadata: Refusals | None = None

        def read(self, source_path: str) -> Read:
            return reused.read(source_path, self.read_now, noted_faults, placeholders)

        def read_now(self, source_path: str) -> Read:
            """Read a file, without the result of an earlier run."""
            path = Path(source_path)
            noted_faults.reading(path)
            before = noted_faults.count
            self._refusals = refusals = Refusals()
            try:
                with placeholders.refusing(refusals):
                    content, metadata = self._read(path)
            finally:
                self._refusals = None
                self._note(refusals, path)
            if noted_faults.count > before:
                raise RefusedFile(source_path)
            return content, metadata

        def _read(self, path: Path) -> Read:
            kind = self._kind_of(path)
            if kind is not None:
                return self._read_kind(path, kind)
            content, metadata = self._read_ours(path) if is_yaml_for_all else self._read_theirs(path)
            try:
                metadata |= static_slug(metadata, self.settings)
            except ValueError as error:
                self._refuse_at("title", str(error), "add a slug")
            noted_faults.check_reserved(path, metadata, _RESERVED | _RESERVED_ALSO)
            return content, metadata

        def _kind_of(self, path: Path) -> Kind | None:
            return kind_of(noted_faults.content_path(path)) if is_yaml_for_all else None

        def _read_theirs(self, path: Path) -> Read:
            """Read a file by Pelican's own rule."""
            self._refusals_of_metadata = self._refusals
            try:
                content, metadata = super().read(str(path))
            finally:
                self._refusals_of_metadata = None
            return content, metadata

        def process_metadata(self, name: str, value: Any) -> Any:
            """Mark the texts of a file that Pelican reads by its own rule; texts that it formats are marked already."""
            refusals = self._refusals_of_metadata
            if refusals is not None and name not in self.settings["FORMATTED_FIELDS"]:
                refusals.key = (name,)
                value = marked_metadata(name, value, placeholders)
                refusals.key = ()
            return super().process_metadata(name, value)

        def _refuse_at(self, key: str, what: str, advice: str) -> None:
            assert self._refusals is not None
            self._refusals.key = (key,)
            self._refusals("", what, advice)
            self._refusals.key = ()

        def _note(self, refusals: Refusals, path: Path) -> None:
            """Note what was refused, at its lines; the text is converted again only if there is something to note."""
            text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
            start = body_start(text) if is_yaml_for_all else 0

            def lines_of(raws: Iterable[str]) -> Mapping[str, Sequence[tuple[int, str]]]:
                before = text[:start].count("\n")
                convert = self._markdown().convert
                known = lines_outside_code(text[start:], raws, placeholders, convert)
                return {
                    raw: [(before + line, program) for line, program in lines] for raw, lines in known.items()
                }

            refusals.note(noted_faults, path, text, lambda key: line_of_key(text, list(key)), lines_of)

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
            marked = marked_text(placeholders, value)
            self._refusals.key = ()
            return marked

        def _read_ours(self, path: Path) -> Read:
            """Read an article or a page: YAML between --- lines, or else by Pelican's own rule."""
            text = path.read_text(encoding="utf-8-sig")
            if not text.strip("\ufeff \t\r\n\f\v") or begins_with_fence(text):
                return self._read_yaml(path)
            try:
                check_text(text)
            except YamlError as error:
                refuse_file(noted_faults, path, error.problems, error)
            if problem := foreign_front_matter(text):
                refuse_file(noted_faults, path, [problem])
            content, metadata = self._read_theirs(path)
            for key, value in metadata.items():
                if is_unpublished(key, value):
                    noted_faults.note_key(
                        path, key, f"{key}: {value} is of other generators", "write Status: draft"
                    )
            if isinstance(metadata.get("title"), list):
                noted_faults.note_key(path, "title", "title stands twice", "keep one of them")
            return content, metadata

        def _read_yaml(self, path: Path) -> Read:
            """Read an article or a page: YAML between --- lines, and Pelican's own meaning of each key."""
            document = parsed_document(path, noted_faults)
            noted_faults.body_starts(document.body_line)
            metadata: dict[str, Any] = {}
            for key, value in document.values.items():
                name, line = key.lower(), document.lines_of.get(key, 1)
                if name in metadata:
                    noted_faults.note(path, line, f"{key} stands twice", "keep one of them")
                if is_unpublished(name, value):
                    noted_faults.note(
                        path, line, f"{key}: {value} is of other generators", "write status: draft"
                    )
                if name == "title" and not value:
                    noted_faults.note(path, line, "title: is empty", WRITE_TEXT)
                if value is None:
                    continue
                if not is_text_or_texts(value):
                    noted_faults.note(
                        path, line, f"{key} is not a text or a list of texts", "write it as one text"
                    )
                    continue
                assert self._refusals is not None
                self._refusals.key = (key,)
                text: Any = value if isinstance(value, str) or name in _LISTS else ", ".join(value)
                if name in self.settings["FORMATTED_FIELDS"] and name != "summary":
                    text = self._markdown().convert(text)
                else:
                    text = marked_metadata(name, text, placeholders)
                self._refusals.key = ()
                try:
                    metadata[name] = self.process_metadata(name, exact_date(name, text))
                except ValueError as error:
                    noted_faults.note(path, line, f"{key}: {error}", "write it as 2026-12-31")
            self._md = self._markdown()
            content = self._md.convert(document.body)
            _warn_of_swallowed(document, path, noted_faults)
            return content, metadata

        def _read_kind(self, path: Path, kind: Kind) -> Read:
            document = parsed_document(path, noted_faults)
            text = path.read_text(encoding="utf-8-sig")
            values = self._marked(dict(document.values))
            metadata = validated_metadata(kind, replace(document, values=values), path, text, noted_faults)
            noted_faults.body_starts(document.body_line)
            self._md = self._markdown()
            content = self._md.convert(document.body)
            _warn_of_swallowed(document, path, noted_faults)
            return content, metadata

        def _markdown(self) -> Markdown:
            """Return the Markdown of the settings for a text below front matter: none of it is metadata."""
            md = Markdown(**self.settings["MARKDOWN"])
            md.preprocessors.deregister("meta", strict=False)
            return md

    return ReplisiteMarkdownReader


def noting_file(read: Callable[..., Any], noted_faults: PelicanFaults) -> Callable[..., Any]:
    """Return a reader's ``read`` that notes in ``noted_faults`` which file it reads, and in our mode refuses an empty one."""

    def noting(source_path: str, *arguments: Any, **options: Any) -> Any:
        path = Path(source_path)
        noted_faults.reading(path)
        if not noted_faults.is_lenient and path.is_file() and not path.read_bytes().strip():
            refuse_file(
                noted_faults, path, [Problem(0, "is empty", "write a title and a text, or remove the file")]
            )
        return read(source_path, *arguments, **options)

    return noting


def _warn_of_swallowed(document: Document, path: Path, noted_faults: PelicanFaults) -> None:
    for line, what, advice in iter_swallowed(document.body):
        noted_faults.warnings.append(
            f"{noted_faults.shown(path)}:{document.body_line + line - 1}: {what}; {advice}"
        )
