"""A folder on another machine that a web server serves, by ssh: releases as in a folder here (`hosts.common.releases`).

The other machine needs OpenSSH's server with its SFTP, and a POSIX shell with the programs that come with one, among
them ``cp``, ``find``, ``ln``, ``mv``, ``rm``, ``sort`` and ``stat``. Where ``tar``, ``xargs -0`` and ``dd
iflag=fullblock`` are there as well (any GNU system, busybox, FreeBSD), files travel many at a time; where not, one by one
by SFTP. Nothing is installed there, and root's rights are not needed.

connection  the connection: ssh's own configuration, keys and agent; made anew where it was lost
host_keys   the server's key, which is always checked
errors      what ssh's errors mean to somebody who deploys
shell       scripts that the other machine's shell runs; every value is quoted, none is part of a command line
scripts     the scripts
archive     files as members of a tar archive
stream      puts and deletes, collected into batches, each acknowledged when it is on the other machine
sftp        single files by SFTP: large ones, lists, links, and those that are read
state       whose turn it is, and the lists of the releases
host        the host

Why no rsync: the deploy hands over single files whose bytes it has just checked, and notes each when it has arrived, so
that it can go on after any cut. rsync reads a tree by itself, and says at its end only whether all went well.
"""

from replisite.hosts.ssh.connection import Address
from replisite.hosts.ssh.host import SshHost

__all__ = ["Address", "SshHost"]
