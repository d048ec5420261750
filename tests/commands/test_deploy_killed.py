"""A deploy that is killed at any moment: visitors meet no broken page, and the next one ends as if nothing had been."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest

from tests.hosts.stores import AWS, a_bucket, rclone_at
from tests.little_site import PRODUCT, LittleSite

MOMENTS = 20
TARGET = """
[targets.live]
host = "s3"
bucket = "tea"
endpoint = "{endpoint}"
gzip = false
"""


def crawl(bucket: Path) -> list[str]:
    """Follow every link from every page that somebody may come to by: home pages, and what the sitemap names."""
    homes = [
        home.relative_to(bucket).as_posix()
        for home in [*bucket.glob("index.html"), *bucket.glob("*/index.html")]
    ]
    sitemap = bucket / "sitemap.xml"
    listed = re.findall(r"example/([^<]*)</loc>", sitemap.read_text()) if sitemap.is_file() else []
    waiting = {*homes, *(_file(f"/{path}") for path in listed)}
    seen: set[str] = set()
    broken = []
    while waiting - seen:
        path = (waiting - seen).pop()
        seen.add(path)
        place = bucket / path
        if not place.is_file():
            broken.append(path)
        elif path.endswith(".html"):
            for link in re.findall(r'(?:href|src)="([^"#?]+)', place.read_text()):
                target = urljoin(f"http://here/{path}", link)
                if target.startswith("http://here/"):
                    waiting.add(_file(target.removeprefix("http://here")))
    return sorted(broken)


def _file(path: str) -> str:
    path = unquote(path).removeprefix("/")
    return f"{path}index.html" if path.endswith("/") or not path else path


def _product(number: int, text: str) -> str:
    other = f"[Another]({{filename}}/products/soap-{text}-{(number + 1) % 6}.md)"
    named = PRODUCT.replace("S-1", f"S-{text}-{number}").replace(
        "title: Soap", f"title: Soap {text} {number}"
    )
    return f"{named}\n{other} {text}\n"


@pytest.fixture
def outputs(little: LittleSite, tmp_path: Path) -> list[Path]:
    """Two builds of a site: half of the pages are others in the second, and link to one another."""
    rows = [f"A{n},owner-{n},Ann,Bee,,,York,GB,active,,first_name" for n in range(8)]
    little.roster(*rows)
    built = []
    for text in ("red", "blue"):
        for old in (little.root / "content/products").glob("soap-*.md"):
            old.unlink()
        for number in range(6):
            little.write(f"content/products/soap-{text}-{number}.md", _product(number, text))
        little.write(f"themes/little/static/css/{text}.css", "p { margin: 0 }\n")
        built.append(tmp_path / text)
        little.build("--output", str(built[-1]))
        (little.root / f"themes/little/static/css/{text}.css").unlink()
    return built


def _files(folder: Path) -> dict[str, bytes]:
    return {
        place.relative_to(folder).as_posix(): place.read_bytes()
        for place in folder.rglob("*")
        if place.is_file() and ".replisite" not in place.parts
    }


@pytest.mark.slow
def test_killed_at_twenty_moments(
    little: LittleSite, outputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a host that changes file by file, where everybody sees each of them."""
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    with rclone_at(tmp_path / "s3") as endpoint:
        a_bucket(endpoint, "tea")
        bucket = tmp_path / "s3/tea"
        little.write("site.toml", (little.root / "site.toml").read_text() + TARGET.format(endpoint=endpoint))
        applied = _deploy(little, outputs[0])["seconds"]["apply"]
        assert crawl(bucket) == []
        chance = random.Random(7)
        killed = 0
        for number in range(MOMENTS):
            for left in (little.root / ".replisite/deploy/live").glob("run-*"):
                shutil.rmtree(left)
            running = subprocess.Popen(_command(little, outputs[1 - number % 2]), stdout=subprocess.DEVNULL)
            _wait_for_a_plan(little, running)
            time.sleep(chance.random() * applied * 0.9)
            running.send_signal(signal.SIGKILL)
            killed += running.wait() == -signal.SIGKILL
            assert crawl(bucket) == [], number
        assert killed > MOMENTS // 2
        _deploy(little, outputs[1])
        assert _files(bucket) == _files(outputs[1])
        assert _deploy(little, outputs[1])["reasons"] == {}


def _wait_for_a_plan(site: LittleSite, running: subprocess.Popen[bytes]) -> None:
    """Wait until a deploy knows what to do."""
    state = site.root / ".replisite/deploy/live"
    known = {place.parent.name for place in state.glob("run-*/plan")}
    while running.poll() is None and known >= {place.parent.name for place in state.glob("run-*/plan")}:
        time.sleep(0.002)


def _command(site: LittleSite, output: Path) -> list[str]:
    words = ["deploy", "live", "--site", str(site.root), "--output", str(output)]
    options = ["--yes", "--json", "--no-verify", "--allow-deletes", "--jobs", "2"]
    return [sys.executable, "-m", "replisite", *words, *options]


def _deploy(site: LittleSite, output: Path) -> dict[str, dict[str, float]]:
    done = subprocess.run(
        _command(site, output), capture_output=True, text=True, check=False, env=os.environ, timeout=120
    )
    assert done.returncode == 0, done.stderr + done.stdout
    report: dict[str, dict[str, float]] = json.loads(done.stdout)
    return report
