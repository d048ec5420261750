"""Follow the links of pages, and report each that leads nowhere once, where it was written."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial

from replisite.content.folder_walk import iter_content_files
from replisite.content.public_files import Verdict
from replisite.content.publication import rules_of
from replisite.errors import Fault, InputError
from replisite.model.company import house_account
from replisite.model.distributor import Distributor
from replisite.model.site import Site
from replisite.pages.corporate import corporate_plate
from replisite.pages.finish import LinkingSlot
from replisite.pages.link_check import BrokenLink, LinkCheck
from replisite.pages.link_origins import LinkOrigins
from replisite.pages.page import Page
from replisite.pages.site_files import SiteFiles
from replisite.pages.template_errors import template_fault
from replisite.staging import Plate
from replisite.system.processor_time import TooSlow, limited_processor_time

__all__ = ["Audit", "audit", "audit_sheets", "link_check"]


@dataclass(slots=True)
class Audit:
    """The broken links of some pages. ``faults`` stop a build; ``warnings`` are links that may be right all the same.

    ``sampled`` are addresses that an owner's values are part of: they were followed for the owners of the sample only.
    """

    faults: list[Fault]
    warnings: list[str]
    sampled: dict[str, None]


def audit(
    pages: Sequence[Page],
    owners: Sequence[Distributor],
    corporate: Iterable[Distributor],
    files: SiteFiles,
    site: Site,
) -> Audit:
    """Follow the links of one edition's pages.

    The pages are read on the corporate site for its house account, ``corporate``, and on the site of the first owner, who
    stands for all owners of the edition where pages do not differ. The texts of slots are read for all ``owners``.
    """
    base = link_check(files, house_account(site), site)
    broken_links: dict[tuple[str, BrokenLink], Page] = {}
    sampled: dict[str, None] = {}
    for house in corporate:
        check = replace(base, owner=house)
        for page in pages:
            text = _filled(page, corporate_plate(page), house, site)
            broken_links.update({(page.path, link): page for link in check.page(text, page.path)})
    replicated = [page for page in pages if page.is_replicated]
    for owner in owners[:1]:
        check = replace(base, owner=owner)
        for page in replicated:
            text = _filled(page, page.plate, owner, site)
            broken_links.update({(page.path, link): page for link in check.page(text, page.path)})
    for page, slot in _linking_slots(replicated):
        for owner in owners:
            check = replace(base, owner=owner)
            with _limited(page, owner, site):
                links = slot.links({"distributor": owner})
            broken_links.update({(page.path, link): page for link in check.links(links, slot.folder)})
            if slot.is_address:
                local = (link.text for link in links if check.is_local(link))
                sampled.update({f'"{text}" on {page.path}': None for text in local})
    return _reported(broken_links, sampled, site)


def audit_sheets(sheets: Iterable[tuple[str, str, bytes]], files: SiteFiles, site: Site) -> Audit:
    """Follow the addresses of shared style sheets, each given as its published path, its source's name and its bytes.

    All sites share these files, so relative addresses start at the sheet's path on the corporate site.
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
    """Return the check of the pages of an owner's site, or of the corporate site for its house account.

    A page that the edition lacks is there all the same, on the corporate site: only links that a plate leads go elsewhere.
    """
    return LinkCheck(
        replace(files, instead={}),
        owner,
        partial(missing_file, site=site),
        cache(partial(_content_files, site)),
    )


def _content_files(site: Site) -> list[str]:
    """Return the files of the content folder that a page may ask for, judged by their names."""
    rules = rules_of(site)
    return [path for path in iter_content_files(rules) if rules.judge(path) is Verdict.MAY]


def _sheet_text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _filled(page: Page, plate: Plate, owner: Distributor, site: Site) -> str:
    with _limited(page, owner, site):
        return plate.text({"distributor": owner})


@contextmanager
def _limited(page: Page, owner: Distributor, site: Site) -> Iterator[None]:
    """Raise InputError for a page without an end: the pages of the last build were proved with other owners."""
    try:
        with limited_processor_time(site.page_seconds):
            yield
    except TooSlow as error:
        whose = f"the site of {owner.alias}" if owner.alias else "the corporate site"
        raise InputError([template_fault(error, site, f"{page.path} on {whose}")]) from error


def missing_file(path: str, site: Site) -> tuple[str, str] | None:
    """Return why a link to a file of the content leads nowhere although the file exists, and the fix; else None."""
    verdict = rules_of(site).judge(path)
    if verdict in {Verdict.ABSENT, Verdict.OUTSIDE}:
        return None
    if verdict.is_absolute:
        return f"{path} is never published: {verdict.value}", "remove the link"
    folder = f"{path.partition('/')[0]}/" if "/" in path and verdict is Verdict.MAY else path
    public = ", ".join(f'"{name}"' for name in (*site.public, folder))
    return f"{path} is not published", f"write [content] public = [{public}] in site.toml"


def _linking_slots(pages: Iterable[Page]) -> Iterator[tuple[Page, LinkingSlot]]:
    """Yield the slots that may write addresses, each once: slots with an equal key write the same on all their pages."""
    known: set[Hashable] = set()
    for page in pages:
        for slot in page.plate.slots:
            if isinstance(slot, LinkingSlot) and slot.key not in known:
                known.add(slot.key)
                yield page, slot


def _reported(
    broken_links: Mapping[tuple[str, BrokenLink], Page], sampled: dict[str, None], site: Site
) -> Audit:
    """Report each broken link once: a template's with the number of its pages."""
    origins = LinkOrigins(site)
    grouped: dict[tuple[str, int, BrokenLink], list[str]] = {}
    for (path, link), page in broken_links.items():
        file, line = origins.find(page.source, link.written, link.picture)
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
