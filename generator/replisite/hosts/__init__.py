"""Where finished sites become live: one protocol, and one folder for each kind of host.

host           the protocol that the deploy works with, and every host keeps
open           from a target in site.toml to the host that it names
memory         a host in memory, for tests
common/        what several hosts have in common
cloudflare/    Cloudflare, by its own command line
folder/        a folder on this machine that a web server serves
git/           a branch of a git repository
netlify/       Netlify, by its file-digest API
object_store/  Amazon S3 and what speaks its language, Google Cloud Storage, Azure Blob Storage
ssh/           a folder on another machine that a web server serves
"""

from replisite.hosts.host import (
    Body,
    Bundle,
    Host,
    HostError,
    HostFeatures,
    Limits,
    Listed,
    Lock,
    Release,
    State,
)
from replisite.hosts.memory import MemoryHost, MemoryState
from replisite.hosts.open import open_host

__all__ = [
    "Body",
    "Bundle",
    "Host",
    "HostError",
    "HostFeatures",
    "Limits",
    "Listed",
    "Lock",
    "MemoryHost",
    "MemoryState",
    "Release",
    "State",
    "open_host",
]
