from tests.staging.law import environment as usual


def environment(templates, **options):
    return usual({**templates, "page.html": "\ud800" + templates["page.html"]}, **options)


def static():
    return {"t": "\udfff"}


def records():
    return [{"d": {"name": "\ud800"}}, {"d": {"name": ""}}]


USED_UP = True  # such a page is text, and cannot be bytes
