"""Each form, as a whole: what a web team reads, and what a change of it would change. ``UPDATE_FORMS=1`` writes them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from replisite.errors import UsageError
from replisite.model.live_files import FINGERPRINT as EXACT
from replisite.model.live_files import CachePolicy
from replisite.model.redirects import Redirect
from replisite.servers import (
    ServerFiles,
    Sites,
    caddy_files,
    cloudflare_files,
    firebase_files,
    netlify_files,
    nginx_files,
    page_for_redirect,
)
from replisite.servers.caddy import FINGERPRINT

GOLDEN = Path(__file__).parent / "golden"

Form = Callable[[Sites], ServerFiles]

FORMS: dict[str, Form] = {
    "nginx": nginx_files,
    "caddy": caddy_files,
    "firebase": firebase_files,
    "netlify": netlify_files,
    "cloudflare": cloudflare_files,
}

PATHS = Sites(
    url="https://www.tea.example",
    headers={
        "Content-Security-Policy": "default-src 'self'; img-src \"odd\" \\ https:",
        "X-Tea": "oolong, # 4",
    },
    cache=CachePolicy(60, 3_600),
    redirects=(
        Redirect("/gone/", "/jane/", 302),
        Redirect("/lost/", "/", 302),
        Redirect("/old/", "/jane/", 301),
    ),
    folder="/srv/www/our tea",
    shared=("images/", "theme/"),
    once=("assets/",),
    fingerprinted=("theme/app.3f2a91bc.css",),
)

HOSTS = replace(
    PATHS,
    has_hosts=True,
    redirects=(
        Redirect("gone.tea.example", "https://www.tea.example/", 302),
        Redirect("old.tea.example", "https://jane.tea.example/", 301),
        Redirect(f"{'x' * 50}.tea.example", "https://jane.tea.example/", 301),
    ),
    also="https://staging.tea.example",
)

every_form = pytest.mark.parametrize("name", FORMS)


@every_form
@pytest.mark.parametrize(("style", "sites"), [("paths", PATHS), ("hosts", HOSTS)])
def test_a_form_is_as_it_was(name: str, style: str, sites: Sites) -> None:
    """Byte for byte."""
    made = dict(FORMS[name](sites).files)
    folder = GOLDEN / f"{name}-{style}"
    if os.environ.get("UPDATE_FORMS"):
        folder.mkdir(parents=True, exist_ok=True)
        for file, body in made.items():
            (folder / file).write_bytes(body)
    assert {place.name: place.read_bytes() for place in folder.iterdir()} == made


def test_rules_are_counted_as_the_host_counts_them() -> None:
    """And what it cannot redirect is told."""
    counts = {name: form(PATHS) for name, form in FORMS.items()}
    assert {name: (rules.redirects, rules.dynamic) for name, rules in counts.items()} == {
        "nginx": (3, 3),
        "caddy": (3, 3),
        "firebase": (3, 3),
        "netlify": (3, 3),
        "cloudflare": (6, 3),
    }
    left = {name: len(form(HOSTS).left_out) for name, form in FORMS.items()}
    assert left == {"nginx": 0, "caddy": 0, "firebase": 3, "netlify": 0, "cloudflare": 3}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "nginx",
            "$host",
            "'$host' cannot be written for nginx, which reads $ as the start of a variable; remove the $",
        ),
        (
            "caddy",
            "{http.request.header.Cookie}",
            "'{http.request.header.Cookie}' cannot be written for Caddy, which reads braces as a placeholder; remove the braces",
        ),
        (
            "caddy",
            "{$HOME}",
            "'{$HOME}' cannot be written for Caddy, which reads braces as a placeholder; remove the braces",
        ),
        (
            "caddy",
            "a ` and a \\",
            r"""'a ` and a \\' cannot be written for Caddy, which has no quotes for ` together with " or \; remove the `""",
        ),
        (
            "cloudflare",
            "/:splat",
            "Cloudflare replaces :splat in X-Tea by a part of the address; remove :splat",
        ),
    ],
)
def test_a_value_that_a_server_would_replace_is_refused(name: str, value: str, message: str) -> None:
    """With the value, and what to do."""
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        FORMS[name](replace(PATHS, headers={"X-Tea": value}))


def test_two_targets_of_one_nginx_have_variables_of_their_own() -> None:
    """With names that PCRE takes, however long the target's and the host's are."""
    sites = (PATHS, replace(PATHS, name="t" * 40), replace(PATHS, url=f"https://{'x' * 60}.example"))
    found = [
        set(re.findall(r"\?<(\w+)>", nginx_files(one).files["nginx-http.conf"].decode())) for one in sites
    ]
    assert [len(names) for names in found] == [3, 3, 3]
    assert len(set.union(*found)) == 9
    assert all(len(name) <= 32 for names in found for name in names)


def test_cloudflare_takes_a_hundred_header_rules() -> None:
    """More fingerprinted files than that are served as other files of their folder are."""
    many = replace(PATHS, fingerprinted=[f"theme/{number}.3f2a91bc.css" for number in range(500)])
    lines = cloudflare_files(many).files["_headers"].decode().splitlines()
    assert sum(line.startswith("/") for line in lines) == 100


def test_firebase_reads_json() -> None:
    """With patterns that match one file, whatever its name."""
    odd = replace(PATHS, fingerprinted=["files/a(1)*.3f2a91bc.css"])
    hosting = json.loads(firebase_files(odd).files["firebase.json"])["hosting"]
    assert hosting["headers"][-1]["source"] == r"/files/a\(1\)\*.3f2a91bc.css"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "app.3f2a91bc.css",
            "app-3f2a91bc.css",
            "app.0000000a.js",
            "a.abcdef12.css",
            "x.abcdefab.css",
            "decade.css",
        ),
        *("a.abcdefabcdef1.css", "app.3f2a91b.css", "app.qwertyuiopasdfghjkl1.js", "app.qwertyuiop1.js"),
        *(
            "app.abcdefabcdefabcdefabcdef.css",
            "a-decade0x.deadbeef.css",
            "2026.css",
            "v1.2.3.css",
            "app.3F2A91BC.css",
        ),
        *("index-1a2b3c4d.js.map", "x.1qwertyuiopasdfghjkl.js", "x.qwertyuiopasdfghjklq.js"),
    ],
)
def test_caddy_knows_a_fingerprint_as_the_deploy_does(name: str) -> None:
    """Its patterns cannot look ahead, so it has one of its own."""
    assert bool(re.search(FINGERPRINT, name)) == bool(EXACT.search(name))


def test_a_page_for_a_redirect_names_no_person() -> None:
    """By refresh and by a link; search engines learn the new address, and keep neither."""
    page = page_for_redirect(
        Redirect("/owen-pryce/", "/gethin-rowe/", 302), "https://www.tea.example"
    ).decode()
    assert "owen" not in page.lower()
    assert '<meta http-equiv="refresh" content="0; url=../gethin-rowe/">' in page
    assert '<a href="../gethin-rowe/">' in page
    assert '<link rel="canonical" href="https://www.tea.example/gethin-rowe/">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "<script" not in page
    home = page_for_redirect(Redirect("/owen-pryce/", "/", 302), "https://www.tea.example").decode()
    assert '<a href="../">' in home
    host = page_for_redirect(
        Redirect("a.tea.example", "https://b.tea.example/", 301), "https://www.tea.example"
    ).decode()
    assert host.count("https://b.tea.example/") == 3
