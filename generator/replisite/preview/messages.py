"""The values that the preview's processes exchange: plain data, cheap to import in each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from replisite.errors import Fault
from replisite.model.distributor import Distributor
from replisite.model.options import Options
from replisite.model.site import Site
from replisite.model.view import EditionView
from replisite.preview.personal_marks import Piece

__all__ = [
    "ContentRequest",
    "PageFacts",
    "PageRequest",
    "PersonalPage",
    "PressedPage",
    "RosterRequest",
    "RosterResult",
    "SiteIndex",
    "SlotFacts",
]


@dataclass(frozen=True, slots=True)
class ContentRequest:
    """A site to read, the editions to show as their readers see them (the corporate site's first), and options.

    ``is_quick`` skips the search for faults in templates that no page uses yet.
    """

    site: Site
    edition_views: tuple[EditionView, ...]
    drafts: bool = False
    future: bool = False
    is_quick: bool = False

    @classmethod
    def of(
        cls, site: Site, options: Options, more: Iterable[EditionView] = (), *, is_quick: bool = False
    ) -> ContentRequest:
        """Return the request for the open editions of a site, and for ``more`` views of its editions."""
        known = {edition.key: edition for edition in site.editions}
        own = [EditionView(edition) for edition in site.open_editions]
        others = [
            EditionView(known[view.edition.key], view.reader) for view in more if view.edition.key in known
        ]
        return cls(site, tuple(dict.fromkeys([*own, *others])), options.drafts, options.future, is_quick)


@dataclass(frozen=True, slots=True)
class SiteIndex:
    """The pages and files of a site, none of them rendered; with ``faults`` there is nothing but these.

    ``main`` is the key of the corporate site's edition view. ``paths`` are the pages by the key of their edition view,
    ``static`` the sources of copied files by path, ``files`` the paths of feeds and other generated files. ``names`` are
    the files and folders at the corporate site's root. ``folders`` are the theme's, the content's and the templates';
    ``beside`` are files that were read and lie elsewhere. At ``until`` (seconds since 1970) a dated page comes or goes.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[str, ...] = ()
    main: str = ""
    paths: Mapping[str, frozenset[str]] = field(default_factory=dict)
    static: Mapping[str, Path] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    folders: tuple[Path, ...] = ()
    beside: tuple[Path, ...] = ()
    until: float | None = None
    read: frozenset[Path] = frozenset()
    """Copied files that pages were also made of: data that a plugin reads."""
    seconds: float = 0.0
    written: Path | None = None
    """The folder into which functions that templates call write files, where the site has plugins."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page of an edition view (``key``) for an owner.

    ``is_corporate`` says that the page is on the corporate site, where files that exist once are.
    """

    key: str
    path: str
    owner: Distributor
    is_corporate: bool


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The facts about a page for the toolbar: times are in milliseconds, sizes in bytes."""

    source: str
    template: str
    slots: int
    widened: str
    is_protected: bool
    size: int
    compressed: int
    stage_ms: float
    press_ms: float
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PressedPage:
    """A page for an owner; with ``faults`` it has no text."""

    text: str
    facts: PageFacts | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A slot of a page: its expression or tag, its source as ``template:line``, and how often the page has it."""

    expression: str
    where: str
    times: int


@dataclass(frozen=True, slots=True)
class PersonalPage:
    """A page's text, the pieces of it that slots gave, and the slots."""

    text: str
    pieces: tuple[Piece, ...]
    slots: tuple[SlotFacts, ...]


@dataclass(frozen=True, slots=True)
class RosterRequest:
    """A roster to import. ``names`` are the corporate site's files and folders; ``number`` counts the requests."""

    site: Site
    options: Options
    names: Sequence[str]
    number: int


@dataclass(frozen=True, slots=True)
class RosterResult:
    """The result of an import: with ``faults`` the people database is unchanged.

    ``uncounted`` is the number of faults beyond those listed. ``is_abandoned`` says that a later request came, and
    nothing was imported.
    """

    faults: tuple[Fault, ...] = ()
    uncounted: int = 0
    warnings: tuple[str, ...] = ()
    people: int = 0
    is_abandoned: bool = False
