from jinja2 import DictLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment


def environment(templates, **options):
    return ImmutableSandboxedEnvironment(loader=DictLoader(templates), **{"autoescape": True, **options})
