"""Files that Pelican cannot or must not open are faults before it starts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from replisite.content.publication import rules_of
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.site_faults import (
    note_links,
    note_missing_content,
    note_public_list,
    note_special_files,
)
from tests.rosters import a_site


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a site's folder with some content."""
    root = tmp_path / "site"
    for path in (
        "content/pages/about.md",
        "content/files/a.pdf",
        "content/distributors/jane.md",
        "site.toml",
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("Text.", encoding="utf-8")
    return root


def faults_of(root: Path) -> PelicanFaults:
    """Return the empty list of faults of the site."""
    return PelicanFaults(root, root / "content")


def test_a_named_pipe_is_a_fault(root: Path) -> None:
    """In content, theme and templates; opening it would wait for ever."""
    noted = faults_of(root)
    assert not note_special_files(a_site(root), root / "themes/own", noted)
    for folder in ("content/files", "themes/own", "templates"):
        (root / folder).mkdir(parents=True, exist_ok=True)
        os.mkfifo(root / folder / "pipe")
    assert note_special_files(a_site(root), root / "themes/own", noted)
    assert sorted(fault.file for fault in noted.faults) == [
        "content/files/pipe",
        "templates/pipe",
        "themes/own/pipe",
    ]


def test_a_missing_content_folder_is_a_fault(root: Path) -> None:
    """With the advice to make it."""
    noted = faults_of(root)
    assert not note_missing_content(a_site(root), noted)
    assert note_missing_content(a_site(root, content="text"), noted)
    assert [str(fault) for fault in noted.faults] == [
        'site.toml: site.content: no folder "text"; make it, or name another under [site] content'
    ]


def test_a_link_out_of_the_site_is_a_fault(root: Path, tmp_path: Path) -> None:
    """In the theme only if the site holds the theme."""
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    (tmp_path / "theme").mkdir()
    for folder in (root / "content/files", tmp_path / "theme"):
        (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    noted = faults_of(root)
    site = a_site(root)
    note_links(site, tmp_path / "theme", rules_of(site), noted)
    assert [fault.file for fault in noted.faults] == ["content/files/link.txt"]


@pytest.mark.parametrize(
    ("listed", "what"),
    [
        ("files/", None),
        ("files/a.pdf", None),
        ("extra/", None),
        ("files/b.pdf", 'no file or folder "files/b.pdf"'),
        ("../site.toml", '"../site.toml" is never published: it lies outside the content folder'),
    ],
)
def test_the_public_list_names_files_that_may_be_public(root: Path, listed: str, what: str | None) -> None:
    """``extra/`` stands there by default."""
    noted = faults_of(root)
    site = a_site(root, public=(listed,))
    note_public_list(site, rules_of(site), noted)
    assert [fault.what for fault in noted.faults] == ([f"content.public: {what}"] if what else [])
