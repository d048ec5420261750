from replisite.staging import pure


@pure
class Link:
    def __init__(self, to):
        self.to = to

    def __html__(self):
        return f"<a href='{self.to}'></a>"

    def __str__(self):
        return f"link to <{self.to}>"


def static():
    return {"link": Link("s")}


def records():
    return [{"d": {"name": "<J>", "link": Link("1")}}, {"d": {"name": "", "link": Link("2")}}]
