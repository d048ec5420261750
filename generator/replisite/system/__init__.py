"""What the operating system allows: its limits in words, files that only their owner reads, limits of processor time.

`limits` says what an error of the system means; `private_files` makes folders and files of mode 0700 and 0600.
"""
