"""A folder on another machine that a web server serves, by ssh: releases as in a folder here (`hosts.common.releases`).

The other machine needs OpenSSH's server with its SFTP, and a POSIX shell with the usual programs, among them ``cp``,
``find``, ``ln``, ``mv``, ``rm``, ``sort`` and ``stat``. Where it also has ``tar``, ``xargs -0`` and ``dd
iflag=fullblock`` (any GNU system, busybox, FreeBSD), many files are sent at a time; elsewhere one by one by SFTP. Nothing
is installed there, and root's permissions are not needed.

connection  the connection: ssh's own configuration, keys and agent; made again where it was lost
host_keys   the server's key, which is always checked
errors      what ssh's errors mean for a deploy
shell       the other machine's shell, which runs scripts; every value is quoted, none is part of a command line
scripts     the scripts
archive     files as members of a tar archive
stream      puts and deletes, collected into batches, each acknowledged when it is on the other machine
sftp        single files by SFTP: large files, lists, links, and files that are read
state       the lock, and the lists of the releases
host        the host: releases in a folder on another machine

Why not rsync: the deploy sends single files whose bytes it has just checked, and records each when it has arrived, so
that it can be resumed after any cut. rsync reads a tree on its own, and reports only at its end whether all succeeded.
"""

from replisite.hosts.ssh.connection import Address
from replisite.hosts.ssh.host import SshHost

__all__ = ["Address", "SshHost"]
