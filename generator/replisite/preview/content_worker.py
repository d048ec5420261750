"""What happens in the process that keeps Pelican warm: content is read, pages are staged and pressed on request.

The pages of the last faultless reading stay until there are new ones, so that there is always something to show.
``content_process.py`` is the other side of the pipe.
"""

from __future__ import annotations

import gc
import os
import shutil
import time
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from replisite.errors import Fault, InputError
from replisite.model.site import Site
from replisite.model.sitemap import robots, sitemap
from replisite.pages.site_files import MADE_FILES
from replisite.pelican import PelicanRun, Proof, ReusedFiles, SiteCode, StagedSite, forget_contents
from replisite.preview.messages import (
    ContentRequest,
    PageFacts,
    PageRequest,
    Personal,
    PieceView,
    PressedPage,
    SiteIndex,
)
from replisite.preview.personal_marks import Piece
from replisite.preview.timeouts import Deadline, Overdue
from replisite.rendering.links import audit_sheets, link_check, template_fault
from replisite.staging import Plate, Slot
from replisite.system.clock import build_time
from replisite.system.open_files import opened_files
from replisite.system.processes import Heard

__all__ = ["ContentWorker"]


PAGE = 10.0
"""How many seconds a page may take; it takes milliseconds, and this is a loop without an end."""


