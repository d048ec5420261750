"""Which files may be public, and which never are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from replisite.content.folder_walk import link_faults, walk_content
from replisite.content.public_files import PublicFiles, Verdict


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site with a roster, a story, a picture and a download."""
    for path, text in {
        "site.toml": "",
        "content/roster.csv": "id,alias\n",
        "content/distributors/jane.md": "Tea.",
        "content/images/cup.png": "x",
        "content/brochures/tea.pdf": "x",
        "content/brochures/.env": "x",
        "content/brochures/.git/config": "x",
        "content/brochures/.htaccess": "x",
        "content/brochures/old.csv.bak": "x",
        "content/brochures/notes.md": "x",
        "content/extra/.well-known/security.txt": "x",
        "content/notes/plan.md": "x",
        "content/notes/page.html": "---\ntitle: x\n---\n",
        "elsewhere/terms.md": "x",
    }.items():
        place = tmp_path / "site" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    (tmp_path / "outside.env").write_text("x")
    return tmp_path / "site"


def rules(
    root: Path, listed: tuple[str, ...] = ("extra/", "brochures/"), follow: tuple[str, ...] = ()
) -> PublicFiles:
    """Return the site's rules."""
    return PublicFiles(root, root / "content", root / "content/roster.csv", listed, follow)


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("images/cup.png", Verdict.MAY),
        ("images/./cup.png", Verdict.MAY),
        ("images/gone.png", Verdict.ABSENT),
        ("images", Verdict.ABSENT),
        ("../site.toml", Verdict.OUTSIDE),
        ("/etc/passwd", Verdict.OUTSIDE),
        ("images/../../site.toml", Verdict.OUTSIDE),
        ("roster.csv", Verdict.ROSTER),
        ("distributors/jane.md", Verdict.STORY),
        ("notes/plan.md", Verdict.SOURCE),
        ("notes/page.html", Verdict.SOURCE),
        ("brochures/notes.md", Verdict.MAY),
        ("brochures/.env", Verdict.NAME),
        ("brochures/.git/config", Verdict.NAME),
        ("brochures/old.csv.bak", Verdict.NAME),
        ("brochures/.htaccess", Verdict.MAY),
        ("extra/.well-known/security.txt", Verdict.MAY),
    ],
)
def test_what_may_be_public(root: Path, path: str, verdict: Verdict) -> None:
    """By its path, its name and what it is; a list in site.toml changes some of it."""
    assert rules(root).judge(path) is verdict


def test_a_hidden_file_may_be_listed_by_its_path_and_the_roster_may_not(root: Path) -> None:
    """Whoever names one file means it."""
    own = rules(root, ("brochures/.env", "roster.csv", "brochures/.git/config"))
    assert own.judge("brochures/.env") is Verdict.MAY
    assert own.judge("roster.csv") is Verdict.ROSTER
    assert own.judge("brochures/.git/config") is Verdict.NAME


def test_the_roster_is_known_under_any_name(root: Path) -> None:
    """A hard link, a symbolic link, a copy."""
    os.link(root / "content/roster.csv", root / "content/images/a.png")
    (root / "content/images/b.png").symlink_to("../roster.csv")
    (root / "content/images/c.txt").write_text("alias;id\n")
    judged = [rules(root).judge(f"images/{name}") for name in ("a.png", "b.png", "c.txt")]
    assert judged == [Verdict.ROSTER, Verdict.ROSTER, Verdict.COPY]


def test_links_stay_in_the_site(root: Path) -> None:
    """A file, a chain of links and a whole folder that lead out, and links to private files, are faults by name."""
    (root / "content/images/out.png").symlink_to(root.parent / "outside.env")
    (root / "content/images/chain.png").symlink_to("out.png")
    (root / "content/etc").symlink_to("/etc")
    (root / "content/images/key.png").symlink_to("../../.env")
    (root / ".env").write_text("x")
    (root / "content/pages").symlink_to("../elsewhere")
    (root / "content/images/gone.png").symlink_to("nowhere")
    faults = link_faults(rules(root), [root / "content"])
    assert sorted(fault.file for fault in faults) == [
        "content/etc",
        "content/images/chain.png",
        "content/images/key.png",
        "content/images/out.png",
    ]
    assert rules(root).judge("etc/passwd") is Verdict.LINK
    assert rules(root).judge("pages/terms.md") is Verdict.SOURCE


@pytest.mark.parametrize("allowed", ["images/out.png", "content/images/out.png", "images/", "content"])
def test_a_link_may_be_allowed(root: Path, allowed: str) -> None:
    """By its path below the content folder or below the site, or by that of a folder above it."""
    (root / "content/images/out.png").symlink_to(root.parent / "outside.env")
    own = rules(root, (), (allowed,))
    assert link_faults(own, [root / "content"]) == []
    assert own.judge("images/out.png") is Verdict.MAY


def test_a_text_in_no_folder_of_a_kind_is_a_stray(root: Path) -> None:
    """At the top and in folders; files that nothing asks for are counted, private ones are not named."""
    (root / "content/draft.rst").write_text("x")
    (root / "content/images/idea.MD").write_text("x")
    (root / "content/images/README.md").write_text("x")
    (root / "content/images/spare.png").write_text("x")
    walk = walk_content(rules(root), {"pages"}, {"images/cup.png"})
    assert walk.stray == ["draft.rst", "images/idea.MD", "notes/page.html", "notes/plan.md"]
    assert (walk.unasked.names, walk.unasked.count) == (["images/spare.png"], 1)
