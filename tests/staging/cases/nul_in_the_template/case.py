from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual({**templates, "page.html": "\x00\ue000\U0010ffff" + templates["page.html"]}, **options)


def static():
    return {"t": "\x00\ue000\U0010ffff"}


def records():
    return [{"d": {"name": "\x00\ue000\U0010ffff"}}, {"d": {"name": ""}}]
