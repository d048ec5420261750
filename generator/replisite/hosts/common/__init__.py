"""What several hosts have in common.

compression  packed copies of texts, for servers that send a file's copy in its place
disk_errors  what an error of a disk means, on this machine or another
disk_files   folders of files on this machine
releases     releases side by side, one of them live
"""
