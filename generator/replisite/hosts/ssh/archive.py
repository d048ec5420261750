"""Files as members of a tar archive, in GNU's format, which every tar reads; names are UTF-8 and of any length."""

from __future__ import annotations

import tarfile
from typing import Final

__all__ = ["END", "link", "member"]

END: Final = bytes(2 * tarfile.BLOCKSIZE)
"""Two empty blocks end an archive."""


def member(path: str, body: bytes) -> bytes:
    """Return a file as a member; it becomes readable by everybody."""
    about = tarfile.TarInfo(f"./{path}")
    about.size, about.mode = len(body), 0o644
    return _header(about) + body + bytes(-len(body) % tarfile.BLOCKSIZE)


def link(path: str, twin: str) -> bytes:
    """Return a hard link to a file that is there before it."""
    about = tarfile.TarInfo(f"./{path}")
    about.type, about.linkname, about.mode = tarfile.LNKTYPE, f"./{twin}", 0o644
    return _header(about)


def _header(about: tarfile.TarInfo) -> bytes:
    return about.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
