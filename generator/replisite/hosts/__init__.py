"""Where finished sites become live: one protocol, and one folder for each kind of host.

host            the protocol that the deploy works with, and every host keeps
memory          a host in memory, for tests
aws_profile     where the keys for Amazon S3, and what speaks its language, are found
cloudflare      Cloudflare, by its own command line
cloudfront      CloudFront is told what has changed, so that it fetches that anew
faults          what an error of a disk means to somebody who deploys, whichever machine the disk is in
folder          a folder on this machine that a web server serves
folder_state    whose turn it is in a folder on this machine, and the lists of its releases
git             a branch of a git repository
git_repository  git's own commands over a bare repository, with their errors in plain words
git_state       our files beside a branch
git_streams     two processes of git's that live long
netlify         Netlify, by its file-digest API
netlify_api     Netlify's API over HTTP: who we are, and what its answers mean
object_errors   what goes wrong at an object store, told as a HostError: what, where, and what to do next
object_folder   the folder of our files in an object store, which nobody finds who may not list
object_kept     what was live before, in an object store
object_opening  from a target in site.toml to an object store
object_state    our files in an object store: the lists of what is live, and whose turn it is
object_store    Amazon S3 and what speaks its language, Google Cloud Storage, Azure Blob Storage
object_turn     whose turn it is, in an object store: a file that is put only if there is none
opening         from a target in site.toml to the host that it names
packed          packed copies of texts, for servers that send a file's copy in its place
releases        releases side by side, one of them live
remembered      what this machine remembers of the releases that it made, for hosts that take whole snapshots and no files of ours
ssh/            a folder on another machine that a web server serves
trees           folders of files on this machine
wrangler        Cloudflare's command line as a child process that asks nothing, tells nothing home, and whose errors are told plainly
"""

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
