"""Faults of plugins and of the site's own code: noted at the line that ran last, or at PLUGINS in site.toml."""

from __future__ import annotations

from functools import partial

from replisite.config.site_folder import NAME
from replisite.model.site import Site
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.plugin_code import PluginCode
from replisite.pelican.settings import setting_line
from replisite.pelican.site_code import raised_in
from replisite.system.error_text import error_text, named_text
from replisite.system.exit_report import exit_text, frames_of
from replisite.system.processor_time import TooSlow

__all__ = ["faults_of_run", "note_plugin", "refuse_plugin"]


def faults_of_run(site: Site, code: PluginCode) -> PelicanFaults:
    """Return the empty list of faults of one run, which recognises the errors of the site's plugins."""
    is_lenient = not site.mode.is_strict
    noted_faults = PelicanFaults(site.root, site.root / site.content, is_lenient=is_lenient)
    noted_faults.note_plugin = partial(note_plugin, noted_faults, site, code)
    noted_faults.note_setting = partial(refuse_plugin, noted_faults, site)
    return noted_faults


def refuse_plugin(noted_faults: PelicanFaults, site: Site, what: str, advice: str) -> None:
    """Note a fault of the plugins at their line in site.toml."""
    noted_faults.note(NAME, setting_line(site, "PLUGINS"), f"[pelican] PLUGINS: {what}", advice)


def note_plugin(
    noted_faults: PelicanFaults, site: Site, code: PluginCode, error: BaseException, while_reading: str = ""
) -> bool:
    """Note an error at the line of the site's code or plugin that ran last; say whether it comes from one.

    ``while_reading`` ends the message: " (while reading content/pages/about.md)".
    """
    message, is_slow = f"{_message(error)}{while_reading}", isinstance(error, TooSlow)
    own_line = raised_in(error, site)
    if own_line is not None:
        noted_faults.note(*own_line, message, "" if is_slow else "fix the plugin")
        return True
    blamed = code.blamed(frames_of(error))
    if blamed is None:
        return False
    name, file, line = blamed
    advice = "" if is_slow else "update the plugin, or take it out of [pelican] PLUGINS"
    noted_faults.note(file, line, f"{name}: {message}", advice)
    return True


def _message(error: BaseException) -> str:
    if isinstance(error, TooSlow):
        return str(error)
    if isinstance(error, SyntaxError):
        return named_text(type(error).__name__, error.msg)
    return error_text(error) if isinstance(error, Exception) else exit_text(error)
