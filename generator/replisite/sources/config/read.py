"""Read site.toml: bytes, TOML, values, and whether its tables agree. Every fault is told at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from replisite.errors import Fault, InputError
from replisite.model.site import Site
from replisite.sources.config.agreement import disagreements
from replisite.sources.config.findings import Finding, find_faults, key_path, syntax_fault
from replisite.sources.config.lines import find_lines, line_of
from replisite.sources.config.make import make_site
from replisite.sources.config.repair import repaired
from replisite.sources.config.schema import Document
from replisite.sources.folder import NAME
from replisite.system.special_files import special_kind

__all__ = ["SiteFaults", "parse_site", "read_site"]


def read_site(file: Path) -> Site:
    """Read one site.toml; raises InputError with every fault that it has."""
    if kind := special_kind(file):
        raise InputError([Fault(NAME, 0, f"is {kind} and not a file", "put a file in its place")])
    try:
        written = file.read_bytes()
    except OSError as error:
        raise InputError([Fault(NAME, 0, f"cannot be read: {error.strerror} ({file})")]) from error
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        raise InputError([Fault(NAME, line, "is not UTF-8", "save the file as UTF-8")]) from error
    return parse_site(text, file.parent)


class SiteFaults(InputError):
    """What is wrong with a site.toml. ``site`` is what is left of it with stand-ins for the faulty values, so
    that the rest of the input can be checked in the same run; None where too little is left.
    """

    site: Site | None = None


def parse_site(text: str, root: Path) -> Site:
    """Make the Site of a text that lies in the folder ``root``; raises SiteFaults with every fault of it."""
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, what = syntax_fault(str(error), text)
        fault = Fault(NAME, line, f"is not TOML: {what}", "mend this first, the rest cannot be read")
        raise SiteFaults([fault]) from error
    except RecursionError as error:
        fault = Fault(NAME, 0, "is nested too deeply to be read", "use fewer brackets within one another")
        raise SiteFaults([fault]) from error
    findings: list[Finding] = []
    document: Document | None
    try:
        document = Document.model_validate(written)
    except ValidationError as error:
        findings = find_faults(error.errors())
        document = repaired(Document, written, [found["loc"] for found in error.errors()])
    if document is not None:
        findings += disagreements(document, root, {finding.path for finding in findings})
    if findings or document is None:
        refused = SiteFaults(_faults(text, findings))
        if document is not None:
            refused.site = make_site(document, root)
        raise refused
    return make_site(document, root)


def _faults(text: str, findings: list[Finding]) -> list[Fault]:
    lines = find_lines(text.replace("\r\n", "\n"))
    return [
        Fault(NAME, line_of(lines, path), f"{key_path(path)}: {what}", todo) for path, what, todo in findings
    ]
