"""The files of the content folder that are read, and the advice about those that are not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from replisite.content.ignored_names import is_leftover, is_private

__all__ = [
    "MARKDOWN_SUFFIXES",
    "STORIES",
    "ReadFolders",
    "hidden_part",
    "is_markdown",
    "iter_hidden_texts",
    "iter_same_names",
    "story_alias",
    "why_not_read",
]

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mkd", ".mdown")
"""The suffixes of Markdown, in small or capital letters."""

STORIES = "distributors"
"""The folder of stories, below the content folder."""

_PUBLISHABLE = re.compile(
    r"""\. (  apng | avif | bmp | gif | hei[cf] | ico | jpe?g | png | svgz? | tiff? | webp
    | aac | flac | m4[av] | mid | mov | mp3 | mpe?g | mp4 | og[agv] | opus | srt | vtt | wav | webm
    | css | js | mjs | map | json | xml | woff2? | ttf | otf | eot | webmanifest | wasm
    | pdf | epub | ics | vcf | [ct]sv | xlsx? | ods | pptx? | odp | key | jsonl | ndjson | parquet | db | sqlite
    | zip | gz | tgz | bz2 | xz | 7z | tar )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Suffixes of files that may stand beside content in order to be published or read by other means."""


@dataclass(frozen=True, slots=True)
class ReadFolders:
    """The folders whose files are content, relative to the content folder with forward slashes.

    ``kinds`` hold Markdown alone, each under the folder at the top; ``open`` are Pelican's (articles and pages), in which
    files with one of the ``suffixes`` (with the dot, letter for letter) are read. ``""`` is the content folder itself.
    """

    kinds: frozenset[str]
    open: frozenset[str]
    suffixes: frozenset[str]


def is_markdown(name: str) -> bool:
    """Whether a file of this name is Markdown.

    >>> is_markdown("CONTACT.MD"), is_markdown("about.mdown"), is_markdown("about.txt"), is_markdown(".md")
    (True, True, False, False)
    """
    return PurePosixPath(name).suffix.lower() in MARKDOWN_SUFFIXES


def story_alias(name: str) -> str:
    """Return the alias of the person whose story a file of this name in the folder of stories is, ``""`` if it is none.

    >>> story_alias("jane.md"), story_alias("jane.MARKDOWN"), story_alias("._jane.md"), story_alias("jane.txt")
    ('jane', 'jane', '', '')
    """
    if name.startswith(".") or is_leftover(name) or not is_markdown(name):
        return ""
    return PurePosixPath(name).stem


def hidden_part(path: str) -> str:
    """Return the first part of a path that is hidden, as the trash and the settings of note-taking programs are; ``""`` if none is.

    >>> hidden_part("pages/.trash/old.md"), hidden_part("pages/.old.md"), hidden_part("pages/old.md")
    ('.trash', '.old.md', '')
    """
    parts = PurePosixPath(path).parts
    return next((part for part in parts if part.startswith(".") and part != ".well-known"), "")


def iter_hidden_texts(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (a text that a page could be made of, its hidden part): it is hidden in the folder, so no page is made of it."""
    for path in paths:
        if (hidden := hidden_part(path)) and _is_text(PurePosixPath(path)):
            yield path, hidden


def why_not_read(path: str, folders: ReadFolders) -> str:
    """Return what to do about a content file that is not read; ``""`` if it is read, or is no content.

    ``path`` is relative to the content folder, with forward slashes.

    >>> folders = ReadFolders(frozenset({"products"}), frozenset({"pages"}), frozenset({".md"}))
    >>> why_not_read("products/oolong.txt", folders), why_not_read("products/CONTACT.MD", folders)
    ('name it oolong.md', '')
    """
    file = PurePosixPath(path)
    if any(map(is_leftover, file.parts)):
        return ""
    top = file.parts[0] if len(file.parts) > 1 else ""
    if top != STORIES and hidden_part(path) and (top in folders.kinds or _is_below(file, folders.open)):
        return "what begins with a dot is hidden: rename it, or remove it" if _is_text(file) else ""
    if top == STORIES:
        is_read = len(file.parts) == 2 and bool(story_alias(file.name))
        return "" if is_read else _advice(file, f"move it to {STORIES}/, as <alias>.md")
    if top in folders.kinds:
        return "" if is_markdown(file.name) else _advice(file, "")
    if _is_below(file, folders.open):
        return "" if file.suffix in folders.suffixes else _advice(file, f"name it {file.stem}.md")
    if not top and file.suffix.lower() in {*MARKDOWN_SUFFIXES, ".txt", ".rst", ".html", ".htm"}:
        return "move it to pages/, or to the folder of its kind"
    return ""


def iter_same_names(paths: Iterable[str], folders: ReadFolders) -> Iterator[tuple[str, str]]:
    """Yield (a file, an earlier one of the same name) for files that are read and differ in Markdown's suffix or in capitals only.

    Stories are left out: the roster is read with them. ``paths`` are sorted.

    >>> folders = ReadFolders(frozenset(), frozenset({"pages"}), frozenset({".md"}))
    >>> list(iter_same_names(["pages/about.MD", "pages/about.md"], folders))
    [('pages/about.md', 'pages/about.MD')]
    """
    seen: dict[str, str] = {}
    for path in paths:
        file = PurePosixPath(path)
        is_content = file.parts[0] in folders.kinds or _is_below(file, folders.open)
        if not is_content or file.parts[0] == STORIES or not is_markdown(file.name) or is_leftover(file.name):
            continue
        name = unicodedata.normalize("NFC", str(file.with_suffix(""))).casefold()
        if (first := seen.setdefault(name, path)) is not path:
            yield path, first


def _is_text(file: PurePosixPath) -> bool:
    return is_markdown(file.name) or file.suffix.lower() in {".rst", ".html", ".htm"}


def _is_below(file: PurePosixPath, folders: Collection[str]) -> bool:
    return any(str(above) in folders or (str(above) == "." and "" in folders) for above in file.parents)


def _advice(file: PurePosixPath, for_markdown: str) -> str:
    """Return what to do about a file in a folder of content; ``for_markdown`` is for one that would be read elsewhere."""
    if is_markdown(file.name) and not file.name.startswith("."):
        return for_markdown
    if _PUBLISHABLE.fullmatch(file.suffix):
        return ""
    if is_private(file.name):
        return "it looks like a backup or a hidden file: give it a plain name, or remove it"
    stem = file.stem if file.suffix else file.name
    if is_markdown(stem):  # notes.md.txt: a system that hides suffixes
        return f"name it {stem}"
    if file.suffix.lower() in {".doc", ".docx", ".odt", ".rtf", ".pages"}:
        return f"save it as Markdown, under the name {stem}.md"
    return f"name it {stem}.md"
