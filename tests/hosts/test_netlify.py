"""Netlify keeps the contract, over a strict fake of its API, and its own rule engines read what is sent."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from replisite.deploy.bundle import FinishedOutput
from replisite.errors import DeployError, OutputError, PartlyDeployed
from replisite.hosts import Host, HostError, open_host
from replisite.hosts.netlify.api import find_token
from replisite.hosts.netlify.host import NetlifyHost
from replisite.model.target import Target
from tests.deploy.built import FIRST, SECOND, Built
from tests.hosts import contract
from tests.hosts.contract import HostContract, Place, Visited
from tests.hosts.netlify_fake import NAME, TOKEN, NetlifyFake
from tests.hosts.npm_tools import NODE, TOOLS

NAMED = {path: body for path, body in FIRST.items() if "#" not in path}
CHANGED = {path: body for path, body in SECOND.items() if "#" not in path}
"""The files of the contract without a name that Netlify does not take."""


class Site:
    """A site on the fake, and one machine that deploys to it."""

    def __init__(self, fake: NetlifyFake, folder: Path) -> None:
        self.fake = fake
        self.folder = folder

    def host(self, folder: str = "state") -> Host:
        """Return a host on this machine."""
        return NetlifyHost(NAME, self.folder / folder, self.fake.endpoint, pause=0.001)

    def visit(self, path: str) -> Visited:
        """Ask as a visitor."""
        return self.fake.visit(path)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[NetlifyFake]:
    """Netlify, with a token for it; nothing that it was asked may be wrong in the end."""
    monkeypatch.setenv("NETLIFY_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with NetlifyFake() as fake:
        yield fake
    assert fake.wrong == []


@pytest.fixture
def place(fake: NetlifyFake, tmp_path: Path) -> Site:
    """A site that nobody has deployed to."""
    return Site(fake, tmp_path)


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A site, not built yet."""
    return Built(tmp_path / "site")


class TestNetlify(HostContract):
    """The suite."""

    @pytest.fixture(autouse=True)
    def _names_that_netlify_takes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contract, "FIRST", NAMED)
        monkeypatch.setattr(contract, "SECOND", CHANGED)

    def test_a_machine_that_has_never_deployed_reads_the_list(
        self, place: Place, built: Built, tmp_path: Path
    ) -> None:
        """Netlify itself: nothing is sent again."""
        assert isinstance(place, Site)
        built.write(NAMED)
        built.deploy(place.host())
        sent = len(place.fake.uploads)
        other = Built(tmp_path / "other")
        other.write(NAMED)
        done = other.deploy(place.host("another machine"))
        assert (done.is_live, done.puts, len(place.fake.uploads)) == (True, 0, sent)

    def test_a_change_by_hand_is_found(self, place: Place, built: Built, tmp_path: Path) -> None:
        """A deploy of somebody else's is live: the next one of ours is, even if we have made it before."""
        assert isinstance(place, Site)
        built.write(NAMED)
        built.deploy(place.host())
        theirs = Built(tmp_path / "other")
        theirs.write({"index.html": b"theirs"})
        theirs.deploy(place.host("another machine"))
        assert built.deploy(place.host()).is_live
        self.check(place, NAMED)

    def test_a_file_that_has_changed_since_the_build_is_not_sent(self, place: Place, built: Built) -> None:
        """Nothing is: every file is looked at before Netlify hears of a deploy."""
        assert isinstance(place, Site)
        built.write(NAMED)
        built.deploy(place.host())
        built.write(CHANGED)
        (built.site.root / "output/new/index.html").write_bytes(b"other bytes")
        asked = len(place.fake.deploys)
        with pytest.raises(OutputError, match=r"new/index\.html has changed since the build"):
            built.deploy(place.host())
        assert len(place.fake.deploys) == asked
        self.check(place, NAMED)

    def damage_list(self, place: Place, damage: str) -> None:
        """On the machine that made the release."""
        for listed in (cast(Any, place).folder / "state/lists").glob("*.live"):
            if damage == "gone":
                listed.unlink()
            else:
                listed.write_bytes(b"damaged")


def test_only_what_netlify_has_not_seen_is_sent(place: Site, built: Built) -> None:
    """Of files with the same bytes one, and an old page that comes back not at all."""
    built.write({"index.html": b"home", "a/index.html": b"same", "b/index.html": b"same"})
    assert built.deploy(place.host()).puts == 2
    built.write({"index.html": b"another home"})
    assert built.deploy(place.host()).puts == 1
    built.write({"index.html": b"home", "c/index.html": b"same"})
    done = built.deploy(place.host())
    assert (done.is_live, done.puts, done.reasons) == (True, 0, {"content": 1, "new": 1})
    assert place.fake.live_files() == {"index.html": b"home", "c/index.html": b"same"}


