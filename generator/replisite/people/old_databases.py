"""Remove the databases of earlier versions of replisite, which hold personal data under another name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

__all__ = ["remove_old_databases"]

_OLD: Final = re.compile(r"ledger(-[0-9a-f]{12})?(-names)?\.(sqlite|new)(-wal|-shm|-journal)?")
"""Up to 0.1 the people database was called a ledger: the database, its index of names, and SQLite's files beside them."""


def remove_old_databases(folder: Path) -> None:
    """Remove them from the folder of a site's state; nothing reads them any more. Raises OSError."""
    for path in folder.iterdir():
        if _OLD.fullmatch(path.name) and not path.is_dir():
            path.unlink(missing_ok=True)
