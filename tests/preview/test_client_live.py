"""The line to the server: when a page is fetched again, when it is loaded anew, and who is told what."""

from __future__ import annotations

import pytest

from tests.preview.canned import document
from tests.preview.tab import Tab, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("preview")]


LONG = "<p>tea</p>" * 200


def test_a_page_in_a_frame_is_kept_fresh_without_a_bar(tab: Tab) -> None:
    """Only the outermost page has a bar; an inner one is refreshed all the same."""
    tab.server.pages["/frame/"] = document("<p>inner</p>")
    tab.open(document("<iframe src=/frame/></iframe>"))
    tab.page.wait_for_function("frames[0]?.isReady")
    tab.server.change("/frame/", document("<p>changed</p>"))
    tab.page.wait_for_function("frames[0].refreshed.length === 1")
    assert tab.page.evaluate("frames[0].document.body.innerText") == "changed"
    assert tab.page.evaluate("frames[0].document.querySelector('replisite-toolbar')") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<script>globalThis.x = 1</script>", "<script>globalThis.x = 2</script>"),
        ("", "<script type=module>globalThis.x = 2</script>"),
    ],
)
def test_a_new_program_loads_the_page_anew(tab: Tab, before: str, after: str) -> None:
    """A script is never run twice on one page: the page is loaded again, and the reader finds the place."""
    tab.open(document(LONG + before))
    tab.page.evaluate("globalThis.isOld = true, scrollTo(0, 777)")
    tab.server.change("/", document("<p>new</p>" + LONG + after))
    tab.page.wait_for_function("!globalThis.isOld && globalThis.isReady && globalThis.x === 2")
    assert tab.page.evaluate("scrollY") == 777


def test_an_unchanged_program_is_not_run_again(tab: Tab) -> None:
    """Scripts that stay run once, even when the part they stand in is made anew."""
    script = "<script>globalThis.times = (globalThis.times ?? 0) + 1</script>"
    tab.open(document(f"<main><p>a</p>{script}</main>"))
    tab.change(document(f"<section><h2>b</h2>{script}</section>"))
    assert tab.page.evaluate("times") == 1


def test_error_pages_are_pages(tab: Tab) -> None:
    """A page that vanished shows the page that says so, and comes back."""
    tab.open(document("<p>here</p>"))
    del tab.server.pages["/"]
    tab.server.tell("page", {"digest": "lost"})
    tab.page.wait_for_function("document.body.innerText === 'Not found'")
    tab.change(document("<p>back</p>"))
    assert tab.page.inner_text("body") == "back"


def test_a_later_change_overtakes(tab: Tab) -> None:
    """Of many changes in a row the last is what stays."""
    tab.open(document("<p>0</p>"))
    for number in range(1, 21):
        tab.server.change("/", document(f"<p>{number}</p>"))
    tab.page.wait_for_function("document.body.innerText === '20'")
    assert tab.complaints == []


def test_the_server_may_ask_for_a_new_page(tab: Tab) -> None:
    """The event `reload` loads the whole page."""
    tab.open(document("<p>a</p>"))
    tab.page.evaluate("globalThis.isOld = true")
    tab.server.tell("reload", {})
    tab.page.wait_for_function("!globalThis.isOld && globalThis.isReady")


def test_a_hidden_tab_hangs_up_and_catches_up(tab: Tab) -> None:
    """While nobody looks there is no connection; what was missed is shown at once afterwards."""
    tab.open(document("<p>a</p>"))
    show = """isHidden => { Object.defineProperty(document, "hidden", {value: isHidden, configurable: true});
      document.dispatchEvent(new Event("visibilitychange")) }"""
    assert len(tab.server.lines) == 1
    tab.page.evaluate(show, True)
    wait_until(lambda: not tab.server.lines)
    tab.server.change("/", document("<p>b</p>"))
    assert tab.page.inner_text("body") == "a"
    tab.page.evaluate(show, False)
    tab.page.wait_for_function("document.body.innerText === 'b'")
    assert len(tab.server.lines) == 1


def test_a_server_that_was_away_is_found_again(tab: Tab) -> None:
    """A quiet word while the server is away, even when it refuses at first; then the page catches up."""
    tab.open(document("<p>a</p>"))
    tab.server.is_refusing = True
    tab.server.tell("bye", {})
    tab.server.hang_up()
    presence = tab.part(".presence")
    presence.wait_for()
    assert presence.inner_text() == "The preview has stopped. This page reconnects when it runs again."
    tab.server.pages["/"] = document("<p>b</p>")
    wait_until(lambda: sum(path.startswith("/_replisite/events") for path, _said in tab.server.asked) > 1)
    tab.server.is_refusing = False
    tab.page.wait_for_function("document.body.innerText === 'b'")
    presence.wait_for(state="hidden")


def test_only_own_requests_say_so(tab: Tab) -> None:
    """A visit is a visit; what the client asks for the page says X-Replisite."""
    tab.open(document("<p>a</p>"))
    tab.change(document("<p>b</p>"))
    assert [said for path, said in tab.server.asked if path == "/"] == ["", "refresh", "refresh"]


def test_no_global_name_is_added(tab: Tab) -> None:
    """A page finds the window as it would without the preview."""
    tab.open(document("<iframe src=about:blank></iframe>"))
    added = tab.page.evaluate(
        "Object.getOwnPropertyNames(window).filter(name => !(name in frames[0]) && !/^\\d+$/.test(name))"
    )
    assert set(added) <= {"refreshed", "exchanged", "isReady"}


def test_a_page_is_refreshed_at_once(tab: Tab) -> None:
    """A page of 10 kB is parsed and morphed in less than 10 ms."""
    section = "<section><h2>Tea {0}</h2><p class=a>Leaves from <a href=/x/>the hills</a>, {0}.</p><ul><li>a</li><li>b</li></ul></section>"

    def page(word: str) -> str:
        return document("".join(section.format(number) for number in range(85)) + f"<p>{word}</p>")

    assert 9_900 < len(page("")) < 11_000
    tab.open(page("start"))
    taken = [tab.change(page(f"turn {turn}"))["morphing"] for turn in range(9)]
    assert min(taken) < 10
