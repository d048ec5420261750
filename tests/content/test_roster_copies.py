"""Copies of the roster, by what they begin with."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from replisite.content.roster_copies import RosterCopies


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.csv.bak", b"id,alias,email\nA1,jane,j@x.example\n"),
        ("a.txt", b'\xef\xbb\xbf"Alias";"ID"\n'),
        ("a.tsv", b"email\tid\talias\n"),
        ("a", "id,alias\n".encode("utf-16")),
        ("a.csv", b"sep=;\nid;alias\n"),
        ("titled.csv", b"Our people\n\nid,alias,first_name\n"),
        ("a.jsonl", b'{"email": "x", "id": "A1", "alias": "jane"}\n'),
        ("a.json", b'[\n  {"id": 1,\n   "alias": "jane"}\n]'),
        ("a.csv.gz", gzip.compress(b"id,alias\n", mtime=0)),
        ("own.csv", b"Member,Web name,E-mail\nA1,jane,x\n"),
    ],
)
def test_a_copy_is_known_by_its_columns(tmp_path: Path, name: str, body: bytes) -> None:
    """Whatever its name, its separators and its coding; the roster's own headings too."""
    (tmp_path / "roster.csv").write_text("Member,Web name,E-mail\n")
    (tmp_path / name).write_bytes(body)
    assert RosterCopies(tmp_path / "roster.csv").is_copy(str(tmp_path / name))


def test_a_spreadsheet_and_an_archive_are_looked_into(tmp_path: Path) -> None:
    """A workbook's texts, and a table that was packed."""
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as workbook:
        workbook.writestr("xl/sharedStrings.xml", "<sst><si><t>id</t></si><si><t>alias</t></si></sst>")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("export.csv", "id,alias\n")
    copies = RosterCopies(None)
    assert copies.is_copy(str(tmp_path / "a.xlsx"))
    assert copies.is_copy(str(tmp_path / "a.zip"))


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("prices.csv", b"sku,price\nS-1,4.50\n"),
        ("robots.txt", b"User-agent: *\n"),
        ("site.webmanifest", b'{"id": "/", "name": "Tea"}'),
        ("a.zip", b"PK\x03\x04 damaged"),
        ("empty", b""),
    ],
)
def test_other_tables_are_no_copies(tmp_path: Path, name: str, body: bytes) -> None:
    """Nor is a file that cannot be read."""
    (tmp_path / name).write_bytes(body)
    assert not RosterCopies(None).is_copy(str(tmp_path / name))
    assert not RosterCopies(None).is_copy(str(tmp_path / "gone.csv"))
