"""Hosts of live sites: one protocol, and one folder for each kind of host.

host           the protocol that the deploy calls, and every host implements
open           open the host of a target in site.toml
memory         a host in memory, for tests
common/        code that several hosts share
cloudflare/    Cloudflare, with its own command line
folder/        a folder on this machine that a web server serves
git/           a branch of a git repository
netlify/       Netlify, with its file-digest API
object_store/  Amazon S3 and stores with its API, Google Cloud Storage, Azure Blob Storage
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
    NoBackupError,
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
    "NoBackupError",
    "Release",
    "State",
    "open_host",
]
