"""The facts about a page that the toolbar shows, as plain values for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from replisite.model.site import Site
from replisite.preview.addresses import SiteView
from replisite.preview.edge_cases import CASES
from replisite.preview.fault_json import editor_link
from replisite.preview.messages import PageFacts
from replisite.preview.responses import PageResponse
from replisite.preview.routing import FoundPage, NotFound, readers_of
from replisite.preview.session import PreviewSession

__all__ = ["public_address", "slot_link", "toolbar_facts"]

WARNINGS_SHOWN = 20
"""How many warnings the toolbar gets."""


def toolbar_facts(
    session: PreviewSession, response: PageResponse, path: str, public_url: str, *, is_local: bool
) -> dict[str, Any]:
    """Return the facts about a response.

    ``public_url`` is the preview's address for other devices, ``""`` if they cannot reach it. ``is_local`` says that
    the request comes from this machine, where protected pages may be shown. This reads the people database.
    """
    site, page = session.state.site, response.page
    view = page.view if page else SiteView()
    edition_view = page.edition_view if page else None
    return {
        "at": path,
        "owner": _owner_facts(page),
        "people": session.people.count() if site else 0,
        "edition": edition_view.edition.key if edition_view else "",
        "editions": _open_editions(site),
        "view": (edition_view.reader if edition_view else "") or "public",
        "views": _reader_choices(site if is_local else None),
        "case": view.case,
        "cases": [{"key": key, "title": case.title} for key, case in CASES.items()],
        **_page_facts(session, response.facts),
        "is_unlocked": _is_unlocked(site, view, response.facts),
        "qr": public_address(page, public_url) if public_url else "",
        "roster": session.state.roster.as_json(),
        "warnings": [*_own_warnings(response), *session.state.warnings][:WARNINGS_SHOWN],
    }


def _owner_facts(page: FoundPage | None) -> Mapping[str, Any]:
    if page is None:
        return {"alias": "", "name": "", "is_company": True, "status": ""}
    owner = page.request.owner
    return {
        "alias": owner.alias,
        "name": owner.name,
        "is_company": owner.is_company,
        "status": owner.status,
    }


def _open_editions(site: Site | None) -> list[str]:
    editions = site.editions if site else ()
    return [edition.key for edition in editions if edition.market.status != "closed"]


def _reader_choices(site: Site | None) -> list[dict[str, str]]:
    readers = readers_of(site) if site else {}
    public = {"key": "public", "title": "As published"}
    return [public, *({"key": code, "title": title} for code, title in readers.items())]


def _page_facts(session: PreviewSession, facts: PageFacts | None) -> Mapping[str, Any]:
    if facts is None:
        texts = dict.fromkeys(("source", "template", "editor", "widened"), "")
        numbers = dict.fromkeys(("bytes", "compressed", "slots", "stage_ms", "press_ms"), 0)
        return {**texts, **numbers, "is_protected": False}
    source = _source(session, facts)
    return {
        "source": facts.source,
        "template": facts.template,
        "editor": editor_link(session.editor, source) if source else "",
        "bytes": facts.size,
        "compressed": facts.compressed,
        "slots": facts.slots,
        "widened": facts.widened,
        "stage_ms": facts.stage_ms,
        "press_ms": facts.press_ms,
        "is_protected": facts.is_protected,
    }


def _source(session: PreviewSession, facts: PageFacts) -> Path | None:
    """Return the content file of a page, or else its template."""
    paths = (session.folder / facts.source, Path(facts.template))
    return next((path for path in paths if path.is_file()), None)


def _is_unlocked(site: Site | None, view: SiteView, facts: PageFacts | None) -> bool:
    """Say whether visitors do not get this page, which is protected and shown as to a member."""
    is_locked = site is not None and site.members.access == "locked"
    return bool(is_locked and facts and facts.is_protected and view.reader)


def _own_warnings(response: PageResponse) -> list[str]:
    reason = response.destination.reason if isinstance(response.destination, NotFound) else ""
    broken = response.facts.broken if response.facts else ()
    return [*([reason] if reason else []), *(f'broken link: "{url}"' for url in broken)]


def public_address(page: FoundPage | None, public_url: str) -> str:
    """Return the URL of a page for another device: the machine's address, and the site's name in the path.

    Protected pages stay on this machine: the URL leads to the page as it is published.
    """
    if page is None:
        return f"{public_url}/"
    view = SiteView(page.view.alias, page.view.edition, "", page.view.case)
    path = page.site_path.path
    return f"{public_url}/{view.name}/{path}" if view.name else f"{public_url}/{path}"


def slot_link(session: PreviewSession, where: str) -> str:
    """Return the link that opens ``template:line`` in the editor, or ``""``."""
    name, _, line = where.rpartition(":")
    if not line.isdigit():
        name, line = where, "0"
    for folder in session.state.site_index.folders:
        for path in (folder / "templates" / name, folder / name):
            if path.is_file():
                return editor_link(session.editor, path, int(line))
    return ""
