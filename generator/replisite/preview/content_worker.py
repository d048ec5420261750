"""The code inside the process that keeps Pelican loaded: it reads content, and stages and presses pages on request.

The pages of the last reading without faults stay until there are new ones, so that there is always a page to show.
``content_process.py`` is the other end of the pipe.
"""

from __future__ import annotations

import gc
import os
import shutil
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from replisite.errors import Fault, InputError, ReplisiteError
from replisite.model.site import Site
from replisite.pages.corporate import corporate_files, corporate_plate, made_names
from replisite.pages.link_audit import audit_sheets, link_check
from replisite.pages.template_errors import compile_fault, template_fault
from replisite.pelican import (
    PelicanRun,
    Proof,
    ReusedFiles,
    RunRequest,
    SiteCode,
    StagedSite,
    forget_contents,
    run_pelican,
)
from replisite.preview.messages import (
    ContentRequest,
    PageFacts,
    PageRequest,
    PersonalPage,
    PressedPage,
    SiteIndex,
    SlotFacts,
)
from replisite.preview.personal_marks import Piece
from replisite.preview.timeouts import Deadline, TimeLimitExceeded
from replisite.reporting import Reporter
from replisite.staging import Plate, Slot
from replisite.system.clock import build_time
from replisite.system.open_files import opened_files

__all__ = ["ContentWorker"]


PAGE = 10.0
"""How many seconds a page may take. A page takes milliseconds; this is an endless loop."""


