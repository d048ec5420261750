"""Stock Pelican themes, as they are published, with an owner's card added by one overridden template."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest

from tests.little_site import ROSTER_HEADER, run_replisite
from tests.pelican.test_identity import CONTENT
from tests.pelican.test_identity import _files as files
from tests.pelican.test_identity import _toml as toml
from tests.pictures import a_photo

SETTINGS: dict[str, Any] = {
    "SITENAME": "Tea & toast",
    "SITETITLE": "Tea & toast",
    "SITESUBTITLE": "Brewed by nobody",
    "AUTHOR": "Nobody",
    "SITEURL": "https://log.example",
    "RELATIVE_URLS": False,
    "TIMEZONE": "Europe/London",
    "DEFAULT_PAGINATION": 2,
    "DEFAULT_DATE": [2020, 3, 2, 14, 1, 1],
    "LOCALE": "C",
    "FEED_ALL_RSS": "feeds/all.rss.xml",
    "LINKS": [["Toast", "https://toast.example"]],
    "SOCIAL": [["rss", "https://toast.example/feed"]],
    "CC_LICENSE": {"name": "CC BY", "version": "4.0", "slug": "by"},
    "STATIC_PATHS": ["images", "photos"],
    "YEAR_ARCHIVE_SAVE_AS": "archive/{date:%Y}/index.html",
}

SITE = """
[site]
name = "Tea & toast"
url = "https://log.example"

[links]
enroll = "https://join.log.example/{?id}"

[markets.GB]
currency = "GBP"
languages = ["en"]
"""

FIELD = """
[[roster.fields]]
name = "signal"
type = "url"
label = "Signal"
is_channel = true
"""

ROSTER = f"""\
{ROSTER_HEADER},photo,signal
A1,jane,Jane,O'<Neil>,jane@example.com,+441632960101,Kendal,GB,active,,first_name last_name phone photo email signal,photos/jane.jpg,https://signal.example/jane
A2,omar,Omar & co,Ali,omar@example.com,,Leeds,GB,active,A1,first_name last_name,,
A3,wilma,Wilma,Fox,,+441632960102,York,GB,active,A1,first_name phone,,
"""


@dataclass(frozen=True)
class Owner:
    """One of the roster, as a page shows them."""

    id: str
    alias: str
    first_name: str
    name: str
    channels: int


OWNERS = (
    Owner("A1", "jane", "Jane", "Jane O&#39;&lt;Neil&gt;", 3),
    Owner("A2", "omar", "Omar &amp; co", "Omar &amp; co Ali", 0),
    Owner("A3", "wilma", "Wilma", "Wilma", 1),
)

CARD = """\
<section class="{class}" id="owner">
  <h2>{{ distributor.name }}</h2>
  {%- if distributor.photo %}<img src="{{ SITEURL }}/{{ distributor.photo }}" alt="">{% else %}<b>{{ distributor.initials }}</b>{% endif %}
  <ul>
  {%- for channel in distributor.channels %}
    <li class="{{ loop.cycle('odd', 'even') }}"><a href="{{ channel.url }}">{{ channel.label }}: {{ channel.text }}</a></li>
  {%- else %}
    <li>{{ SITENAME }}</li>
  {%- endfor %}
  </ul>
  <a rel="nofollow" href="{{ enroll_link(distributor) }}">Join {{ distributor.first_name|default('us', true) }}</a>
</section>
"""

WELCOME = """\
{% extends "!theme/page.html" %}
{% block title %}{{ super()|trim }} with {{ distributor.first_name|striptags }}{% endblock %}
"""

LOG = {path: text for path, text in CONTENT.items() if path != "pages/extra.html"}
PAGES = LOG | {
    "pages/welcome.md": "Title: Welcome\nTemplate: welcome\n\nCome in.\n",
}


@dataclass(frozen=True)
class Theme:
    """A theme, and the override that adds the card: a block of its base, or one of its partials.

    ``in_full`` pages at most are not cut but rendered for every owner: those on which the theme imports its macros
    for translations with the context. ``package`` brings the theme, unless it comes with Pelican; ``folder`` is its
    place there.
    """

    name: str
    override: str
    place: str
    in_full: int
    package: str = ""
    folder: str = ""

    @property
    def path(self) -> str:
        """What THEME is set to; the test is skipped where the theme is not installed."""
        if not self.package:
            return self.name
        try:
            return str(distribution(self.package).locate_file(self.folder))
        except PackageNotFoundError:
            pytest.skip(f"{self.package} is not installed")


BLOCK = '{% extends "!theme/base.html" %}\n{% block NAME %}CARD{{ super() }}{% endblock %}\n'
THEMES = (
    Theme("simple", "base.html", BLOCK.replace("NAME", "footer"), 9),
    Theme("notmyidea", "analytics.html", 'CARD{% include "!theme/analytics.html" %}\n', 13),
    Theme(
        "reflex",
        "partial/footer.html",
        'CARD{% include "!theme/partial/footer.html" %}\n',
        3,
        "pelican-theme-reflex",
        "pelican/themes/reflex",
    ),
    Theme(
        "engineering",
        "base.html",
        BLOCK.replace("NAME", "site_footer"),
        0,
        "pelican-engineering-theme",
        "pelican_engineering_theme/theme",
    ),
)
every_theme = pytest.mark.parametrize("theme", THEMES, ids=[theme.name for theme in THEMES])

CUTS = """
import json, sys
from pathlib import Path
from replisite.system.clock import build_time
from replisite.config import load_site
from replisite.pelican import record_site

