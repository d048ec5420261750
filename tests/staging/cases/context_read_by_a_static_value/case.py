from types import SimpleNamespace

from jinja2 import pass_context

from replisite.staging import pure


@pure
@pass_context
def greeting(context, *values):
    return f"{context['d']['name']}:{len(values)}"


def static():
    return {"say": greeting, "obj": SimpleNamespace(greeting=greeting)}
