"""Cloudflare keeps the contract over a stand-in for its command line; its real runtime serves what is staged."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from replisite.deploy.bundle import FinishedOutput
from replisite.deploy.limits import Measures, iter_excesses
from replisite.errors import DeployError, OutputError
from replisite.hosts import Host, HostError, Release, open_host
from replisite.hosts.cloudflare.host import CloudflareHost
from replisite.hosts.cloudflare.wrangler import QUIET, host_error
from replisite.model.target import Target
from tests.deploy.built import FIRST, SECOND, Built
from tests.hosts.contract import HostContract, Place, Visited
from tests.hosts.npm_tools import NODE, TOOLS

TOKEN = "a-token-that-must-not-be-told"


class Account:
    """An account that the stand-in keeps, and one machine that deploys to it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.kept = folder / "account"
        self.kept.mkdir()
        self.folder = folder
        self.settings = settings

    def host(self, folder: str = "state") -> Host:
        """Return a host on this machine."""
        return CloudflareHost("tea", self.folder / folder, **self.settings)

    def calls(self, first: str = "") -> list[dict[str, Any]]:
        """Return what wrangler was asked."""
        place = self.kept / "calls.jsonl"
        calls = [json.loads(line) for line in place.read_text().splitlines()] if place.exists() else []
        return [call for call in calls if " ".join(call["words"]).startswith(first)]

    def complain(self, which: str, text: str) -> None:
        """Let wrangler fail."""
        (self.kept / "complaint").write_text(f"{which}\n{text}")

    def visit(self, path: str) -> Visited:
        """Return a file of the version that is live, as it was stored."""
        place = self.kept / "versions.json"
        live = json.loads(place.read_text())["live"] if place.exists() else ""
        file = self.kept / "stored" / live / path
        if not live or not file.is_file():
            return 404, {}, b""
        return 200, {"content-type": "text/html; charset=utf-8"}, file.read_bytes()

    def live_files(self) -> dict[str, bytes]:
        """Return all files of the version that is live."""
        root = self.kept / "stored" / json.loads((self.kept / "versions.json").read_text())["live"]
        return {
            place.relative_to(root).as_posix(): place.read_bytes()
            for place in root.rglob("*")
            if place.is_file()
        }


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A wrangler on PATH that keeps everything in a folder."""
    command = tmp_path / "bin/wrangler"
    command.parent.mkdir()
    script = Path(__file__).with_name("stand_in_wrangler.py")
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{script}" "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("WRANGLER_STAND_IN", str(tmp_path / "account"))
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", TOKEN)
    monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID", raising=False)


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """An account with no Worker in it."""
    return Account(tmp_path)


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A site, not built yet."""
    return Built(tmp_path / "site")


class TestWorkers(HostContract):
    """The suite over a Worker's static assets."""

    @pytest.fixture
    def place(self, account: Account) -> Account:
        """An account with no Worker in it."""
        return account

    def test_a_machine_that_has_never_deployed_reads_the_list(
        self, place: Place, built: Built, tmp_path: Path
    ) -> None:
        """It does not, and hands everything to wrangler, which sends what Cloudflare has not seen."""
        assert isinstance(place, Account)
        built.write(FIRST)
        built.deploy(place.host())
        other = Built(tmp_path / "other")
        other.write(SECOND)
        assert other.deploy(place.host("another machine")).reasons == {"new": len(SECOND)}
        assert place.live_files() == SECOND

    def test_a_change_by_hand_is_found(self, place: Place, built: Built, tmp_path: Path) -> None:
        """A version of somebody else's is live: the next deploy makes ours so, even if we have made it before."""
        assert isinstance(place, Account)
        built.write(FIRST)
        built.deploy(place.host())
        theirs = Built(tmp_path / "other")
        theirs.write({"index.html": b"theirs"})
        theirs.deploy(place.host("another machine"))
        assert built.deploy(place.host()).is_live
        assert place.live_files() == FIRST

    def test_a_file_that_has_changed_since_the_build_is_not_sent(self, place: Place, built: Built) -> None:
        """Nothing is: every file is looked at before wrangler is asked."""
        assert isinstance(place, Account)
        built.write(FIRST)
        built.deploy(place.host())
        built.write(SECOND)
        (built.site.root / "output/theme/leaf.png").write_bytes(b"other bytes")
        with pytest.raises(OutputError, match=r"theme/leaf\.png has changed since the build"):
            built.deploy(place.host())
        assert place.live_files() == FIRST

    def damage_list(self, place: Place, damage: str) -> None:
        """On the machine that made the release."""
        for listed in (cast(Any, place).folder / "state/lists").glob("*.live"):
            if damage == "gone":
                listed.unlink()
            else:
                listed.write_bytes(b"damaged")


