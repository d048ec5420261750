"""A notice says why there is no page, and what to do."""

from __future__ import annotations

import re

from replisite.errors import Fault
from replisite.preview.error_pages import notice


def _text(page: str) -> str:
    """Return the text of a notice's main part, its tags replaced by line breaks."""
    main = page.split("<main>")[1].split("</main>", maxsplit=1)[0]
    return re.sub(r"\s*(?:<[^>]+>|\n)[\s]*", "\n", re.sub(r"(?:<[^>]+>\s*)+", "<br>", main)).strip()


def test_a_notice_lists_the_faults() -> None:
    """Each with its file and line, and hostile text as text."""
    faults = [Fault("content/about.md", 2, "the quotes are not closed", "close them"), Fault("", 0, "<b>")]
    assert _text(notice("the site has no pages yet", faults, is_waiting=False)) == (
        "This page has no version without faults yet\n"
        "It loads automatically when these faults are fixed:\n"
        "content/about.md:2: the quotes are not closed; close them\n"
        "&lt;b&gt;"
    )


def test_a_notice_waits_for_the_roster() -> None:
    """The person may be in the part of the roster that has not been read."""
    assert _text(notice('no person on the roster has the alias "ann"', [], is_waiting=True)) == (
        "The roster is being read\n"
        "So far, no person on the roster has the alias &quot;ann&quot;.\n"
        "This page loads automatically when the whole roster has been read. The\n"
        "corporate site\n"
        "is ready."
    )


def test_a_notice_says_why_there_is_no_page() -> None:
    """With a link to the corporate site."""
    page = notice("there is no /none/", [], is_waiting=False)
    assert _text(page) == ("There is no page at this address\nThere is no /none/.\nGo to the corporate site")
    assert '<a href="/">' in page
