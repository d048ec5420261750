"""The values that the steps of one Pelican run share: what was requested, and what Pelican's callbacks collect."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment

from replisite.content.catalog import Catalog
from replisite.content.public_files import PublicFiles
from replisite.content.publication import rules_of
from replisite.model.site import Site
from replisite.model.view import EditionView
from replisite.pages.functions import link_functions
from replisite.pelican.content_class import KindContent
from replisite.pelican.content_dates import NextChange
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.plugin_code import PluginCode
from replisite.pelican.plugin_faults import faults_of_run
from replisite.pelican.reuse import ReusedFiles
from replisite.pelican.staged_page import StagedPage
from replisite.pelican.theme import find_theme
from replisite.pelican.writer import Recorded

__all__ = ["Collected", "RunContext", "RunRequest", "known_names", "make_context"]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A request for one run: a site, its readers and a time.

    ``showings`` are the editions, the corporate site's first. ``now`` decides what has expired and what is still to come;
    ``drafts`` and ``future`` show drafts and texts with a later date. ``is_copied`` has Pelican copy files of theme and
    content into the output; otherwise they stay where they are. ``checks_templates`` compiles every template.
    """

    site: Site
    showings: Sequence[EditionView]
    now: datetime.datetime
    drafts: bool
    future: bool
    is_copied: bool = True
    checks_templates: bool = True

    @property
    def is_ours(self) -> bool:
        """Whether replisite's own defaults hold, rather than Pelican's: what Pelican passes over is a fault."""
        return self.site.mode.is_strict


@dataclass(slots=True)
class Collected:
    """The results that Pelican's callbacks collect during one run.

    ``staged`` are the pages of ``recorded``, by the ids of these; ``feeds`` are files that Pelican wrote, by path. ``static``
    are the files that are published where they lie, and ``origins`` those that Pelican copies or would copy, by
    path; ``by_folder`` are pictures that only a folder's name asks for. ``corporate_paths`` are the pages of the first
    edition. ``unread`` are files of the content folder that are not read, ``copies`` the paths of static files that Pelican
    would copy, but does not.
    """

    recorded: list[Recorded] = field(default_factory=list)
    staged: dict[int, StagedPage] = field(default_factory=dict)
    catalogs: list[Catalog] = field(default_factory=list)
    kinds: Sequence[KindContent] = ()
    feeds: dict[str, bytes] = field(default_factory=dict)
    static: Mapping[str, Path] = field(default_factory=dict)
    origins: Mapping[str, Path] = field(default_factory=dict)
    by_folder: dict[str, str] = field(default_factory=dict)
    corporate_paths: set[str] = field(default_factory=set)
    unread: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()
    news_url: str = ""
    environment: Environment | None = None
    _written: tuple[tuple[int, int], frozenset[str]] = ((0, 0), frozenset())

    def written(self) -> frozenset[str]:
        """Return the paths of the pages and feeds that Pelican would have written by now."""
        size = len(self.recorded), len(self.feeds)
        if self._written[0] != size:
            self._written = size, frozenset([*(page.path for page in self.recorded), *self.feeds])
        return self._written[1]


@dataclass(frozen=True, slots=True)
class RunContext:
    """The values that each step of one run gets.

    ``is_reusing`` says that ``reused`` serves other runs, too: templates are then compiled when a page asks for them.
    """

    request: RunRequest
    theme: Path
    rules: PublicFiles
    code: PluginCode
    noted_faults: PelicanFaults
    placeholders: Placeholders
    reused: ReusedFiles
    is_reusing: bool
    next_change: NextChange
    collected: Collected

    @property
    def site(self) -> Site:
        """The site that is read."""
        return self.request.site


def make_context(request: RunRequest, code: PluginCode, reused: ReusedFiles | None) -> RunContext:
    """Return the context of a run that is about to start; raises InputError for a site without its theme."""
    site = request.site
    noted_faults = faults_of_run(site, code)
    placeholders = Placeholders(*known_names(site), is_lenient=not request.is_ours)
    placeholders.refuse = noted_faults.note_placeholder
    return RunContext(
        request,
        find_theme(site),
        rules_of(site),
        code,
        noted_faults,
        placeholders,
        reused or ReusedFiles(),
        reused is not None,
        NextChange(request.now),
        Collected(),
    )


def known_names(site: Site) -> tuple[list[str], list[str]]:
    """Return the names that placeholders in content may use, and those of the site's own fields of a distributor."""
    names = {"distributor", "site", "market", "language", *link_functions(site)}
    return sorted(names), [custom.name for custom in site.roster.fields]
