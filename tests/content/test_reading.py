"""Every file of the content is read, refused or reported, through the front door."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tests.little_site import LittleSite, run_replisite

FIRST_LINES = [
    "Note: now.",
    "Disclaimer: no promise of anything.",
    "https://tea.example/oolong",
    "---\n\nA rule above.",
    "key:value and more",
]


@pytest.mark.parametrize("blank", ["", "\n"])
def test_the_first_paragraph_is_on_the_page(little: LittleSite, blank: str) -> None:
    """On pages, articles and our kinds, whatever it looks like."""
    for number, first in enumerate(FIRST_LINES):
        body = f"---\n{blank}{first}\n\nSecond.\n"
        little.write(f"content/pages/p{number}.md", f"---\ntitle: P{number}\n{body}")
        little.write(f"content/news/n{number}.md", f"---\ntitle: N{number}\ndate: 2024-01-02\n{body}")
        little.write(f"content/help/h{number}.md", f"---\ntitle: H{number}\ntopic: T\n{body}")
    little.build()
    for number, first in enumerate(FIRST_LINES):
        shown = first.splitlines()[-1]
        for page in (f"p{number}", f"news/n{number}", f"help/h{number}", f"jane/p{number}"):
            assert shown in little.page(f"{page}/index.html"), page


@pytest.mark.parametrize("title", ["No", "12:30", "1.10", "010", "2026-01-01", "on", "="])
def test_a_title_is_as_it_is_written(little: LittleSite, title: str) -> None:
    """On pages and on our kinds; the sku too."""
    little.write("content/pages/p.md", f"---\ntitle: {title}\nslug: p\n---\nText.\n")
    little.change("content/products/soap.md", "title: Soap\nsku: S-1", f"title: {title}\nsku: 010")
    little.build()
    assert f"<h1>{title}</h1>" in little.page("p/index.html")
    assert f"<h1>{title}</h1>" in little.page("products/soap/index.html")
    assert "https://shop.little.example/010" in little.page("products/soap/index.html")


@pytest.mark.parametrize(
    ("matter", "told"),
    [
        ("title: null", "title: is empty; write a text"),
        ("title: T\ntitle: U", "title stands twice"),
        ("title: T\ndate: 12:30", 'date: "12:30" names no day'),
        ("title: T\ndate: March 2026", 'date: "March 2026" names no day'),
        ("title: T\nhero: {a: b}", "hero is not a text or a list of texts"),
    ],
)
def test_front_matter_that_would_be_guessed_is_refused(little: LittleSite, matter: str, told: str) -> None:
    """With file and line."""
    little.write("content/pages/p.md", f"---\n{matter}\n---\nText.\n")
    assert f": {told}" in little.build(code=1).stderr


@pytest.mark.parametrize(
    "name", ["CONTACT.MD", "contact.Md", "contact.markdown", "contact.mkd", "contact.MDOWN"]
)
def test_every_suffix_of_markdown_is_read(little: LittleSite, name: str) -> None:
    """In small or capital letters; as page, kind and story."""
    little.write(f"content/pages/{name}", "---\ntitle: Contact\n---\nNote: call.\n")
    little.write(f"content/help/{name}", "---\ntitle: Contact\ntopic: T\n---\nNote: call.\n")
    suffix = Path(name).suffix
    little.write(f"content/distributors/jane{suffix}", "I drink tea.")
    little.roster("A1,jane,Jane,Doe,,,,GB,active,,first_name bio")
    little.change("themes/little/templates/index.html", "<h1>", "{{ distributor.bio|safe }}<h1>")
    little.build()
    assert "Note: call." in little.page("contact/index.html")
    assert "Note: call." in little.page("help/contact/index.html")
    assert "I drink tea." in little.page("jane/index.html")


def test_a_file_that_is_not_read_is_listed(little: LittleSite) -> None:
    """With the reason; a file that a page links to is published and not listed."""
    for path in (
        "products/oolong.txt",
        "products/b.rst",
        "pages/x.docx",
        "distributors/omar.txt",
    ):
        little.write(f"content/{path}", "text")
    little.write("content/pages/linked.txt", "text")
    little.write("content/pages/l.md", "---\ntitle: L\n---\n[x]({static}/pages/linked.txt)\n")
    for _ in range(2):  # also where the content is as it was
        warnings = little.report()["warnings"]
        assert warnings == [
            "content/distributors/omar.txt: is not read; name it omar.md",
            "content/pages/x.docx: is not read; save it as Markdown, under the name x.md",
            "content/products/b.rst: is not read; name it b.md",
            "content/products/oolong.txt: is not read; name it oolong.md",
        ]


def test_two_files_of_one_name_are_a_fault(little: LittleSite) -> None:
    """As pages and as stories."""
    for name in ("about.MD", "faq.md", "faq.markdown"):
        little.write(f"content/pages/{name}", f"---\ntitle: {name}\n---\nText.\n")
    for name in ("jane.md", "jane.markdown"):
        little.write(f"content/distributors/{name}", "I drink tea.")
    told = little.build(code=1).stderr
    assert "content/pages/about.md: has the name of about.MD; rename one of them, or remove it" in told
    assert "content/pages/faq.md: has the name of faq.markdown; rename one of them, or remove it" in told
    assert 'content/distributors/jane.md: has the name of jane.markdown: "jane" has one story' in told


def test_what_editors_leave_changes_nothing(little: LittleSite) -> None:
    """Locks, AppleDouble files, swap files and backups in every folder: not read, not published, and no reason to read again."""
    little.build()
    before = little.files()
    folders = ["content", "content/pages", "content/products", "content/images", "content/extra"]
    folders += ["content/distributors", "themes/little/templates", "themes/little/static/css", "templates"]
    for folder in folders:
        place = little.root / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / ".#about.md").symlink_to("user@host.1:2")
        (place / ".#base.html").symlink_to("user@host.1:2")
        for name in ("._about.md", "._base.html", "about.md~", ".about.md.swp", "#about.md#", ".DS_Store"):
            (place / name).write_bytes(b"\0\5\26\7\200")
        (place / ".git").mkdir()
        (place / ".git/notes.md").write_bytes(b"\0\5\26\7\200")
    little.build("--fresh")
    assert little.files() == before
    (little.root / "themes/little/templates/.#page.html").symlink_to("user@host.1:2")
    assert little.report()["is_content_kept"] is True
    assert run_replisite("check", "--site", str(little.root)).returncode == 0


def test_links_that_lead_nowhere_are_named(little: LittleSite) -> None:
    """In the content, in templates and among the theme's files."""
    for path in ("content/images/gone.png", "templates/gone.html", "themes/little/static/css/gone.css"):
        place = little.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to("nowhere")
    told = little.build(code=1).stderr
    for path in ("content/images/gone.png", "templates/gone.html", "themes/little/static/css/gone.css"):
        assert f'{path}: is a link to "nowhere", which does not exist; remove the link' in told


