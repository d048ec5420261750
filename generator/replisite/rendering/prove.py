"""Prove the pages of a build: compare them with Jinja's rendering for a sample of owners, and follow their links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from replisite.errors import Fault, InputError, ProofError
from replisite.model.company import house_account
from replisite.model.distributor import Distributor
from replisite.model.site import Site
from replisite.pages import Page
from replisite.pages.corporate import made_names
from replisite.pages.link_audit import Audit, audit, audit_sheets
from replisite.pages.shared_files import SharedFiles
from replisite.pages.site_files import SiteFiles
from replisite.pages.template_errors import template_fault
from replisite.rendering.compose import ComposedSite
from replisite.rendering.executors import on_cores
from replisite.reporting import Reporter
from replisite.system.processor_time import TooSlow, limited_processor_time

if TYPE_CHECKING:
    from replisite.pelican import Proof

__all__ = ["ProofResult", "audit_site", "owner_proof", "prove_site"]

PROVED_PAGES = 10
"""How many pages are proved in one go."""

SHOWN_LINKS = 20
"""How many doubtful links a report names; the others are counted."""

PARTIAL_SAMPLE = 12
"""A smaller sample has all owners."""


@dataclass(frozen=True, slots=True)
class ProofResult:
    """How many pages were compared with Jinja's rendering, what differed, and which links are broken.

    ``warnings`` are links that may be broken, and addresses that were followed for a sample only. ``is_given_up``: a page
    took too long, and the pages after it may, too.
    """

    pages: int
    differences: tuple[str, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...] = ()
    is_given_up: bool = False

    def check(self) -> None:
        """Raise InputError for faults, and ProofError for differences."""
        if self.faults:
            raise InputError(self.faults)
        if self.differences:
            raise ProofError("\n".join(self.differences))


@dataclass(frozen=True, slots=True)
class _Prover:
    """Proves pages, given by (edition, index), with the ``house`` account and those of some owners that have them."""

    site: Site
    main: str
    proofs: Mapping[str, Sequence[Proof]]
    owners: Sequence[Distributor]
    house: Distributor | None

    def prove(self, pages: Iterable[tuple[str, int]]) -> ProofResult:
        """Compare pages with Jinja's rendering."""
        differences: list[str] = []
        faults: list[Fault] = []
        count = 0
        for edition, index in pages:
            proof = self.proofs[edition][index]
            for owner in self._owners_of(edition, proof.page):
                name = _rendered(proof.page, owner)
                try:
                    with limited_processor_time(self.site.page_seconds):
                        difference = proof.run({"distributor": owner})
                        faults += proof.leftovers_for({"distributor": owner})
                except TooSlow as error:  # each other page may take as long
                    faults.append(template_fault(error, self.site, name))
                    return ProofResult(count, tuple(differences), tuple(faults), is_given_up=True)
                except Exception as error:  # noqa: BLE001 - whatever a template raises is a fault of it
                    faults.append(template_fault(error, self.site, proof.page.source))
                    break
                count += 1
                if difference is not None:
                    differences.append(f"{name}: {difference}")
        return ProofResult(count, tuple(differences), tuple(faults))

    def _owners_of(self, edition: str, page: Page) -> Iterator[Distributor]:
        if self.house is not None and edition == self.main:
            yield self.house
        if page.is_replicated:
            yield from (owner for owner in self.owners if owner.edition == edition)


def prove_site(
    composed: ComposedSite,
    unpublished: frozenset[str],
    sample: Sequence[Distributor],
    jobs: int,
    reporter: Reporter,
) -> ProofResult:
    """Prove every page with the house account and the sample's owners of its edition, and follow every link.

    ``unpublished`` are files that exist once and are not published. ``jobs`` processes share the pages among them. Pages that
    are found wrong are not reused by the next build.
    """
    house = house_account(composed.site)
    prover = _Prover(composed.site, composed.main, composed.proofs, sample, house)
    pages = [(edition, index) for edition, proofs in composed.proofs.items() for index in range(len(proofs))]
    runs = [pages[start : start + PROVED_PAGES] for start in range(0, len(pages), PROVED_PAGES)]
    results: list[ProofResult] = []
    with closing(on_cores(_Prover.prove, prover, runs, jobs)) as proving:
        for number, result in enumerate(proving, 1):
            reporter.advance(min(number * PROVED_PAGES, len(pages)), len(pages))
            results.append(result)
            if result.is_given_up:
                break
    faults = [fault for result in results for fault in result.faults]
    warnings: list[str] = []
    if not faults:
        audits = audit_site(composed, unpublished, house, sample)
        faults += [fault for audit in audits for fault in audit.faults]
        warnings = _warnings(audits, len(sample))
    differences = tuple(sorted(text for result in results for text in result.differences))
    if faults or differences:
        composed.cache.forget()
    count = sum(result.pages for result in results)
    return ProofResult(count, differences, tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(warnings)))


def owner_proof(composed: ComposedSite) -> Callable[[Distributor], int]:
    """Return a function that proves every page of one owner's site and returns how many.

    It raises InputError and ProofError.
    """

    def prove(owner: Distributor) -> int:
        edition = owner.edition
        prover = _Prover(composed.site, composed.main, composed.proofs, [owner], None)
        result = prover.prove((edition, index) for index in range(len(composed.proofs[edition])))
        result.check()
        return result.pages

    return prove


def audit_site(
    composed: ComposedSite, unpublished: frozenset[str], house: Distributor, sample: Sequence[Distributor]
) -> list[Audit]:
    """Follow the links of the sample's sites of each edition, of the corporate site, and of the shared style sheets."""
    site, composition = composed.site, composed.composition
    company = [page.path for page in composition.pages[composed.main]]
    shared = SharedFiles({*composition.files, *composition.static, *made_names(site)} - unpublished)
    audits: list[Audit] = []
    for edition, pages in composition.pages.items():
        owners = [owner for owner in sample if owner.edition == edition]
        own = (page.path for page in pages if page.is_replicated)
        files = SiteFiles.of(site, own, company, shared)
        audits.append(audit(pages, owners, [house] if edition == composed.main else [], files, site))
    sheets = _style_sheets(composed, unpublished)
    return [*audits, audit_sheets(sheets, SiteFiles.of(site, (), company, shared), site)]


def _style_sheets(composed: ComposedSite, unpublished: frozenset[str]) -> Iterator[tuple[str, str, bytes]]:
    """Yield (published path, name of the source, bytes) of each shared style sheet."""
    sheets = composed.composition.style_sheets
    for path, name in sheets.items():
        if path not in unpublished:
            yield path, name, (composed.static / path).read_bytes()
    for path, body in composed.composition.files.items():
        if path.endswith(".css") and path not in sheets:
            yield path, path, body


def _warnings(audits: Sequence[Audit], owners: int) -> list[str]:
    """Return the warnings of the links that were followed for a sample of owners."""
    broken = [warning for audit in audits for warning in audit.warnings]
    shown = broken[:SHOWN_LINKS]
    if len(broken) > len(shown):
        shown.append(f"{len(broken) - len(shown)} more links lead to no file of this site")
    sampled = list(dict.fromkeys(text for audit in audits for text in audit.sampled))
    if sampled and owners >= PARTIAL_SAMPLE:
        shown.append(
            f"{len(sampled)} addresses that an owner's values are part of, such as {sampled[0]}, "
            f"were followed for {owners} owners only"
        )
    return shown


def _rendered(page: Page, owner: Distributor) -> str:
    return f"{page.source} for {owner.alias or 'the corporate site'}"
