from dataclasses import dataclass, field


@dataclass
class Holder:
    xs: list = field(default_factory=list)


def static():
    return {"o": Holder()}


USED_UP = True
