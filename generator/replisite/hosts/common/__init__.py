"""Code that several hosts share.

compression  packed copies of texts, for servers that send a copy instead of the file
disk_errors  what an error of a disk means for a deploy, on this machine or on another
disk_files   folders of files on this machine
releases     releases side by side, one of them live
"""
