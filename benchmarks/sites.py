"""Copy the demo for a benchmark, so that no benchmark sees the files of another."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

__all__ = ["DEMO", "TWENTY", "copy_demo", "copy_twenty"]

DEMO = Path(__file__).parents[1]

TWENTY: tuple[str, ...] = (
    "lines/oolong.md",
    "lines/black.md",
    "products/amber-oolong.md",
    "products/high-fell-oolong.md",
    "products/milk-oolong.md",
    "products/smoked-oolong.md",
    "products/breakfast-no-4.md",
    "products/first-flush-reserve.md",
    "products/smoky-hollow.md",
    "products/tarn-earl-grey.md",
    "help/autoship-basics.md",
    "help/change-or-cancel-autoship.md",
    "help/delivery-times.md",
    "help/returns-and-refunds.md",
    "pages/about.md",
    "pages/faq.md",
    "pages/how-it-works.md",
)
"""Seventeen sources, which with the home page, the shop and the help desk make twenty pages."""

_LINK = re.compile(r"\[([^][]+)\]\(\{filename\}/([^)]+)\)")


def copy_demo(folder: Path) -> Path:
    """Copy the demo's site.toml, content and theme; return the folder."""
    for name in ("content", "themes"):
        shutil.copytree(DEMO / name, folder / name)
    shutil.copy(DEMO / "site.toml", folder)
    return folder


def copy_twenty(folder: Path) -> Path:
    """Copy the part of the demo that makes twenty pages an owner; links to omitted pages become text."""
    folder.mkdir(parents=True)
    shutil.copytree(DEMO / "themes", folder / "themes")
    shutil.copytree(DEMO / "content/images", folder / "content/images")
    for name in TWENTY:
        path = folder / "content" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(_without_dead_links((DEMO / "content" / name).read_text("utf-8")), "utf-8")
    settings = (DEMO / "site.toml").read_text("utf-8")
    no_news = '\n[pelican]\nDIRECT_TEMPLATES = ["index", "404"]\n'
    (folder / "site.toml").write_text(settings + no_news, "utf-8")
    return folder


def _without_dead_links(text: str) -> str:
    return _LINK.sub(lambda link: link[0] if link[2] in TWENTY else link[1], text)
