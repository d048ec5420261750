from tests.staging.grammar import Odd
from tests.staging.law import environment as usual


def environment(templates, **options):
    made = usual(templates, **options)
    made.add_extension(Odd)
    return made
