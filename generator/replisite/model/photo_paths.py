"""Where distributors' photos are in the output, and what they are called."""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["PHOTOS", "derived_file", "is_photo", "jpeg_of", "photo_path", "webp_of"]

PHOTOS = "_photos/"
"""The folder of the output that holds them; no alias begins with a low line."""

_KEY = b"replisite photo"


def photo_path(jpeg: bytes, webp: bytes) -> str:
    """Return the path of a derived photo's JPEG, from the root of the output.

    It is made of the bytes alone (BLAKE2b, RFC 7693), so one photo's address does not lead to another's.
    """
    digest = hashlib.blake2b(digest_size=16, key=_KEY)
    for body in (jpeg, webp):
        digest.update(len(body).to_bytes(8, "big"))
        digest.update(body)
    name = digest.hexdigest()
    return f"{PHOTOS}{name[:2]}/{name[2:]}.jpg"


def derived_file(state: Path, path: str) -> Path:
    """Return the file of a derived photo in the folder of a site's state, by its path in the output."""
    return state / "photos" / path.removeprefix(PHOTOS)


def is_photo(path: str) -> bool:
    """Say whether a path of the output is that of a distributor's photo."""
    return path.startswith(PHOTOS)


def jpeg_of(path: str) -> str:
    """Return the path of the JPEG beside a derived photo's WebP, or of the JPEG itself.

    >>> jpeg_of("_photos/3f/9a.webp"), jpeg_of("_photos/3f/9a.jpg")
    ('_photos/3f/9a.jpg', '_photos/3f/9a.jpg')
    """
    return f"{path.rpartition('.')[0]}.jpg"


def webp_of(path: str) -> str:
    """Return the path of the WebP beside a derived photo's JPEG.

    >>> webp_of("_photos/3f/9a.jpg")
    '_photos/3f/9a.webp'
    """
    return f"{path.removesuffix('.jpg')}.webp"