def test_what_netlify_has_lost_is_sent_again(place: Site, built: Built) -> None:
    """Also a file that is live and does not differ."""
    built.write(NAMED)
    built.deploy(place.host())
    place.fake.blobs.clear()
    built.write({**NAMED, "new.html": b"new"})
    assert built.deploy(place.host()).is_live
    assert place.fake.live_files() == {**NAMED, "new.html": b"new"}


def test_names_that_netlify_does_not_take_are_reported_at_once(place: Site, built: Built) -> None:
    """Before it hears of the deploy."""
    built.write(FIRST)
    with pytest.raises(
        DeployError, match=r"Netlify takes no names with # or \?; rename files/th\u00e9 #1.txt"
    ):
        built.deploy(place.host())
    assert place.fake.deploys == {}


def test_a_deploy_can_be_rolled_back(place: Site, built: Built) -> None:
    """Netlify restores a deploy, and the next deploy knows what is live then."""
    built.write(NAMED)
    first = built.deploy(place.host()).release
    built.write(CHANGED)
    second = built.deploy(place.host()).release

    async def back() -> None:
        async with place.host() as host:
            assert await host.releases() == [first]
            with pytest.raises(HostError, match="there is no release r1 among"):
                await host.roll_back("r1")
            await host.roll_back(first)
            assert await host.releases() == [second]

    asyncio.run(back())
    assert place.fake.live_files() == NAMED
    assert built.deploy(place.host(), is_dry=True).reasons == {"content": 3, "gone": 2, "new": 2}


def test_what_may_pass_is_tried_again(place: Site, built: Built) -> None:
    """As soon as Netlify says; also where a deploy begins."""
    place.fake.answers = [
        (r"^POST .*/deploys\?", 429, {"Retry-After": "0"}),
        ("^PUT .*index.html", 503, {"Retry-After": "0"}),
        ("^PUT .*sitemap", 429, {"X-RateLimit-Reset": "0"}),
        ("^GET .*/deploys/", 502, {"Retry-After": "0"}),
    ]
    built.write(NAMED)
    assert built.deploy(place.host()).is_live
    assert place.fake.answers == []
    assert place.fake.live_files() == NAMED


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "does not know the token .* which may have expired; set NETLIFY_AUTH_TOKEN"),
        (403, "may not do this"),
        (404, "has no such site or deploy .* check site in site.toml"),
        (422, "Netlify refuses \\(422: as planned\\)"),
    ],
)
def test_an_error_that_will_not_pass_is_reported(place: Site, built: Built, status: int, told: str) -> None:
    """Once, with what to do; what is live stays, and the token is not told."""
    built.write(NAMED)
    built.deploy(place.host())
    built.write(CHANGED)
    place.fake.answers = [("^POST .*/deploys", status, {})]
    with pytest.raises(DeployError, match=told) as caught:
        built.deploy(place.host())
    assert TOKEN not in str(caught.value)
    assert place.fake.live_files() == NAMED


def test_an_upload_that_is_refused_leaves_what_is_live(place: Site, built: Built) -> None:
    """The next deploy goes on from there."""
    built.write(NAMED)
    built.deploy(place.host())
    built.write(CHANGED)
    place.fake.answers = [("^PUT .*new%2Findex.html", 403, {})]
    with pytest.raises(PartlyDeployed, match=r"new/index\.html: the token's owner may not do this"):
        built.deploy(place.host())
    assert place.fake.live_files() == NAMED
    assert built.deploy(place.host()).is_live
    assert place.fake.live_files() == CHANGED


def test_a_deploy_that_fails_at_netlify_is_reported(place: Site, built: Built) -> None:
    """In Netlify's own words."""
    built.write(NAMED)
    host = place.host()
    finish = host.finish

    async def cancelled(release: Any, bundle: Any) -> None:
        for deploy in place.fake.deploys.values():
            deploy.state, deploy.error_message = "error", "Canceled by ann"
        await finish(release, bundle)

    host.finish = cancelled  # type: ignore[method-assign]
    with pytest.raises(DeployError, match="Netlify gave the deploy up: Canceled by ann"):
        built.deploy(host)