class TestPages(TestWorkers):
    """The suite over a Pages project."""

    @pytest.fixture
    def account(self, tmp_path: Path) -> Account:
        """An account with an empty project."""
        return Account(tmp_path, kind="pages")

    def test_a_deploy_can_be_rolled_back(self, place: Place, built: Built) -> None:
        """In the dashboard alone."""
        built.write(FIRST)
        built.deploy(place.host())
        built.write(SECOND)
        built.deploy(place.host())
        with pytest.raises(DeployError, match="there is no earlier release to roll back to"):
            built.rollback(place.host())


def test_wrangler_is_given_a_folder_and_a_few_settings(account: Account, built: Built) -> None:
    """The finished files and nothing of ours; it asks nobody and tells nothing home."""
    built.write(FIRST)
    release = built.deploy(account.host()).release
    (call,) = account.calls("deploy ")
    stage = account.folder / "state/stage"
    assert call == {
        "words": ["deploy", "--tag", release, "--message", f"replisite {release}"],
        "cwd": str(stage),
        "environment": {"CI": "true", "WRANGLER_SEND_METRICS": "false", "CLOUDFLARE_API_TOKEN": TOKEN},
    }
    assert json.loads((stage / "wrangler.jsonc").read_text()) == {
        "name": "tea",
        "compatibility_date": "2025-04-01",
        "send_metrics": False,
        "assets": {
            "directory": "./site",
            "html_handling": "auto-trailing-slash",
            "not_found_handling": "404-page",
        },
    }
    assert account.live_files() == FIRST


def test_staged_files_are_links(account: Account, built: Built) -> None:
    """So that a large site needs no second copy; a new build leaves them as they are."""
    built.write(FIRST)
    built.deploy(account.host())
    output, stage = built.site.root / built.site.output, account.folder / "state/stage/site"
    assert (stage / "old/index.html").samefile(output / "old/index.html")
    built.write(SECOND)
    assert (stage / "index.html").read_bytes() == FIRST["index.html"]


def test_pages_are_deployed_to_production_or_a_preview(tmp_path: Path, built: Built) -> None:
    """Whatever branch of git the site's sources are on."""
    account = Account(tmp_path, kind="pages")
    built.write(FIRST)
    release = built.deploy(account.host()).release
    account.settings["branch"] = "try-out"
    other = Built(tmp_path / "other", name="preview")
    other.write(SECOND)
    other.deploy(account.host("preview"))
    production, preview = (call["words"] for call in account.calls("pages deploy "))
    assert production[:5] == ["pages", "deploy", "site", "--project-name", "tea"]
    assert production[-3:] == ["--commit-message", release, "--commit-dirty=true"]
    assert "--branch" not in production
    assert preview[5:7] == ["--branch", "try-out"]
    assert other.deploy(account.host("preview")).reasons == {}


def test_an_earlier_version_can_be_made_live_again(account: Account, built: Built) -> None:
    """And the next deploy knows what is live then."""
    built.write(FIRST)
    first = built.deploy(account.host()).release
    built.write(SECOND)
    second = built.deploy(account.host()).release

    async def back() -> None:
        async with account.host() as host:
            assert await host.releases() == [first]
            with pytest.raises(HostError, match="there is no release r1 among the last ten versions"):
                await host.roll_back("r1")
            await host.roll_back(first)
            assert await host.releases() == [second]

    asyncio.run(back())
    assert account.live_files() == FIRST
    assert built.deploy(account.host(), is_dry=True).reasons == {"content": 3, "gone": 2, "new": 2}


def test_a_worker_that_is_not_there_yet_has_no_releases(account: Account) -> None:
    """Which is no error."""

    async def look() -> None:
        async with account.host() as host:
            assert await host.releases() == []

    asyncio.run(look())


def test_a_pages_project_cannot_be_rolled_back(tmp_path: Path) -> None:
    """It is told where one can."""

    async def back() -> None:
        async with Account(tmp_path, kind="pages").host() as host:
            assert await host.releases() == []
            with pytest.raises(HostError, match=r"in the dashboard .* or deploy the older output"):
                await host.roll_back("r1")

    asyncio.run(back())


