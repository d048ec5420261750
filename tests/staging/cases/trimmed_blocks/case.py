from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual(
        templates, **{"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True, **options}
    )