def test_a_site_without_auto_publishing_is_reported(place: Site, built: Built) -> None:
    """The deploy is there, and somebody must say yes on Netlify's side."""
    built.write(NAMED)
    built.deploy(place.host())
    place.fake.locked = True
    built.write(CHANGED)
    with pytest.raises(
        DeployError, match=r"ready, but auto publishing is stopped at Netlify .* publish it on app"
    ):
        built.deploy(place.host())
    assert place.fake.live_files() == NAMED


def test_without_a_token_nothing_is_asked(place: Site, built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told where to get one."""
    monkeypatch.delenv("NETLIFY_AUTH_TOKEN")
    built.write(NAMED)
    with pytest.raises(
        DeployError, match=r"there is no token for Netlify; set NETLIFY_AUTH_TOKEN .* or log in"
    ):
        built.deploy(place.host())
    assert place.fake.requests == []


def test_the_token_of_netlifys_own_command_line_is_found(tmp_path: Path) -> None:
    """The environment comes first; a file of another form is none."""
    place = tmp_path / "netlify/config.json"
    place.parent.mkdir()
    place.write_text(json.dumps({"userId": "u1", "users": {"u1": {"auth": {"token": "theirs"}}}}))
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert find_token(environment) == "theirs"
    assert find_token({**environment, "NETLIFY_AUTH_TOKEN": "ours"}) == "ours"
    place.write_text("[]")
    assert find_token(environment) == ""


@pytest.mark.parametrize(
    ("site", "asked"),
    [
        ("tarn-and-thistle", "/api/v1/sites/tarn-and-thistle.netlify.app"),
        ("www.tea.example", "/api/v1/sites/www.tea.example"),
        ("6f1e2d3c-0a1b-4c5d-8e9f-001122334455", "/api/v1/sites/6f1e2d3c-0a1b-4c5d-8e9f-001122334455"),
    ],
)
def test_a_site_is_named_by_id_name_or_domain(
    fake: NetlifyFake, tmp_path: Path, site: str, asked: str
) -> None:
    """As Netlify takes it in the place of an id."""
    target = Target("live", "netlify", {"site": site, "endpoint": fake.endpoint})

    async def look() -> None:
        async with open_host(target, tmp_path, tmp_path / "state") as host:
            await host.releases()

    if site == NAME:
        asyncio.run(look())
    else:
        with pytest.raises(HostError, match="no such site"):
            asyncio.run(look())
        fake.wrong.clear()
    assert fake.requests[0] == ("GET", asked)


def test_netlifys_own_engines_read_the_rules_that_are_sent(place: Site, built: Built, tmp_path: Path) -> None:
    """Headers by path, redirects of one page and of a whole site; visitors do not see the files."""
    built.write(NAMED)
    rules = {
        "_headers": b"/*\n  X-Content-Type-Options: nosniff\n/theme/app.3f2a91bc.css\n  Cache-Control: max-age=31536000\n",
        "_redirects": b"/old-jane/* /jane/:splat 301\n/price /files/ 302\n",
    }
    bundle = replace(FinishedOutput(built.site.root / built.site.output, built.target.cache), added=rules)

    async def deploy() -> None:
        from replisite.hosts import Release

        async with place.host() as host:
            release = Release("20260131T120000Z-1a2b3c")
            wanted = await host.begin(release, bundle)
            for file in bundle.files():
                if file.path in (wanted or ()):
                    await host.put(file, bundle.body(file))
            await host.finish(release, bundle)

    asyncio.run(deploy())
    live = place.fake.live_files()
    assert live == {**NAMED, **rules}
    assert [place.visit(path)[0] for path in rules] == [404, 404]
    served = tmp_path / "served"
    for path, body in live.items():
        (served / path).parent.mkdir(parents=True, exist_ok=True)
        (served / path).write_bytes(body)
    script = Path(__file__).with_name("npm") / "netlify_rules.mjs"
    visited = ["/", "/theme/app.3f2a91bc.css", "/old-jane/tea/", "/price", "/jane/"]
    done = subprocess.run(
        [NODE, script, TOOLS, served, *visited], check=True, capture_output=True, timeout=60
    )
    nosniff = {"x-content-type-options": "nosniff"}
    assert json.loads(done.stdout) == {
        "errors": [],
        "/": {"headers": nosniff},
        "/theme/app.3f2a91bc.css": {"headers": nosniff | {"cache-control": "max-age=31536000"}},
        "/old-jane/tea/": {"headers": nosniff, "status": 301, "to": "/jane/tea/"},
        "/price": {"headers": nosniff, "status": 302, "to": "/files/"},
        "/jane/": {"headers": nosniff},
    }
