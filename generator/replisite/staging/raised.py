"""Where in its templates an error was raised, and what it says."""

from __future__ import annotations

import traceback

__all__ = ["error_text", "passed_template", "template_lines"]


def error_text(error: BaseException) -> str:
    """Return an error's name and its message; the name alone if it has none.

    The core imports nothing of the program, and the program's own copy (`replisite.system.error_text`) stands below the
    core, so there are two. A test holds them to the same texts.
    """
    name, message = type(error).__name__, str(error).strip()
    return f"{name}: {message}" if message else name


def passed_template(error: BaseException) -> bool:
    """Say whether an error was raised by code of a template, or by code that a template called."""
    marks = {"__jinja_template__", "__jinja_exception__"}
    return any(marks & frame.f_globals.keys() for frame, _ in traceback.walk_tb(error.__traceback__))


def template_lines(error: BaseException) -> list[tuple[str, int]]:
    """Return the files of templates that an error has passed, each with the template's own line, the innermost last.

    Jinja gives an exception that leaves a template a traceback with such lines; other errors have those of the Python
    code that Jinja's compiler made.
    """
    lines: list[tuple[str, int]] = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        template = frame.f_globals.get("__jinja_template__")
        if file.startswith("<"):
            continue  # a template of no file
        if template is not None:
            lines.append((file, template.get_corresponding_lineno(line)))
        elif "__jinja_exception__" in frame.f_globals:  # rewritten by jinja2.debug
            lines.append((file, line))
    return lines
