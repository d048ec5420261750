"""What the preview's processes say to each other; plain data, imported by all of them at no cost."""

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
    "Order",
    "PageFacts",
    "PageRequest",
    "Personal",
    "PieceView",
    "PressedPage",
    "SiteIndex",
    "Taken",
]


@dataclass(frozen=True, slots=True)
class ContentRequest:
    """What is to be shown: a site, editions as their readers see them (the corporate site's first), and options.

    ``is_quick`` leaves out looking for faults in templates that are on no page yet.
    """

    site: Site
    showings: tuple[EditionView, ...]
    drafts: bool = False
    future: bool = False
    is_quick: bool = False

    @classmethod
    def of(
        cls, site: Site, options: Options, more: Iterable[EditionView] = (), *, is_quick: bool = False
    ) -> ContentRequest:
        """Return the wish for the editions of a site, and for ``more`` of them as readers see them who are not visitors."""
        known = {edition.key: edition for edition in site.editions}
        own = [EditionView(edition) for edition in site.open_editions]
        others = [
            EditionView(known[edition_view.edition.key], edition_view.reader)
            for edition_view in more
            if edition_view.edition.key in known
        ]
        return cls(site, tuple(dict.fromkeys([*own, *others])), options.drafts, options.future, is_quick)


@dataclass(frozen=True, slots=True)
class SiteIndex:
    """What there is to show, without a page being rendered; with ``faults`` there is nothing new.

    ``paths`` are the pages by edition_view and path, ``static`` the sources of copied files, ``files`` the paths of feeds and the like;
    ``names`` stand at the corporate site's root. ``beside`` are files that were read and lie elsewhere than content
    and templates. From ``until`` on (seconds since 1970) there are other pages.
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
    """The folder to which functions that templates call write files, where the site has plugins."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page of a showing, for an owner. ``is_corporate``: on the corporate site, where files that exist once are."""

    key: str
    path: str
    owner: Distributor
    is_corporate: bool


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What there is to tell of a page: times are in milliseconds, sizes in bytes."""

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
    """A page for an owner; with ``faults`` there is no text."""

    text: str
    facts: PageFacts | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class PieceView:
    """A slot of a page: its expression or tag, and ``template:line``."""

    expression: str
    where: str
    times: int


@dataclass(frozen=True, slots=True)
class Personal:
    """A page's text, where in it slots stand, and what they are."""

    text: str
    pieces: tuple[Piece, ...]
    slots: tuple[PieceView, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """A roster to be taken in. ``names`` are the corporate site's files and folders; ``number`` counts orders."""

    site: Site
    options: Options
    names: Sequence[str]
    number: int


@dataclass(frozen=True, slots=True)
class Taken:
    """How a roster was taken in: with ``faults`` the ledger is as it was.

    ``is_abandoned``: a later order came, and nothing was done.
    """

    faults: tuple[Fault, ...] = ()
    uncounted: int = 0
    warnings: tuple[str, ...] = ()
    people: int = 0
    is_abandoned: bool = False
