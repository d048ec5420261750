"""Follow the links of pressed pages, and say where a template's error stands."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from replisite.content.near_names import near_name
from replisite.content.public_files import Verdict
from replisite.errors import Fault
from replisite.model.distributor import Distributor
from replisite.model.page_links import internal_links
from replisite.model.photo_paths import is_photo
from replisite.model.site import Site
from replisite.sources.publication import rules_of
from replisite.staging import Plate

__all__ = ["AuditedPage", "audit", "template_fault"]


class AuditedPage(Protocol):
    """What the audit wants to know of a page."""

    @property
    def path(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def plate(self) -> Plate: ...

    @property
    def corporate(self) -> Plate | None: ...

    @property
    def is_replicated(self) -> bool: ...


def audit(
    pages: Sequence[AuditedPage],
    owners: Iterable[Distributor],
    corporate: Iterable[Distributor],
    once: Collection[str],
    site: Site,
) -> list[Fault]:
    """Return a fault for each link of one edition's pages that leads to no file.

    Pages are followed on the sites of ``owners``, and on the corporate site for ``corporate``, its house
    account; one owner stands for all of an edition, because only the values differ. ``once`` are the files
    that exist on the corporate site alone.
    """
    found: list[Fault] = []
    for house in corporate:
        found += _broken(pages, house, "", {page.path for page in pages} | set(once), site)
    for owner in owners:
        replicated = [page for page in pages if page.is_replicated]
        prefix = "owner/" if site.addresses.style == "path" else ""
        known = {prefix + page.path for page in replicated} | (set(once) if prefix else set())
        found += _broken(replicated, owner, prefix, known, site)
    return list(dict.fromkeys(found))


def _broken(
    pages: Iterable[AuditedPage], owner: Distributor, prefix: str, known: Collection[str], site: Site
) -> Iterable[Fault]:
    for page in pages:
        plate = page.corporate if owner.is_company and page.corporate is not None else page.plate
        text = plate.text({"distributor": owner})
        for url, target in internal_links(text, prefix + page.path):
            if target not in known and f"{target}/index.html" not in known and not is_photo(target):
                file, line = _place(page, url, site)
                shown = target.removeprefix(prefix)
                what, todo = _missing(shown, site)
                yield Fault(file, line, f'link to "{url}" on {page.path}: {what}', todo)


def _missing(path: str, site: Site) -> tuple[str, str]:
    """Say why a link leads nowhere: the file may be there, and not be published."""
    verdict = rules_of(site).judge(path)
    if verdict.is_absolute and verdict not in {Verdict.ABSENT, Verdict.OUTSIDE}:
        return f"{path} is never published: {verdict.value}", "remove the link"
    if verdict in {Verdict.ABSENT, Verdict.OUTSIDE}:
        return f"there is no {path}", "mend the link"
    folder = f"{path.partition('/')[0]}/" if "/" in path and verdict is Verdict.MAY else path
    public = ", ".join(f'"{name}"' for name in (*site.public, folder))
    return f"{path} is not published", f"write [content] public = [{public}] in site.toml"


def _place(page: AuditedPage, url: str, site: Site) -> tuple[str, int]:
    """Return where a link was written: in the page's source if it stands there, else in its template."""
    source = site.root / page.source
    if source.is_file():
        for number, line in enumerate(source.read_text(encoding="utf-8-sig").split("\n"), 1):
            if url in line:
                return page.source, number
    return page.source, 0


def template_fault(error: BaseException, site: Site, source: str) -> Fault:
    """Return what a template raised as a fault at the template's line."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".html")
    ]
    what = f"{type(error).__name__}: {error}"
    if not frames:
        return Fault(source, 0, what, "mend the template or the content")
    place = Path(frames[-1].filename)
    file = place.relative_to(site.root).as_posix() if place.is_relative_to(site.root) else str(place)
    advice = "mend the template"
    if type(error).__name__ == "TemplateNotFound":
        folders = {folder for folder in place.parents if folder.name == "templates"} | {
            site.root / "templates"
        }
        names = [path.relative_to(folder).as_posix() for folder in folders for path in folder.rglob("*")]
        advice = near_name(str(error), names) or advice
    return Fault(file, frames[-1].lineno or 0, f"{what} (while rendering {source})", advice)
