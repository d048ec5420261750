from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual({**templates, "page.html": "" + templates["page.html"]}, **options)


def static():
    return {"t": "t"}


def records():
    return [{"d": {"name": "\udcff"}}, {"d": {"name": ""}}]
