"""Read site.toml: bytes, TOML, values, and whether its tables agree. All faults are reported at once."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from replisite.config.cross_checks import cross_check
from replisite.config.lines import find_lines, line_of
from replisite.config.make import make_site
from replisite.config.pydantic_errors import Finding, find_faults, key_path
from replisite.config.schema import Document
from replisite.config.site_folder import NAME
from replisite.config.stand_ins import with_stand_ins
from replisite.config.toml_file import parse_toml, read_text
from replisite.errors import Fault, InputError
from replisite.model.site import Site

__all__ = ["SiteFaults", "parse_site", "read_site"]


def read_site(file: Path) -> Site:
    """Read one site.toml; raises InputError with every fault that it has."""
    return parse_site(read_text(file, NAME), file.parent)


class SiteFaults(InputError):
    """What is wrong with a site.toml. ``site`` is what is left of it with stand-ins for the faulty values, so
    that the rest of the input can be checked in the same run; None where too little is left.
    """

    site: Site | None = None


def parse_site(text: str, root: Path) -> Site:
    """Make the Site of a text that lies in the folder ``root``; raises SiteFaults with every fault of it."""
    try:
        written = parse_toml(text, NAME)
    except InputError as error:
        raise SiteFaults(error.faults) from error
    findings: list[Finding] = []
    document: Document | None
    try:
        document = Document.model_validate(written)
    except ValidationError as error:
        findings = find_faults(error.errors())
        document = with_stand_ins(Document, written, [details["loc"] for details in error.errors()])
    if document is not None:
        findings += cross_check(document, root, {finding.path for finding in findings})
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
