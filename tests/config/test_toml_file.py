"""TOML files that cannot be read, or hold what nothing else can."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replisite.config import load_site, parse_site
from replisite.config.toml_file import DEEPEST, parse_toml, read_text
from replisite.errors import InputError
from replisite.pelican.theme import escapes_by_itself
from tests.little_site import LittleSite, run_replisite

DEEP = "nested too deeply; tables and lists may be 50 levels deep"


@pytest.mark.parametrize("levels", [DEEPEST, 200, 5000, 100_000])
@pytest.mark.parametrize(
    "nested",
    [
        lambda levels: "[" * levels + "]" * levels,
        lambda levels: "{ a = " * levels + "1" + "}" * levels,
        lambda levels: "[\n" * levels + "]\n" * levels,
        lambda levels: "[" * levels,
        lambda levels: f"{{ a{'.a' * levels} = 1 }}",
        lambda levels: f"1\nb{'.b' * levels} = 1",
        lambda levels: f"1\nb{' . b' * levels} = 1",
        lambda levels: "1\n'b'" + ".'b'" * levels + " = 1",
        lambda levels: f"1\n[b{'.b' * levels}]\nc = 1",
        lambda levels: f"1\n[[b{'.b' * levels}]]\nc = 1",
        lambda levels: f"1\n[{'b.' * 40}b]\n{'c.' * 40}c = {levels}",
    ],
)
def test_deep_nesting_is_a_fault(nested: object, levels: int) -> None:
    """Neither the stack nor the patience of the reader runs out, however it is written."""
    assert callable(nested)
    with pytest.raises(InputError) as caught:
        parse_toml(f"a = {nested(levels)}\n", "site.toml")
    assert str(caught.value).startswith(f"site.toml: {DEEP} (line ")


@pytest.mark.parametrize(
    "text",
    [
        f"a = {'[' * 49}{']' * 49}",
        f"a = [{'1.5,' * 300}]",
        f"a = [{'1.5, ' * 300}]",
        f'a = "{"[{a." * 300}"',
        f"a = '''\n{'[{a.' * 300}\n'''",
        f"# {'[{a.' * 300}\na = 1",
        "".join(f"[a.b{number}]\n" for number in range(300)),
        "[[a]]\n" * 300,
        f'"{"a." * 300}" = 1',
    ],
)
def test_much_is_not_deep(text: str) -> None:
    """Long lists, many tables, and brackets in texts and comments are read as ever."""
    assert parse_toml(text, "site.toml") == tomllib.loads(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = 1\nb = " + "9" * 5000, "site.toml:2: a whole number is too large; TOML has numbers of 64 bits"),
        ("b = 0x" + "f" * 5000, "site.toml:1: a whole number is too large; TOML has numbers of 64 bits"),
        (
            "b = [9223372036854775808]",
            "site.toml:1: a whole number is too large; TOML has numbers of 64 bits",
        ),
        (
            "b = 2024-02-30",
            "site.toml:1: is not TOML: there is no such date or time; fix this first; the rest cannot be read",
        ),
        (
            'a = 1\nb = "\0"',
            r"site.toml:2: is not TOML: Illegal character '\x00'; fix this first; the rest cannot be read",
        ),
        (
            'a = 1\nb = "\\u0000"',
            "site.toml:2: a text holds the character U+0000, which no file name and no page can hold; leave it out",
        ),
    ],
)
def test_values_that_nothing_can_hold_are_faults(text: str, told: str) -> None:
    """Python would end in an error of its own, here or later."""
    with pytest.raises(InputError) as caught:
        parse_toml(text, "site.toml")
    assert str(caught.value) == told


@given(st.text(alphabet="[]{}=.,\"'a1 \n#", max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_as_tomllib_reads_it_or_refused(text: str) -> None:
    """Nothing that is TOML becomes something else."""
    try:
        read = parse_toml(text, "site.toml")
    except InputError:
        with pytest.raises(tomllib.TOMLDecodeError):
            tomllib.loads(text)
    else:
        assert read == tomllib.loads(text)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_a_fault(tmp_path: Path, make: object) -> None:
    """A folder or a pipe in the place of site.toml."""
    assert callable(make)
    make(tmp_path / "site.toml")
    with pytest.raises(
        InputError, match=r"^site\.toml: (cannot be read: Is a directory|is a named pipe and not a file)"
    ):
        load_site(tmp_path)


def test_text_that_is_no_utf_8_is_a_fault_with_its_line(tmp_path: Path) -> None:
    """An editor of another age wrote it."""
    (tmp_path / "site.toml").write_bytes(b"a = 1\nb = '\xe9'\n")
    with pytest.raises(InputError) as caught:
        read_text(tmp_path / "site.toml", "site.toml")
    assert str(caught.value) == "site.toml:2: is not UTF-8; save the file as UTF-8"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("a = " + "[" * 5000, f"themes/t/theme.toml: {DEEP} (line 1)"),
        ("theme = 3", "themes/t/theme.toml: theme: wants a table, got a number; write [theme]"),
        (
            '[theme]\nautoescape = "no"',
            "themes/t/theme.toml: theme.autoescape: wants true or false, got a text; write autoescape = true",
        ),
        (
            "[theme\n",
            'themes/t/theme.toml:1: is not TOML: the name of a table wants a "]" at its end; fix this first; the rest cannot be read',
        ),
    ],
)
def test_a_theme_is_read_with_the_same_care(tmp_path: Path, written: str, told: str) -> None:
    """Its faults name its file as seen from the site."""
    theme = tmp_path / "themes/t"
    theme.mkdir(parents=True)
    assert escapes_by_itself(theme, tmp_path) is None
    (theme / "theme.toml").write_text("\N{ZERO WIDTH NO-BREAK SPACE}[theme]\nautoescape = true\n")
    assert escapes_by_itself(theme, tmp_path) is True
    (theme / "theme.toml").write_text(written)
    with pytest.raises(InputError) as caught:
        escapes_by_itself(theme, tmp_path)
    assert str(caught.value) == told


@pytest.mark.parametrize("file", ["site.toml", "themes/little/theme.toml"])
def test_the_command_line_shows_no_traceback(little: LittleSite, file: str) -> None:
    """Exit code 1, and the fault."""
    text = (little.root / file).read_text()
    little.write(file, f"{text}\n{'a = ' + '[' * 5000 + ']' * 5000}\n")
    done = run_replisite("check", "--site", str(little.root))
    assert (done.returncode, done.stderr.partition(" (line")[0].splitlines()[-1]) == (1, f"{file}: {DEEP}")
    assert "Traceback" not in done.stderr


def test_a_site_of_deep_tables_is_one_fault() -> None:
    """Whatever else is wrong with it."""
    with pytest.raises(InputError) as caught:
        parse_site(f"[site]\nname = 1\n[pelican]\n{'x.' * 60}x = 1\n", Path("/srv/tea"))
    assert str(caught.value) == f"site.toml: {DEEP} (line 4)"
