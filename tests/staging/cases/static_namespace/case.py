from jinja2.utils import Namespace


def static():
    return {"ns": Namespace(x="X"), "t": "T"}


USED_UP = True
