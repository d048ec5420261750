"""A link to a text that has no page says why: a draft, a text of the future, an expired one."""

from __future__ import annotations

import pytest

from tests.little_site import LittleSite

CASES = {
    "pages/plan.md": ("status: draft", "is a draft (line 3)"),
    "news/plan.md": ("date: 2020-01-01\nstatus: draft", "is a draft (line 4)"),
    "help/plan.md": ("topic: t\nstatus: draft", "is a draft (line 4)"),
    "pages/skip.md": ("status: skip", "has the status skip (line 3)"),
    "news/future.md": ("date: 2099-01-01", "is dated 2099-01-01 (line 3)"),
    "help/old.md": ("topic: t\nexpires: 2020-01-01", "expired on 2020-01-01 (line 4)"),
    "pages/old.md": ("expires: 2020-01-01", "expired on 2020-01-01 (line 3)"),
}


def _with_links(little: LittleSite) -> None:
    for path, (lines, _) in CASES.items():
        little.write(f"content/{path}", f"---\ntitle: X\n{lines}\n---\nx\n")
    links = "\n\n".join(f"[a]({{filename}}/{path})" for path in CASES)
    little.write("content/pages/links.md", f"---\ntitle: Links\n---\n{links}\n")


def test_a_link_to_a_text_without_a_page_says_why(little: LittleSite) -> None:
    """With the line that says so, all at once."""
    _with_links(little)
    told = little.build(code=1).stderr
    for number, (path, (_, why)) in enumerate(CASES.items()):
        line = 4 + 2 * number
        assert (
            f"content/pages/links.md:{line}: link to {{filename}}/{path}: {path} {why}, so it has no page; "
            in told
        )
    assert "build with --drafts" in told
    assert "build with --future" in told
    assert "[content] public" not in told


@pytest.mark.parametrize(("options", "count"), [(["--drafts"], 4), (["--drafts", "--future"], 3), ([], 7)])
def test_options_that_build_such_texts_count(little: LittleSite, options: list[str], count: int) -> None:
    """What is built may be linked to."""
    _with_links(little)
    assert f"{count} faults" in little.build(*options, code=1).stderr


def test_drafts_and_hidden_pages_may_link(little: LittleSite) -> None:
    """A draft that links to a draft publishes nothing, and a hidden page has its page."""
    little.write("content/pages/plan.md", "---\ntitle: P\nstatus: draft\n---\n[x]({filename}other.md)\n")
    little.write("content/pages/other.md", "---\ntitle: O\nstatus: draft\n---\nx\n")
    little.write("content/pages/hidden.md", "---\ntitle: H\nstatus: hidden\n---\nx\n")
    little.change("content/pages/about.md", "By hand.", "[h]({filename}hidden.md)")
    assert little.report()["warnings"] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pages/bad.md", b"---\ntitle: B\n---\ncaf\xe9\n"),
        ("help/bad.md", b"---\ntitle: B\ntopic: [t\n---\nx\n"),
        ("products/bad.md", b"---\ntitle: B\nprize: 3\n---\nx\n"),
        ("pages/bad.md", b"---\ntitle: B\n---\n{% if x %}\n"),
    ],
)
def test_a_link_to_a_text_with_a_fault_is_no_fault(little: LittleSite, path: str, text: bytes) -> None:
    """The text has a page once its own fault is fixed, so the advice to remove the link would be wrong."""
    little.write("content/pages/links.md", f"---\ntitle: Links\n---\n[a]({{filename}}/{path})\n")
    little.write(f"content/{path}", "")
    (little.root / "content" / path).write_bytes(text)
    told = little.build(code=1).stderr
    assert f"content/{path}:" in told
    assert "links.md" not in told
