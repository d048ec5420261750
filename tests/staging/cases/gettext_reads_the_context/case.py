from jinja2 import pass_context

from replisite.staging import pure
from tests.staging.law import environment as usual


@pure
@pass_context
def gettext(context, text):
    return f"{context['d']['n']}|{text}"


@pure
@pass_context
def ngettext(context, one, many, number):
    return f"{context['d']['n']}|{one if number == 1 else many}"


def environment(templates, **options):
    made = usual(templates, **options)
    made.install_gettext_callables(gettext, ngettext, newstyle=False)
    return made
