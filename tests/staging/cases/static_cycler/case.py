from jinja2.utils import Cycler


def static():
    return {"c": Cycler("a", "<b>", "c")}


USED_UP = True
