def static():
    return {"it": iter([1, 2, 3, 4])}


USED_UP = True
