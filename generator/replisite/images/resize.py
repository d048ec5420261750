"""Make the published copy of a photo: upright, at most 480 pixels long, sRGB, without metadata."""

from __future__ import annotations

import io
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from replisite.system.bugs import is_programming_error

__all__ = ["LONGEST_SIDE", "Derived", "PictureError", "derive"]

LONGEST_SIDE = 480
"""In pixels: twice what the largest avatar of the storefront theme shows."""

MOST_BYTES = 50_000_000
"""A larger file is no portrait."""

MOST_PIXELS = 40_000_000
"""The most pixels that are decoded, some 160 MB. A JPEG is decoded at a fraction of its size."""

MOST_PIXELS_OF_JPEG = 178_000_000

_DECODERS = (
    JpegImagePlugin.JpegImageFile,
    PngImagePlugin.PngImageFile,
    WebPImagePlugin.WebPImageFile,
    GifImagePlugin.GifImageFile,
    AvifImagePlugin.AvifImageFile,
)
_FORMATS = tuple(decoder.format for decoder in _DECODERS)
"""The only formats of distributors' photos that are decoded."""

_JPEG_QUALITY, _WEBP_QUALITY = 82, 80
_SIXTEEN_BITS = frozenset({"I", "I;16", "I;16L", "I;16B", "I;16N", "F"})


class PictureError(ValueError):
    """A file that no photo can be made from; the arguments are the fault and the fix."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A photo as it is published, as JPEG and as WebP."""

    jpeg: bytes
    webp: bytes


def derive(path: Path) -> Derived:
    """Return the published copies of a photo; raises PictureError.

    The same file gives the same bytes. Only the pixels of its first frame remain: no EXIF, XMP, colour profile, comment,
    preview or position, nor any bytes after the picture.
    """
    body = _read(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # `_check_size` is stricter
            warnings.simplefilter("ignore", UserWarning)  # damaged metadata, which is dropped
            picture = _opened(body)
            _check_size(picture)
            return _saved(_small(picture))
    except UnidentifiedImageError as error:
        raise PictureError(_unknown(body), "save the photo as JPEG, PNG or WebP") from error
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except PictureError:
        raise
    except MemoryError as error:
        raise _too_large() from error
    except Exception as error:  # a damaged file raises whatever its decoder stumbles over
        if is_programming_error(error):
            raise
        raise PictureError(
            "is damaged, or only a part of a picture", "save the photo again as JPEG, PNG or WebP"
        ) from error


def _read(path: Path) -> bytes:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise PictureError("is no file", "name a file")
        if state.st_size > MOST_BYTES:
            raise PictureError(
                f"is {state.st_size / 1e6:,.0f} MB large; {MOST_BYTES / 1e6:,.0f} MB is the most for a photo",
                "make the photo smaller",
            )
        body = path.read_bytes()
    except OSError as error:
        raise PictureError(
            f"cannot be read: {error.strerror}", "correct the permissions of the file"
        ) from error
    if not body:
        raise PictureError("is empty", "save the photo again, or leave the cell empty")
    return body


def _opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body), formats=_FORMATS)


def _check_size(picture: Image.Image) -> None:
    """Raise PictureError for too many pixels before any is decoded; JPEGs are decoded at a fraction of their size."""
    if picture.width * picture.height > MOST_PIXELS_OF_JPEG:
        raise _too_large()
    picture.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large()


def _too_large() -> PictureError:
    return PictureError(
        f"has more pixels than a photo: {MOST_PIXELS / 1e6:,.0f} million are the most",
        "make the photo smaller",
    )


def _small(picture: Image.Image) -> Image.Image:
    """Return the upright, small picture in sRGB, on white where it is transparent."""
    picture.load()
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    flat = _in_srgb(upright, profile)
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return flat


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode in _SIXTEEN_BITS:
        picture = picture.convert("F").point(lambda value: value / 257).convert("L")
        profile = None
    if picture.mode in {"P", "PA", "LA", "La", "RGBa"} or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if profile:
        picture = _without_profile(picture, profile)
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _without_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return a picture with its colours converted from its own profile to sRGB."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        converted = ImageCms.profileToProfile(
            picture,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode=mode,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture  # a damaged profile, or one for other pixels: browsers show the picture without it too
    return converted or picture


def _saved(picture: Image.Image) -> Derived:
    plain = Image.frombytes("RGB", picture.size, picture.tobytes())  # drops all metadata of the file
    jpeg, webp = io.BytesIO(), io.BytesIO()
    plain.save(jpeg, "JPEG", quality=_JPEG_QUALITY, optimize=True, progressive=True)
    plain.save(webp, "WEBP", quality=_WEBP_QUALITY, method=4)
    return Derived(jpeg.getvalue(), webp.getvalue())


def _unknown(body: bytes) -> str:
    start = body[:1_024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<?xml", b"<svg", b"<!doctype svg")) or b"<svg" in start:
        return "is an SVG drawing, which may hold scripts"
    if body[4:8] == b"ftyp" and body[8:12] in {b"heic", b"heix", b"heif", b"hevc", b"mif1", b"msf1"}:
        return "is a HEIC photo, which browsers do not show"
    return "is no picture"
