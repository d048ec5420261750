"""The house holds: imports run one way, each outside library is a tenant of few rooms, one room prints."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "generator" / "replisite"

LAYERS = (
    {"errors", "reporting", "__init__"},
    {"system"},
    {"model"},
    {"content", "links"},
    {"staging", "config", "output", "servers"},
    {"pages", "roster", "hosts"},
    {"people", "pelican"},
    {"images", "reference", "deploy"},
    {"rendering"},
    {"preview"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
"""From the ground up: a room may import from the floors below it, and not from its neighbours."""

TENANTS = {
    "pelican": {"pelican"},
    "babel": {"pages", "config"},
    "jinja2": {"staging", "pages", "pelican", "content/placeholder_syntax.py"},
    "markdown": {"pelican", "roster"},
    "nh3": {"roster"},
    "phonenumbers": {"roster"},
    "email_validator": {"roster", "config"},
    "pydantic": {"config", "roster", "pelican", "content/front_matter.py", "reference"},
    "uritemplate": {"links"},
    "sqlite3": {"people", "deploy/journal.py", "deploy/journal_schema.py", "system/sqlite_errors.py"},
    "asyncssh": {"hosts/ssh"},
    "boto3": {"hosts/object_store/cloudfront.py", "hosts/object_store/aws_profile.py"},
    "botocore": {"hosts/object_store/cloudfront.py"},
    "brotli": {"hosts/common/compression.py"},
    "httpx": {"hosts", "deploy/verify.py"},
    "obstore": {"hosts"},
    "typer": {"cli/app.py"},
    "rich": {"cli/terminal.py"},
    "yaml": {"content", "links"},
    "starlette": {"preview"},
    "uvicorn": {"preview"},
    "watchdog": {"preview"},
    "segno": {"preview"},
    "PIL": {"images"},
}


PAST_THE_TERMINAL = {
    *(f"sys.{name}" for name in ("stdout", "stderr", "__stdout__", "__stderr__", "displayhook")),
    *(
        f"{library}.{name}"
        for library in ("typer", "click")
        for name in ("echo", "secho", "prompt", "confirm")
    ),
    "traceback.print_exc",
    "traceback.print_exception",
    "warnings.warn",
}
"""What prints without quoting."""


def _modules() -> Iterator[Path]:
    return (path for path in sorted(PACKAGE.rglob("*.py")) if "starter" not in path.parts)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def _floor(room: str) -> int:
    return next(floor for floor, rooms in enumerate(LAYERS) if room in rooms)


@pytest.mark.parametrize("path", list(_modules()), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    """A room imports from the floors below, never from above or from next door."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in _imports(path):
        if not name.startswith("replisite") or name in {"replisite", "replisite.__version__"}:
            continue
        room = _room(name)
        if not any(room in rooms for rooms in LAYERS):
            continue  # a name of the package itself
        assert room == own or _floor(room) < _floor(own), f"{own} imports {name}"


@pytest.mark.parametrize("path", list(_modules()), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_each_library_has_its_room(path: Path) -> None:
    """An outside library is imported where it lives, so that it can be exchanged there."""
    place = path.relative_to(PACKAGE).as_posix()
    for name in _imports(path):
        rooms = TENANTS.get(name.split(".")[0])
        assert rooms is None or any(place == room or place.startswith(f"{room}/") for room in rooms), (
            f"{place} imports {name}"
        )


@pytest.mark.parametrize("path", list(_modules()), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_texts_reach_a_terminal_one_way(path: Path) -> None:
    """Nothing is printed past `Terminal`, which takes every text as plain: not by print(), Click, or a stream."""
    if path in {
        PACKAGE / "cli/terminal.py",
        PACKAGE / "system/exit_report.py",
    }:  # the second gives a child its streams
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in {"print", "input", "pprint"}, f"{path.name}:{node.lineno}"
        if isinstance(node, ast.Attribute):
            told = ast.unparse(node)
            assert told not in PAST_THE_TERMINAL, f"{path.name}:{node.lineno}: {told}"


def test_the_staging_core_knows_nothing_of_the_rest() -> None:
    """No files, clocks, logs or distributors in the core: it could be published by itself."""
    allowed = {"jinja2", "markupsafe", "replisite.staging"}
    forbidden = {"os", "pathlib", "time", "logging", "sqlite3"}
    for path in (PACKAGE / "staging").rglob("*.py"):
        for name in _imports(path):
            assert name.split(".")[0] not in forbidden, f"{path.name} imports {name}"
            if name.startswith("replisite"):
                assert any(name.startswith(room) for room in allowed), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", list(_modules()), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_style_and_the_mode_are_compared_in_the_model_alone(path: Path) -> None:
    """Other rooms ask for what follows: `Addresses.has_hosts`, `Site.mode.has_sitemap`, and so on."""
    if path.relative_to(PACKAGE).parts[0] in {"model", "config"}:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare | ast.Match):
            subject = node.subject if isinstance(node, ast.Match) else node.left
            compared = ast.unparse(subject)
            assert not compared.endswith(("addresses.style", "pelican_defaults")), (
                f"{path.name}:{node.lineno}: {compared}"
            )
