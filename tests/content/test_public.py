"""What becomes public, through the front door: files that something asks for, derived photos, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from tests.little_site import LittleSite
from tests.pictures import SECRET, a_photo

HEADER = "id,alias,first_name,last_name,photo,status,publish"


def photos(little: LittleSite) -> list[str]:
    """Return the derived photos of the output, in order."""
    return [path for path in little.files() if path.startswith("_photos/")]


def show_photos(little: LittleSite) -> None:
    """Have the theme show the owner's photo, and that of the sponsor."""
    little.change(
        "themes/little/templates/base.html",
        "<footer>",
        '<footer>{% if distributor.photo %}<img src="{{ SITEURL }}/{{ distributor.photo }}" alt="">{% endif %}',
    )


def test_a_file_is_published_because_something_asks_for_it(little: LittleSite) -> None:
    """A page, a template, front matter, a style sheet, a list in site.toml; the rest is reported with what to do."""
    for name in ("asked", "matter", "sheet", "template", "spare", "of-a-draft"):
        little.write(f"content/images/{name}.svg", "<svg/>")
    little.write("content/brochures/tea.txt", "Tea.")
    little.write("content/extra/robots.txt", "User-agent: *\n")
    little.write("content/extra/.well-known/security.txt", "Contact: mailto:desk@little.example\n")
    for junk in (".DS_Store", "Thumbs.db", "._asked.svg", "asked.svg~", ".env", ".git/config", "a.csv.bak"):
        little.write(f"content/images/{junk}", "junk")
        little.write(f"content/extra/{junk}", "junk")
    little.change("content/pages/about.md", "By hand.", 'By hand. <img src="../images/asked.svg" alt="">')
    little.change("content/lines/bars.md", "title: Bars", "title: Bars\nimage: images/matter.svg")
    little.write("themes/little/static/css/little.css", "body { background: url(../../images/sheet.svg) }\n")
    little.change(
        "themes/little/templates/404.html", "Not here", '<img src="{{ SITEURL }}/images/template.svg">'
    )
    little.write(
        "content/pages/plan.md", "---\ntitle: P\nstatus: draft\n---\n![x]({static}/images/of-a-draft.svg)\n"
    )
    report = little.report()
    published = {path for path in little.files() if not path.endswith((".html", ".gz", ".xml"))}
    assert published == {
        ".well-known/security.txt",
        "images/asked.svg",
        "images/bar.svg",
        "images/matter.svg",
        "images/sheet.svg",
        "images/template.svg",
        "robots.txt",
        "theme/css/little.css",
    }
    assert '<img src="../../images/asked.svg"' in little.page("jane/about/index.html")
    told = "\n".join(map(str, report["warnings"]))  # type: ignore[call-overload]
    assert "3 files are not published, because nothing in the site asks for them: brochures/tea.txt" in told
    assert '[content] public = ["extra/", "brochures/", "images/"]' in told
    assert "content/extra/.env" in told
    assert ".DS_Store" not in told  # nobody wrote it
    little.write(
        "site.toml", (little.root / "site.toml").read_text() + '\n[content]\npublic = ["brochures/"]\n'
    )
    little.change("content/pages/about.md", ' <img src="../images/asked.svg" alt="">', "")
    little.build("--only", "omar")
    assert (little.output / "brochures/tea.txt").is_file()
    assert not (little.output / "images/asked.svg").exists()
    assert not (little.output / ".well-known/security.txt").exists()


def test_a_link_to_a_private_file_says_so(little: LittleSite) -> None:
    """A fault tells a file that is not published from one that is not there, and what to write."""
    little.write("content/export.txt", "id,alias,email\nA1,jane,jane@example.com\n")
    little.write("content/images/.draft.svg", "<svg/>")
    little.change(
        "content/pages/about.md",
        "By hand.",
        "[a]({static}/roster.csv) [b]({static}/export.txt) [c]({static}/images/.draft.svg) [d]({static}/no.pdf)",
    )
    told = little.build(code=1).stderr
    assert (
        "about.md:4: link to {static}/roster.csv: the file is never published: it is the roster; remove"
        in told
    )
    assert "link to {static}/export.txt: the file is never published: it is a copy of the roster" in told
    assert 'write [content] public = ["extra/", "images/.draft.svg"] in site.toml' in told
    assert "link to {static}/no.pdf: no such file" in told


