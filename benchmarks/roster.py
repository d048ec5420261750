"""Write rosters of ordinary people, and their photos, from a seed; the same seed gives the same bytes."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from PIL import Image

__all__ = ["add_photos", "write_roster"]

_FIRST = ("Ada", "Bram", "Cleo", "Dev", "Esme", "Finn", "Greta", "Hal", "Ines", "Jude", "Kit", "Lena", "Milo")
_LAST = ("Aldous", "Birch", "Coombe", "Dray", "Ellery", "Frost", "Garth", "Holm", "Irvine", "Kell", "Moor")
_CITIES = ("Leeds", "Kendal", "York", "Bath", "Derby", "Exeter", "Durham", "Truro", "Perth")
_GREETINGS = (
    "Come in, the kettle is on.",
    "Ask me what I drink myself; the answer changes with the weather.",
    "Tell me what is in your cupboard and I will tell you what is missing.",
)
_BIOS = (
    "I have drunk it for {years} years. Ask me about *tea*.",
    "A teacher for {years} years, and now I time teapots. **Amber Oolong** is the tin I open for visitors.",
)
_COLUMNS = (
    *("id", "alias", "first_name", "last_name", "email", "phone"),
    *("city", "market", "sponsor_id", "greeting", "bio", "publish"),
)
_PUBLISH = "first_name last_name phone greeting bio city"


def write_roster(path: Path, people: int, seed: int) -> Path:
    """Write a roster with phone, greeting and bio, three people to a sponsor, all in one market."""
    draw = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as text:
        rows = csv.writer(text)
        rows.writerow(_COLUMNS)
        for number in range(people):
            first, last, alias = draw.choice(_FIRST), draw.choice(_LAST), f"someone-{number}"
            bio = draw.choice(_BIOS).format(years=draw.randint(2, 40))
            sponsor = f"P{(number - 1) // 3}" if number else ""
            reached = [f"{alias}@example.com", f"+44 7{number:09d}", draw.choice(_CITIES), "GB", sponsor]
            rows.writerow(
                [f"P{number}", alias, first, last, *reached, draw.choice(_GREETINGS), bio, _PUBLISH]
            )
    return path


def add_photos(roster: Path, content: Path) -> None:
    """Give every person of a roster a photo of their own, which the person publishes; no two photos are alike."""
    with roster.open(newline="", encoding="utf-8") as text:
        heading, *rows = csv.reader(text)
    folder = content / "photos"
    folder.mkdir(parents=True)
    publish = heading.index("publish")
    with roster.open("w", newline="", encoding="utf-8") as text:
        written = csv.writer(text)
        written.writerow([*heading, "photo"])
        for number, row in enumerate(rows):
            name = f"{row[heading.index('alias')]}.jpg"
            colour = (number % 256, number // 256 % 256, number // 65_536 % 256)
            Image.new("RGB", (32, 32), colour).save(folder / name, quality=95)
            row[publish] += " photo"
            written.writerow([*row, f"benchmark/photos/{name}"])
