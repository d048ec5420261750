"""The ``{filename}`` and ``{static}`` links of content: where they lead, as Pelican follows them, and why not."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from pelican.contents import Content

from replisite.content.near_names import near_name
from replisite.content.public_files import PublicFiles, Verdict
from replisite.content.readable_files import is_markdown
from replisite.pelican.content_files import ContentFiles
from replisite.pelican.no_page import has_page, why_no_page
from replisite.pelican.run_context import RunContext

__all__ = ["ContentLink", "files_linked_as_pages", "iter_links", "linked_paths", "note_broken_links"]

Reason = tuple[str, str]
"""Why a link leads nowhere, and what to do."""


@dataclass(frozen=True, slots=True)
class ContentLink:
    """One link of content: ``filename``, ``static`` or another word of Pelican's, and what stands behind it."""

    what: str
    value: str


def iter_links(content: Content) -> Iterator[ContentLink]:
    """Stream the links of an item in the form ``{what}value``."""
    pattern = content._get_intrasite_link_regex()  # noqa: SLF001 - Pelican has no other way
    for match in pattern.finditer(content._content or ""):  # noqa: SLF001 - as it was read
        yield ContentLink(match.group("what"), match.group("value"))


def linked_paths(content: Content, value: str) -> Iterator[str]:
    """Stream the paths below the content folder that a link may mean, in the three ways in which Pelican looks."""
    for url in (urlparse(value), urlparse(unquote(value)), urlparse(unescape(value))):
        if url.path.startswith("/"):
            yield posixpath.normpath(url.path[1:])
        else:
            yield _relative(content, url.path)


def files_linked_as_pages(generated: Mapping[str, Content | None], rules: PublicFiles) -> Iterator[str]:
    """Stream the files that ``{filename}`` links name although they are no pages.

    ``generated`` are the items that were read, by the paths of their files; None stands for one that failed.
    """
    for content in list(generated.values()):
        for link in iter_links(content) if content is not None else ():
            if link.what == "filename":
                for path in linked_paths(content, link.value):
                    if path not in generated and rules.judge(path) is not Verdict.ABSENT:
                        yield path


def note_broken_links(
    context: RunContext, files: ContentFiles, content: Content, names: Mapping[str, Any]
) -> None:
    """Note each ``{filename}`` and ``{static}`` link of an item that leads nowhere, with its line.

    ``names`` is Pelican's context, in which it looks for files.
    """
    for link in iter_links(content):
        if link.what not in {"filename", "static", "attach"}:
            continue
        is_known = _is_known(content, link, names)
        reason = _why_no_page(context, content, link.value, names) if link.what == "filename" else None
        if (is_known and reason is None) or _has_own_fault(context, content, link.value):
            continue
        path = Path(content.source_path)
        why, advice = reason or _why_not(context, files, content, link.value)
        what = f"link to {{{link.what}}}{link.value}: {why}"
        context.noted_faults.note(path, _line_of(path, link), what, advice)


def _line_of(path: Path, link: ContentLink) -> int:
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    written = f"{link.what}}}{unescape(link.value)}"
    return next((number for number, text in enumerate(lines, 1) if written in text), 0)


def _is_known(content: Content, link: ContentLink, names: Mapping[str, Any]) -> bool:
    """Say whether Pelican finds what a link names."""
    keys = ["generated_content", "static_content"] if link.what == "filename" else ["static_content"]
    for url in (urlparse(link.value), urlparse(unquote(link.value)), urlparse(unescape(link.value))):
        path = url.path[1:] if url.path.startswith("/") else _relative(content, url.path)
        target = next((names[key][path] for key in keys if names[key].get(path) is not None), None)
        if target is not None:  # Pelican believes a static link without looking
            return link.what == "filename" or Path(target.source_path).is_file()
    return False


def _why_no_page(
    context: RunContext, content: Content, value: str, names: Mapping[str, Any]
) -> Reason | None:
    """Return why a text that a page links to has no page; None where it has one, or where the page has none itself."""
    path = next((path for path in linked_paths(content, value) if is_markdown(path)), None)
    if path is None or path.startswith("../") or not has_page(content):
        return None
    target = names["generated_content"].get(path)
    if target is not None and has_page(target):
        return None
    request = context.request
    file = context.rules.content / path
    return why_no_page(file, path, request.now, drafts=request.drafts, future=request.future)


def _has_own_fault(context: RunContext, content: Content, value: str) -> bool:
    """Say whether a link leads to a file that has a fault of its own: once that is fixed, there is a page."""
    paths = linked_paths(content, value)
    return any(context.noted_faults.has_fault(context.rules.content / path) for path in paths)


def _why_not(context: RunContext, files: ContentFiles, content: Content, value: str) -> Reason:
    """Return why a link leads to no published file, and what to do."""
    for path in linked_paths(content, value):
        verdict = context.rules.judge(path)
        if verdict is not Verdict.ABSENT:
            return _why_unpublished(verdict, path, context.site.public)
    near = near_name(_plain_path(content, value), files.listing.files)
    return "no such file", near or "fix the path"


def _why_unpublished(verdict: Verdict, path: str, listed: tuple[str, ...]) -> Reason:
    if verdict.is_absolute:
        return f"the file is never published: {verdict.value}", "remove the link"
    public = ", ".join(f'"{name}"' for name in (*listed, path))
    return (
        f"the file is not published: {verdict.value}",
        f"remove the link, or write [content] public = [{public}] in site.toml",
    )


def _plain_path(content: Content, value: str) -> str:
    """Return the path under the content folder that a link names."""
    path = unquote(urlparse(unescape(value)).path)
    return path[1:] if path.startswith("/") else _relative(content, path)


def _relative(content: Content, path: str) -> str:
    return str(content.get_relative_source_path(os.path.join(content.relative_dir, path)))  # noqa: PTH118 - as Pelican does
