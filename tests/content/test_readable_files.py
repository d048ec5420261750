"""Which file of the content folder is read, and what to do about one that is not."""

import pytest

from replisite.content.readable_files import ReadFolders, iter_same_names, story_alias, why_not_read

FOLDERS = ReadFolders(
    frozenset({"products"}), frozenset({"pages", "news"}), frozenset({".md", ".MD", ".rst"})
)


@pytest.mark.parametrize(
    "path",
    [
        "products/oolong.md",
        "products/OOLONG.MD",
        "products/green/sencha.mkd",
        "pages/about.md",
        "pages/CONTACT.MD",
        "pages/more/faq.rst",
        "distributors/jane.Markdown",
        "products/oolong.png",
        "pages/terms.pdf",
        "products/.#oolong.md",
        "pages/._about.md",
        "pages/.git/notes.txt",
        "images/notes.txt",
        "roster.csv",
    ],
)
def test_a_file_is_read_or_is_no_content(path):
    """Nothing is to be said of it."""
    assert why_not_read(path, FOLDERS) == ""


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("products/oolong.txt", "name it oolong.md"),
        ("products/oolong.md.txt", "name it oolong.md"),
        ("products/oolong.rst", "name it oolong.md"),
        ("products/oolong", "name it oolong.md"),
        ("products/oolong.docx", "save it as Markdown, under the name oolong.md"),
        (
            "products/oolong.md.bak",
            "it looks like a backup or a hidden file: give it a plain name, or remove it",
        ),
        ("pages/about.Md", "name it about.md"),
        ("pages/about.html", "name it about.md"),
        ("distributors/jane.txt", "name it jane.md"),
        ("distributors/uk/jane.md", "move it to distributors/, as <alias>.md"),
        ("about.md", "move it to pages/, or to the folder of its kind"),
    ],
)
def test_a_file_that_is_not_read_has_a_reason(path, advice):
    """What to do about it."""
    assert why_not_read(path, FOLDERS) == advice


def test_one_name_is_one_file():
    """Suffixes of Markdown and capital letters make no other name; stories are the roster's."""
    paths = [
        "distributors/jane.markdown",
        "distributors/jane.md",
        "pages/About.md",
        "pages/about.MD",
        "pages/b.md",
    ]
    paths += ["pages/b.rst", "products/o.markdown", "products/o.md"]
    assert list(iter_same_names(paths, FOLDERS)) == [
        ("pages/about.MD", "pages/About.md"),
        ("products/o.md", "products/o.markdown"),
    ]


@pytest.mark.parametrize("name", [".jane.md", "jane.md~", "._jane.md", "jane.txt", "jane"])
def test_a_story_is_markdown_with_a_plain_name(name):
    """Anything else is nobody's."""
    assert story_alias(name) == ""
