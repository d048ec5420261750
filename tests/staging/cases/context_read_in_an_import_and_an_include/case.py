from jinja2 import pass_context

from replisite.staging import pure
from tests.staging.law import environment as usual


@pure
@pass_context
def greeting(context, *values):
    return f"{context['d']['name']}:{context.get('v')}:{len(values)}"


def environment(templates, **options):
    made = usual(templates, **options)
    made.globals["greeting"] = greeting
    return made
