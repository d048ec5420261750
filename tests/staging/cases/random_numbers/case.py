import random


def static():
    chosen = random.Random(7)
    return {"pick": chosen.choice, "number": chosen.random, "xs": [1, 2, 3, 4, 5]}


USED_UP = True
