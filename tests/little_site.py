"""A small site with a theme of a few lines, for tests that want a build in a second."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.warm_process import can_be_warm, run_warm

__all__ = ["ROSTER_HEADER", "LittleSite", "run_replisite"]

ROSTER_HEADER = "id,alias,first_name,last_name,email,phone,city,market,status,sponsor_id,publish"

SITE = """
[site]
name = "Little"
url = "https://www.little.example"
theme = "little"

[company]
email = "desk@little.example"

[links]
shop = "https://shop.little.example/{sku}{?id}"
enroll = "https://join.little.example/{?id}"

[markets.GB]
currency = "GBP"
languages = ["en"]
"""

ROSTER = """\
A1,jane,Jane,Doe,jane@example.com,+441632960101,Kendal,GB,active,,first_name last_name city phone
A2,omar,Omar,Ali,omar@example.com,,Leeds,GB,active,A1,
A3,wilma,Wilma,Fox,,,York,GB,lapsed,A1,
"""

BASE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{% block title %}{{ SITENAME }}{% endblock %}</title>
<link rel="stylesheet" href="{{ SITEURL }}/theme/css/little.css"></head>
<body>
<nav><a href="{{ SITEURL }}/">Home</a>{% for product in products %} <a href="{{ SITEURL }}/{{ product.url }}">{{ product.title }}</a>{% endfor %}</nav>
{% block main %}{% endblock %}
<footer>{% if not distributor.is_company %}Your distributor: <bdi>{{ distributor.name }}</bdi>{% if distributor.phone %} {{ distributor.phone }}{% endif %}
{% if distributor.sponsor %}supported by <bdi>{{ distributor.sponsor.name }}</bdi>{% endif %}{% endif %}</footer>
</body></html>
"""

TEMPLATES = {
    "base.html": BASE,
    "index.html": '{% extends "base.html" %}{% block main %}<h1>Home</h1>{{ enroll_link(distributor) }}{% endblock %}',
    "page.html": '{% extends "base.html" %}{% block main %}<h1>{{ page.title }}</h1>{{ page.content|safe }}{% endblock %}',
    "article.html": '{% extends "base.html" %}{% block main %}<h1>{{ article.title }}</h1>{{ article.content|safe }}{% endblock %}',
    "archives.html": '{% extends "base.html" %}{% block main %}{% for a in articles %}<a href="{{ SITEURL }}/{{ a.url }}">{{ a.title }}</a>{% endfor %}{% endblock %}',
    "404.html": '{% extends "base.html" %}{% block main %}Not here{% endblock %}',
    "tag.html": '{% extends "base.html" %}{% block main %}{{ tag }}{% endblock %}',
    "products.html": '{% extends "base.html" %}{% block main %}<h1>Products</h1>{% endblock %}',
    "line.html": '{% extends "base.html" %}{% block main %}<h1>{{ line.title }}</h1>{% endblock %}',
    "help.html": '{% extends "base.html" %}{% block main %}{% for topic in help_topics %}{% for a in topic.articles %}<a href="{{ SITEURL }}/{{ a.url }}">{{ a.title }}</a>{% endfor %}{% endfor %}{% endblock %}',
    "help_article.html": '{% extends "base.html" %}{% block main %}{% if protected %}<meta name="robots" content="noindex">{% endif %}{{ help_article.content|safe }}{% endblock %}',
    "product.html": '{% extends "base.html" %}{% block main %}<h1>{{ product.title }}</h1>{{ product.content|safe }}'
    '<a class="buy" href="{{ shop_link(product, distributor) }}">Buy for {{ product.price.retail|money }}</a>{% endblock %}',
}

PRODUCT = """\
---
title: Soap
sku: S-1
line: bars
weight: 90 g
ingredients: soap
markets: {GB: {retail: 4.5}}
---
Ask {{ distributor.first_name }}. In code `{{ distributor.first_name }}` stays. ![A bar]({static}/images/bar.svg)
"""


class LittleSite:
    """The site's folder, with its files as a test wants them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("site.toml", SITE)
        self.write("content/roster.csv", f"{ROSTER_HEADER}\n{ROSTER}")
        self.write("content/lines/bars.md", "---\ntitle: Bars\n---\nBars of soap.\n")
        self.write("content/products/soap.md", PRODUCT)
        self.write(
            "content/pages/about.md", "---\ntitle: About\n---\nBy hand. [Soap]({filename}/products/soap.md)\n"
        )
        self.write("content/images/bar.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
        self.write("themes/little/theme.toml", "[theme]\nautoescape = true\n")
        self.write("themes/little/static/css/little.css", "body { margin: 0 }\n")
        for name, text in TEMPLATES.items():
            self.write(f"themes/little/templates/{name}", text)

    @property
    def output(self) -> Path:
        """The folder that the site is built into."""
        return self.root / "output"

    def write(self, path: str, text: str) -> Path:
        """Write one file of the site, all of it at once: who watches sees the old text or the new one."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_name(f".{place.name}.new")
        new.write_text(text, encoding="utf-8")
        new.replace(place)
        return place

    def change(self, path: str, old: str, new: str) -> None:
        """Replace a text in one file, which must have it."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def roster(self, *rows: str) -> None:
        """Write another roster."""
        self.write("content/roster.csv", "\n".join([ROSTER_HEADER, *rows, ""]))

    def build(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run ``replisite build`` and expect this exit code."""
        done = run_replisite("build", "--site", str(self.root), *arguments)
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def report(self, *arguments: str) -> dict[str, object]:
        """Build and return the report."""
        found: dict[str, object] = json.loads(self.build("--json", *arguments).stdout)
        return found

    def files(self, folder: str = "") -> dict[str, bytes]:
        """Return every file of the output by path."""
        root = self.output / folder
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    def page(self, path: str) -> str:
        """Return one page of the output."""
        return (self.output / path).read_text(encoding="utf-8")


def run_replisite(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does; in a fork of a process that has the imports, where that is the same."""
    if can_be_warm(environment):
        return run_warm(arguments, environment)
    return subprocess.run(
        [sys.executable, "-m", "replisite", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        timeout=280,
    )