@pytest.mark.parametrize(
    "listed",
    ['[content]\npublic = ["."]', '[pelican]\nSTATIC_PATHS = ["."]', '[content]\npublic = ["tables/"]'],
)
def test_the_roster_is_in_no_folder_that_is_published(little: LittleSite, listed: str) -> None:
    """Wherever it lies, and its copies; stories and backups neither."""
    little.write("content/tables/roster.csv", (little.root / "content/roster.csv").read_text())
    little.write("content/tables/old.jsonl", '{"id": "A1", "alias": "jane", "email": "jane@example.com"}\n')
    little.write("content/distributors/omar.md", "---\nemail: secret@example.com\n---\n")
    little.write("site.toml", (little.root / "site.toml").read_text() + f"\n{listed}\n")
    little.change("site.toml", "[company]", '[roster]\nsource = "content/tables/roster.csv"\n\n[company]')
    report = little.report()
    bodies = b"".join(body for path, body in little.files().items() if not path.startswith(".replisite"))
    assert b"@example.com" not in bodies
    assert "content/tables/roster.csv" in str(report["warnings"])


def test_a_private_file_that_is_listed_by_its_name_is_refused(little: LittleSite) -> None:
    """Nobody means the roster."""
    text = (little.root / "site.toml").read_text()
    little.write("site.toml", f'{text}\n[content]\npublic = ["roster.csv", "distributors/", "gone/"]\n')
    told = little.build(code=1).stderr
    assert 'content.public: "roster.csv" is never published: it is the roster' in told
    assert 'content.public: "distributors/" is never published' in told
    assert 'content.public: no file or folder "gone/"' in told


def test_a_text_in_no_kind_of_folder_is_a_fault(little: LittleSite) -> None:
    """It names the file, the folders of pages and the way to publish it as it is, which works."""
    little.write("content/notes/plan.md", "---\ntitle: Plan\nstatus: draft\n---\nSECRETPLAN\n")
    told = little.build(code=1).stderr
    assert (
        "content/notes/plan.md: is in no folder whose texts are pages; move it to one of events, help" in told
    )
    assert '[content] public = ["extra/", "notes/"]' in told
    text = (little.root / "site.toml").read_text()
    little.write("site.toml", f'{text}\n[content]\npublic = ["extra/", "notes/"]\n')
    little.build()
    assert "SECRETPLAN" in (little.output / "notes/plan.md").read_text()


def test_drafts_in_another_language_are_not_written(little: LittleSite) -> None:
    """Pelican has an address of its own for them."""
    for folder in ("news", "pages"):
        little.write(
            f"content/{folder}/plan.md",
            "---\ntitle: Plan\ndate: 2020-01-01\nlang: de\nstatus: draft\n---\nSECRETPLAN\n",
        )
    little.build()
    assert not [path for path, body in little.files().items() if b"SECRETPLAN" in body]


def test_links_out_of_the_site_are_faults(little: LittleSite, tmp_path: Path) -> None:
    """A story, a photo, a page, a template, the theme's file and a folder: each by the name of the link."""
    outside = tmp_path / "outside.env"
    outside.write_text("TOPSECRETTOKEN")
    names = [
        "content/distributors/jane.md",
        "content/pages/secret.md",
        "content/photos/jane.jpg",
        "templates/secret.html",
        "themes/little/static/secret.css",
    ]
    for name in names:
        (little.root / name).parent.mkdir(parents=True, exist_ok=True)
        (little.root / name).symlink_to(outside)
    (little.root / "content/etc").symlink_to("/etc")
    told = little.build(code=1).stderr
    for name in (*names, "content/etc"):
        assert f"{name}: is a symbolic link that leads out of the site, to " in told
    assert not little.output.exists()


def test_photos_are_derived_and_of_those_who_publish_them(little: LittleSite) -> None:
    """Small, upright, without metadata, once each; of nobody else, and gone when consent is."""
    show_photos(little)
    for name in ("jane", "omar", "wilma"):
        a_photo(little.root / f"content/photos/{name}.jpg", colour={"jane": "red"}.get(name, "blue"))
    rows = [
        "A1,jane,Jane,Doe,photos/jane.jpg,active,name photo",
        "A2,omar,Omar,Ali,photos/omar.jpg,active,name",
        "A3,wilma,Wilma,Fox,photos/wilma.jpg,lapsed,name photo",
    ]
    little.write("content/roster.csv", "\n".join([HEADER, *rows, ""]))
    report = little.report()
    assert (report["photos_made"], report["photos_reused"], report["warnings"]) == (1, 0, [])
    jpeg, webp = photos(little)
    assert webp == jpeg.replace(".jpg", ".webp")
    assert f'<img src="../../{jpeg}"' in little.page("jane/about/index.html")
    assert "<img src" not in little.page("omar/about/index.html")
    assert not [path for path, body in little.files().items() if SECRET.encode() in body]
    assert not (little.output / "photos").exists()
    report = little.report()
    assert (report["photos_made"], report["photos_reused"]) == (0, 1)
    rows[0] = rows[0].replace(" photo", "")
    little.write("content/roster.csv", "\n".join([HEADER, *rows, ""]))
    little.build("--only", "jane")
    assert photos(little) == []
    assert "_photos" not in little.page("jane/about/index.html")
    assert not list((little.root / ".replisite/photos").rglob("*.jpg"))


