"""What the operating system gives and allows, each thing once.

error_text        what an error says, in one form
last_words        what a process says when it ends unexpectedly
limits            what an error of the system means, in words
private_files     folders of mode 0700 and files of mode 0600
processor_time    the processor time that one page, or one site of many pages, may take
special_files     named pipes, sockets and devices among files
"""
