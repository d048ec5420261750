"""Replace a file in one step (rename(2)): a reader sees the old file or the new one, whole."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["replacement", "write_whole"]

_BLOCK = 1 << 20


@contextmanager
def replacement(path: Path, owner: str = "") -> Iterator[Path]:
    """Give a path in the same folder for a new file, which replaces the file at ``path`` at the end. Raises OSError.

    An error removes the new file, and leaves the old one. After a process was killed, the next call removes the new file.
    Where several processes may replace the same file at once, ``owner`` tells them apart.

    The name of the new file is short, however long the file's own name is.
    """
    digest = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]
    new = path.with_name(f".{digest}{owner}.new")
    new.unlink(missing_ok=True)
    try:
        yield new
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def write_whole(path: Path, body: bytes | Path, mode: int = 0o600, owner: str = "") -> None:
    """Replace a file by bytes or by a copy of another file, with the mode ``mode`` whatever the umask is. Raises OSError.

    Hard links to the old file keep its content. ``owner`` is as in `replacement`.
    """
    with replacement(path, owner) as new, new.open("xb") as out:
        if isinstance(body, bytes):
            out.write(body)
        else:
            with body.open("rb") as source:
                shutil.copyfileobj(source, out, _BLOCK)
        os.fchmod(out.fileno(), mode)
