class Late:
    def __init__(self):
        self.asked = 0

    def __str__(self):
        self.asked += 1
        return f"asked {self.asked}"


def static():
    return {"lazy": Late()}


USED_UP = True
