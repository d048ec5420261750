from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual(templates, **{"newline_sequence": "\r\n", "keep_trailing_newline": True, **options})
