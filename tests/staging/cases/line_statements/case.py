from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual(templates, **{"line_statement_prefix": "#", "line_comment_prefix": "##", **options})
