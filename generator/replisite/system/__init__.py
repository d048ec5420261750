"""What the operating system allows: its limits in words, files that only their owner reads, limits of processor time.

`limits` says what an error of the system means; `private_files` makes folders and files of mode 0700 and 0600;
`processor_time` gives up a page without an end; `special_files` finds named pipes, sockets and devices.
"""
