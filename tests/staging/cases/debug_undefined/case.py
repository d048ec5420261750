from jinja2 import DebugUndefined

from tests.staging.law import environment as usual


def environment(templates, **options):
    made = usual(templates, **options)
    made.undefined = DebugUndefined
    return made
