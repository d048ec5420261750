"""Files as members of a tar archive, in GNU's format, which every tar reads; names are UTF-8 and of any length."""

from __future__ import annotations

import tarfile
from typing import Final

__all__ = ["END", "link", "member"]

END: Final = bytes(2 * tarfile.BLOCKSIZE)
"""Two empty blocks end an archive."""


def member(path: str, body: bytes) -> bytes:
    """Return a file as a member; every user can read it."""
    header = tarfile.TarInfo(f"./{path}")
    header.size, header.mode = len(body), 0o644
    return _header(header) + body + bytes(-len(body) % tarfile.BLOCKSIZE)


def link(path: str, twin: str) -> bytes:
    """Return a hard link to a file that comes earlier in the archive, or exists."""
    header = tarfile.TarInfo(f"./{path}")
    header.type, header.linkname, header.mode = tarfile.LNKTYPE, f"./{twin}", 0o644
    return _header(header)


def _header(member: tarfile.TarInfo) -> bytes:
    return member.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
