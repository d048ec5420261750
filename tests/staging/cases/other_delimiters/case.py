from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual(
        templates,
        **{
            "block_start_string": "<%%",
            "block_end_string": "%%>",
            "variable_start_string": "${",
            "variable_end_string": "}",
            "comment_start_string": "<#",
            "comment_end_string": "#>",
            **options,
        },
    )
