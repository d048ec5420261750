from types import SimpleNamespace

from jinja2 import pass_context


@pass_context
def greeting(context, *values):
    return f"{context['d']['name']}:{len(values)}"


def static():
    return {"say": greeting, "obj": SimpleNamespace(greeting=greeting)}
