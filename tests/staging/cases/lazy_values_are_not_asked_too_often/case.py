class Lazy:
    def __init__(self, told):
        self._told = told

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        self._told.append(name)
        return name.upper()


def static():
    told = []
    return {"o": Lazy(told), "told": told, "no": False}


USED_UP = True
