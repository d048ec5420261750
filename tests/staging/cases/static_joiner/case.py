from jinja2.utils import Joiner


def static():
    return {"j": Joiner(" | ")}


USED_UP = True
