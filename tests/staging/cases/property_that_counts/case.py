class Counting:
    def __init__(self):
        self.asked = 0

    @property
    def n(self):
        self.asked += 1
        return self.asked


def static():
    return {"o": Counting()}


USED_UP = True
