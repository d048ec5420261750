from jinja2 import pass_environment

from replisite.staging import pure
from tests.staging.law import environment as usual


@pure
@pass_environment
def part(env, name, d):
    return env.get_template(name).render(d=d)


@pure
@pass_environment
def sourced(env, value):
    return f"{value}{env.block_start_string}"


def environment(templates, **options):
    made = usual(templates, **options)
    made.globals["part"] = part
    made.filters["sourced"] = sourced
    return made
