class Basket:
    def __init__(self):
        self.total = 0

    def add(self, number):
        self.total += number
        return ""


def static():
    return {"o": Basket()}


USED_UP = True
