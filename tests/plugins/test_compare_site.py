"""A checkout of a Pelican site is compared as it is published, with its own settings, theme and plugin."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.plugins.compare import ROOT

CONF = """
import datetime
from pathlib import Path

from words import SITENAME

SITEURL = ""
PATH = "texts"
TIMEZONE = "Europe/London"
LOCALE = ("C",)
THEME = Path(__file__).parent / "looks/own"
PLUGIN_PATHS = ["plugins"]
PLUGINS = ["shout", "not_on_pypi"]
AUTHOR_FEED_ATOM = None
STATIC_PATHS = {"images"}
LINKS = (("Toast", "https://toast.example"),)
OPENED = datetime.date(2020, 2, 3)
TYPOGRAPHY = 0.5
MARKDOWN = {"extension_configs": {"markdown.extensions.extra": {}}, "output_format": "html5"}
"""
FILES = {
    "pelicanconf.py": CONF,
    "words.py": 'SITENAME = "A \\"quoted\\" log \\u2014 of tea"\n',
    "plugins/shout.py": "from pelican import signals\n\n\ndef shout(content):\n    if hasattr(content, 'title'):\n        content.title = content.title.upper()\n\n\n"
    "def register():\n    signals.content_object_init.connect(shout)\n",
    "looks/own/templates/base.html": "<title>{{ SITENAME }} {{ OPENED.year }}</title>{% block content %}{% endblock %}"
    "{% for name, url in LINKS %}<a href='{{ url }}'>{{ name }}</a>{% endfor %}\n",
    "looks/own/templates/article.html": "{% extends 'base.html' %}{% block content %}{{ article.title }}{{ article.content }}{% endblock %}",
    **{
        f"looks/own/templates/{name}.html": "{% extends 'base.html' %}"
        for name in (
            "index",
            "page",
            "tags",
            "categories",
            "authors",
            "archives",
            "category",
            "tag",
            "author",
        )
    },
    "looks/own/static/fonts/.htaccess": "AddType font/woff2 .woff2\n",
    "looks/own/static/own.css": "a { color: teal }\n",
    "texts/one.md": "Title: One\nDate: 2021-01-01\nTags: tea\n\nText with {{ braces }} and ![a cup]({static}/images/cup.svg).\n",
    "texts/images/cup.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
}


def _compare(folder: Path, files: Mapping[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "tests.plugins.compare_site", str(folder), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_a_site_with_its_own_theme_and_plugin_is_the_same(tmp_path: Path) -> None:
    """Files that hosts ask for, such as ``.htaccess``, are among the theme's; the checkout stays as it is."""
    done = _compare(tmp_path, FILES, "--without", "not_on_pypi")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(" files by pelican, 0 differ\n")
    made = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert made - {path for path in made if "__pycache__" in path} == FILES.keys()


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ('JINJA_FILTERS = {"up": str.upper}', "JINJA_FILTERS: TOML has no method_descriptor"),
        ('PLUGINS = ["not_on_pypi"]', "not_on_pypi: there is no such plugin"),
        ('THEME = "looks/none"', "Could not find the theme"),
    ],
)
def test_what_cannot_be_compared_is_said(tmp_path: Path, setting: str, fault: str) -> None:
    """And is no equality: exit 2."""
    conf = f"{CONF}\nPLUGINS = []\n{setting}\n"
    done = _compare(tmp_path, {**FILES, "pelicanconf.py": conf})
    assert done.returncode == 2
    assert fault in " ".join(done.stderr.split())
