"""nginx and Caddy serve what was deployed, from the files that were written for them."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import brotli
import pytest

from replisite.model.redirects import Redirect
from replisite.model.security import security_headers
from replisite.model.site import Addresses
from replisite.model.target import Target
from replisite.output import Output
from tests.deploy.built import FIRST, SECOND, Built, a_page
from tests.servers.web_servers import Answer, caddy_served, caddy_valid, nginx_checked, nginx_served, visit

PAGE = "public, max-age=0, must-revalidate"
SHARED = "public, max-age=3600, must-revalidate"
FOREVER = "public, max-age=31536000, immutable"

REDIRECTS = [
    Redirect("/gone/", "/jane/", 302),
    Redirect("/lost/", "/", 302),
    Redirect("/old-jane/", "/jane/", 301),
    Redirect(f"/{'long-' * 12}er/", "/jane/", 301),
]

HOSTS = {
    "404.html": a_page("Not here"),
    "index.html": a_page("The company"),
    "theme/app.css": b"body { color: #123 }\n" * 100,
    "_hosts/jane.tea.example/index.html": a_page("Jane on her host"),
    "_hosts/jane.tea.example/oolong/index.html": a_page("Jane's oolong"),
}

HOST_REDIRECTS = [
    Redirect("gone.tea.example", "https://www.tea.example/", 302),
    Redirect(f"{'long-' * 10}er.tea.example", "https://jane.tea.example/", 301),
    Redirect("old.tea.example", "https://jane.tea.example/", 301),
]


@dataclass(frozen=True, slots=True)
class Served:
    """A running server, the site that it serves, and the folder in which everything is."""

    kind: str
    port: int
    built: Built
    www: Path

    def __call__(self, path: str, host: str = "www.tea.example", **headers: str) -> Answer:
        """Visit a path."""
        return visit(self.port, path, host, **headers)


SERVERS: dict[
    str, tuple[Callable[[Path, Path], str], Callable[[Path, Path], AbstractContextManager[int]]]
] = {
    "nginx": (nginx_checked, nginx_served),
    "caddy": (caddy_valid, caddy_served),
}


def a_built(root: Path, kind: str, style: str) -> Built:
    """A site whose target asks for a server's configuration, in a folder whose name wants quotes."""
    built = Built(root / "site")
    headers = {"X-Tea": 'a "quoted" \\ ; # value', "X-Frame-Options": ""}
    site = replace(built.site, headers=headers)
    if style == "hosts":
        site = replace(
            site, url="https://www.tea.example", addresses=Addresses("subdomain", host="tea.example")
        )
    built.site = site
    built.target = Target("live", "folder", {"path": "our www", "configure": kind})
    return built


def write(built: Built, files: dict[str, bytes], redirects: list[Redirect]) -> None:
    """Build these files, with redirects."""
    with Output(built.site.root / built.site.output) as output:
        sink = output.sink()
        output.commit([], [sink.write(path, body) for path, body in files.items()], sorted(redirects))


