"""With no deferred name in the theme, the corporate site is what the ``pelican`` command writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest

from tests.little_site import run_replisite

SETTINGS: dict[str, Any] = {
    "SITENAME": "A log of tea & toast",
    "SITESUBTITLE": "Kept by nobody",
    "AUTHOR": "Nobody",
    "SITEURL": "https://log.example",
    "TIMEZONE": "Europe/London",
    "RELATIVE_URLS": True,
    "DEFAULT_PAGINATION": 2,
    "DEFAULT_DATE": [2020, 3, 2, 14, 1, 1],
    "LOCALE": "C",
    "FEED_ALL_RSS": "feeds/all.rss.xml",
    "CATEGORY_FEED_RSS": "feeds/{slug}.rss.xml",
    "LINKS": [["Toast", "https://toast.example"]],
    "DEFAULT_METADATA": {"mood": "even"},
    "EXTRA_PATH_METADATA": {"extra/robots.txt": {"path": "robots.txt"}},
    "STATIC_PATHS": ["images", "extra/robots.txt"],
    "TEMPLATE_PAGES": {"pages/extra.html": "extra/page.html"},
    "READERS": {"html": False},
    "YEAR_ARCHIVE_SAVE_AS": "archive/{date:%Y}/index.html",
}

CONTENT = {
    "one.md": "Title: One\nDate: 2021-01-01 10:00\nTags: tea, toast\nCategory: Kitchen\nSummary: The *first*\n\n"
    "Text with [a page]({filename}/pages/about.md), ![a picture]({static}/images/cup.svg) and `{{ braces }}`.\n",
    "two.md": '---\ntitle: "Quoted"\ndate: 2021-02-01\ntags: tea\n---\n\n# Heading\n\n```python\nprint("<b>")\n```\n',
    "kitchen/three.rst": "Three\n#####\n\n:date: 2021-03-01\n:tags: toast\n\nA `link <{filename}/one.md>`_ and |more|.\n\n.. |more| replace:: more\n",
    "kitchen/four.md": "Title: Four\nDate: 2021-04-01\nAuthors: A. One, B. Two\n\n[A]({attach}attached.txt)\n",
    "kitchen/attached.txt": "attached",
    "draft.md": "Title: Draft\nStatus: draft\n\nNot yet.\n",
    "hidden.md": "Title: Hidden\nDate: 2021-05-01\nStatus: hidden\n\nNot listed.\n",
    "pages/about.md": "Title: About\n\nAbout [the first]({filename}/one.md#top).\n",
    "pages/tag.md": "Title: Tea page\nsave_as: tag/tea.html\nurl: tag/tea.html\n\nInstead of the tag's page.\n",
    "pages/extra.html": "{% extends 'base.html' %}{% block content %}{{ SITEURL }} {% for a in articles %}{{ a.title }}{% endfor %}{% endblock %}",
    "braces.md": "Title: Braces {{ page.title }} {% raw %}\nDate: 2021-06-01\nmood: {{ odd }}\n\n"
    "$g^{{p_i}^{n_i}}$, {{1..3},{7..9}}, `{{ x }}`, {{ *vue* }}, ${{ secrets.TOKEN }}, <b title='{{ a }}'>{{ b | c }}</b>, "
    "{{ site.baseurl }}/x, {{ market_share }}, {% if a %}b{% endif %}, {# c #}, \\{{ d }}, \\{\\{ site.name }}.\n\n"
    "[j]: https://x.example/{{ e }}\n\n<div>{{ f }} {% g %}</div>\n\n    {{ h < 1 }}\n\n## {{ i }} in a heading\n\n"
    "Text with [j] and {{#if k}}l{{/if}}, \\ufdd0, &#64976;, %EF%B7%90.\n",
    "kitchen/braces.rst": "Braces\n######\n\n:date: 2021-06-02\n\n{{ x }} and ``{{ y }}`` and {% z %}.\n",
    "images/cup.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "extra/robots.txt": "User-agent: *\n",
}


@pytest.mark.parametrize("theme", ["notmyidea", "simple"])
@pytest.mark.parametrize("is_relative", [True, False])
def test_the_corporate_site_is_what_pelican_writes(tmp_path: Path, theme: str, is_relative: bool) -> None:
    """Articles, pages, tags, drafts, archives, pagination, feeds, overrides and static files, byte for byte."""
    for path, text in CONTENT.items():
        place = tmp_path / "content" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    settings = SETTINGS | {"THEME": theme, "RELATIVE_URLS": is_relative}
    (tmp_path / "site.toml").write_text(
        '[site]\nname = "Log"\nurl = "https://log.example"\n[markets.GB]\ncurrency = "GBP"\nlanguages = ["en"]\n'
        '[pelican]\ndefaults = "pelican"\n'
        + "".join(f"{key} = {_toml(value)}\n" for key, value in settings.items())
    )
    conf = "".join(f"{key} = {pformat(value)}\n" for key, value in settings.items())
    (tmp_path / "pelicanconf.py").write_text(f"{conf}PLUGINS = []\n")
    reference = tmp_path / "reference"
    command = [sys.executable, "-m", "pelican", "content", "-s", "pelicanconf.py", "-o", str(reference), "-q"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    done = run_replisite("build", "--site", str(tmp_path))
    assert done.returncode == 0, done.stderr
    ours = _files(tmp_path / "output")
    del ours[".replisite/manifest.gz"], ours[".replisite/redirects.gz"]
    assert len(ours) > 30
    assert ours == _files(reference)


def _files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {_toml(item)}' for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
