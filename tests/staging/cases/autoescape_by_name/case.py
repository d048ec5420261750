from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual(templates, **{"autoescape": lambda name: not (name or "").endswith(".txt.html"), **options})
