"""The theme of a site: its folder, its declarations, and a check of its templates."""

from __future__ import annotations

from pathlib import Path

import pelican
from jinja2 import Environment, TemplateSyntaxError
from pelican.settings import DEFAULT_CONFIG

from replisite.config.toml_file import parse_toml, read_text
from replisite.config.value_kinds import kind_written
from replisite.errors import Fault, InputError
from replisite.model.site import Site
from replisite.pelican.content_files import list_files
from replisite.pelican.expression_checks import unknown_names
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.reused_templates import ReusedTemplates

__all__ = ["check_templates", "escapes_by_itself", "find_theme", "template_folders"]

PACKAGE = Path(__file__).parents[1]

_OURS = Site.__dataclass_fields__["theme"].default


def find_theme(site: Site) -> Path:
    """Return the folder of the site's theme: in the site's themes/, in the package, or as a path.

    With ``defaults = "pelican"`` a site that names no theme has Pelican's.

    Raises InputError when there is none.
    """
    handed = site.pelican.get("THEME")
    if not handed and not site.mode.has_own_settings and _is_default(site):
        handed = DEFAULT_CONFIG["THEME"]
    if handed:
        path = Path(handed)
        beside = site.root / path
        if beside.is_dir():
            return beside
        pelicans = Path(pelican.__file__).parent / "themes" / str(handed)
        return pelicans if pelicans.is_dir() else path
    folders = [site.root / "themes" / site.theme, site.root / site.theme, *packaged("themes", site.theme)]
    for folder in folders:
        if (folder / "templates").is_dir():
            return folder
    known = sorted(p.name for p in packaged("themes") for p in p.iterdir() if (p / "templates").is_dir())
    advice = f"put it in themes/{site.theme}/ (with a folder templates/), or use one of: {', '.join(known)}"
    raise InputError([Fault("site.toml", 0, f'site.theme: no theme "{site.theme}"', advice)])


def _is_default(site: Site) -> bool:
    return site.theme == _OURS and not (site.root / "themes" / _OURS).is_dir()


def packaged(*parts: str) -> list[Path]:
    """Return a folder that comes with replisite: inside the wheel, or at the root of a checkout."""
    folders = [PACKAGE.joinpath(*parts), PACKAGE.parents[1].joinpath(*parts)]
    return [folder for folder in folders if folder.is_dir()][:1]


def escapes_by_itself(theme: Path, root: Path) -> bool | None:
    """Return ``[theme] autoescape`` of the theme's theme.toml, or None: Pelican's own default then holds.

    ``root`` is the site's folder, from which faults name the file. Raises InputError for a theme.toml that cannot be read.
    """
    declared = theme / "theme.toml"
    if not declared.exists():
        return None
    name = declared.relative_to(root).as_posix() if declared.is_relative_to(root) else str(declared)
    written = parse_toml(read_text(declared, name), name).get("theme", {})
    if not isinstance(written, dict):
        raise InputError(
            [Fault(name, 0, f"theme: wants a table, got {kind_written(written)}", "write [theme]")]
        )
    escapes = written.get("autoescape", False)
    if not isinstance(escapes, bool):
        what = f"theme.autoescape: wants true or false, got {kind_written(escapes)}"
        raise InputError([Fault(name, 0, what, "write autoescape = true")])
    return escapes


def template_folders(site: Site, theme: Path) -> tuple[Path, Path]:
    """Return where templates lie: the theme's, and the site's own."""
    return theme / "templates", site.root / "templates"


def check_templates(
    site: Site, theme: Path, env: Environment, noted_faults: PelicanFaults, reused: ReusedTemplates
) -> None:
    """Note what cannot be compiled, and fields of the owner that do not exist, in every template.

    ``env`` is the environment in which the theme's and the site's templates will be rendered.
    """
    custom = frozenset(custom.name for custom in site.roster.fields)

    def check(path: Path) -> None:
        try:
            text = path.read_text(encoding="utf-8")
            tree = env.parse(text)
            unknown = [*unknown_names(tree, None, custom)]  # compiling may change the tree
            env.compile(tree, filename=str(path), raw=True)  # what Python would say of it is not the author's
        except TemplateSyntaxError as error:
            noted_faults.note(path, error.lineno, error.message or "cannot be read", "fix the template")
        except (UnicodeDecodeError, OSError) as error:
            noted_faults.note_unread(path, error)
        else:
            for line, what, advice in unknown:
                noted_faults.note(path, line, what, advice)

    for folder in template_folders(site, theme):
        for name in list_files(folder).files:
            if name.endswith(".html"):
                reused.check(folder / name, noted_faults, check)
