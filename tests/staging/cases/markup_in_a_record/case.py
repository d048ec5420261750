from markupsafe import Markup


def records():
    return [{"d": {"bio": Markup("<p>Hi & bye</p>")}}, {"d": {"bio": "<p>text</p>"}}]
