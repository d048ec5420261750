"""A new site: what `replisite new` makes, and what it never does."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

from replisite.commands.new import NAME, STARTER, start_site
from replisite.config import load_site
from replisite.errors import OutputError, UsageError
from tests.crawl import walk
from tests.little_site import run_replisite

GENERATOR = Path(__file__).parents[2] / "generator"
HARD_NAME = "O\"Neil & Söhne's <Soap> \\1 {{ x }}"


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(("access", "name"), [("open", NAME), ("locked", HARD_NAME)])
def test_a_new_site_builds_without_a_warning(tmp_path: Path, access: str, name: str) -> None:
    """Every page is there, every link leads somewhere, and the company's name is what somebody typed."""
    shop = tmp_path / "shop"
    assert run_replisite("new", str(shop), "--name", name).returncode == 0
    written = (shop / "site.toml").read_text("utf-8")
    (shop / "site.toml").write_text(written.replace('access = "open"', f'access = "{access}"'), "utf-8")
    done = run_replisite("build", "--site", str(shop), "--json", "--prove", "all")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert (report["warnings"], report["skipped"], report["sites"], report["closed"]) == ([], [], 2, 1)
    for prefix in ("", "ada-example/", "ben-sample/"):
        found = walk(shop / "output", prefix)
        assert found.broken == []
        assert (f"{prefix}training/listen-first/index.html" in found.pages) == (access == "open")
        assert f"{prefix}legal/income-disclosure/index.html" in found.pages
    about = (shop / "output/ada-example/about/index.html").read_text("utf-8")
    assert "<script" not in about.partition("<body")[2]
    assert ("O&#34;Neil &amp; Söhne&#39;s &lt;Soap&gt; \\1 {{ x }}" in about) == (name == HARD_NAME)


def test_the_name_and_an_address_stand_in_site_toml(tmp_path: Path) -> None:
    """The name is kept to the letter; the address is made of what a host name may hold of it."""
    start_site(tmp_path / "shop", HARD_NAME)
    site = load_site(tmp_path / "shop")
    assert (site.name, site.url) == (HARD_NAME, "https://www.o-neil-sohnes-soap-1-x.example")
    assert site.company.email == "desk@o-neil-sohnes-soap-1-x.example"
    assert (tmp_path / "shop/README.md").read_text("utf-8").startswith(f"# {HARD_NAME}\n")


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "a\x00b", "\udc80"])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is made for a name that is empty or has control characters in it."""
    with pytest.raises(UsageError, match=r"^--name "):
        start_site(tmp_path / "shop", name)
    assert not (tmp_path / "shop").exists()


def test_the_command_tells_what_it_made_and_what_comes_next(tmp_path: Path) -> None:
    """The last lines can be copied into the shell."""
    shop = tmp_path / "my shop"
    done = run_replisite("new", str(shop))
    told = f"Made 38 files in {shop}: .gitignore, README.md, content, site.schema.json, site.toml"
    assert done.stdout == f"{told}\nNext:\n  cd '{shop}'\n  replisite build\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_the_current_folder_will_do_if_it_is_empty(tmp_path: Path) -> None:
    """A fresh repository counts as empty, and the shell stays in the folder that it was in."""
    (tmp_path / ".git").mkdir()
    before = tmp_path.stat().st_ino
    done = subprocess.run(
        [sys.executable, "-m", "replisite", "new", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(GENERATOR)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("Next:\n  replisite build\n")
    assert "  cd " not in done.stdout
    assert tmp_path.stat().st_ino == before
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".git", ".gitignore", "README.md", "content", "site.schema.json", "site.toml"]


def test_folders_above_are_made(tmp_path: Path) -> None:
    """The files that are returned are those that are there."""
    made = start_site(tmp_path / "a/b/shop")
    assert made == sorted(path for path in (tmp_path / "a/b/shop").rglob("*") if path.is_file())
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["shop"]


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    """What stands there stays as it is, and the message names it and the way out."""
    for number in range(7):
        (tmp_path / f"note-{number}.txt").write_text("mine")
    before = contents(tmp_path)
    told = (
        f"{tmp_path} is not empty (note-0.txt, note-1.txt, note-2.txt, note-3.txt, note-4.txt and 2 more); "
        "choose another folder, or move these away"
    )
    done = run_replisite("new", str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{told}\n")
    assert contents(tmp_path) == before


def test_a_site_is_never_started_twice(tmp_path: Path) -> None:
    """A site is told from other files."""
    start_site(tmp_path / "shop")
    before = contents(tmp_path)
    with pytest.raises(OutputError, match="shop is a site already"):
        start_site(tmp_path / "shop", "Other")
    assert contents(tmp_path) == before


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """A file in the place of the folder, or above it, is refused."""
    (tmp_path / "shop").write_text("mine")
    with pytest.raises(OutputError, match="shop is a file; choose another folder"):
        start_site(tmp_path / "shop")
    with pytest.raises(OutputError, match=r"below: .*; choose another folder"):
        start_site(tmp_path / "shop/below")
    assert contents(tmp_path) == {"shop": b"mine"}


@pytest.mark.parametrize("is_there", [False, True])
def test_a_full_disk_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    """The folder is made whole or not at all."""
    shop = tmp_path / "shop"
    if is_there:
        shop.mkdir()
    copied: list[object] = []

    def copyfile(*paths: object) -> None:
        if len(copied) == 9:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        copied.append(paths)

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    with pytest.raises(OutputError, match="shop: No space left on device; choose another folder"):
        start_site(shop)
    assert list(tmp_path.rglob("*")) == [shop] * is_there


def test_a_move_that_fails_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """site.toml comes last: where it is missing, nothing else stays."""
    rename = Path.rename

    def fail_at_last(path: Path, target: Path) -> Path:
        if path.name == "site.toml":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_at_last)
    with pytest.raises(OutputError, match="Input/output error"):
        start_site(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_new_sites_are_equal(tmp_path: Path) -> None:
    """Nothing in a new site depends on the day or on the machine."""
    for name in ("one", "two"):
        start_site(tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_editors_find_no_fault_in_a_new_site_toml(tmp_path: Path) -> None:
    """The first line of site.toml names a schema that is there, and that accepts the file."""
    start_site(tmp_path / "shop")
    text = (tmp_path / "shop/site.toml").read_text("utf-8")
    name = text.splitlines()[0].removeprefix("#:schema ")
    schema = json.loads((tmp_path / "shop" / name).read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(tomllib.loads(text))


def test_the_starter_is_not_the_demo() -> None:
    """No word of the tea company is in it, and each legal page says that it is a draft."""
    texts = [path.read_text("utf-8") for path in STARTER.rglob("*") if path.is_file()]
    assert [text for text in texts if "tarn" in text.lower() or "tea " in text.lower()] == []
    legal = sorted((STARTER / "content/legal").glob("*.md"))
    assert len(legal) == 6
    assert all("This is a draft" in path.read_text("utf-8") for path in legal)