def show_sponsors(little: LittleSite) -> None:
    """Have the theme show the sponsor's photo."""
    little.change(
        "themes/little/templates/base.html",
        "<footer>",
        "<footer>{% if distributor.sponsor and distributor.sponsor.photo %}"
        '<img src="{{ SITEURL }}/{{ distributor.sponsor.photo }}" alt="">{% endif %}',
    )


@pytest.mark.parametrize(
    ("new", "warning"),
    [
        ("A1,jane,Jane,Doe,photos/jane.jpg,active,name,", "3 other sites still show a photo"),
        ("A1,jane,Jane,Doe,photos/jane.jpg,lapsed,name photo,", "3 other sites still show a photo"),
        ("A1,jane,Jane,Doe,photos/other.jpg,active,name photo,", "3 other sites still show a photo"),
        ("A1,jane,Jane,Doe,photos/jane.jpg,active,name photo,", ""),
    ],
)
def test_sites_that_still_show_a_withdrawn_photo_are_reported(
    little: LittleSite, new: str, warning: str
) -> None:
    """The photo is removed at once; sites that --only did not build are counted, until all are built."""
    show_photos(little)
    show_sponsors(little)
    for name, colour in (("jane", "red"), ("other", "blue")):
        a_photo(little.root / f"content/photos/{name}.jpg", colour=colour)
    rows = [
        "A1,jane,Jane,Doe,photos/jane.jpg,active,name photo,",
        "A2,omar,Omar,Ali,,active,name,A1",
        "A3,wilma,Wilma,Fox,,active,name,A1",
        "A4,zoe,Zoe,Fox,,active,name,A1",
    ]
    little.write("content/roster.csv", "\n".join([f"{HEADER},sponsor_id", *rows, ""]))
    little.build()
    before = photos(little)
    little.write("content/roster.csv", "\n".join([f"{HEADER},sponsor_id", new, *rows[1:], ""]))
    told = [text for text in little.report("--only", "zoe")["warnings"] if "no longer published" in text]  # type: ignore[attr-defined]
    assert [text.partition(" that is")[0] for text in told] == [warning] * bool(warning)
    assert set(photos(little)).isdisjoint(before) is bool(warning)
    if warning:
        assert "(jane/, omar/, wilma/); build without --only" in told[0]
        assert not [text for text in little.report()["warnings"] if "no longer" in text]  # type: ignore[attr-defined]


def test_a_photo_that_is_none_is_a_fault_of_its_row(little: LittleSite, tmp_path: Path) -> None:
    """With --skip-bad-rows its owner is shown with initials, and the report says so."""
    show_photos(little)
    little.write("content/photos/jane.jpg", "<svg onload='alert(1)'/>")
    little.write("content/photos/omar.png", "not a picture")
    rows = [
        "A1,jane,Jane,Doe,photos/jane.jpg,active,name photo",
        "A2,omar,Omar,Ali,photos/omar.png,active,name photo",
    ]
    little.write("content/roster.csv", "\n".join([HEADER, *rows, ""]))
    told = little.build(code=1).stderr
    assert (
        'roster.csv:2: photo "photos/jane.jpg" of jane is an SVG drawing, which may hold scripts; save'
        in told
    )
    assert 'roster.csv:3: photo "photos/omar.png" of omar is no picture; save the photo as JPEG' in told
    report = little.report("--skip-bad-rows")
    assert report["sites"] == 2
    assert "2 photos cannot be used; initials are shown instead" in str(report["warnings"])
    assert photos(little) == []


