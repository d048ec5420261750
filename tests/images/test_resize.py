"""What is published of a photo: small, upright, and nothing but the picture."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from replisite.images import PictureError, derive
from tests.pictures import SECRET, a_photo


def opened(body: bytes) -> Image.Image:
    """Return the picture."""
    return Image.open(io.BytesIO(body))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_a_photo_is_turned_upright_and_says_nothing_else(tmp_path: Path, name: str) -> None:
    """At most 480 pixels long, as JPEG and WebP, without metadata or what stands behind the picture."""
    derived = derive(a_photo(tmp_path / name, (900, 600)))
    for body, kind in ((derived.jpeg, "JPEG"), (derived.webp, "WEBP")):
        picture = opened(body)
        assert (picture.format, picture.size, picture.mode) == (kind, (320, 480), "RGB")
        assert not dict(picture.getexif())
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(picture.info)
        assert SECRET.encode() not in body
    assert derive(tmp_path / name) == derived


def test_a_small_photo_stays_as_small(tmp_path: Path) -> None:
    """Nobody gains by more pixels than there are."""
    assert opened(derive(a_photo(tmp_path / "a.jpg", (40, 30), orientation=1)).jpeg).size == (40, 30)


@pytest.mark.parametrize(
    ("mode", "name", "colour"),
    [
        ("CMYK", "a.jpg", (0, 0, 0, 0)),
        ("L", "a.jpg", 255),
        ("I;16", "a.png", 65_535),
        ("RGBA", "a.png", (255, 0, 0, 0)),
        ("LA", "a.png", (9, 0)),
        ("1", "a.png", 1),
    ],
)
def test_other_pixels_become_srgb_on_white(tmp_path: Path, mode: str, name: str, colour: object) -> None:
    """Print colours, grey, sixteen bits, and what is transparent."""
    Image.new(mode, (60, 60), colour).save(tmp_path / name)  # type: ignore[arg-type]
    picture = opened(derive(tmp_path / name).jpeg)
    assert picture.mode == "RGB"
    assert all(value >= 250 for value in picture.getpixel((30, 30)))  # type: ignore[union-attr]


def test_a_palette_and_a_moving_picture_show_their_first_frame(tmp_path: Path) -> None:
    """With and without a transparent colour."""
    frames = [Image.new("P", (50, 40)), Image.new("P", (50, 40), 1)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], transparency=0)
    assert opened(derive(tmp_path / "a.gif").webp).size == (50, 40)


def _bytes_of(size: tuple[int, int]) -> bytes:
    body = io.BytesIO()
    Image.effect_noise(size, 60).save(body, "JPEG")
    return body.getvalue()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "is empty"),
        (b"hello", "is no picture"),
        (b"%PDF-1.7", "is no picture"),
        (b"<svg onload='alert(1)'/>", "is an SVG drawing, which may hold scripts"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "is a HEIC photo, which browsers do not show"),
        (_bytes_of((200, 200))[:900], "is damaged, or only a part of a picture"),
    ],
)
def test_what_is_no_photo_is_refused(tmp_path: Path, body: bytes, what: str) -> None:
    """By its bytes, whatever it is called."""
    (tmp_path / "a.jpg").write_bytes(body)
    with pytest.raises(PictureError) as refused:
        derive(tmp_path / "a.jpg")
    assert refused.value.args[0] == what


@pytest.mark.parametrize("side", [8_000, 20_000])
def test_a_picture_that_would_fill_the_memory_is_refused(tmp_path: Path, side: int) -> None:
    """A small file may hold very many pixels."""
    Image.new("1", (side, side)).save(tmp_path / "a.png")
    with pytest.raises(PictureError, match="more pixels than a photo"):
        derive(tmp_path / "a.png")


def test_a_folder_or_a_pipe_is_no_photo(tmp_path: Path) -> None:
    """Nothing waits for a pipe."""
    with pytest.raises(PictureError, match="is no file"):
        derive(tmp_path)


@pytest.mark.parametrize("limit", ["MOST_PIXELS", "LONGEST_SIDE"])
def test_a_bug_is_not_a_damaged_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """An error of our own code is raised as it is; what a decoder raises is a fault of the photo."""
    photo = a_photo(tmp_path / "a.png", (900, 900))
    monkeypatch.setattr(f"replisite.images.resize.{limit}", None)
    with pytest.raises(TypeError):
        derive(photo)
