class Bomb:
    @property
    def boom(self):
        raise ValueError("read")


def static():
    return {"o": Bomb()}