@pytest.fixture(scope="module", params=SERVERS)
def paths(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Sites in folders, of which a second release has been deployed."""
    yield from _serve(
        request.param, tmp_path_factory.mktemp("paths"), "paths", [dict(FIRST), dict(SECOND)], REDIRECTS
    )


@pytest.fixture(scope="module", params=SERVERS)
def hosts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Sites on hosts."""
    yield from _serve(request.param, tmp_path_factory.mktemp("hosts"), "hosts", [HOSTS], HOST_REDIRECTS)


def _serve(
    kind: str, root: Path, style: str, releases: list[dict[str, bytes]], redirects: list[Redirect]
) -> Iterator[Served]:
    built = a_built(root, kind, style)
    for files in releases:
        write(built, files, redirects)
        built.deploy()
    www = built.site.root / "our www"
    check, serve = SERVERS[kind]
    room = root / "room"
    room.mkdir()
    assert check(www, room) == ""
    with serve(www, room) as port:
        yield Served(kind, port, built, www)


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        ("/", "text/html; charset=utf-8", PAGE),
        ("/jane/", "text/html; charset=utf-8", PAGE),
        ("/jane/index.html", "text/html; charset=utf-8", PAGE),
        ("/sitemap.xml", "application/xml; charset=utf-8", PAGE),
        ("/theme/app.77aa01ef.css", "text/css; charset=utf-8", FOREVER),
        ("/theme/leaf.png", "image/png", SHARED),
        ("/theme/tea.svg", "image/svg+xml; charset=utf-8", SHARED),
        ("/files/th%C3%A9%20%231.txt", "text/plain; charset=utf-8", SHARED),
    ],
)
def test_each_file_has_its_type_and_the_cache_control_of_its_group(
    paths: Served, path: str, kind: str, cache: str
) -> None:
    """As the deploy would have set them itself."""
    answer = paths(path)
    found = (answer.status, answer.headers["content-type"], answer.headers["cache-control"])
    assert found == (200, kind, cache)


@pytest.mark.parametrize("path", ["/", "/nothing-here/", "/old-jane/", "/theme/leaf.png"])
def test_every_answer_protects_the_visitor(paths: Served, path: str) -> None:
    """With what site.toml changed, and without what it dropped; nobody tells which version it is."""
    answer = paths(path)
    wanted = {name.lower(): value for name, value in security_headers(paths.built.site).items()}
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert wanted["x-tea"] == 'a "quoted" \\ ; # value'
    assert "x-frame-options" not in answer.headers
    assert answer.headers.get("server") in {None, "nginx"}


@pytest.mark.parametrize(
    ("accepts", "encodings"), [("br, gzip", {"nginx": "gzip", "caddy": "br"}), ("gzip", {}), ("", {})]
)
def test_text_comes_packed_as_the_browser_likes(
    paths: Served, accepts: str, encodings: dict[str, str]
) -> None:
    """And is the same when it is unpacked."""
    answer = paths("/jane/", Accept_Encoding=accepts) if accepts else paths("/jane/")
    encoding = answer.headers.get("content-encoding", "")
    assert encoding == encodings.get(paths.kind, accepts)
    unpack = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}[encoding]
    assert unpack(answer.body) == SECOND["jane/index.html"]
    assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/old-jane/", 301, "/jane/"),
        ("/old-jane", 301, "/jane/"),
        ("/old-jane?ref=A1", 301, "/jane/?ref=A1"),
        ("/old-jane/oolong/?a=1&b=%20", 301, "/jane/oolong/?a=1&b=%20"),
        ("/old-jane/th%C3%A9/", 301, "/jane/th%C3%A9/"),
        ("/old-jane/%0d%0aSet-Cookie:%20a=b", 301, "/jane/%0d%0aSet-Cookie:%20a=b"),
        (f"/{'long-' * 12}er/x", 301, "/jane/x"),
        ("/gone/", 302, "/jane/"),
        ("/gone/oolong/?a=1", 302, "/jane/"),
        ("/lost/oolong/", 302, "/"),
    ],
)
def test_a_site_that_is_elsewhere_leads_there(paths: Served, path: str, status: int, location: str) -> None:
    """A renamed one with the rest of the path, which stays as it was written."""
    answer = paths(path)
    assert (answer.status, answer.headers.get("location"), answer.headers["cache-control"]) == (
        status,
        location,
        PAGE,
    )
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/nothing-here/",
            "/old-janes/",
            "/.replisite/manifest.gz",
            "/.replisite/redirects.gz",
            "/jane/.git/config",
        ),
        *("/.turn", "/nginx.conf", "/nginx-http.conf", "/site.caddy", "/releases/", "/current/index.html"),
        *("/theme/gone.png", "/old/index.html"),
    ],
)
def test_what_is_no_page_is_not_there(paths: Served, path: str) -> None:
    """The 404 page, and it is not kept."""
    answer = paths(path)
    assert (answer.status, answer.body) == (404, SECOND["404.html"])
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (
        "text/html; charset=utf-8",
        PAGE,
    )


