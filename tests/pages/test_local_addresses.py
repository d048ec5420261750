"""Local addresses lead to the owner's own site or to a shared file, and the preview and the build report the same ones."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from replisite.config import load_site
from replisite.model.company import house_account
from replisite.model.distributor import Distributor
from replisite.model.options import Options, database_path
from replisite.model.view import EditionView
from replisite.people import PeopleDatabase
from replisite.preview.content_worker import ContentWorker
from replisite.preview.messages import ContentRequest, PageRequest
from replisite.rendering.compose import ComposedSite, RenderingOrders, compose_site
from replisite.rendering.prove import audit_site
from replisite.reporting import SilentReporter
from tests.crawl import walk
from tests.little_site import LittleSite

STYLES = {
    "path": "",
    "subdomain": '[addresses]\nstyle = "subdomain"\nhost = "little.example"\n\n',
    "domain": '[addresses]\nstyle = "domain"\nhost = "little.example"\ndomain_field = "domain"\n\n[[roster.fields]]\nname = "domain"\n\n',
}
PAGE = """\
---
title: Links
---
[page](/about/) ![file](/images/bar.svg) [home](/) <a href=/products/soap/>product</a>
<div style="background:url(/images/bar.svg)" data-src="/images/bar.svg">x</div>
<a href="https://www.little.example/about/?a=1#b">whole</a>

    <a href="/about/">

