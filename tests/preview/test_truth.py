"""A preview shows what a build writes, byte for byte."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.little_site import LittleSite
from tests.preview.running import RunningPreview

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def demo_preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPreview]:
    """The demo in a preview; from a copy, so that nothing else uses its people database."""
    site = tmp_path_factory.mktemp("demo") / "site"
    for name in ("content", "themes"):
        shutil.copytree(ROOT / name, site / name)
    shutil.copy(ROOT / "site.toml", site)
    with RunningPreview(site) as preview:
        preview.wait_until_read()
        yield preview


def _files(output: Path) -> list[str]:
    return sorted(
        path.relative_to(output).as_posix()
        for path in output.rglob("*")
        if path.is_file() and ".replisite" not in path.parts
    )


@pytest.mark.xdist_group("preview")
def test_every_file_of_whole_sites_is_what_the_build_wrote(demo: Path, demo_preview: RunningPreview) -> None:
    """The corporate site with all that exists once, and two owners' sites of different editions."""
    with (ROOT / "content" / "roster.csv").open(encoding="utf-8") as roster:
        rows = list(csv.DictReader(roster))
    owners = {row["alias"] for row in rows if (demo / row["alias"]).is_dir()}
    chosen = {row["market"]: row["alias"] for row in rows if row["alias"] in owners}
    assert len(chosen) > 1
    compared = 0
    photos: set[str] = set()
    for name in _files(demo):
        if name.split("/")[0] in owners and name.split("/")[0] not in chosen.values():
            continue
        if name.startswith("_photos/"):
            continue  # the preview makes a photo when a page that shows it is asked for
        built = (demo / name).read_bytes()
        address = "/" + name.removesuffix("index.html")
        got = demo_preview.get(address)
        if name.endswith(".html"):
            assert demo_preview.page(address).encode() == built, name
            photos.update(re.findall(r"_photos/[0-9a-f/]+\.(?:jpg|webp)", built.decode()))
        else:
            assert got.body == built, name
        compared += 1
    assert compared > 250
    assert photos
    for name in photos:
        assert demo_preview.get(f"/{name}").body == (demo / name).read_bytes(), name


@pytest.mark.parametrize("style", ["path", "subdomain", "domain"])
@pytest.mark.parametrize("page_urls", ["folder", "file"])
def test_addresses_of_all_styles(little: LittleSite, style: str, page_urls: str) -> None:
    """A site is at its path or at its host; links to the live sites lead to the preview's."""
    host = "" if style == "path" else 'host = "little.example"\n'
    own = 'domain_field = "domain"\n' if style == "domain" else ""
    fields = '[[roster.fields]]\nname = "domain"\n' if own else ""
    told = f'[addresses]\nstyle = "{style}"\npage_urls = "{page_urls}"\n{host}{own}\n{fields}\n[company]'
    little.change("site.toml", "[company]", told)
    hosts = {"jane": "jane.little.example", "omar": "omar.little.example"}
    if own:
        hosts["jane"] = "jane-doe.example"
        rows = little.root / "content/roster.csv"
        header, jane, *others = rows.read_text().splitlines()
        others = [f"{row}," for row in others if row]
        rows.write_text("\n".join([f"{header},domain", f"{jane} domain,jane-doe.example", *others, ""]))
    little.build()
    output = little.root / "output"
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        port = preview.port
        local = f"http://localhost:{port}/"
        for alias in ("", "jane", "omar"):
            folder = (
                output / alias if style == "path" else output / (f"_hosts/{hosts[alias]}" if alias else "")
            )
            pages = [
                path for path in folder.rglob("*.html") if "_hosts" not in path.relative_to(folder).parts
            ]
            pages = [
                path for path in pages if alias or path.relative_to(output).parts[0] not in {"jane", "omar"}
            ]
            assert len(pages) >= 3
            for path in pages:
                name = path.relative_to(folder).as_posix().removesuffix("index.html")
                if style == "path":
                    shown = preview.page(f"/{alias}/{name}" if alias else f"/{name}")
                else:
                    shown = preview.page(
                        f"/{name}", host=f"{alias}.localhost:{port}" if alias else f"localhost:{port}"
                    )
                expected = path.read_text()
                if style != "path":
                    for other, at in hosts.items():
                        expected = expected.replace(f"https://{at}/", f"http://{other}.localhost:{port}/")
                    expected = expected.replace("https://www.little.example/", local)
                assert shown == expected, (style, alias, name)
