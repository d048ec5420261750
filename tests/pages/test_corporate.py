"""The preview and the build give the same bytes for the files of the corporate site that are no pages."""

from __future__ import annotations

import pytest

from replisite.config import load_site
from replisite.model.view import EditionView
from replisite.pages.corporate import corporate_files, made_names
from replisite.preview.content_worker import ContentWorker
from replisite.preview.messages import ContentRequest
from replisite.reporting import SilentReporter
from tests.little_site import LittleSite
from tests.pages.test_local_addresses import PELICAN, STYLES, without_kinds

URL = "https://www.little.example"
NEWS = "Title: {0}\nDate: 2021-0{1}-01\n\n[about](/about/) {0}\n"


@pytest.mark.parametrize("defaults", ["replisite", "pelican"])
@pytest.mark.parametrize("style", STYLES)
def test_preview_and_build_give_the_same_files(little: LittleSite, style: str, defaults: str) -> None:
    """Sitemap, robots.txt and feeds, in all styles of addresses."""
    little.change("site.toml", "[company]", f"{STYLES[style]}[company]")
    feeds = '\nFEED_ALL_ATOM = "feeds/all.atom.xml"\nFEED_ALL_RSS = "feeds/all.rss.xml"\n'
    settings = PELICAN.format(url=URL) if defaults == "pelican" else "\n[pelican]\n"
    if defaults == "pelican":
        without_kinds(little)
        little.write("content/pages/about.md", "Title: About\n\nBy hand.\n")
        for number, title in enumerate(("One", "Two"), 1):
            little.write(f"content/{title}.md", NEWS.format(title, number))
    little.write("site.toml", (little.root / "site.toml").read_text() + settings + feeds)
    little.build()
    built = little.files()
    site = load_site(little.root)
    scratch = little.root / "scratch"
    scratch.mkdir()
    worker = ContentWorker(scratch, SilentReporter())
    views = [EditionView(edition) for edition in site.open_editions]
    index = worker.compose(ContentRequest(site, views, False, False, False))
    names = (
        {"sitemap.xml", "robots.txt"}
        if defaults == "replisite"
        else {"feeds/all.atom.xml", "feeds/all.rss.xml"}
    )
    assert names <= index.files
    assert {path: worker.file(path) for path in index.files} == {path: built[path] for path in index.files}


@pytest.mark.parametrize("name", ["sitemap.xml", "robots.txt"])
def test_a_file_of_the_content_takes_the_place_of_a_made_one(little: LittleSite, name: str) -> None:
    """The company's own robots.txt is published as it is."""
    site = load_site(little.root)
    files = corporate_files(site, {name: b"own"}, ["index.html"])
    assert files[name] == b"own"
    assert files.keys() == made_names(site)
