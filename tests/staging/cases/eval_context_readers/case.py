from jinja2 import pass_eval_context
from markupsafe import Markup, escape

from replisite.staging import pure
from tests.staging.law import environment as usual


@pure
@pass_eval_context
def nl(eval_ctx, value):
    return escape(value) + Markup("<br>") if eval_ctx.autoescape else f"{value}<br>"


def environment(templates, **options):
    made = usual(templates, **options)
    made.filters["nl"] = made.globals["nl"] = nl
    return made