@pytest.mark.parametrize(
    "path", ["/../releases/", "/%2e%2e/nginx.conf", "/..%2freleases/", "/theme/../../.turn"]
)
def test_no_request_reads_above_the_live_release(paths: Served, path: str) -> None:
    """Not with dots of any kind."""
    assert paths(path).status in {400, 404}


def test_an_open_page_still_gets_what_its_release_had(paths: Served) -> None:
    """Its style, which the new release does not have; a page that is gone is gone."""
    assert "theme/app.3f2a91bc.css" not in SECOND
    answer = paths("/theme/app.3f2a91bc.css", Accept_Encoding="gzip")
    assert (answer.status, answer.headers["content-encoding"], answer.headers["cache-control"]) == (
        200,
        "gzip",
        FOREVER,
    )
    assert gzip.decompress(answer.body) == FIRST["theme/app.3f2a91bc.css"]
    assert paths("/old/").status == 404


@pytest.mark.parametrize(
    ("host", "path", "body"),
    [
        ("www.tea.example", "/", "index.html"),
        ("jane.tea.example", "/", "_hosts/jane.tea.example/index.html"),
        ("jane.tea.example:8080", "/oolong/", "_hosts/jane.tea.example/oolong/index.html"),
        ("jane.tea.example", "/theme/app.css", "theme/app.css"),
        ("127.0.0.1", "/", "index.html"),
    ],
)
def test_each_host_has_its_site(hosts: Served, host: str, path: str, body: str) -> None:
    """What exists once is the company's everywhere."""
    answer = hosts(path, host)
    assert (answer.status, answer.body) == (200, HOSTS[body])


@pytest.mark.parametrize(
    ("host", "path", "status", "location"),
    [
        ("old.tea.example", "/", 301, "https://jane.tea.example/"),
        ("old.tea.example", "/oolong/?a=1", 301, "https://jane.tea.example/oolong/?a=1"),
        ("old.tea.example", "//evil.example/", 301, None),
        (f"{'long-' * 10}er.tea.example", "/x", 301, "https://jane.tea.example/x"),
        ("gone.tea.example", "/oolong/", 302, "https://www.tea.example/"),
    ],
)
def test_a_host_that_is_elsewhere_leads_there(
    hosts: Served, host: str, path: str, status: int, location: str | None
) -> None:
    """And never to a third."""
    answer = hosts(path, host)
    assert answer.status == status
    assert answer.headers["location"].startswith(
        "https://jane.tea.example/" if location is None else location
    )
    assert location is None or answer.headers["location"] == location


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("nobody.tea.example", "/"),
        ("jane.tea.example", "/nothing-here/"),
        ("www.tea.example", "/_hosts/jane.tea.example/"),
        ("jane.tea.example", "/_hosts/jane.tea.example/"),
        ("jane.tea.example", "/.git/config"),
    ],
)
def test_what_no_host_has_is_not_there(hosts: Served, host: str, path: str) -> None:
    """The company's 404 page."""
    answer = hosts(path, host)
    assert (answer.status, answer.body) == (404, HOSTS["404.html"])


@pytest.mark.parametrize("kind", SERVERS)
def test_the_next_deploy_needs_no_restart(tmp_path: Path, kind: str) -> None:
    """The link leads elsewhere, and the server follows it."""
    built = a_built(tmp_path, kind, "paths")
    write(built, dict(FIRST), [])
    built.deploy()
    (tmp_path / "room").mkdir()
    with SERVERS[kind][1](built.site.root / "our www", tmp_path / "room") as port:
        assert visit(port, "/").body == FIRST["index.html"]
        write(built, dict(SECOND), [])
        built.deploy()
        assert visit(port, "/").body == SECOND["index.html"]
        assert visit(port, "/old/").status == 404