@pytest.mark.parametrize("suffix", ["mkd", "mdown", "MARKDOWN"])
def test_a_fault_has_the_name_of_its_file(little: LittleSite, suffix: str) -> None:
    """Whatever the suffix, and whatever the form of its front matter."""
    little.write(f"content/pages/k.{suffix}", "Title: K\n\nHi {{ distributor.fone }}\n")
    told = little.build(code=1).stderr
    assert f'content/pages/k.{suffix}:3: no field "fone" in the roster; did you mean "phone"?' in told


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("h.md", "+++\ntitle = 'H'\n+++\nHi\n", ":1: front matter between +++ is TOML; write it as YAML"),
        ("h.md", "", ": is empty; write front matter and a text, or remove the file"),
        ("h.rst", "", ": is empty; write a title and a text, or remove the file"),
        (
            "h.md",
            "---\ntitle: H\ndraft: true\n---\nHi\n",
            ":3: draft: true is of other generators; write status: draft",
        ),
        ("h.md", "---\ntitle: H\npublished: No\n---\nHi\n", ":3: published: No is of other generators"),
        (
            "h.md",
            "Title: H\nDraft: yes\n\nHi\n",
            ":2: draft: yes is of other generators; write Status: draft",
        ),
        ("h.md", "Hi\n", ':1: no "title"; add it to the front matter'),
        ("h.md", '---\ntitle: "!"\n---\n', ":1: has no address: no letter or digit of its title"),
        (
            "h.md",
            "---\ntitle: H\nsave_as: ../h.html\n---\n",
            ':1: its address "../h.html" leads out of the site',
        ),
        ("h.rst", "H\n#\n\n`x\n", ":4: cannot be read as reStructuredText: "),
        ("our page.md", "Hi\n", ':1: no "title"; add it to the front matter'),
        ("a  b: c.md", '---\ntitle: "!"\n---\n', ":1: has no address: no letter or digit of its title"),
        ("our page.md", "---\ntitle: H\nstatus: gone\n---\nHi\n", ':3: no status "gone"; write published'),
        ("our  page.md", "---\ntitle: [\n---\nHi\n", ":2: front matter is not YAML: "),
    ],
)
def test_a_page_that_is_none_has_one_fault(little: LittleSite, name: str, text: str, told: str) -> None:
    """In words of ours."""
    little.write(f"content/pages/{name}", text)
    faults = [line for line in little.build(code=1).stderr.splitlines() if line.startswith("content/")]
    assert len(faults) == 1
    assert faults[0].startswith(f"content/pages/{name}{told}")


