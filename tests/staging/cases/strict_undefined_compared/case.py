from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual(templates, **{"undefined": 1, **options})
