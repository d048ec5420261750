"""Changed files in the browser: stylesheets, images and fonts come in without a reload, and day turns into night."""

from __future__ import annotations

import pytest

from tests.preview.canned import document
from tests.preview.fake_server import File
from tests.preview.tab import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("preview")]

RED, BLUE, GREEN = "rgb(255, 0, 0)", "rgb(0, 0, 255)", "rgb(0, 128, 0)"

SAMPLE = """selector => {
  globalThis.samples = [];
  globalThis.isOld = true;
  const look = () => { samples.push(getComputedStyle(document.querySelector(selector)).color); requestAnimationFrame(look) };
  look();
}"""


def css(text: str, delay: float = 0) -> File:
    """A stylesheet."""
    return File(text.encode(), "text/css", delay)


def square(size: int) -> File:
    """An image of so many pixels."""
    text = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}"><path d="M0 0h9v9H0z"/></svg>'
    return File(text.encode(), "image/svg+xml")


def test_a_stylesheet_is_exchanged_without_a_flash(tab: Tab) -> None:
    """No picture is ever drawn without a stylesheet, however long the new one takes; the page is not loaded again."""
    tab.server.files["/a.css"] = css("p { color: red }")
    tab.open(document("<p>a</p>", head='<link rel="stylesheet" href="/a.css">'))
    tab.page.evaluate(SAMPLE, "p")
    tab.server.files["/a.css"] = css("p { color: blue }", delay=0.3)
    tab.exchange("/a.css")
    tab.page.wait_for_function("samples.at(-1) === 'rgb(0, 0, 255)'")
    assert set(tab.page.evaluate("samples")) == {RED, BLUE}
    assert tab.page.evaluate("[isOld, document.querySelectorAll('link[rel=stylesheet]').length]") == [True, 1]


def test_a_stylesheet_changes_again_and_again(tab: Tab) -> None:
    """Changes while the last one is still loading leave one link, with the newest bytes; a later morph knows it."""
    head = '<link rel="stylesheet" href="/a.css">'
    tab.server.files["/a.css"] = css("p { color: red }")
    tab.open(document("<p>a</p>", head=head))
    for colour in ("green", "teal", "blue"):
        tab.server.files["/a.css"] = css(f"p {{ color: {colour} }}", delay=0.1)
        tab.server.tell("asset", {"paths": ["/a.css"]})
    tab.page.wait_for_function("exchanged === 3")
    assert tab.style("body > p", "color") == BLUE
    tab.change(document("<p>b</p>", head=head + "<meta name=x>"))
    assert tab.style("body > p", "color") == BLUE
    assert tab.page.locator("link[rel=stylesheet]").count() == 1
    tab.change(document("<p>b</p>"))
    assert tab.page.locator("link[rel=stylesheet]").count() == 0


def test_another_stylesheet_comes_without_a_flash(tab: Tab) -> None:
    """When the author links another stylesheet, the old one stays in force until the new one is there."""
    tab.server.files |= {"/a.css": css("p { color: red }"), "/b.css": css("p { color: blue }", delay=0.3)}
    tab.open(document("<p>a</p>", head='<link rel="stylesheet" href="/a.css">'))
    tab.page.evaluate(SAMPLE, "p")
    tab.change(document("<p>a</p>", head='<link rel="stylesheet" href="/b.css">'))
    tab.page.wait_for_function("samples.at(-1) === 'rgb(0, 0, 255)'")
    assert set(tab.page.evaluate("samples")) == {RED, BLUE}


def test_an_imported_stylesheet_is_exchanged(tab: Tab) -> None:
    """A stylesheet that no link names is reached through those that import it."""
    tab.server.files |= {"/a.css": css("@import 'b.css';"), "/b.css": css("p { color: red }")}
    tab.open(document("<p>a</p>", head='<link rel="stylesheet" href="/a.css">'))
    assert tab.style("body > p", "color") == RED
    tab.server.files["/b.css"] = css("p { color: blue }")
    tab.exchange("/b.css")
    assert tab.style("body > p", "color") == BLUE


def test_a_stylesheet_may_vanish(tab: Tab) -> None:
    """A stylesheet that is gone has no force any more."""
    tab.server.files["/a.css"] = css("p { color: red }")
    tab.open(document("<p>a</p>", head='<link rel="stylesheet" href="/a.css">'))
    del tab.server.files["/a.css"]
    tab.exchange("/a.css")
    assert tab.style("body > p", "color") == "rgb(0, 0, 0)"


