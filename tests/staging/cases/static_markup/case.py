from markupsafe import Markup


def static():
    return {"t": Markup("<b>%s</b>")}


def records():
    return [{"d": {"name": "Jane <o>", "n": "<n>"}}, {"d": {"name": Markup("<i>J</i>"), "n": Markup("<n>")}}]
