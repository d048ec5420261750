"""Where finished sites become live: one protocol, and one file for each kind of host."""

from replisite.hosts.host import (
    Body,
    Bundle,
    Facts,
    Host,
    HostError,
    Limits,
    Listed,
    Release,
    State,
    Turn,
)
from replisite.hosts.memory import MemoryHost, MemoryState
from replisite.hosts.opening import open_host

__all__ = [
    "Body",
    "Bundle",
    "Facts",
    "Host",
    "HostError",
    "Limits",
    "Listed",
    "MemoryHost",
    "MemoryState",
    "Release",
    "State",
    "Turn",
    "open_host",
]
