"""Report an error that a template raises as a fault at the template's line."""

from __future__ import annotations

from pathlib import Path

from replisite.content.near_names import near_name
from replisite.errors import Fault
from replisite.model.site import Site
from replisite.staging import passed_template, template_lines
from replisite.system.bugs import is_programming_error
from replisite.system.error_text import error_text

__all__ = ["compile_fault", "template_fault"]


def template_fault(error: BaseException, site: Site, source: str) -> Fault:
    """Return the fault of an error that was raised while a page was rendered.

    ``source`` names the page: it stands in the message, and in place of the template where no template's line is known.
    Raises the error itself if it is a bug: a programming error of replisite's own code that no template called.
    """
    if is_programming_error(error) and not passed_template(error):
        error.add_note(f"while rendering {source}")
        raise error
    frames = template_lines(error)
    what = error_text(error)
    if not frames:
        return Fault(source, 0, what, "fix the template or the content")
    path, line = Path(frames[-1][0]), frames[-1][1]
    advice = "fix the template"
    if type(error).__name__ == "TemplateNotFound":
        advice = near_name(str(error), _template_names(path, site)) or advice
    return Fault(_shown(path, site), line, f"{what} (while rendering {source})", advice)


def compile_fault(error: BaseException, site: Site) -> Fault | None:
    """Return the fault of a file that cannot be compiled: a template, or Python code. None for any other error."""
    file, line = getattr(error, "filename", None), getattr(error, "lineno", 0)
    if not isinstance(file, str) or not line:
        return None
    return Fault(
        _shown(Path(file), site), line, getattr(error, "message", "") or str(error), "fix the template"
    )


def _template_names(path: Path, site: Site) -> list[str]:
    """Return the names of the templates that may be meant in the template at ``path``."""
    folders = {folder for folder in path.parents if folder.name == "templates"}
    folders.add(site.root / "templates")
    return [file.relative_to(folder).as_posix() for folder in folders for file in folder.rglob("*")]


def _shown(path: Path, site: Site) -> str:
    """Return the path as faults name it: from the site's root if it lies inside."""
    return path.relative_to(site.root).as_posix() if path.is_relative_to(site.root) else str(path)