`<a href="/about/">`
"""
BROKEN = """\
---
title: Broken
---
[page](/abuot/) ![file](/images/none.png) <a href=../nowhere/>x</a> [whole](https://www.little.example/about/none/)
<div style="background:url(/images/none2.png)" data-src="/images/none3.png">x</div>
"""


US = '[markets.US]\ncurrency = "USD"\nlanguages = ["en"]\n\n'
UMA = "A4,uma,Uma,Ray,,,Ohio,US,active,,\n"
SCRIPT = (
    '<script>buy = "/products/soap/"</script><a rel="external" href="{{ SITEURL }}/products/soap/">x</a>\n'
)
"""Soap is not sold in the US: the page exists on the company's site, and not on Uma's."""


def _prefix(style: str, alias: str) -> str:
    return f"{alias}/" if style == "path" else f"_hosts/{alias}.little.example/"


@pytest.mark.parametrize("style", STYLES)
def test_addresses_from_the_root_work(little: LittleSite, style: str) -> None:
    """In the company's texts they lead to the owner's own pages and to shared files."""
    little.change("site.toml", "[company]", f"{STYLES[style]}[company]")
    little.write("content/pages/links.md", PAGE)
    little.change("content/products/soap.md", "Ask", "[Links](/links/) Ask")
    little.build()
    prefix = _prefix(style, "jane")
    page = little.page(f"{prefix}links/index.html")
    assert '<a href="../about/">page</a>' in page
    assert '<a href="../">home</a>' in page
    assert "<a href=../products/soap/>product</a>" in page
    assert '<a href="../about/?a=1#b">whole</a>' in page
    assert "&lt;a href=&quot;/about/&quot;&gt;" in page or '&lt;a href="/about/"&gt;' in page
    file = "/images/bar.svg" if style == "path" else "https://www.little.example/images/bar.svg"
    assert page.count(file) == 3
    found = walk(little.output, prefix, {"https://www.little.example": ""})
    assert found.broken == []
    assert "about/index.html" in {path.removeprefix(prefix) for path in found.pages}
    assert not {path for path in found.pages if not path.startswith(prefix)}


def test_a_broken_address_is_named_as_it_was_written(little: LittleSite) -> None:
    """With the page, the source and its line, and what may be meant."""
    little.write("content/pages/broken.md", BROKEN)
    told = little.build(code=1).stderr
    assert (
        'content/pages/broken.md:4: link to "/abuot/" on broken/index.html: there is no abuot/; did you mean "about/"?'
        in told
    )
    assert (
        'content/pages/broken.md:4: link to "/images/none.png" on broken/index.html: there is no images/none.png'
        in told
    )
    assert (
        'content/pages/broken.md:4: link to "../nowhere/" on broken/index.html: there is no nowhere/; fix the link'
        in told
    )
    assert 'content/pages/broken.md:5: link to "/images/none2.png"' in told
    assert 'content/pages/broken.md:5: link to "/images/none3.png"' in told
    assert "..//" not in told
    assert "index.html;" not in told.replace("on broken/index.html", "")


def test_a_broken_address_of_a_template_is_told_once(little: LittleSite) -> None:
    """At its line in the template, with the number of its pages."""
    little.change("themes/little/templates/base.html", "<footer>", '<a href="/gone/">x</a>\n<footer>')
    told = little.build(code=1).stderr
    assert told.count("/gone/") == 1
    assert "themes/little/templates/base.html:7: link to" in told
    assert "more pages: there is no gone/" in told


def test_an_address_that_only_some_owners_break(little: LittleSite) -> None:
    """Every owner of the sample is followed where an address is made of the owner's values."""
    little.change(
        "themes/little/templates/page.html",
        "<h1>",
        '<img src="{{ SITEURL }}/images/{{ distributor.alias }}.svg"><h1>',
    )
    little.write("content/images/jane.svg", "<svg/>")
    told = little.build(code=1).stderr
    assert "images/omar.svg" in told
    assert "images/jane.svg" not in told


def test_an_address_of_the_company_s_host_is_a_warning(little: LittleSite) -> None:
    """More than this site may be on the host."""
    link = "[a](https://www.little.example/about/none/) [b](https://www.little.example/till/) [c](https://www.little.example/omar/)\n"
    little.write("content/pages/links.md", f"---\ntitle: Links\n---\n{link}")
    warnings = little.report()["warnings"]
    assert warnings == [
        'content/pages/links.md:4: link to "https://www.little.example/about/none/" on links/index.html: '
        "there is no about/none/; " + str(warnings).partition("about/none/; ")[2].partition("'")[0]
    ]


def test_a_path_in_a_script_is_reported(little: LittleSite) -> None:
    """Scripts are left as they are, so that one which names a page leads to the company's."""
    script = '<script>location = "/about/"; x.split("/"); y = "/till/"</script>'
    little.change("themes/little/templates/base.html", "<footer>", f"{script}<footer>")
    (warning,) = little.report()["warnings"]  # type: ignore[misc]
    assert 'link to "/about/"' in warning
    assert "a script names it" in warning
    assert script in little.page("jane/about/index.html")


PELICAN = """
[pelican]
defaults = "pelican"
SITEURL = "{url}"
THEME = "simple"
TIMEZONE = "UTC"
"""


@pytest.mark.parametrize("url", ["", "https://www.little.example"])
@pytest.mark.parametrize("style", STYLES)
def test_pelican_s_quickstart(tmp_path: Path, style: str, url: str) -> None:
    """Every link of the owner's site stays there, but for files that exist once."""
    little = LittleSite(tmp_path)
    little.change("site.toml", "[company]", f"{STYLES[style]}[company]")
    little.write("site.toml", (tmp_path / "site.toml").read_text() + PELICAN.format(url=url))
    without_kinds(little)
    little.write(
        "content/pages/about.md", "Title: About\n\n![c](/images/bar.svg) [home](/) [me](/pages/about.html)\n"
    )
    little.write(
        "content/one.md",
        "Title: One\nDate: 2021-01-01\n\n[about]({filename}/pages/about.md) ![c]({static}/images/bar.svg)\n",
    )
    little.build()
    prefix = _prefix(style, "jane")
    found = walk(little.output, prefix, {"https://www.little.example": ""})
    assert not {path for path in found.pages if not path.startswith(prefix)}
    assert {path for path in found.shared if path.endswith(".html")} == set()
    assert "images/bar.svg" in {path.removeprefix("_hosts/") for path in found.shared}
    assert {"pages/about.html", "one.html", "index.html"} <= {
        path.removeprefix(prefix) for path in found.pages
    }
    page = little.page(f"{prefix}pages/about.html")
    assert '<a href="../">home</a> <a href="../pages/about.html">me</a>' in page


@pytest.mark.parametrize("defaults", ["replisite", "pelican"])
@pytest.mark.parametrize("style", STYLES)
def test_preview_and_build_report_the_same_links(little: LittleSite, style: str, defaults: str) -> None:
    """On owners' sites and on the corporate one, in all styles of addresses."""
    little.change("site.toml", "[company]", f"{STYLES[style]}[company]")
    if defaults == "pelican":
        url = "https://www.little.example"
        little.write("site.toml", (little.root / "site.toml").read_text() + PELICAN.format(url=url))
        without_kinds(little)
        little.write(
            "content/pages/broken.md", BROKEN.replace("---\ntitle: Broken\n---\n", "Title: Broken\n\n")
        )
        little.write("content/pages/about.md", "Title: About\n\nBy hand.\n")
    else:
        little.change("site.toml", "[markets.GB]", US + "[markets.GB]")
        little.change("themes/little/templates/base.html", "<footer>", SCRIPT + "<footer>")
        little.write("content/roster.csv", (little.root / "content/roster.csv").read_text() + UMA)
        little.write("content/pages/broken.md", BROKEN)
        little.write("content/help/a.md", "---\ntitle: A\ntopic: t\n---\n[x](/nowhere/) [y](/about/)\n")
    little.build(code=0 if defaults == "pelican" else 1)
    site = load_site(little.root)
    now = datetime.datetime.now(datetime.UTC)
    with PeopleDatabase.open(database_path(site, Options())) as database:
        owners = list(database.distributors(site.owner_url))
    house = house_account(site)
    orders = RenderingOrders(site, site.open_editions, now, False, False, True)
    composed = compose_site(orders, SilentReporter())
    assert isinstance(composed, ComposedSite)
    audits = audit_site(composed, frozenset(), house, owners)
    built = {
        text.split('link to "')[1].split('"')[0]
        for found in audits
        for text in (*map(str, found.faults), *found.warnings)
    }
    scratch = little.root / "scratch"
    scratch.mkdir()
    composing = ContentWorker(scratch, SilentReporter())
    survey = composing.compose(
        ContentRequest(site, [EditionView(edition) for edition in site.open_editions], False, False, False)
    )
    shown: set[str] = set()
    for key, paths in survey.paths.items():
        for path in paths:
            for owner in (house, *owners):
                if owner.is_company or owner.edition == key:
                    if not owner.is_company and path == "404.html":
                        continue
                    shown |= _broken(composing, key, path, owner)
    assert shown == built
    assert {"/abuot/", "/images/none.png", "/images/none2.png", "/images/none3.png", "../nowhere/"} <= shown


def without_kinds(little: LittleSite) -> None:
    for path in ("pages/about.md", "lines/bars.md", "products/soap.md"):
        (little.root / "content" / path).unlink()


def _broken(composing: ContentWorker, key: str, path: str, owner: Distributor) -> set[str]:
    pressed = composing.press(PageRequest(key, path, owner, owner.is_company))
    assert pressed.facts is not None, pressed.faults
    return set(pressed.facts.broken)
