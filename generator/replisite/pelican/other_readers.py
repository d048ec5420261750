"""Placeholders in content of other formats than Markdown: reStructuredText, HTML, those of plugins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pelican.readers import BaseReader, MarkdownReader

from replisite.pelican.conversion import marked_text
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.metadata_texts import marked_metadata, static_slug
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.refused_placeholders import Refusals

__all__ = ["filling_readers"]


def filling_readers(
    classes: dict[str, type[BaseReader]], noted_faults: PelicanFaults, placeholders: Placeholders
) -> dict[str, type[BaseReader]]:
    """Return readers of content, other than Markdown's, that also find placeholders in the HTML that they give."""
    made: dict[type[BaseReader], type[BaseReader]] = {}
    for reader in classes.values():
        if reader and reader is not BaseReader and not issubclass(reader, MarkdownReader):
            made[reader] = _filling(reader, noted_faults, placeholders)
    return {name: made[reader] for name, reader in classes.items() if reader in made}


def _filling(
    reader: type[BaseReader], noted_faults: PelicanFaults, placeholders: Placeholders
) -> type[BaseReader]:
    class FillingReader(reader):  # type: ignore[misc]  # Pelican has no types
        _refusals: Refusals | None = None

        def process_metadata(self, name: str, value: Any) -> Any:
            if self._refusals is not None:
                self._refusals.key = (name,)
                value = marked_metadata(name, value, placeholders)
                self._refusals.key = ()
            return super().process_metadata(name, value)

        def read(self, source_path: str) -> tuple[str | None, dict[str, Any]]:
            path = Path(source_path)
            self._refusals = refusals = Refusals()
            try:
                with placeholders.refusing(refusals):
                    content, metadata = super().read(source_path)
                    return self._filled(content, metadata, refusals)
            finally:
                self._refusals = None
                text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
                refusals.note(noted_faults, path, text, lambda _: 1, lambda _: {})

        def _filled(
            self, content: str | None, metadata: dict[str, Any], refusals: Refusals
        ) -> tuple[str | None, dict[str, Any]]:
            if isinstance(content, str):
                content = marked_text(placeholders, content)
            refusals.key = ("title",)
            if isinstance(metadata.get("title"), str):  # some readers set it by themselves
                metadata["title"] = marked_text(placeholders, metadata["title"])
            try:
                metadata |= static_slug(metadata, self.settings)
            except ValueError as error:
                refusals("", str(error), "add a slug")
            return content, metadata

    FillingReader.__name__ = reader.__name__  # Pelican finds readers by their names
    return FillingReader