@pytest.mark.parametrize(
    "name", ["pages/.trash/old.md", "pages/.old.md", "news/.trash/x/old.md", "help/.old.MD"]
)
def test_a_hidden_text_is_no_page(little: LittleSite, name: str) -> None:
    """Note-taking programs move deleted texts to a hidden folder; the build reports them, and publishes none."""
    little.write(f"content/{name}", "---\ntitle: Old\ndate: 2024-01-02\ntopic: T\n---\nSECRET\n")
    little.write("content/pages/.idea/empty.md", "")
    told = " ".join(little.build().stderr.split())
    assert f"content/{name}: is not read; what begins with a dot is hidden: rename it, or remove it" in told
    assert not [path for path in (little.root / "output").rglob("*.html") if "SECRET" in path.read_text()]


def test_names_in_another_form_are_found_out(little: LittleSite) -> None:
    """A link, a picture of the front matter and an included template."""
    (little.root / "content/images" / unicodedata.normalize("NFD", "café.svg")).write_text("<svg/>")
    little.write("content/pages/l.md", "---\ntitle: L\n---\n![c]({static}/images/café.svg)\n")
    little.change("content/products/soap.md", "title: Soap", "title: Soap\nimage: images/Bar.svg")
    told = little.build(code=1).stderr
    assert (
        "content/pages/l.md:4: link to {static}/images/café.svg: no such file; there is images/café.svg with its"
        in told
    )
    assert 'image: no file "images/Bar.svg"; there is images/bar.svg: capital letters count' in told


def test_an_included_template_in_another_form_is_found_out(little: LittleSite) -> None:
    """Jinja finds a template by its letters."""
    little.write(f"themes/little/templates/{unicodedata.normalize('NFD', 'bé')}.html", "included")
    little.change("themes/little/templates/page.html", "<h1>", '{% include "bé.html" %}<h1>')
    assert "there is bé.html with its accents written apart" in little.build(code=1).stderr


def test_a_story_is_no_article(little: LittleSite) -> None:
    """Pelican's own defaults read every folder; this one belongs to the roster."""
    for path in ("lines/bars.md", "products/soap.md", "pages/about.md"):
        (little.root / "content" / path).unlink()
    little.change(
        "site.toml",
        "[links]",
        '[pelican]\ndefaults = "pelican"\nTHEME = "simple"\nTIMEZONE = "UTC"\n\n[links]',
    )
    little.write("content/one.md", "Title: One\nDate: 2024-01-02\n\nNote: text.\n")
    little.write("content/distributors/jane.md", "I drink tea.")
    little.write("content/TWO.MD", "Title: Two\n\nText.\n")
    warnings = json.loads(little.build("--json").stdout)["warnings"]
    assert "content/TWO.MD: is not read; name it TWO.md" in warnings
    assert "Note: text." in little.page("one.html")
    assert not [path for path, body in little.files().items() if b"I drink tea" in body]


def test_swallowed_text_is_reported(little: LittleSite) -> None:
    """A row that is too wide, and a note that Markdown takes for a link's address."""
    little.write(
        "content/pages/s.md", "---\ntitle: S\n---\n[Note]: important\n\n| a | b |\n|--|--|\n| 1 | 2 | 3 |\n"
    )
    warnings = little.report()["warnings"]
    assert isinstance(warnings, list)
    assert [warning.partition(";")[0] for warning in warnings] == [
        'content/pages/s.md:4: "[Note]: important" is the address of a link to Markdown and not shown',
        "content/pages/s.md:8: the row has 3 cells, and its table 2: the last are not shown",
    ]
