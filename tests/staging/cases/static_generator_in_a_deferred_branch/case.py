def static():
    return {"it": (letter for letter in "abc")}


USED_UP = True
