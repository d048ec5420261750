"""Photos as cameras and telephones save them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

__all__ = ["SECRET", "a_photo"]

SECRET = "SECRETCAMERA"
"""What a photo's metadata says, and no published file may."""


def a_photo(
    place: Path, size: tuple[int, int] = (64, 48), colour: str = "teal", orientation: int = 6
) -> Path:
    """Write a photo that lies on its side, with metadata and something behind the picture."""
    place.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, SECRET
    kind = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}[place.suffix]
    Image.new("RGB", size, colour).save(place, kind, exif=exif, comment=SECRET.encode())
    with place.open("ab") as file:
        file.write(SECRET.encode())
    return place
