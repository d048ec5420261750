"""The one Jinja environment of a run: templates are found as Pelican finds them, and staged when a page asks for them."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment, Template, TemplateNotFound
from pelican.generators import Generator, PelicanTemplateNotFound

from replisite.pelican.reused_templates import ReusedTemplates
from replisite.pelican.writer import NamedTemplate
from replisite.staging import escaping, staged

__all__ = ["name_strings", "named_template", "staged_template"]

DEFERRED = frozenset({"distributor"})
"""The names that are known when a page is pressed, not when it is staged."""


def staged_template(reused: ReusedTemplates, template: Template | NamedTemplate) -> Template:
    """Return the form of a template that stages a page; raises TemplateSyntaxError.

    Themes and plugins are the company's: their functions are taken to be pure, and proofs watch over that.
    """
    env = reused.staged(
        template.environment,
        lambda env: staged(escaping(env, DEFERRED), DEFERRED, trust=lambda _: True),
    )
    assert template.name is not None
    return env.get_template(template.name)


def named_template(generator: Generator, name: str) -> NamedTemplate:
    """Find a template as Pelican does, without compiling it: no page may ask for it; raises PelicanTemplateNotFound."""
    for ext in generator.settings["TEMPLATE_EXTENSIONS"]:
        with suppress(TemplateNotFound):
            _, filename, _ = generator.env.loader.get_source(generator.env, name + ext)
            return NamedTemplate(name + ext, filename or "", generator.env)
    raise PelicanTemplateNotFound(f"[templates] unable to load {name} from {generator._templates_path}")  # noqa: SLF001 - as Pelican says it


def name_strings(env: Environment) -> None:
    """Give templates that plugins make of strings a name and a source, as others have: staging reads them again."""
    assert isinstance(env.loader, ChoiceLoader)
    strings: dict[str, str] = {}
    env.loader = ChoiceLoader([*env.loader.loaders, DictLoader(strings)])
    unnamed = env.from_string

    def from_string(
        source: Any,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
        template_class: Any = None,
    ) -> Template:
        if not isinstance(source, str):
            return unnamed(source, globals, template_class)
        name = f"a plugin's template {len(strings) + 1}"
        strings[name] = source
        return env.get_template(name, globals=globals)

    env.from_string = from_string  # type: ignore[method-assign]  # of this environment alone