@pytest.mark.parametrize(
    ("said", "told", "may_pass"),
    [
        (
            "\x1b[31m✘ [ERROR]\x1b[0m It's necessary to set a CLOUDFLARE_API_TOKEN environment variable for wrangler",
            "wrangler is not logged in, or its token may not do this; set CLOUDFLARE_API_TOKEN",
            False,
        ),
        ("✘ [ERROR] A request to the Cloudflare API failed.\n\n  Authentication error [code: 10000]", "not logged in", False),
        ("✘ [ERROR] More than one account available", "set CLOUDFLARE_ACCOUNT_ID", False),
        (
            "✘ [ERROR] Error: Pages only supports up to 20,000 files in a deployment for your current plan.",
            "more files than Cloudflare takes from this account; use an s3 target",
            False,
        ),
        ("✘ [ERROR] Unable to resolve Cloudflare's API hostname", "Cloudflare cannot be reached", True),
        ("✘ [ERROR] fetch failed", "Cloudflare cannot be reached", True),
        ("✘ [ERROR] Project not found. The specified project name", "wrangler pages project create", False),
        (f"✘ [ERROR] odd thing {TOKEN}\n🪵  Logs were written to /x", "wrangler failed: odd thing …", False),
    ],
)  # fmt: skip
def test_wranglers_messages_are_reported_in_plain_words(said: str, told: str, may_pass: bool) -> None:
    """Without colours, and without the token."""
    error = host_error(said)
    assert told in str(error)
    assert error.may_pass is may_pass
    assert "\x1b" not in str(error)
    assert TOKEN not in str(error)
    assert "Logs were" not in str(error)


def test_a_failed_upload_leaves_what_is_live(account: Account, built: Built) -> None:
    """The next deploy goes on."""
    built.write(FIRST)
    built.deploy(account.host())
    built.write(SECOND)
    account.complain("deploy --tag", "✘ [ERROR] Authentication error [code: 10000]")
    with pytest.raises(DeployError, match=r"Cloudflare Workers \(tea\): wrangler is not logged in"):
        built.deploy(account.host())
    assert account.live_files() == FIRST
    (account.kept / "complaint").unlink()
    assert built.deploy(account.host()).is_live
    assert account.live_files() == SECOND


