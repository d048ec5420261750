"""Content is read on another core from the other end: nobody sees that it was, whatever happens to be wrong."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from replisite.pelican.read_ahead import FEWEST, ReadAhead, is_worthwhile
from tests.little_site import PRODUCT, LittleSite

pytestmark = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="wants two cores")


def _build(site: LittleSite, *, cores: int) -> tuple[int, str, str]:
    """Build on so many cores: on one, everything is read in one process."""
    some = sorted(os.sched_getaffinity(0))[:cores]
    done = subprocess.run(
        [sys.executable, "-m", "replisite", "build", "--fresh", "--quiet", "--site", str(site.root)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"},
        preexec_fn=lambda: os.sched_setaffinity(0, some),
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def many(little: LittleSite) -> LittleSite:
    """A site with more products than are read by one process."""
    for number in range(3 * FEWEST):
        text = PRODUCT.replace("S-1", f"S-{number + 2}").replace("title: Soap", f"title: Soap {number}")
        text += f"\n{{{{ distributor.city | default('{number}') }}}}\n"
        little.write(f"content/products/soap-{number:02}.md", text)
    return little


def test_pages_are_the_same(many: LittleSite) -> None:
    """Those of one process and those of two, byte for byte."""
    assert _build(many, cores=1)[0] == 0
    alone = many.files()
    assert _build(many, cores=2)[0] == 0
    assert many.files() == alone
    assert "soap-47" in "".join(alone)


def test_faults_are_told_the_same(many: LittleSite) -> None:
    """All of them, in the same order, whichever process would have come to them."""
    many.change("content/products/soap-02.md", "weight: 90 g", "wieght: 90 g")
    many.change("content/products/soap-30.md", "distributor.first_name }}.", "distributor.frist_name }}.")
    many.change("content/products/soap-45.md", "title: Soap 45", "title: [Soap")
    many.write("content/products/soap-46.md", "no front matter\n")
    (many.root / "content/products/soap-47.md").write_bytes(b"---\ntitle: \xff\n---\n")
    alone = _build(many, cores=1)
    assert _build(many, cores=2) == alone
    assert alone[0] == 1
    for number in ("02", "30", "45", "46", "47"):
        assert f"soap-{number}.md" in alone[2]


def test_a_file_that_another_process_read_is_known_to_have_been_read(many: LittleSite) -> None:
    """What its Markdown includes, too: a change of it makes the content be read again."""
    note = many.write("notes/brewing.txt", "Three minutes.\n")
    text = (many.root / "site.toml").read_text()
    extension = 'MARKDOWN = {extension_configs = {"markdown.extensions.extra" = {}, "pymdownx.snippets" = {base_path = ["notes"]}}}'
    many.write("site.toml", f"{text}\n[pelican]\n{extension}\n")
    many.change("content/products/soap-47.md", "Ask {{", '--8<-- "brewing.txt"\n\nAsk {{')
    report = _report(many)
    assert not report["is_content_kept"]
    assert "Three minutes." in many.page("jane/products/soap-47/index.html")
    assert _report(many)["is_content_kept"]
    note.write_text("Four minutes.\n")
    assert not _report(many)["is_content_kept"]
    assert "Four minutes." in many.page("jane/products/soap-47/index.html")


def _report(site: LittleSite) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(site.build("--json").stdout)
    return report


def test_the_last_comes_first() -> None:
    """What the child cannot read never comes, and what has come is given once."""

    def read(path: str) -> str | None:
        if path == "bad":
            raise ValueError(path)
        return None if path == "told" else path.upper()

    ahead = ReadAhead(["a", "bad", "told", "z"], read)
    until = time.monotonic() + 20
    while (found := ahead.take("a")) is None and time.monotonic() < until:
        time.sleep(0.01)
    assert found == "A"  # so everything else has come
    assert [ahead.take(path) for path in ("z", "bad", "told", "z", "a")] == ["Z", None, None, None, None]
    ahead.close()


def test_the_child_ends_at_once() -> None:
    """Whatever it is at."""
    ahead = ReadAhead(["slow"], lambda _: time.sleep(600))
    pid = ahead._process.pid
    started = time.monotonic()
    ahead.close()
    assert time.monotonic() - started < 5
    assert not Path(f"/proc/{pid}").exists()


def test_few_files_are_read_by_one_process() -> None:
    """A process is not started for less than it saves."""
    assert not is_worthwhile(FEWEST - 1)
    assert is_worthwhile(FEWEST)


def test_a_daemon_reads_by_itself() -> None:
    """It may not have children."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert not pool.apply(is_worthwhile, (FEWEST,))
