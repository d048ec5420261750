"""With no deferred name in the theme, the corporate site is what the ``pelican`` command writes."""

from __future__ import annotations

import json
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


OTHER_SETTINGS: dict[str, Any] = {
    "SITENAME": "Another log",
    "SITEURL": "https://log.example",
    "TIMEZONE": "Europe/London",
    "LOCALE": "C",
    "DEFAULT_LANG": "en",
    "WITH_FUTURE_DATES": False,
    "OUTPUT_SOURCES": True,
    "OUTPUT_SOURCES_EXTENSION": ".source",
    "STATIC_CREATE_LINKS": True,
    "STATIC_EXCLUDE_SOURCES": False,
    "STATIC_PATHS": ["images", "events"],
    "SLUGIFY_SOURCE": "basename",
    "SLUG_REGEX_SUBSTITUTIONS": [["[^\\w\\s-]", ""], ["(?u)\\A\\s*", ""], ["[-\\s]+", "_"]],
    "USE_FOLDER_AS_CATEGORY": True,
    "PATH_METADATA": "(?P<category>[^/]+)/(?P<slug>[^.]+)\\..*",
    "FILENAME_METADATA": "(?P<date>\\d{4}-\\d{2}-\\d{2})?.*",
    "TRANSLATION_FEED_ATOM": "feeds/all-{lang}.atom.xml",
    "TAG_FEED_ATOM": "feeds/tag-{slug}.atom.xml",
    "FEED_MAX_ITEMS": 2,
    "FEED_APPEND_REF": True,
    "RSS_FEED_SUMMARY_ONLY": True,
    "FEED_RSS": "feeds/rss.xml",
    "ARTICLE_URL": "{date:%Y}/{slug}/",
    "ARTICLE_SAVE_AS": "{date:%Y}/{slug}/index.html",
    "ARTICLE_LANG_URL": "{lang}/{slug}/",
    "ARTICLE_LANG_SAVE_AS": "{lang}/{slug}/index.html",
    "PAGE_URL": "{slug}/",
    "PAGE_SAVE_AS": "{slug}/index.html",
    "AUTHOR_SAVE_AS": "",
    "DIRECT_TEMPLATES": ["index", "tags", "archives"],
    "TAGS_SAVE_AS": "all-tags.html",
    "MONTH_ARCHIVE_SAVE_AS": "{date:%Y}/{date:%m}/index.html",
    "PAGINATED_TEMPLATES": {"index": 1, "tag": 1, "category": 2, "author": 2},
    "PAGINATION_PATTERNS": [
        [1, "{base_name}/", "{base_name}/index.html"],
        [2, "p/{number}/", "p/{name}-{number}.html"],
    ],
    "SUMMARY_MAX_LENGTH": 4,
    "SUMMARY_MAX_PARAGRAPHS": 1,
    "ARTICLE_ORDER_BY": "title",
    "REVERSE_CATEGORY_ORDER": True,
    "NEWEST_FIRST_ARCHIVES": False,
    "DISPLAY_PAGES_ON_MENU": False,
    "MENUITEMS": [["Tea", "/tea"]],
    "IGNORE_FILES": ["*.skip"],
    "OUTPUT_RETENTION": [".git"],
    "CSS_FILE": "none.css",
    "THEME_STATIC_DIR": "look",
    "DEFAULT_CATEGORY": "odds",
    "LOG_FILTER": [],
    "JINJA_GLOBALS": {"made_by": "nobody"},
    "FORMATTED_FIELDS": ["summary", "note"],
    "MARKDOWN": {
        "extension_configs": {"markdown.extensions.toc": {"permalink": True}, "markdown.extensions.meta": {}}
    },
}

OTHER_CONTENT = {
    "kitchen/2021-01-01-one.md": "Title: One\nTags: tea\nLang: en\nSlug: one\nNote: A *note*\n\nFirst words of one.\n\nMore.\n",
    "kitchen/one-fr.md": "Title: Un\nDate: 2021-01-01\nLang: fr\nSlug: one\n\nPremier.\n",
    "kitchen/later.md": "Title: Later\nDate: 2999-01-01\n\nNot now.\n",
    "kitchen/skipped.md": "Title: Skipped\nDate: 2021-01-05\nStatus: skip\n\nNever.\n",
    "kitchen/hidden.md": "Title: Hidden\nDate: 2021-01-05\nStatus: hidden\n\nOff the list.\n",
    "kitchen/draft.md": "Title: Draft\nDate: 2021-01-05\nStatus: draft\nLang: fr\nSlug: draft\n\nBrouillon.\n",
    "products/soap.md": "Title: Soap\nDate: 2021-02-01\n\nAn article, as all content is to Pelican.\n",
    "events/fair.md": "Title: Fair\nDate: 2021-02-02\n\nAnother: [soap]({filename}/products/soap.md).\n",
    "help/how.rst": "How\n###\n\n:date: 2021-02-03\n\nWords.\n",
    "lines/a.html": '<html><head><title>Line</title><meta name="date" content="2021-02-04"></head><body>Text</body></html>',
    "pages/about.md": "Title: About\nStatus: hidden\n\nHidden page.\n",
    "pages/about-draft.md": "Title: More\nStatus: draft\n\nDraft page.\n",
    "images/cup.svg": "<svg/>",
    "images/cup.skip": "not copied",
}


def test_other_settings_and_folders_are_pelican_s(tmp_path: Path) -> None:
    """Sources, links, translations, patterns and feeds; folders that are kinds of ours are articles."""
    for path, text in OTHER_CONTENT.items():
        place = tmp_path / "content" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    (tmp_path / "site.toml").write_text(
        '[site]\nname = "Log"\nurl = "https://log.example"\n[markets.GB]\ncurrency = "GBP"\nlanguages = ["en"]\n'
        '[pelican]\ndefaults = "pelican"\n'
        + "".join(f"{key} = {_toml(value)}\n" for key, value in OTHER_SETTINGS.items())
    )
    conf = "".join(f"{key} = {pformat(value)}\n" for key, value in OTHER_SETTINGS.items())
    (tmp_path / "pelicanconf.py").write_text(f"{conf}PLUGINS = []\n")
    reference = tmp_path / "reference"
    command = [sys.executable, "-m", "pelican", "content", "-s", "pelicanconf.py", "-o", str(reference), "-q"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    done = run_replisite("build", "--site", str(tmp_path))
    assert done.returncode == 0, done.stderr
    ours = {
        path: body for path, body in _files(tmp_path / "output").items() if not path.startswith(".replisite/")
    }
    assert ours == _files(reference)
    assert {
        "2021/soap/index.html",
        "2021/one/index.source",
        "fr/one/index.html",
        "look/css/main.css",
    } <= ours.keys()
    assert (tmp_path / "content/images/cup.svg").read_text() == "<svg/>"


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
    return json.dumps(value) if isinstance(value, str) else str(value)
