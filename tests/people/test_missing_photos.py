"""Photos that are missing are remembered by alias, in whatever order people come by."""

from __future__ import annotations

from pathlib import Path

import pytest

from replisite.people import missing_photos
from replisite.people.missing_photos import MissingPhotos
from tests.people.test_database import a_person


@pytest.mark.parametrize("order", [("jane", "omar"), ("omar", "jane")])
def test_a_missing_photo_is_noted_with_its_person(tmp_path: Path, order: tuple[str, str]) -> None:
    """Others may be asked about before the person comes by, or none at all."""
    photos = MissingPhotos(tmp_path)
    (tmp_path / "there.jpg").touch()
    for alias in order:
        assert not photos.is_there(alias, f"{alias}.jpg")
    assert photos.is_there("zoe", "there.jpg")
    assert photos.as_json()["absent"] == [("jane", "jane.jpg"), ("omar", "omar.jpg")]
    photos.forget(a_person("jane", 1))
    assert photos.as_json()["absent"] == [("omar", "omar.jpg")]


def test_very_many_missing_photos_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first are remembered, and survive as plain data."""
    monkeypatch.setattr(missing_photos, "MOST", 2)
    photos = MissingPhotos(tmp_path)
    for number in range(5):
        photos.is_there(f"a{number}", f"{number}.jpg")
    again = MissingPhotos.of(tmp_path, photos.as_json())
    assert (again.are_all_known, again.as_json()) == (False, photos.as_json())
    assert again.warnings()[0].startswith("5 photos are not in the content folder (such as 0.jpg")
