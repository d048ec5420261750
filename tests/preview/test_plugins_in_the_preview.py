"""Plugins in the preview: what they write is shown, and what they may not do is refused as in a build."""

from __future__ import annotations

from tests.little_site import LittleSite
from tests.preview.running import RunningPreview
from tests.test_plugins import with_plugin


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


def test_a_plugin_that_opens_pages_is_refused(little: LittleSite) -> None:
    """By its name; the preview goes on once the plugin is taken out."""
    with_plugin(little, 'open(sender.output_path + "/index.html")')
    with RunningPreview(little.root) as preview:
        preview.wait_for("odd opens pages that Pelican has written (index.html, plugins/odd.py:5)")
        little.write("plugins/odd.py", "def register():\n    pass\n")
        preview.wait_for("odd.py")
        assert "By hand." in preview.page("/about/")


def test_a_plugin_that_ends_the_process_is_reported(little: LittleSite) -> None:
    """Whether by an exception or at once; and imported again afterwards, although nothing else has changed."""
    with_plugin(little, 'print("no folder"); os._exit(3)', "initialized")
    with RunningPreview(little.root) as preview:
        preview.wait_for("plugins/odd.py:5")
        assert "no folder" in "".join(preview.lines)
        little.write("plugins/odd.py", 'import sys\nsys.exit("not today")\n')
        preview.wait_for("not today")
        little.write("plugins/odd.py", "def register():\n    pass\n")
        preview.wait_for("odd.py")
        assert "By hand." in preview.page("/about/")
