class Owner:
    items = ("own",)

    def __init__(self, name):
        self.name = name

    def full(self, title=""):
        return f"{title}<{self.name}>"

    def __str__(self):
        return self.name


def static():
    return {"t": "Dr"}


def records():
    return [{"d": Owner("Jane")}, {"d": Owner("")}]
