"""What a deploy adds to a build: headers and redirects where the host takes them, pages where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from replisite.deploy.server_config import ServerConfig, make_server_config
from replisite.errors import DeployError, UsageError
from replisite.hosts import HostFeatures, Limits, MemoryHost
from replisite.model.redirects import Redirect
from replisite.model.target import Target
from replisite.output import Output
from replisite.servers import page_for_redirect
from tests.deploy.built import FIRST, Built, a_page

REDIRECTS = (Redirect("/gone/", "/jane/", 302), Redirect("/old-jane/", "/jane/", 301))
CLOUDFLARE = Target("live", "cloudflare", {"project": "tea"})


def facts(headers: Any, limits: Limits | None = None) -> HostFeatures:
    """Of a host with this form of headers."""
    return HostFeatures("there", packing="", headers=headers, limits=limits or Limits())


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A site with two that are elsewhere."""
    return a_built(tmp_path, FIRST, REDIRECTS)


def a_built(root: Path, files: Any, redirects: Sequence[Redirect]) -> Built:
    built = Built(root / "site")
    with Output(built.site.root / built.site.output) as output:
        sink = output.sink()
        output.commit([], [sink.write(path, body) for path, body in files.items()], redirects)
    return built


def forms(built: Built, target: Target, told: HostFeatures) -> ServerConfig:
    return make_server_config(built.site, target, told, built.site.root / "output")


def test_an_object_store_has_pages_that_lead_on(built: Built) -> None:
    """They are live beside what was built, and go when they are wanted no more."""
    host = MemoryHost()
    done = built.deploy(host)
    assert (done.puts, done.warnings) == (len(FIRST) + 2, [])
    body, headers = host.live["old-jane/index.html"]
    assert body == page_for_redirect(REDIRECTS[1], "https://tea.example")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert built.deploy(host).reasons == {}
    built.write(FIRST)
    assert built.deploy(host).reasons == {"gone": 2}


@pytest.mark.parametrize("headers", ["metadata", "none"])
def test_pages_are_in_no_sitemap_and_no_output(built: Built, headers: str) -> None:
    """They are made when they are sent."""
    added = forms(built, Target("live", "s3", {"bucket": "tea"}), facts(headers)).added
    assert list(added) == ["gone/index.html", "old-jane/index.html"]
    assert len(added) == 2
    assert not (built.site.root / "output/old-jane").exists()
    assert b"old-jane" not in (built.site.root / "output/sitemap.xml").read_bytes()


def test_a_folder_has_pages_until_its_server_is_configured(built: Built) -> None:
    """A server that redirects wants none."""
    target = Target("live", "folder", {"path": "www"})
    plain = forms(built, target, facts("server"))
    assert (list(plain.added), dict(plain.beside)) == (["gone/index.html", "old-jane/index.html"], {})
    told = forms(built, replace(target, settings={"path": "www", "configure": "nginx"}), facts("server"))
    assert (list(told.added), list(told.beside)) == ([], ["nginx-http.conf", "nginx.conf"])
    assert f"{built.site.root}/www/current".encode() in told.beside["nginx.conf"]


def test_lists_are_made_of_what_the_build_holds(built: Built) -> None:
    """Netlify's at the root; a style with a fingerprint in a folder of others is served as they are."""
    found = forms(built, Target("live", "netlify", {"site": "tea"}), facts("_headers"))
    assert found.added["_redirects"] == b"/gone/* /jane/ 302!\n/old-jane/* /jane/:splat 301!\n"
    told = found.added["_headers"].decode()
    assert told.endswith("/files/*\n  Cache-Control: public, max-age=3600, must-revalidate\n"
                         "/theme/*\n  Cache-Control: public, max-age=3600, must-revalidate\n")  # fmt: skip
    assert (found.redirects, found.dynamic) == (2, 2)


def test_the_companys_own_list_comes_first(tmp_path: Path) -> None:
    """The first rule that matches holds."""
    built = a_built(tmp_path, {**FIRST, "_redirects": b"/tea /oolong/ 301\n"}, REDIRECTS)
    found = forms(built, CLOUDFLARE, facts("_headers")).added["_redirects"].decode()
    assert found.splitlines()[:3] == ["/tea /oolong/ 301", "", "/gone /jane/ 302"]


def test_more_redirects_than_a_host_takes_become_pages(built: Built) -> None:
    """Thousands lapse in a year, and a deploy does not stop for them."""
    found = forms(built, CLOUDFLARE, facts("_headers", Limits(redirects=2_000, dynamic_redirects=1)))
    assert list(found.added) == ["_headers", "_redirects", "gone/index.html", "old-jane/index.html"]
    assert (found.redirects, found.dynamic, found.added["_redirects"]) == (0, 0, b"")
    (told,) = found.warnings
    assert told.startswith(
        "2 sites have moved, and cloudflare takes at most 1 redirects; a page at the front of each old site leads to the new"
    )


def test_pages_count_as_files(built: Built) -> None:
    """So the host's limit holds for them."""
    host = MemoryHost(facts("none", Limits(files=len(FIRST))))
    with pytest.raises(DeployError, match=f"{len(FIRST) + 2} files"):
        built.deploy(host)


def test_hosts_that_cannot_be_redirected_are_reported(tmp_path: Path) -> None:
    """With one of them, and what to do."""
    built = a_built(tmp_path, FIRST, [Redirect("old.tea.example", "https://jane.tea.example/", 301)])
    (told,) = forms(built, CLOUDFLARE, facts("_headers")).warnings
    assert told.startswith(
        "cloudflare redirects paths but no hosts; 1 hosts that moved are not redirected (such as old.tea."
    )


def test_a_server_is_configured_only_for_sites_at_its_root(built: Built) -> None:
    """And where they are, from its root."""
    ssh = Target("live", "ssh", {"server": "www", "path": "www/tea", "configure": "caddy"})
    with pytest.raises(UsageError, match="configure needs an absolute path, such as /srv/www/tea"):
        forms(built, ssh, facts("server"))
    built.site = replace(built.site, url="https://tea.example/shop")
    with pytest.raises(UsageError, match="leads to a folder"):
        forms(built, replace(ssh, settings={**ssh.settings, "path": "/srv"}), facts("server"))


def test_a_hundred_thousand_pages_are_streamed(tmp_path: Path) -> None:
    """Each made when it is asked for."""
    many = [Redirect(f"/p{number:06}/", "/jane/", 302) for number in range(100_000)]
    built = a_built(tmp_path, {"index.html": a_page("Home")}, many)
    found = forms(built, Target("live", "s3", {"bucket": "tea"}), facts("metadata"))
    assert len(found.added) == 100_000
    assert found.added["p099999/index.html"] == page_for_redirect(many[-1], "https://tea.example")
