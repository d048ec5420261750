"""Follow the links of pressed pages, and say where a template's error stands."""

from __future__ import annotations

import html
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Protocol, cast

from replisite.content.folder_walk import iter_content_files
from replisite.content.near_names import near_name
from replisite.content.public_files import Verdict
from replisite.content.publication import rules_of
from replisite.errors import Fault, InputError
from replisite.model.company import house_account
from replisite.model.distributor import Distributor
from replisite.model.site import Site
from replisite.pages.finish import LinkingSlot
from replisite.pages.link_check import BrokenLink, LinkCheck
from replisite.pages.site_files import SiteFiles
from replisite.staging import Plate, passed_template, template_lines
from replisite.system.bugs import is_programming_error
from replisite.system.error_text import error_text
from replisite.system.processor_time import TooSlow, limited_processor_time

__all__ = ["Audit", "AuditedPage", "audit", "audit_sheets", "link_check", "template_fault"]


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


@dataclass(slots=True)
class Audit:
    """What following links gave. ``faults`` stop a build; ``warnings`` are links that may be right all the same.

    ``sampled`` are addresses that an owner's values are part of: they were followed for the owners of the sample.
    """

    faults: list[Fault]
    warnings: list[str]
    sampled: dict[str, None]


def audit(
    pages: Sequence[AuditedPage],
    owners: Sequence[Distributor],
    corporate: Iterable[Distributor],
    files: SiteFiles,
    site: Site,
) -> Audit:
    """Follow the links of one edition's pages.

    Pages are followed on the corporate site for ``corporate``, its house account, and on the site of the first owner,
    who stands for all of an edition where pages do not differ. What slots write is followed for all ``owners``.
    """
    base = link_check(files, house_account(site), site)
    found: dict[tuple[str, BrokenLink], AuditedPage] = {}
    sampled: dict[str, None] = {}
    for house in corporate:
        check = replace(base, owner=house)
        for page in pages:
            text = _filled(page, page.corporate or page.plate, house, site)
            found.update({(page.path, link): page for link in check.page(text, page.path)})
    replicated = [page for page in pages if page.is_replicated]
    for owner in owners[:1]:
        check = replace(base, owner=owner)
        for page in replicated:
            text = _filled(page, page.plate, owner, site)
            found.update({(page.path, link): page for link in check.page(text, page.path)})
    for page, slot in _linking_slots(replicated):
        for owner in owners:
            check = replace(base, owner=owner)
            with _limited(page, owner, site):
                links = slot.links({"distributor": owner})
            found.update({(page.path, link): page for link in check.links(links, slot.folder)})
            if slot.is_address:
                local = (link.text for link in links if check.is_local(link))
                sampled.update({f'"{text}" on {page.path}': None for text in local})
    return _told(found, sampled, site)


def audit_sheets(sheets: Iterable[tuple[str, str, bytes]], files: SiteFiles, site: Site) -> Audit:
    """Follow the addresses of shared style sheets, each given as its published path, its source's name and its bytes.

    All sites share these files, so their addresses lead from where the corporate site has them.
    """
    check = link_check(files, house_account(site), site)
    result = Audit([], [], {})
    for path, name, body in sheets:
        for line, link in check.sheet(_sheet_text(body), path):
            fault = Fault(name, line, f'address "{link.written}": {link.what}', link.next)
            if link.is_certain:
                result.faults.append(fault)
            else:
                result.warnings.append(str(fault))
    return result


def link_check(files: SiteFiles, owner: Distributor, site: Site) -> LinkCheck:
    """Return what checks the pages of an owner's site, or of the corporate site for its house account."""
    return LinkCheck(files, owner, partial(missing_file, site=site), cache(partial(_content_files, site)))


def _content_files(site: Site) -> list[str]:
    """Return the files of the content folder that a page may ask for, as far as their names say."""
    rules = rules_of(site)
    return [path for path in iter_content_files(rules) if rules.judge(path) is Verdict.MAY]


def _sheet_text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _filled(page: AuditedPage, plate: Plate, owner: Distributor, site: Site) -> str:
    with _limited(page, owner, site):
        return plate.text({"distributor": owner})


@contextmanager
def _limited(page: AuditedPage, owner: Distributor, site: Site) -> Iterator[None]:
    """Raise InputError for a page that has no end: the pages of the last build were proved with other owners."""
    try:
        with limited_processor_time(site.page_seconds):
            yield
    except TooSlow as error:
        whose = f"the site of {owner.alias}" if owner.alias else "the corporate site"
        raise InputError([template_fault(error, site, f"{page.path} on {whose}")]) from error


def missing_file(path: str, site: Site) -> tuple[str, str] | None:
    """Say why a link to a file of the content leads nowhere although the file is there, and what to do; else None."""
    verdict = rules_of(site).judge(path)
    if verdict in {Verdict.ABSENT, Verdict.OUTSIDE}:
        return None
    if verdict.is_absolute:
        return f"{path} is never published: {verdict.value}", "remove the link"
    folder = f"{path.partition('/')[0]}/" if "/" in path and verdict is Verdict.MAY else path
    public = ", ".join(f'"{name}"' for name in (*site.public, folder))
    return f"{path} is not published", f"write [content] public = [{public}] in site.toml"


