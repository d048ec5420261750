from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual(templates, **{"finalize": lambda value: "-" if value is None else f"({value})", **options})
