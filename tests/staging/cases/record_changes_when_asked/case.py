class Owner:
    def __init__(self, n):
        self.n = n

    def next(self):
        self.n += 1
        return self.n

    def __deepcopy__(self, memo):
        return Owner(self.n)


def static():
    return {"t": "T"}


def records():
    return [{"d": Owner(0)}, {"d": Owner(9)}]


USED_UP = True
