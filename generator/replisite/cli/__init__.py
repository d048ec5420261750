"""The command line: the only room that prints, and always through the terminal.

app               every command with its options and its help
site_option       read the site that ``--site`` names
exits             how a command ends: the error, and the exit code
terminal          the only way to a terminal: every text is plain, control characters are escaped
progress          show the progress of a long command: a bar on a terminal, plain lines elsewhere
reports           the reports of commands as text
deploy_reporter   a deploy on a terminal
preview_reporter  the events of a preview on a terminal
"""
