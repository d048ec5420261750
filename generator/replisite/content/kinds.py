"""The kinds of content that a network-marketing site has, beside Pelican's articles and pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pelican.contents import Content

from replisite.content import front_matter
from replisite.content.readable_files import is_markdown

__all__ = ["KINDS", "Kind", "KindContent", "default_slug", "index_url", "kind_of", "save_as", "url_settings"]


class KindContent(Content):  # type: ignore[misc]  # Pelican has no types
    """A piece of content of one of our kinds; its front matter has been validated."""

    kind: Kind
    mandatory_properties = ("title",)
    allowed_statuses = ("published", "hidden", "draft", "skip")
    default_status = "published"

    def _expand_settings(self, key: str, klass: str | None = None) -> str:
        return str(super()._expand_settings(key, klass or self.kind.name))

    @property
    def is_protected(self) -> bool:
        """Whether only members may read it."""
        return bool(self.tier != "public")


@dataclass(frozen=True)
class Kind:
    """One kind: its folder under the content folder, its front matter, its names in templates.

    ``index`` is the address of the list page ("" for none), ``list_name`` the name of the list in every
    template, ``index_template`` the template of the list page.
    """

    name: str
    folder: str
    matter: type[front_matter.FrontMatter]
    list_name: str
    index: str = ""
    index_template: str = ""
    has_page: bool = True

    @property
    def content_class(self) -> type[KindContent]:
        """The Pelican content class of this kind."""
        return type(
            self.name.title().replace("_", ""), (KindContent,), {"kind": self, "default_template": self.name}
        )


KINDS: tuple[Kind, ...] = (
    Kind("line", "lines", front_matter.LineMatter, "lines"),
    Kind("product", "products", front_matter.ProductMatter, "products", "products", "products"),
    Kind("pack", "packs", front_matter.PackMatter, "packs", "packs", "packs"),
    Kind("course", "training", front_matter.CourseMatter, "courses", "training", "course", has_page=False),
    Kind("lesson", "training", front_matter.LessonMatter, "lessons"),
    Kind("help_article", "help", front_matter.HelpMatter, "help_articles", "help", "help"),
    Kind("legal_page", "legal", front_matter.LegalMatter, "legal_pages", "legal", "legal"),
    Kind("event", "events", front_matter.EventMatter, "events", "events", "events"),
    Kind("plan_element", "plan", front_matter.PlanMatter, "plan", "plan", "plan", has_page=False),
)


def kind_of(path: str) -> Kind | None:
    """Return the kind of a file by its path under the content folder, or None for Pelican's own.

    >>> kind_of("training/course.md").name, kind_of("training/2-brew.md").name, kind_of("pages/about.md")
    ('course', 'lesson', None)
    """
    place = PurePosixPath(path)
    if not is_markdown(place.name) or len(place.parts) < 2:
        return None
    folder = place.parts[0]
    if folder == "training":
        folder_kind = "course" if place.stem == "course" else "lesson"
        return next(kind for kind in KINDS if kind.name == folder_kind)
    return next((kind for kind in KINDS if kind.folder == folder), None)


def default_slug(path: str) -> str:
    """Return the slug of a file that names none: its name without a leading number.

    >>> default_slug("training/2-brew-for-somebody.md")
    'brew-for-somebody'
    """
    return re.sub(r"^\d+-(?=.)", "", PurePosixPath(path).stem).lower()


def url_settings(page_urls: str) -> dict[str, Any]:
    """Return Pelican's URL settings of our kinds: ``x/index.html`` or ``x.html``."""
    tail = "/" if page_urls == "folder" else ".html"
    settings: dict[str, Any] = {}
    for kind in KINDS:
        if kind.has_page:
            url = f"{kind.folder}/{{slug}}{tail}"
        elif kind.name == "plan_element":
            url = f"{index_url(kind, page_urls)}#{{element}}"
        else:
            url = index_url(kind, page_urls)
        settings[f"{kind.name.upper()}_URL"] = url
        settings[f"{kind.name.upper()}_SAVE_AS"] = save_as(url) if kind.has_page else ""
    return settings


def index_url(kind: Kind, page_urls: str) -> str:
    """Return the address of a kind's list page, or ``""``."""
    if not kind.index:
        return ""
    return f"{kind.index}/" if page_urls == "folder" else f"{kind.index}.html"


def save_as(url: str) -> str:
    """Return the file that a page address is served from."""
    return f"{url}index.html" if url.endswith("/") else url
