"""Pelican's generator of our kinds: it reads, checks and writes their items."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pelican.generators import Generator
from pelican.readers import Readers
from pelican.writers import Writer

from replisite.content.catalog import check_references
from replisite.content.item import ContentItem
from replisite.content.kinds import KINDS, index_url, kind_of, save_as
from replisite.content.near_names import near_name
from replisite.model.site import Site
from replisite.pelican.content_class import KindContent, content_class
from replisite.pelican.content_dates import is_due
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.refused_files import RefusedFile

__all__ = ["generator_class"]


def generator_class(
    site: Site,
    noted_faults: PelicanFaults,
    files: Sequence[str],
    now: datetime.datetime,
    drafts: bool,
    future: bool,
) -> type[Generator]:
    """Return the generator of one Pelican run.

    ``files`` are all of the content folder. ``now`` decides what has expired and what is still to come; ``drafts`` and
    ``future`` show them.
    """
    classes = {kind: content_class(kind) for kind in KINDS}

    class KindsGenerator(Generator):  # type: ignore[misc]  # Pelican has no types
        readers: Readers

        def paths(self) -> list[str]:
            """Return the files of all kinds, relative to the content folder; to Pelican's defaults they are articles."""
            if not site.mode.has_kinds:
                return []
            return sorted(self.get_files(sorted({kind.folder for kind in KINDS})))

        def generate_context(self) -> None:
            contents: list[KindContent] = []
            for path in self.paths():
                content = self._read(path)
                if content is not None and content.is_valid():
                    contents.append(content)
                    self.add_source_path(content)
                    self.add_static_links(content)
            self._check(contents)
            self.context["kinds"] = contents

        def _read(self, path: str) -> KindContent | None:
            kind = kind_of(path)
            if kind is None:
                return None
            try:
                content: KindContent = self.readers.read_file(
                    self.path, path, classes[kind], context=self.context
                )
            except Exception as error:  # noqa: BLE001 - as Pelican does with articles and pages
                if not isinstance(error, RefusedFile):
                    noted_faults.note_unread(Path(self.path) / path, error)
                self._add_failed_source_path(path)
                return None
            if not is_due(content, now, drafts=drafts, future=future):
                return None
            return content

        def _check(self, contents: list[KindContent]) -> None:
            markets = {market.code for market in site.markets}
            ranks = {rank.code for rank in site.ranks}
            addresses: dict[str, KindContent] = {}
            for content in contents:
                for code in content.markets:
                    if code not in markets:
                        self._note(content, "markets", f'no market "{code}" in site.toml', "fix its code")
                rank = getattr(content, "min_rank", "")
                if rank and rank not in ranks:
                    near = get_close_matches(rank, ranks, n=1)
                    self._note(
                        content,
                        "min_rank",
                        f'no rank "{rank}" in site.toml',
                        f'did you mean "{near[0]}"?' if near else "add it to [ranks]",
                    )
                if content.image and not (Path(self.path) / content.image).is_file():
                    advice = near_name(content.image, files) or "put it under the content folder"
                    self._note(content, "image", f'no file "{content.image}"', advice)
                if (
                    content.save_as
                    and (other := addresses.setdefault(content.save_as, content)) is not content
                ):
                    advice = f"has the address of {other.relative_source_path}: {content.url}"
                    self._note(content, "slug", advice, "give one of them another slug")
            for finding in check_references(contents):
                self._note(finding.item, finding.key, finding.what, finding.next)

        def _note(self, content: ContentItem, key: str, what: str, advice: str) -> None:
            line = content.lines_of.get(key, 1)
            noted_faults.note(content.source_path, line, f"{key}: {what}", advice)

        def generate_output(self, writer: Writer) -> None:
            for kind in KINDS:
                for content in self.context["kinds"]:
                    if content.kind is kind and kind.has_page:
                        self._write(
                            writer, content.save_as, content.template, content.url, {kind.name: content}
                        )
            for kind in KINDS:
                if kind.index and any(content.kind is kind for content in self.context["kinds"]):
                    url = index_url(kind, site.addresses.page_urls)
                    self._write(writer, save_as(url), kind.index_template, url, {"index_of": kind.name})

        def _write(self, writer: Writer, path: str, template: str, url: str, names: dict[str, Any]) -> None:
            writer.write_file(
                path,
                self.get_template(template),
                self.context,
                relative_urls=self.settings["RELATIVE_URLS"],
                url=url,
                **names,
            )

    return KindsGenerator
