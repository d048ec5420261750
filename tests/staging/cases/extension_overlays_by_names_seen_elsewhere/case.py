from jinja2 import nodes
from jinja2.ext import Extension

from tests.staging.law import environment as usual


class Overlay(Extension):
    """Jinja finds a name in the overlay only if the template reads it elsewhere, too."""

    tags = frozenset({"overlay"})

    def parse(self, parser):
        line = next(parser.stream).lineno
        names = parser.parse_expression()
        body = parser.parse_statements(("name:endoverlay",), drop_needle=True)
        return nodes.OverlayScope(names, body, lineno=line)


def environment(templates, **options):
    made = usual(templates, **options)
    made.add_extension(Overlay)
    return made