class ContentWorker:
    """What the composer's process holds: the last good pages, and what Pelican need not do again.

    ``scratch`` is a folder for what Pelican must be able to write.
    """

    def __init__(self, scratch: Path, heard: Heard) -> None:
        self._output = scratch / "output"
        self._deadline = Deadline(lambda: heard(0, 0))
        self._code = SiteCode()
        self._warm = ReusedFiles()
        self._pages: StagedSite | None = None
        self._site: Site | None = None
        self._made_files: dict[str, bytes] | None = None
        self._stage_ms: dict[tuple[str, str], float] = {}
        self._is_copied = False

    def compose(self, request: ContentRequest) -> SiteIndex:
        """Read what has changed; nothing is staged before it is asked for.

        Raises InputError without a theme, and when SIGALRM says that it has taken long enough; OutOfDate if this process
        has imported what is not so any more.
        """
        self._code.check(request.site)
        try:
            with self._deadline.within():
                return self._read(request)
        except Overdue as error:
            self._warm = ReusedFiles()  # something may be half done
            told = f"reading the content was {error}"
            raise InputError([Fault("", 0, told, "mend what it hangs on, or save a file")]) from error
        finally:
            self._code.learn(request.site)

    def _read(self, request: ContentRequest) -> SiteIndex:
        started = time.perf_counter()
        gc.disable()  # what was read before is tidied away when nobody waits
        site = request.site
        with opened_files() as opened:
            run, pages = self._run(request)
        self._code.learn(site)  # to be watched
        folders = (run.theme, *(site.root / name for name in (site.content, "templates")))
        beside = (*_beside(site, opened, folders), *self._code.files)
        warnings = tuple(run.noted_faults.warnings)
        if run.faults:
            return SiteIndex(tuple(run.faults), warnings, names=run.names, folders=folders, beside=beside)
        self._pages, self._site, self._made_files = pages, site, None
        warnings += self._broken_sheets(run, pages)
        files = frozenset(pages.files) | (MADE_FILES if site.mode.has_sitemap else frozenset())
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
            self._output if run.code.names else None,
        )

    def _broken_sheets(self, run: PelicanRun, pages: StagedSite) -> tuple[str, ...]:
        """Return what a build would say of the addresses in shared style sheets; a preview shows pages all the same."""
        sheets = []
        for path, (file, name) in run.style_sheets().items():
            with suppress(OSError):  # an editor is replacing it, and the next reading has it
                sheets.append((path, name, file.read_bytes()))
        audited = audit_sheets(sheets, pages.site_files(pages.main), run.site)
        return (*map(str, audited.faults), *audited.warnings)

    def _run(self, request: ContentRequest) -> tuple[PelicanRun, StagedSite]:
        """Run Pelican; a second time, with copies of static files, if a plugin wants to open those."""
        is_copied = self._is_copied
        while True:
            shutil.rmtree(self._output, ignore_errors=True)
            self._output.mkdir()
            run = PelicanRun(
                request.site, request.showings, build_time(), request.drafts, request.future, self._warm
            )
            run.checks_templates = not request.is_quick
            pages = run.pages(self._output, is_copied=is_copied)
            if run.is_ended_by_plugin:
                self._code.spoil()
            if is_copied or not run.watch.needs_copies:
                self._is_copied = is_copied
                return run, pages
            is_copied = True

    def _files(self, site: Site, pages: StagedSite) -> Mapping[str, bytes]:
        files = pages.filled_files()
        if site.mode.has_sitemap:
            files.setdefault("sitemap.xml", sitemap(site.url, pages.listed()))
            files.setdefault("robots.txt", robots(site.url))
        return files

    def tidy(self) -> None:
        """Give back the memory of what was read before."""
        forget_contents()
        gc.enable()
        gc.collect()

    def file(self, path: str) -> bytes:
        """Return a feed or the like; raises KeyError, and InputError for what must not reach a visitor."""
        assert self._pages is not None
        assert self._site is not None
        if self._made_files is None:
            files = dict(self._files(self._site, self._pages))
            if faults := self._pages.leftovers(files):
                raise InputError(faults)
            self._made_files = files
        return self._made_files[path]

    def press(self, asked: PageRequest) -> PressedPage:
        """Press one page of the last good composition."""
        try:
            with self._deadline.within(PAGE):
                proof = self._proof(asked)
                started = time.perf_counter()
                text = _plate(proof, asked).text({"distributor": asked.owner})
                spent = (time.perf_counter() - started) * 1000
                left = proof.leftovers or proof.leftovers_for({"distributor": asked.owner})
            if left:
                return PressedPage("", None, tuple(left))
            return PressedPage(text, self._facts(proof, asked, text, spent))
        except Exception as error:  # noqa: BLE001 - whatever a template raises is a fault of it
            return PressedPage("", None, (self._fault(error, asked),))

    def personal(self, asked: PageRequest) -> Personal:
        """Press a page slot by slot, and say where each stands; raises what a template raises."""
        with self._deadline.within(PAGE):
            return self._personal(asked)

    def _personal(self, asked: PageRequest) -> Personal:
        plate = _plate(self._proof(asked), asked)
        record = {"distributor": asked.owner}
        numbers: dict[object, int] = {}
        told: list[PieceView] = []
        pieces: list[Piece] = []
        text: list[str] = []
        at = 0
        for part in plate.parts:
            written = part if isinstance(part, str) else part.render(record)
            if not isinstance(part, str) and not part.is_silent:
                number = numbers.setdefault(part.key, len(numbers))
                if number == len(told):
                    told.append(_told(part))
                pieces.append(Piece(at, at + len(written), number))
            text.append(written)
            at += len(written)
        counted = [
            PieceView(slot.expression, slot.where, sum(piece.slot == number for piece in pieces))
            for number, slot in enumerate(told)
        ]
        return Personal("".join(text), tuple(pieces), tuple(counted))

    def _proof(self, asked: PageRequest) -> Proof:
        assert self._pages is not None
        started = time.perf_counter()
        proof = self._pages.proof(asked.key, asked.path)
        place = asked.key, asked.path
        if place not in self._stage_ms:
            self._stage_ms[place] = (time.perf_counter() - started) * 1000
        return proof

    def _facts(self, proof: Proof, asked: PageRequest, text: str, press_ms: float) -> PageFacts:
        page, plate = proof.page, _plate(proof, asked)
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
            stage_ms=round(self._stage_ms[asked.key, asked.path], 1),
            press_ms=round(press_ms, 3),
            broken=tuple(self._broken(asked, text)),
        )

    def _broken(self, asked: PageRequest, text: str) -> Sequence[str]:
        """Return the links of a page, as written, that lead to no page and no file."""
        assert self._pages is not None
        assert self._site is not None
        check = link_check(self._pages.site_files(asked.key), asked.owner, self._site)
        return sorted({link.written for link in check.page(text, asked.path)})

    def _fault(self, error: Exception, asked: PageRequest) -> Fault:
        assert self._site is not None
        file, line = getattr(error, "filename", None), getattr(error, "lineno", 0)
        if isinstance(file, str) and line:  # a template that cannot be compiled
            place = Path(file)
            told = (
                place.relative_to(self._site.root).as_posix()
                if place.is_relative_to(self._site.root)
                else file
            )
            return Fault(told, line, getattr(error, "message", "") or str(error), "mend the template")
        return template_fault(error, self._site, f"{asked.path} for {asked.owner.alias or 'the company'}")


def _plate(proof: Proof, asked: PageRequest) -> Plate:
    page = proof.page
    return page.corporate if asked.is_corporate and page.corporate is not None else page.plate


def _told(slot: Slot) -> PieceView:
    origin = slot.origin
    if origin is None:
        return PieceView("the whole page", "", 0)
    return PieceView(origin.code, f"{origin.template}:{origin.line}" if origin.line else origin.template, 0)


def _beside(site: Site, opened: set[str], folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files of the site that were read and lie in no folder that is known, and those that links lead to."""
    paths = {Path(site.root, name) for name in opened}
    own = {path for path in paths if path.is_relative_to(site.root) and not path.is_relative_to(site.state)}
    linked = {
        Path(os.path.realpath(path)) for path in own if path.is_symlink()
    }  # it may be gone, and come back
    listed = linked | {path for path in own if path.is_file()}
    return tuple(sorted(path for path in listed if not any(map(path.is_relative_to, folders))))