class ContentWorker:
    """The object in the process: the last good pages, and the results of Pelican that are reused.

    ``scratch`` is a folder into which Pelican writes.
    """

    def __init__(self, scratch: Path, reporter: Reporter) -> None:
        self._output = scratch / "output"
        self._deadline = Deadline(lambda: reporter.advance(0))
        self._code = SiteCode()
        self._reused = ReusedFiles()
        self._pages: StagedSite | None = None
        self._site: Site | None = None
        self._made_files: dict[str, bytes] | None = None
        self._stage_ms: dict[tuple[str, str], float] = {}
        self._is_copied = False

    def compose(self, request: ContentRequest) -> SiteIndex:
        """Read what has changed; a page is staged when it is first requested.

        Raises InputError without a theme, and when SIGALRM stops the reading; OutOfDate if this process has imported
        code of the site that has changed.
        """
        self._code.check(request.site)
        try:
            with self._deadline.within():
                return self._read(request)
        except TimeLimitExceeded as error:
            self._reused = ReusedFiles()  # a file may be half read
            message = f"reading the content was {error}"
            raise InputError(
                [Fault("", 0, message, "fix the code that it waits for, or save a file")]
            ) from error
        except Exception as error:
            if not isinstance(error, ReplisiteError):
                self._reused = ReusedFiles()  # as above
            raise
        finally:
            self._code.learn(request.site)

    def _read(self, request: ContentRequest) -> SiteIndex:
        started = time.perf_counter()
        gc.disable()  # memory is freed when no request waits
        site = request.site
        with opened_files() as opened:
            run = self._run(request)
        pages = run.pages
        self._code.learn(site)  # its files are watched
        folders = run.folders
        beside = (*_beside(site, opened, folders), *self._code.files)
        warnings = run.warnings
        if run.faults:
            return SiteIndex(tuple(run.faults), warnings, names=run.names, folders=folders, beside=beside)
        self._pages, self._site, self._made_files = pages, site, None
        warnings += self._broken_sheets(run, pages)
        files = frozenset(pages.files) | made_names(site)
        self._stage_ms.clear()
        return SiteIndex(
            (),
            warnings,
            pages.main,
            {key: frozenset(listed) for key, listed in pages.pages.items()},
            run.static,
            files,
            run.names,
            folders,
            beside,
            run.until.timestamp() if run.until else None,
            frozenset(run.static.values()) & {Path(site.root, name) for name in opened},
            time.perf_counter() - started,
            self._output if run.context.code.names else None,
        )

    def _broken_sheets(self, run: PelicanRun, pages: StagedSite) -> tuple[str, ...]:
        """Return the faults that a build reports in shared style sheets; here they are warnings, and pages are shown."""
        sheets = []
        for path, (file, name) in run.style_sheets().items():
            with suppress(OSError):  # an editor is replacing it; the next reading gets it
                sheets.append((path, name, file.read_bytes()))
        audited = audit_sheets(sheets, pages.site_files(pages.main), run.site)
        return (*map(str, audited.faults), *audited.warnings)

    def _run(self, request: ContentRequest) -> PelicanRun:
        """Run Pelican; run it again with copies of static files if a plugin opens those."""
        is_copied = self._is_copied
        while True:
            shutil.rmtree(self._output, ignore_errors=True)
            self._output.mkdir()
            run_request = RunRequest(
                request.site,
                request.edition_views,
                build_time(),
                request.drafts,
                request.future,
                is_copied=is_copied,
                checks_templates=not request.is_quick,
            )
            run = run_pelican(run_request, self._output, reused=self._reused)
            if run.is_ended_by_plugin:
                self._code.spoil()
            if is_copied or not run.watch.needs_copies:
                self._is_copied = is_copied
                return run
            is_copied = True

    def tidy(self) -> None:
        """Free the memory of earlier readings."""
        forget_contents()
        gc.enable()
        gc.collect()

    def file(self, path: str) -> bytes:
        """Return a generated file; raises KeyError, and InputError for a placeholder that is left over in it."""
        assert self._pages is not None
        assert self._site is not None
        if self._made_files is None:
            files = corporate_files(self._site, self._pages.filled_files(), self._pages.listed())
            if faults := self._pages.leftovers(files):
                raise InputError(faults)
            self._made_files = files
        return self._made_files[path]

    def press(self, request: PageRequest) -> PressedPage:
        """Press one page of the last reading without faults."""
        try:
            with self._deadline.within(PAGE):
                proof = self._proof(request)
                started = time.perf_counter()
                text = _plate(proof, request).text({"distributor": request.owner})
                spent = (time.perf_counter() - started) * 1000
                left = proof.leftovers or proof.leftovers_for({"distributor": request.owner})
            if left:
                return PressedPage("", None, tuple(left))
            return PressedPage(text, self._facts(proof, request, text, spent))
        except Exception as error:  # noqa: BLE001 - an exception of a template is its fault
            return PressedPage("", None, (self._fault(error, request),))

    def personal(self, request: PageRequest) -> PersonalPage:
        """Press a page slot by slot, and return their positions; raises InputError for an exception of the template."""
        try:
            with self._deadline.within(PAGE):
                return self._personal(request)
        except Exception as error:
            raise InputError([self._fault(error, request)]) from error

    def _personal(self, request: PageRequest) -> PersonalPage:
        plate = _plate(self._proof(request), request)
        record = {"distributor": request.owner}
        numbers: dict[object, int] = {}
        slots: list[SlotFacts] = []
        pieces: list[Piece] = []
        text: list[str] = []
        position = 0
        for part in plate.parts:
            written = part if isinstance(part, str) else part.render(record)
            if not isinstance(part, str) and not part.is_silent:
                number = numbers.setdefault(part.key, len(numbers))
                if number == len(slots):
                    slots.append(_slot_facts(part))
                pieces.append(Piece(position, position + len(written), number))
            text.append(written)
            position += len(written)
        counted = [
            SlotFacts(slot.expression, slot.where, sum(piece.slot == number for piece in pieces))
            for number, slot in enumerate(slots)
        ]
        return PersonalPage("".join(text), tuple(pieces), tuple(counted))

    def _proof(self, request: PageRequest) -> Proof:
        assert self._pages is not None
        started = time.perf_counter()
        proof = self._pages.proof(request.key, request.path)
        page = request.key, request.path
        if page not in self._stage_ms:
            self._stage_ms[page] = (time.perf_counter() - started) * 1000
        return proof

    def _facts(self, proof: Proof, request: PageRequest, text: str, press_ms: float) -> PageFacts:
        page, plate = proof.page, _plate(proof, request)
        body = text.encode()
        template = proof.staged.recorded.template
        assert self._pages is not None
        return PageFacts(
            source=page.source,
            template=str(template.filename or template.name),
            slots=0 if plate.widening else sum(1 for _ in plate.slots),
            widened=str(plate.widening) if plate.widening else "",
            is_protected=bool(proof.staged.recorded.context.get("protected")),
            size=len(body),
            compressed=len(zlib.compress(body, 6)),
            stage_ms=round(self._stage_ms[request.key, request.path], 1),
            press_ms=round(press_ms, 3),
            broken=tuple(self._broken(request, text)),
        )

    def _broken(self, request: PageRequest, text: str) -> Sequence[str]:
        """Return the links of a page, as they are written, that lead to no page and no file."""
        assert self._pages is not None
        assert self._site is not None
        check = link_check(self._pages.site_files(request.key), request.owner, self._site)
        return sorted({link.written for link in check.page(text, request.path)})

    def _fault(self, error: Exception, request: PageRequest) -> Fault:
        assert self._site is not None
        page = f"{request.path} for {request.owner.alias or 'the company'}"
        return compile_fault(error, self._site) or template_fault(error, self._site, page)


def _plate(proof: Proof, request: PageRequest) -> Plate:
    return corporate_plate(proof.page) if request.is_corporate else proof.page.plate


def _slot_facts(slot: Slot) -> SlotFacts:
    origin = slot.origin
    if origin is None:
        return SlotFacts("the whole page", "", 0)
    return SlotFacts(origin.code, f"{origin.template}:{origin.line}" if origin.line else origin.template, 0)


def _beside(site: Site, opened: set[str], folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files of the site that were read outside the known folders, and the targets of links among them."""
    paths = {Path(site.root, name) for name in opened}
    own = {path for path in paths if path.is_relative_to(site.root) and not path.is_relative_to(site.state)}
    linked = {
        Path(os.path.realpath(path)) for path in own if path.is_symlink()
    }  # a target may be gone, and come back
    listed = linked | {path for path in own if path.is_file()}
    return tuple(sorted(path for path in listed if not any(map(path.is_relative_to, folders))))
