"""The last check of finished pages and files: marks and braces that are left over stop the build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any

from pelican.contents import Content

from replisite.content.html_regions import code_texts, regions
from replisite.errors import Fault
from replisite.model.site import Site
from replisite.pages.leftovers import SUSPICIOUS, broken_mark, changed_mark, unfilled_braces
from replisite.pelican.leftover_lines import (
    iter_templates,
    line_in_raw_block,
    line_of_expression,
    line_of_text,
    read_source,
)
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.writer import Recorded
from replisite.staging import Plate, Record

__all__ = ["FinalCheck"]

_SLOT = "\ufffc"
"""Stands for a slot, so that the text on both sides of it is one text."""


class FinalCheck:
    """Looks at the pages of one Pelican run; ``shared`` is the context that all of them have."""

    def __init__(self, site: Site, placeholders: Placeholders, shared: Mapping[str, Any]) -> None:
        self._site = site
        self._placeholders = placeholders
        self._shared = shared

    def plate_faults(self, plate: Plate, recorded: Recorded, source: str) -> list[Fault]:
        """Return the faults of a plate's texts, which all owners share; whole pages that are one slot hold nothing."""
        text = "".join(part if isinstance(part, str) else _SLOT for part in plate.parts)
        return list(self._faults(text, recorded, source))

    def page_faults(self, plate: Plate, record: Record, recorded: Recorded, source: str) -> list[Fault]:
        """Return the faults of a page as one owner has it, its marks not yet filled in.

        An owner may write text that looks like braces left over; on the page of such an owner only marks are looked for,
        which an owner cannot write.
        """
        is_plain = SUSPICIOUS.search(repr(record)) is None
        text = plate.text(record)
        return list(self._faults(text, recorded, source, is_plain=is_plain))

    def file_faults(self, path: str, body: bytes) -> list[Fault]:
        """Return the faults of a file that exists once, such as a feed; it has been filled in."""
        key = changed_mark(body.decode(errors="replace"), self._placeholders.expressions)
        if key is None:
            return []
        written = self._written(key, sorted(self._sources))
        what = f"{self._shown(key)} has been changed before it was filled in{written}"
        return [Fault(path, 0, what, "take the placeholder out of what this file lists")]

    def _faults(
        self, text: str, recorded: Recorded, source: str, *, is_plain: bool = True
    ) -> Iterator[Fault]:
        find = changed_mark if is_plain else broken_mark
        key = find(text, self._placeholders.expressions)
        if key is not None:
            yield self._changed(key, recorded, source)
        if not is_plain or self._placeholders.syntax.is_lenient:
            return
        for raw in dict.fromkeys(unfilled_braces(text, self._placeholders.syntax)):
            if not self._is_meant(raw):
                yield self._unfilled(raw, recorded, source)

    def _changed(self, key: str, recorded: Recorded, source: str) -> Fault:
        template = self._shown_path(str(recorded.template.filename or recorded.template.name))
        what = f"{self._shown(key)} of {source} passes a filter or a function before it is filled in, on {recorded.path}"
        what += self._written(key, [source])
        advice = "print that text without a filter (tojson, urlencode, upper, a slice …), or take the placeholder out of it"
        return Fault(template, 0, what, advice)

    def _unfilled(self, raw: str, recorded: Recorded, source: str) -> Fault:
        short = " ".join(raw.split())
        template = self._shown_path(str(recorded.template.filename or recorded.template.name))
        what = f"{short} is not filled in: a visitor would read it on {recorded.path}"
        advice = "Markdown, front matter and templates are filled in; braces that are meant are written &#123;&#123;"
        settings = read_source(self._site.root / "site.toml")
        if raw in settings:
            return Fault("site.toml", settings[: settings.index(raw)].count("\n") + 1, what, advice)
        for path in iter_templates(self._site.root, self._site.root / template):
            if line := line_in_raw_block(read_source(path), raw):
                return Fault(self._shown_path(str(path)), line, what, advice)
        line = line_of_text(read_source(self._site.root / source), raw)
        return Fault(source, line, f"{what} ({template})", advice)

    def _written(self, key: str, sources: Iterable[str]) -> str:
        """Return the position of a placeholder in its file; "" if there are several."""
        if not key:
            return ""
        expression = self._placeholders.expressions[key]
        lines = {
            file: line
            for file in sources
            if (line := line_of_expression(read_source(self._site.root / file), expression))
        }
        positions = [f"{file}:{line}" for file, line in lines.items()]
        return f" (written at {positions[0]})" if len(positions) == 1 else ""

    def _shown(self, key: str) -> str:
        return f"{{{{ {self._placeholders.expressions[key]} }}}}" if key else "a placeholder"

    def _shown_path(self, file: str) -> str:
        path = Path(file)
        return path.relative_to(self._site.root).as_posix() if path.is_relative_to(self._site.root) else file

    def _is_meant(self, raw: str) -> bool:
        """Say whether some content shows these braces as code: a summary may hold them without its tags."""
        settings = self._site.root / "site.toml"
        if settings.is_file() and raw in settings.read_text(encoding="utf-8-sig", errors="replace"):
            return False
        return _plain(raw) in self._meant

    @cached_property
    def _sources(self) -> frozenset[str]:
        """The files that contents were read from, from the site's root."""
        return frozenset(self._shown_path(str(content.source_path)) for content in self._contents)

    @property
    def _contents(self) -> list[Any]:
        listed = [*self._shared.get("generated_content", {}).values(), *self._shared.get("kinds", ())]
        return [content for content in listed if isinstance(content, Content)]

    @cached_property
    def _meant(self) -> str:
        texts: list[str] = []
        for content in self._contents:
            html = content._content  # noqa: SLF001 - as it was read
            if html and "{" in html:
                texts += code_texts(html)
            if html and "&#123;" in html:
                texts += (region.text for region in regions(html) if "&#123;" in region.text)
        return "\n".join(map(_plain, texts))


def _plain(text: str) -> str:
    return " ".join(unescape(unescape(text)).split())