def test_a_missing_wrangler_is_reported_with_the_way_to_install_it(
    account: Account, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside PATH it may be in the site's own node_modules."""
    monkeypatch.setenv("PATH", "/nowhere")
    built.write(FIRST)
    with pytest.raises(DeployError, match=r'wrangler is not installed; .* "npm install --global wrangler"'):
        built.deploy(account.host())


_FREE = (
    "41,360 files; Cloudflare Workers (tea) takes at most 20,000 (https://developers.cloudflare.com/workers/platform/limits/, "
    'read on 2026-11-25). Use an s3 target, or set plan = "paid" for an account that pays for 100,000 files'
)
_PAID = (
    "141,360 files; Cloudflare Pages (tea) takes at most 100,000 (https://developers.cloudflare.com/pages/platform/limits/, "
    "read on 2026-11-25). Use an s3 target"
)


@pytest.mark.parametrize(
    ("settings", "files", "told"),
    [
        ({}, 41_360, _FREE),
        ({"kind": "pages", "plan": "paid"}, 141_360, _PAID),
        ({"plan": "paid"}, 41_360, None),
    ],
)
def test_an_exceeded_limit_is_reported_with_its_source(
    settings: dict[str, str], files: int, told: str | None, tmp_path: Path
) -> None:
    """Before anything is sent, with the source, the day, and what to do instead."""
    host = open_host(
        Target("live", "cloudflare", {"project": "tea", **settings}), tmp_path, tmp_path / "state"
    )
    assert list(iter_excesses(host.features, Measures(files=files), 0, 0)) == ([told] if told else [])


def test_a_site_that_is_too_large_is_not_handed_over(account: Account, built: Built) -> None:
    """Wrangler is not even asked."""
    host = account.host()
    host.features = replace(host.features, limits=replace(host.features.limits, files=9))  # type: ignore[misc]
    built.write(FIRST)
    with pytest.raises(
        DeployError,
        match=r"10 files; Cloudflare Workers \(tea\) takes at most 9 \(https://dev.*Use an s3 target",
    ):
        built.deploy(host)
    assert account.calls() == []


# -- the real one -------------------------------------------------------------------------------------------------

HEADERS = (
    b"/*\n  X-Content-Type-Options: nosniff\n/theme/*\n  Cache-Control: public, max-age=31536000, immutable\n"
)
REDIRECTS = b"/old-jane/ /jane/ 301\n/gone/* /jane/:splat 302\n"


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The real wrangler, which knows nobody."""
    monkeypatch.setenv("PATH", f"{NODE.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home/.config"))
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    return TOOLS.parent


@pytest.fixture
def staged(real: Path, built: Built, tmp_path: Path) -> Path:
    """A finished bundle, as it is handed to wrangler."""
    built.write({**FIRST, "about.html": b"about"})
    added = {"_headers": HEADERS, "_redirects": REDIRECTS}
    bundle = replace(FinishedOutput(built.site.root / built.site.output, built.target.cache), added=added)

    async def stage() -> None:
        async with CloudflareHost("tea", tmp_path / "state", tools=real) as host:
            await host.begin(Release("20260131T120000Z-1a2b3c"), bundle)

    asyncio.run(stage())
    return tmp_path / "state/stage"


@pytest.fixture
def served(staged: Path, real: Path) -> Iterator[str]:
    """The address at which Cloudflare's runtime serves it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [
        "dev",
        "--ip",
        "127.0.0.1",
        "--port",
        str(port),
        "--inspector-port",
        "0",
        "--show-interactive-dev-session=false",
    ]
    with (staged / "dev.log").open("wb") as log:
        running = subprocess.Popen(
            [real / "node_modules/.bin/wrangler", *words],
            cwd=staged, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        for _ in range(600):
            assert running.poll() is None, (staged / "dev.log").read_text()
            try:
                httpx.get(f"http://127.0.0.1:{port}/theme/tea.svg", timeout=10)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(30)


def test_cloudflares_runtime_serves_the_bundle(served: str) -> None:
    """Pages, redirects, headers, the page for what is not there, and addresses with and without a slash."""
    seen = {}
    with httpx.Client(base_url=served, timeout=30) as client:
        for path in ("/", "/jane/", "/jane", "/jane/index.html", "/about", "/about.html", "/old-jane/", "/gone/x", "/nowhere",
                     "/files/th%C3%A9%20%231.txt", "/theme/app.3f2a91bc.css", "/_headers", "/_redirects"):  # fmt: skip
            found = client.get(path)
            assert found.headers["x-content-type-options"] == "nosniff", path
            seen[path] = (found.status_code, found.headers.get("location"), found.content)
        css = client.get("/theme/app.3f2a91bc.css").headers
        page = client.get("/jane/").headers
    assert seen == {
        "/": (200, None, FIRST["index.html"]),
        "/jane/": (200, None, FIRST["jane/index.html"]),
        "/jane": (307, "/jane/", b""),
        "/jane/index.html": (307, "/jane/", b""),
        "/about": (200, None, b"about"),
        "/about.html": (307, "/about", b""),
        "/old-jane/": (301, "/jane/", b""),
        "/gone/x": (302, "/jane/x", b""),
        "/nowhere": (404, None, FIRST["404.html"]),
        "/files/th%C3%A9%20%231.txt": (200, None, FIRST["files/th\u00e9 #1.txt"]),
        "/theme/app.3f2a91bc.css": (200, None, FIRST["theme/app.3f2a91bc.css"]),
        "/_headers": (404, None, FIRST["404.html"]),
        "/_redirects": (404, None, FIRST["404.html"]),
    }
    assert (css["cache-control"], css["content-type"]) == (
        "public, max-age=31536000, immutable",
        "text/css; charset=utf-8",
    )
    assert (page["cache-control"], page["content-type"]) == (
        "public, max-age=0, must-revalidate",
        "text/html; charset=utf-8",
    )


def test_the_real_wrangler_takes_the_folder_and_wants_a_token(staged: Path, real: Path, built: Built) -> None:
    """A dry run reads the folder without a complaint; a deploy without a token is told how to get one."""
    done = subprocess.run(
        [real / "node_modules/.bin/wrangler", "deploy", "--dry-run"],
        cwd=staged, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert (done.returncode, "ERROR" in done.stderr) == (0, False), done.stderr
    host = CloudflareHost("tea", staged.parent, tools=real)
    with pytest.raises(DeployError, match=r"wrangler is not logged in, .* set CLOUDFLARE_API_TOKEN"):
        built.deploy(host)
