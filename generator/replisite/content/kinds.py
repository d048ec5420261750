"""The kinds of content that a network-marketing site has, beside Pelican's articles and pages."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from replisite.content import references as refs
from replisite.content import relations
from replisite.content.front_matter import (
    CourseMatter,
    EventMatter,
    HelpMatter,
    LegalMatter,
    LessonMatter,
    LineMatter,
    PackMatter,
    PlanMatter,
    ProductMatter,
)
from replisite.content.item import Kind
from replisite.content.readable_files import is_markdown

__all__ = ["KINDS", "default_slug", "index_url", "kind_of", "save_as", "url_settings"]

KINDS: tuple[Kind, ...] = (
    Kind("line", "lines", LineMatter, "lines", relate=relations.relate_lines),
    Kind(
        "product",
        "products",
        ProductMatter,
        "products",
        index="products",
        index_template="products",
        relate=relations.relate_products,
        checks=(refs.shared_skus, refs.products_of_unknown_lines),
    ),
    Kind(
        "pack",
        "packs",
        PackMatter,
        "packs",
        index="packs",
        index_template="packs",
        list_names=relations.starter_kit,
        relate=relations.relate_packs,
        checks=(refs.shared_skus, refs.packs_of_unknown_products, refs.second_starter_kits),
    ),
    Kind(
        "course",
        "training",
        CourseMatter,
        "courses",
        index="training",
        index_template="course",
        has_page=False,
        only_file="course",
        list_names=relations.first_course,
        relate=relations.relate_courses,
    ),
    Kind(
        "lesson",
        "training",
        LessonMatter,
        "lessons",
        relate=relations.relate_lessons,
        checks=(refs.lessons_of_unknown_modules,),
    ),
    Kind(
        "help_article",
        "help",
        HelpMatter,
        "help_articles",
        index="help",
        index_template="help",
        list_names=relations.help_topics,
    ),
    Kind("legal_page", "legal", LegalMatter, "legal_pages", index="legal", index_template="legal"),
    Kind(
        "event",
        "events",
        EventMatter,
        "events",
        index="events",
        index_template="events",
        is_dated=True,
        sort_key=relations.by_start,
    ),
    Kind(
        "plan_element",
        "plan",
        PlanMatter,
        "plan",
        index="plan",
        index_template="plan",
        has_page=False,
        anchor_key="element",
        relate=relations.relate_plan,
        checks=(refs.steps_with_unknown_lessons,),
    ),
)


def kind_of(path: str) -> Kind | None:
    """Return the kind of a file by its path under the content folder, or None for Pelican's own.

    >>> kind_of("training/course.md").name, kind_of("training/2-brew.md").name, kind_of("pages/about.md")
    ('course', 'lesson', None)
    """
    file = PurePosixPath(path)
    if not is_markdown(file.name) or len(file.parts) < 2:
        return None
    in_folder = [kind for kind in KINDS if kind.folder == file.parts[0]]
    only = (kind for kind in in_folder if kind.only_file == file.stem)
    rest = (kind for kind in in_folder if not kind.only_file)
    return next(only, None) or next(rest, None)


def default_slug(path: str) -> str:
    """Return the slug of a file that names none: its name without a leading number.

    >>> default_slug("training/2-brew-for-a-friend.md")
    'brew-for-a-friend'
    """
    return re.sub(r"^\d+-(?=.)", "", PurePosixPath(path).stem).lower()


def url_settings(page_urls: str) -> dict[str, Any]:
    """Return Pelican's URL settings of our kinds: ``x/index.html`` or ``x.html``."""
    settings: dict[str, Any] = {}
    for kind in KINDS:
        url = _url_pattern(kind, page_urls)
        settings[f"{kind.name.upper()}_URL"] = url
        settings[f"{kind.name.upper()}_SAVE_AS"] = save_as(url) if kind.has_page else ""
    return settings


def _url_pattern(kind: Kind, page_urls: str) -> str:
    if kind.has_page:
        return f"{kind.folder}/{{slug}}{'/' if page_urls == 'folder' else '.html'}"
    anchor = f"#{{{kind.anchor_key}}}" if kind.anchor_key else ""
    return f"{index_url(kind, page_urls)}{anchor}"


def index_url(kind: Kind, page_urls: str) -> str:
    """Return the address of a kind's list page, or ``""``."""
    if not kind.index:
        return ""
    return f"{kind.index}/" if page_urls == "folder" else f"{kind.index}.html"


def save_as(url: str) -> str:
    """Return the file that a page address is served from."""
    return f"{url}index.html" if url.endswith("/") else url