def test_images_are_exchanged(tab: Tab) -> None:
    """In src, in srcset and wherever else a page names a file; the rest of the address stays; others are left alone."""
    tab.server.files |= {"/tea cup.svg": square(10), "/third.svg": square(10)}
    image = '<img id=a src="/tea%20cup.svg?v=1#x" alt=""><img id=b srcset="/tea%20cup.svg 1x, /other.svg 2x" alt=""><img id=c src=/third.svg alt="">'
    tab.open(document(f"{image}<video poster=/tea%20cup.svg></video>"))
    tab.page.wait_for_function("document.querySelector('#a').naturalWidth === 10")
    tab.server.files["/tea cup.svg"] = square(20)
    tab.exchange("/tea%20cup.svg")
    tab.page.wait_for_function("['#a', '#b'].every(id => document.querySelector(id).naturalWidth === 20)")
    assert tab.page.evaluate("document.querySelector('#a').src").endswith("/tea%20cup.svg?v=1&replisite=1#x")
    assert tab.page.get_attribute("#b", "srcset") == "/tea%20cup.svg?replisite=1 1x, /other.svg 2x"
    assert tab.page.get_attribute("video", "poster") == "/tea%20cup.svg?replisite=1"
    assert tab.page.get_attribute("#c", "src") == "/third.svg"


def test_a_new_image_of_an_old_name_is_the_new_one(tab: Tab) -> None:
    """An author who places a changed image a second time sees its newest bytes."""
    tab.server.files["/a.svg"] = square(10)
    tab.open(document("<img src=/a.svg alt=''>"))
    tab.server.files["/a.svg"] = square(20)
    tab.exchange("/a.svg")
    tab.change(document("<img src=/a.svg alt=''><p><img id=n src=/a.svg alt=''></p>"))
    tab.page.wait_for_function("[...document.images].every(image => image.naturalWidth === 20)")
    assert tab.page.locator("body img").count() == 2


def test_backgrounds_are_exchanged(tab: Tab) -> None:
    """An image that only a stylesheet names is asked for again."""
    tab.server.files |= {
        "/x/a.css": css("@media all { p { background: red url(../a.svg) } }"),
        "/a.svg": square(10),
    }
    tab.open(document("<p>a</p>", head='<link rel="stylesheet" href="/x/a.css">'))
    assert tab.style("body > p", "backgroundImage") == f'url("{tab.server.origin}/a.svg")'
    with tab.page.expect_response(lambda answer: "/a.svg?replisite=" in answer.url):
        tab.exchange("/a.svg")
    assert "/a.svg?replisite=" in tab.style("body > p", "backgroundImage")
    assert tab.style("body > p", "backgroundColor") == RED


@pytest.mark.parametrize("path", ["/a.js", "/imported.mjs"])
def test_a_changed_program_loads_the_page_anew(tab: Tab, path: str) -> None:
    """Named by the page or imported by what is: only a reload is honest."""
    tab.server.files["/a.js"] = File(b"globalThis.x = 1", "text/javascript")
    tab.open(document("<p>a</p><script src=/a.js></script>"))
    tab.page.evaluate("globalThis.isOld = true")
    tab.server.tell("asset", {"paths": [path]})
    tab.page.wait_for_function("!globalThis.isOld && globalThis.isReady")


def test_what_no_page_needs_changes_nothing(tab: Tab) -> None:
    """A file of another kind, or a program on a page without one, leaves the page alone."""
    tab.open(document("<p>a</p>"))
    tab.page.evaluate("globalThis.isOld = true")
    asked = len(tab.server.asked)
    tab.exchange("/a.pdf", "/feed.xml", "/a.js")
    assert tab.page.evaluate("isOld")
    assert tab.server.asked[asked:] == []


NIGHT = "p { color: red } @media (prefers-color-scheme: dark) { p { color: blue } } @media (prefers-color-scheme: light) { b { color: green } }"


def test_day_and_night(tab: Tab) -> None:
    """The page is seen as somebody sees it who prefers the other; it stays so over refreshes and reloads, until it is put back."""
    tab.server.files["/a.css"] = css(NIGHT)
    head = '<link rel="stylesheet" href="/a.css"><style media="(prefers-color-scheme: dark)">h1 { color: blue }</style>'
    tab.open(document("<p>a</p><b>b</b><h1>c</h1>", head=head))

    def colours() -> list[str]:
        return [tab.style(each, "color") for each in ("body > p", "body > b", "body > h1")]

    day, night = [RED, GREEN, "rgb(0, 0, 0)"], [BLUE, "rgb(255, 255, 255)", BLUE]
    assert colours() == day
    tab.page.get_by_role("button", name="Dark").click()
    assert colours() == night
    tab.exchange("/a.css")
    assert colours() == night
    tab.change(document("<p>x</p><b>b</b><h1>c</h1>", head=head))
    assert colours() == night
    tab.page.reload()
    tab.settle()
    assert colours() == night
    assert tab.page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    tab.page.emulate_media(color_scheme="dark")
    tab.page.get_by_role("button", name="Light").click()
    assert colours() == day
    tab.page.get_by_role("button", name="As the browser is set").click()
    assert colours() == [BLUE, "rgb(0, 0, 0)", BLUE]
    assert tab.page.get_attribute("html", "style") is None