def _linking_slots(pages: Iterable[AuditedPage]) -> Iterator[tuple[AuditedPage, LinkingSlot]]:
    """Yield the slots that may write addresses; those with an equal key write the same on all their pages."""
    known: set[Hashable] = set()
    for page in pages:
        for slot in page.plate.slots:
            if hasattr(slot, "links") and slot.key not in known:
                known.add(slot.key)
                yield page, cast(LinkingSlot, slot)


def _told(found: Mapping[tuple[str, BrokenLink], AuditedPage], sampled: dict[str, None], site: Site) -> Audit:
    """Tell each broken link once: a template's with the number of its pages."""
    places = _Places(site)
    grouped: dict[tuple[str, int, BrokenLink], list[str]] = {}
    for (path, link), page in found.items():
        file, line = places.find(page, link.written, link.picture)
        key = (file, line, link)
        grouped.setdefault(key, []).append(path)
    result = Audit([], [], sampled)
    for (file, line, link), paths in grouped.items():
        more = (
            f" and {len(paths) - 1} more pages"
            if len(paths) > 2
            else f" and {paths[-1]}"
            if len(paths) == 2
            else ""
        )
        fault = Fault(file, line, f'link to "{link.written}" on {paths[0]}{more}: {link.what}', link.next)
        if link.is_certain:
            result.faults.append(fault)
        else:
            result.warnings.append(str(fault))
    return result


class _Places:
    """Finds where links were written: in a page's source if it is there, else in a template of the site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        folders = (site.root / "templates", site.root / "themes" / site.theme / "templates")
        self._templates = {
            path.relative_to(site.root).as_posix(): _lines(path)
            for folder in folders
            for path in sorted(folder.rglob("*.html"))
        }

    def find(
        self, page: AuditedPage, written: str, picture: tuple[str, str] | None = None
    ) -> tuple[str, int]:
        """Return the file and the line, 0 if the line is not known.

        A ``picture`` without an address is looked for by its element and attribute: the value is empty, or ends in a variable.
        """
        if picture is not None:
            pattern = _empty_picture(*picture)
            known = {page.source: _lines(self._site.root / page.source), **self._templates}
            found = [
                (file, text.count("\n", 0, match.start()) + 1)
                for file, text in ((file, "\n".join(lines)) for file, lines in known.items())
                for match in pattern.finditer(text)
            ]
            return found[0] if len(found) == 1 else (page.source, 0)
        spelt = [written, html.escape(written)]
        line = _line_with(_lines(self._site.root / page.source), spelt)
        if line:
            return page.source, line
        rest = written.lstrip("./")
        spelt += [f"}}}}/{rest}"] if rest and rest != written else []  # behind {{ SITEURL }}
        for file, lines in self._templates.items():
            line = _line_with(
                lines, [f"{before}{text}{after}" for text in spelt for before, after in _QUOTES]
            )
            if line:
                return file, line
        return page.source, 0


def _empty_picture(tag: str, attribute: str) -> re.Pattern[str]:
    value = r"[^\"'<>]*\}\}" if attribute != "style" else r"[^<>]*?url\([^<>]*?\}\}[\"']?\)[^<>]*?"
    return re.compile(rf"<{tag}\b[^<>]*?\s{re.escape(attribute)}\s*=\s*([\"'])(?:{value})?\1", re.IGNORECASE)


_QUOTES = (('"', '"'), ("'", "'"), ("=", ">"), ("=", " "), ("(", ")"), ("}", '"'), ("}", "'"))
"""What stands around an address in a template."""


def _line_with(lines: Sequence[str], texts: Sequence[str]) -> int:
    return next((number for number, line in enumerate(lines, 1) if any(text in line for text in texts)), 0)


def _lines(path: Path) -> Sequence[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        return ()


def template_fault(error: BaseException, site: Site, source: str) -> Fault:
    """Return what a template raised as a fault at the template's line.

    Raises the error itself if it is a bug: a programming error of replisite's own code that no template called.
    """
    if is_programming_error(error) and not passed_template(error):
        error.add_note(f"while rendering {source}")
        raise error
    frames = template_lines(error)
    what = error_text(error)
    if not frames:
        return Fault(source, 0, what, "mend the template or the content")
    place, line = Path(frames[-1][0]), frames[-1][1]
    file = place.relative_to(site.root).as_posix() if place.is_relative_to(site.root) else str(place)
    advice = "mend the template"
    if type(error).__name__ == "TemplateNotFound":
        folders = {folder for folder in place.parents if folder.name == "templates"} | {
            site.root / "templates"
        }
        names = [path.relative_to(folder).as_posix() for folder in folders for path in folder.rglob("*")]
        advice = near_name(str(error), names) or advice
    return Fault(file, line, f"{what} (while rendering {source})", advice)
