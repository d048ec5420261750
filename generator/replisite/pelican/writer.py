"""Record what Pelican would have rendered, instead of writing it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, Template
from pelican.contents import Content
from pelican.writers import FileOverwriteFailedError, Writer

from replisite.content.catalog import Catalog
from replisite.content.kinds import KINDS
from replisite.pelican.content_class import KindContent

__all__ = ["NamedTemplate", "Recorded", "recording_writer"]


@dataclass(frozen=True, slots=True)
class NamedTemplate:
    """A template that is there, and has not been compiled."""

    name: str
    filename: str
    environment: Environment


@dataclass(eq=False)
class Recorded:
    """One page of one edition: its file, the template and everything that the template gets.

    ``own`` are the names that only this page has. ``shared`` is the context that Pelican's contents read
    while they are rendered.
    """

    path: str
    template: Template | NamedTemplate
    context: dict[str, Any]
    catalog: Catalog
    own: Mapping[str, Any]
    shared: dict[str, Any] = field(repr=False)

    @contextmanager
    def in_place(self) -> Iterator[Mapping[str, Any]]:
        """Give the page's context, while the links in contents lead from this page."""
        before = self.shared.get("localsiteurl")
        if self.context["localsiteurl"]:
            self.shared["localsiteurl"] = self.context["localsiteurl"]
        try:
            yield self.context
        finally:
            self.shared["localsiteurl"] = before


class _Recorder:
    """Stands in for a template in Pelican's writer: rendering it records the context."""

    def __init__(
        self,
        template: Template | NamedTemplate,
        record: Callable[[Template | NamedTemplate, dict[str, Any]], None],
    ) -> None:
        self._template = template
        self._record = record

    def render(self, context: dict[str, Any]) -> str:
        self._record(self._template, context)
        return ""


def recording_writer(
    catalogs: Sequence[Catalog],
    pages: list[Recorded],
    staged: Callable[[Recorded], None],
    files: dict[str, bytes],
    edition_names: Callable[[Catalog], Mapping[str, Any]],
    feed_url: str,
) -> type[Writer]:
    """Return a Pelican writer that appends to ``pages``, and collects feeds in ``files``.

    Each page is recorded once per edition that has it. ``catalogs`` may be filled after this call.
    ``feed_url`` is the absolute address that feeds need where SITEURL is empty.
    """

    class RecordingWriter(Writer):  # type: ignore[misc]  # Pelican has no types
        def write_file(
            self,
            name: str,
            template: Template | NamedTemplate,
            context: dict[str, Any],
            relative_urls: bool = False,
            paginated: dict[str, Any] | None = None,
            template_name: str | None = None,
            override_output: bool = False,
            url: str | None = None,
            **kwargs: Any,
        ) -> None:
            for catalog in catalogs:
                own = _own(catalog, kwargs)
                if own is None:
                    continue

                def record(
                    template: Template | NamedTemplate,
                    localcontext: dict[str, Any],
                    catalog: Catalog = catalog,
                    names: Mapping[str, Any] = own,
                ) -> None:
                    path = localcontext["output_file"]
                    pages.append(Recorded(path, template, localcontext, catalog, names, context))
                    staged(pages[-1])

                self._edition = catalog.key
                super().write_file(
                    name,
                    _Recorder(template, record),
                    context,
                    relative_urls,
                    paginated,
                    template_name,
                    override_output,
                    url,
                    **{**catalog.lists, **edition_names(catalog), **own},
                )

        def write_feed(
            self, elements: Sequence[Any], context: dict[str, Any], *args: Any, **kwargs: Any
        ) -> Any:
            if not context.get("SITEURL") and feed_url:
                context = {**context, "SITEURL": feed_url}
            if not elements and feed_url:
                return None  # an empty feed would be dated now, and no two builds the same
            self._edition = ""
            return super().write_feed(elements, context, *args, **kwargs)

        def _open_w(self, filename: str, encoding: str, override: bool = False) -> io.StringIO:
            """Give a file in memory; a second writer of the same page needs ``override``, as in Pelican."""
            path = os.path.relpath(filename, self.output_path).replace(os.sep, "/")
            key = f"{self._edition}:{path}"
            if key in self._overridden_files:
                if override:
                    raise FileOverwriteFailedError(f'"{path}" is written twice, both times to override')
                _drop_last(pages, path)
                return io.StringIO()
            if key in self._written_files:
                if not override:
                    raise FileOverwriteFailedError(_written_twice(pages, path))
                _drop_first(pages, path, self._edition)
            if override:
                self._overridden_files.add(key)
            self._written_files.add(key)
            return io.StringIO() if self._edition else _FileInMemory(files, path, encoding)

    return RecordingWriter


class _FileInMemory(io.StringIO):
    """A file in memory; its text is collected when it is closed."""

    def __init__(self, files: dict[str, bytes], path: str, encoding: str) -> None:
        super().__init__(newline="")
        self._target = (files, path, encoding)

    def close(self) -> None:
        if not self.closed:
            files, path, encoding = self._target
            files[path] = self.getvalue().encode(encoding)
        super().close()


def _own(catalog: Catalog, names: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the page's own names as this edition sees them; None where the edition lacks the page."""
    own: dict[str, Any] = {}
    for name, value in names.items():
        if isinstance(value, KindContent):
            view = catalog.own(value)
            if view is None:
                return None
            own[name] = view
        elif name == "index_of":
            kind = next(kind for kind in KINDS if kind.name == value)
            if kind.name not in catalog.present:
                return None
            own["page_kind"] = kind.list_name
        else:
            own[name] = value
    return own


def _written_twice(pages: list[Recorded], path: str) -> str:
    """Return the message that names the sources of two pages with one address."""
    subjects = [value for page in pages if page.path == path for value in page.own.values()]
    sources = [subject.relative_source_path for subject in subjects if isinstance(subject, Content)]
    listed = list(dict.fromkeys(sources))
    names = " and ".join(listed if len(listed) != 1 else [*listed, "a page of the theme"]) or "two pages"
    return f'{names} have the same address, "{path}"'


def _drop_last(pages: list[Recorded], path: str) -> None:
    if pages and pages[-1].path == path:
        pages.pop()


def _drop_first(pages: list[Recorded], path: str, edition: str) -> None:
    for index, page in enumerate(pages[:-1]):
        if page.path == path and page.catalog.key == edition:
            del pages[index]
            return
