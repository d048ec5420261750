"""Names that editors, systems and version control leave in a folder: never content, a template or a public file."""

from __future__ import annotations

import re

__all__ = ["is_for_hosts", "is_leftover", "is_private", "is_version_control"]

_LEFTOVER = re.compile(
    r"""  .*~ | \..*\.sw. | 4913                # vi: backup, swap file, the file by which it tries a folder
    | \.\#.* | \#.*\#                         # emacs: lock, autosave
    | .*___jb_(tmp|old|bak)___                # JetBrains: safe write
    | \..*\.tmp | \.goutputstream-.*          # Sublime, GNOME: safe write
    | \.~lock\..*\# | ~\$.*                   # LibreOffice, Microsoft Office: lock
    | \._.* | \.DS_Store | \.AppleDouble      # macOS: metadata beside a file
    | Thumbs\.db | desktop\.ini               # Windows: previews, looks of a folder
    | \.git | \.hg | \.svn | \.bzr | CVS | __pycache__
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)

_VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr"})

_PUBLIC_DOT_NAMES = frozenset({".well-known"})  # RFC 8615

_HOST_NAMES = frozenset({".well-known", ".htaccess", ".nojekyll", ".domains"})

_BACKUP = re.compile(r".*\.(bak|backup|old|orig|rej|save|tmp|swp|swo)", re.DOTALL | re.IGNORECASE)


def is_leftover(name: str) -> bool:
    """Whether a file or folder of this name is an editor's, a system's or version control's own.

    Nobody meant it as content: it is neither read, watched nor published.

    >>> is_leftover(".#about.md"), is_leftover("._about.md"), is_leftover("about.md~"), is_leftover("about.md")
    (True, True, True, False)
    """
    return _LEFTOVER.fullmatch(name) is not None


def is_private(name: str) -> bool:
    """Whether a file or folder of this name is not published unless site.toml asks for it by its path.

    These are leftovers, backups and dot-files other than ``.well-known`` (RFC 8615).

    >>> is_private(".env"), is_private("prices.csv.bak"), is_private(".well-known"), is_private("cup.png")
    (True, True, False, False)
    """
    if name in _PUBLIC_DOT_NAMES:
        return False
    return name.startswith(".") or is_leftover(name) or _BACKUP.fullmatch(name) is not None


def is_for_hosts(name: str) -> bool:
    """Whether hosts and visitors ask for a dot-file of this name, so that it is public in a folder that is published.

    >>> is_for_hosts(".htaccess"), is_for_hosts(".env")
    (True, False)
    """
    return name in _HOST_NAMES


def is_version_control(name: str) -> bool:
    """Whether a folder of this name holds a repository: its settings may hold passwords."""
    return name.lower() in _VERSION_CONTROL
