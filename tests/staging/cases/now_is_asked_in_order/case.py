import datetime


def static():
    times = iter(
        datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(hours=hour)
        for hour in range(99)
    )
    return {"now": lambda: next(times)}


USED_UP = True
