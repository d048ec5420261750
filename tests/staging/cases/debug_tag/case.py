from jinja2 import DictLoader, Environment


def environment(templates, **options):
    """Only names that print alike everywhere: the tag prints all there is."""
    made = Environment(
        loader=DictLoader(templates), extensions=["jinja2.ext.debug"], **{"autoescape": True, **options}
    )
    made.globals.clear()
    made.filters.clear()
    made.tests.clear()
    return made