site = load_site(Path(sys.argv[1]))
pages = record_site(site, site.editions, Path(sys.argv[2]), now=build_time()).pages
listed = [page for edition in pages.values() for page in edition if page.is_replicated]
print(json.dumps({page.path: str(page.plate.widening or "") for page in listed}))
"""


def a_site(root: Path, theme: Theme, *, has_card: bool) -> Path:
    """Write a log of articles in a stock theme, with or without owners and their card."""
    settings = SETTINGS | {"THEME": theme.path}
    if has_card:
        settings["THEME_TEMPLATES_OVERRIDES"] = ["templates"]
        wanted = {
            f"templates/{theme.override}": theme.place.replace("CARD", CARD.replace("{class}", "body")),
            "templates/welcome.html": WELCOME,
            "content/roster.csv": ROSTER,
        }
        contents = PAGES
    else:
        wanted, contents = {}, LOG
    wanted |= {f"content/{path}": text for path, text in contents.items()}
    wanted["site.toml"] = (
        SITE
        + (FIELD if has_card else "")
        + '[pelican]\ndefaults = "pelican"\n'
        + "".join(f"{key} = {toml(value)}\n" for key, value in settings.items())
    )
    wanted["pelicanconf.py"] = (
        "".join(f"{key} = {value!r}\n" for key, value in settings.items()) + "PLUGINS = []\n"
    )
    for path, text in wanted.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    if has_card:
        a_photo(root / "content/photos/jane.jpg")
    return root


@every_theme
def test_every_page_of_every_owner_has_the_card_and_is_proved(tmp_path: Path, theme: Theme) -> None:
    """The name, the photo, the channels and the referral; the law holds for all pages, and most are cut."""
    root = a_site(tmp_path, theme, has_card=True)
    done = run_replisite("build", "--site", str(root), "--json", "--prove", "all")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    output = root / "output"
    owned = 0
    for owner in OWNERS:
        for path in sorted((output / owner.alias).rglob("*.html")):
            owned += 1
            page = path.read_text(encoding="utf-8")
            card = page.partition('id="owner"')[2].partition("</section>")[0]
            assert f"<h2>{owner.name}</h2>" in card, path
            assert f"https://join.log.example/?id={owner.id}" in card
            assert card.count("<li class=") == owner.channels
            assert ("<img" in card) == ("_photos/" in card) == (owner.alias == "jane")
            assert "<Neil>" not in page
        title = (
            (output / owner.alias / "pages/welcome.html").read_text(encoding="utf-8").partition("</title>")[0]
        )
        assert title.rstrip().endswith(f"with {owner.first_name}")
    assert owned > 60
    assert not (output / "photos").exists()
    assert report["proofs"] >= owned
    cuts = subprocess.run(
        [sys.executable, "-c", CUTS, str(root), str(tmp_path / "static")],
        capture_output=True,
        text=True,
        check=True,
        timeout=250,
    )
    widened = {path: why for path, why in json.loads(cuts.stdout).items() if why}
    assert len(widened) <= theme.in_full, Counter(widened.values())


@every_theme
def test_the_stock_theme_is_what_pelican_writes(tmp_path: Path, theme: Theme) -> None:
    """Without the override, byte for byte."""
    root = a_site(tmp_path, theme, has_card=False)
    reference = root / "reference"
    command = [sys.executable, "-m", "pelican", "content", "-s", "pelicanconf.py", "-o", str(reference), "-q"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    done = run_replisite("build", "--site", str(root))
    assert done.returncode == 0, done.stderr
    ours = files(root / "output")
    del ours[".replisite/manifest.gz"], ours[".replisite/redirects.gz"]
    assert len(ours) > 30
    assert ours == files(reference)
