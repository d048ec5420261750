"""The operating system, each thing once.

bugs            an unexpected exception as a bug in replisite, with its tracebacks in a file
clock           the current time, for a build and for the name of a deploy
error_text      the text of an error of a library, in one form
exit_report     the report of a process that ends unexpectedly
files           a file is replaced in one step
limits          an error of the operating system in words
locks           locks between the processes of this machine
open_files      a record of the files that this process opens
packed_text     lines in gzip's format, after a header
private_files   folders of mode 0700 and files of mode 0600
processes       child processes, each with one object whose methods the parent calls
processor_time  a limit of the processor time of a page
special_files   named pipes, sockets and devices among files
sqlite_errors   an error of SQLite in words
"""
