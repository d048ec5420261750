from jinja2 import pass_context

from tests.staging.law import environment as usual


@pass_context
def finalize(context, value):
    return f"{value}/{context.get('t')}/{context['d']['n'] if 'd' in context else ''}"


def environment(templates, **options):
    return usual(templates, **{"finalize": finalize, **options})
