"""Faults without end."""

from replisite.errors import Fault, FaultLog


def test_the_first_faults_are_kept_and_the_others_counted():
    """Whatever their order of arrival, those that stand first in the input are told."""
    log = FaultLog(limit=2)
    for line in (9, 3, 7, 1):
        log.append(Fault("roster.csv", line, "bad"))
    assert log.faults == (Fault("roster.csv", 1, "bad"), Fault("roster.csv", 3, "bad"))
    assert (len(log), log.uncounted) == (4, 2)
    assert str(log.error()) == "roster.csv:1: bad\nroster.csv:3: bad\n… and 2 more"
