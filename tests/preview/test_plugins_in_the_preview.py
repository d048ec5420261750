"""Plugins in the preview: what they write is shown, and what they may not do is refused as in a build."""

from __future__ import annotations

import time

from tests.little_site import LittleSite
from tests.pelican.test_plugins import with_plugin
from tests.preview.running import RunningPreview


def said(preview: RunningPreview, text: str) -> None:
    """Wait until the preview has said something, while it started or since."""
    until = time.monotonic() + 30
    while text not in "".join(preview.lines):
        assert time.monotonic() < until, preview.lines
        time.sleep(0.05)


def shown(preview: RunningPreview) -> None:
    """Wait until the page can be read again."""
    until = time.monotonic() + 30
    while "By hand." not in preview.get("/about/").text:
        assert time.monotonic() < until, preview.lines
        time.sleep(0.05)


def test_files_that_a_plugin_writes_are_shown(little: LittleSite) -> None:
    """Again after each change, with the values of the company; also those made of the theme's files."""
    act = (
        'out = pathlib.Path(sender.output_path); (out / "map.txt").write_text(sender.settings["SITENAME"]); '
        '(out / "short.css").write_text((out / "theme/css/little.css").read_text().replace(" ", ""))'
    )
    with_plugin(little, act)
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        assert preview.get("/map.txt").text == "Little"
        assert preview.get("/short.css").text == "body{margin:0}\n"
        assert "By hand." in preview.page("/about/")
        little.change("content/pages/about.md", "By hand.", "By machine.")
        preview.wait_for("about.md")
        assert preview.get("/map.txt").text == "Little"
        assert "By machine." in preview.page("/about/")


def test_a_file_that_a_template_s_function_writes_is_shown(little: LittleSite) -> None:
    """An asset that a plugin makes while a page is rendered: the page has been asked for before its asset."""
    act = (
        "made = pathlib.Path(sender.output_path, 'made.css'); "
        "sender.settings['JINJA_GLOBALS']['made'] = lambda: (made.write_text('p {}'), 'made.css')[1]"
    )
    with_plugin(little, act, "initialized")
    little.change(
        "themes/little/templates/product.html", "<h1>", '<link href="{{ SITEURL }}/{{ made() }}"><h1>'
    )
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        assert "made.css" in preview.page("/products/soap/")
        assert preview.get("/made.css").text == "p {}"
    little.build()
    assert little.page("made.css") == "p {}"


def test_a_plugin_that_opens_pages_is_refused(little: LittleSite) -> None:
    """By its name; the preview goes on once the plugin is taken out."""
    with_plugin(little, 'open(sender.output_path + "/index.html")')
    with RunningPreview(little.root) as preview:
        said(preview, "odd opens pages that Pelican has written (index.html, plugins/odd.py:5)")
        little.write("plugins/odd.py", "def register():\n    pass\n")
        shown(preview)


def test_a_plugin_that_ends_the_process_is_reported(little: LittleSite) -> None:
    """Whether by an exception or at once; and imported again afterwards, although nothing else has changed."""
    with_plugin(little, 'print("no folder"); os._exit(3)', "initialized")
    with RunningPreview(little.root) as preview:
        said(preview, "plugins/odd.py:5: no folder; the process that reads the content ended (exit 3)")
        little.write("plugins/odd.py", 'import sys\nsys.exit("not today")\n')
        preview.wait_for("not today")
        little.write("plugins/odd.py", "def register():\n    pass\n")
        shown(preview)
