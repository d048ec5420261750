"""What the operating system gives and allows, each thing once.

bugs            an unexpected exception as a bug in replisite, with its tracebacks in a file
clock           the moment that counts as now
error_text      what an error says, in one form
files           a file is replaced in one step, whole
last_words      what a process says when it ends unexpectedly
limits          what an error of the system means, in words
locks           a file that only one process of this machine may have
open_files      find out which files this process opens
packed_text     lines in gzip's format, after a header
private_files   folders of mode 0700 and files of mode 0600
processes       processes beside the main one
processor_time  the processor time that one page, or one site of many pages, may take
special_files   named pipes, sockets and devices among files
sqlite_errors   what an error of SQLite means, in a sentence that names the file, the limit and what to do
"""