def test_a_raw_photo_is_public_if_a_page_names_it_and_not_by_its_folder(little: LittleSite) -> None:
    """A list of folders does not publish what somebody's photo is made of."""
    for name in ("jane", "omar", "team"):
        a_photo(little.root / f"content/photos/{name}.jpg")
    rows = [
        "A1,jane,Jane,Doe,photos/jane.jpg,active,",
        "A2,omar,Omar,Ali,./photos/omar.jpg,terminated,",
        "A3,zoe,Zoe,Lee,,active,",
    ]
    little.write("content/roster.csv", "\n".join([HEADER, *rows, ""]))
    little.write("site.toml", (little.root / "site.toml").read_text() + '\n[content]\npublic = ["photos/"]\n')
    report = little.report()
    assert sorted(path for path in little.files() if path.startswith("photos/")) == ["photos/team.jpg"]
    assert "2 photos of people on the roster are not published as they are" in str(report["warnings"])
    little.change("content/pages/about.md", "By hand.", "![Jane]({static}/photos/jane.jpg)")
    little.build()
    assert sorted(path for path in little.files() if path.startswith("photos/")) == [
        "photos/jane.jpg",
        "photos/team.jpg",
    ]


def test_pelican_s_static_paths_are_published_but_for_what_is_private(tmp_path: Path) -> None:
    """With Pelican's defaults: as Pelican does, without .git, .env, rosters, stories and photos, with a warning."""
    little = LittleSite(tmp_path / "little")
    text = (little.root / "site.toml").read_text().replace('theme = "little"\n', "")
    little.write(
        "site.toml",
        f'{text}\n[pelican]\ndefaults = "pelican"\nTHEME = "simple"\nSTATIC_PATHS = ["images", "photos"]\n',
    )
    for name in (".git/config", ".env", "cup.png", "export.csv"):
        little.write(f"content/images/{name}", "id,alias\n" if name == "export.csv" else "x")
    little.write("content/distributors/jane.md", "---\ngreeting: SECRETSTORY\n---\nSECRETSTORY\n")
    a_photo(little.root / "content/photos/jane.jpg")
    for path in ("lines/bars.md", "products/soap.md"):
        (little.root / "content" / path).unlink()
    little.change("content/pages/about.md", "[Soap]({filename}/products/soap.md)", "")
    little.write("content/roster.csv", f"{HEADER}\nA1,jane,Jane,Doe,photos/jane.jpg,active,\n")
    report = little.report()
    published = sorted(path for path in little.files() if path.startswith(("images/", "photos/")))
    assert published == ["images/bar.svg", "images/cup.png"]
    told = str(report["warnings"])
    assert all(name in told for name in ("images/.git", "images/.env", "images/export.csv"))
    assert not [path for path, body in little.files().items() if re.search(b"SECRETSTORY", body)]


def test_a_photo_in_another_form_is_named(little: LittleSite) -> None:
    """macOS writes accents apart; the warning names the file that is there."""
    a_photo(little.root / "content/photos" / unicodedata.normalize("NFD", "café.jpg"))
    little.write("content/roster.csv", f"{HEADER}\nA1,jane,Jane,Doe,photos/café.jpg,active,photo\n")
    told = str(little.report()["warnings"])
    assert (
        "1 photo is not in the content folder (such as photos/café.jpg; there is photos/café.jpg with its"
        in (unicodedata.normalize("NFC", told))
    )


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ('<img src="{{ SITEURL }}/{{ distributor.photo }}" alt="">', "the src of <img> leads to a page"),
        ('<img src="{{ distributor.photo }}" alt="">', "the src of <img> names no picture"),
        (
            '<video poster="{{ SITEURL }}/{{ distributor.photo }}"></video>',
            "the poster of <video> leads to a page",
        ),
        ('<source srcset="{{ distributor.photo }}">', "the srcset of <source> names no picture"),
        (
            "<i style=\"background: url('{{ SITEURL }}/{{ distributor.photo }}')\"></i>",
            "the style of <i> leads to a page",
        ),
        ('{% if distributor.photo %}<img src="{{ SITEURL }}/{{ distributor.photo }}">{% endif %}', ""),
    ],
)
@pytest.mark.parametrize("photo", ["", "photos/gone.jpg"])
def test_a_picture_without_a_photo_is_a_warning_that_names_the_template(
    little: LittleSite, photo: str, markup: str, what: str
) -> None:
    """Whether the person has none or its file is not there; a template that asks first is right."""
    little.change("themes/little/templates/base.html", "<footer>", f"<footer>\n{markup}\n")
    little.write("content/roster.csv", f"{HEADER}\nA1,jane,Jane,Doe,{photo},active,name photo\n")
    told = [text for text in little.report()["warnings"] if "<" in text]  # type: ignore[attr-defined]
    assert [what in text for text in told] == [True] * len(told)
    assert bool(told) is bool(what)
    assert all(text.startswith("themes/little/templates/base.html:") for text in told)
