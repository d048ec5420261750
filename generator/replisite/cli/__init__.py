"""The command line: the only room that prints, and always through the terminal.

app               one short function a command
terminal          the only way to a terminal: every text is plain, control characters are escaped
progress          how a long command shows that it is alive: a bar on a terminal, plain lines elsewhere
reports           reports as people read them on a terminal
deploy_reporter   a deploy as people follow it on a terminal
preview_reporter  what a preview says on a terminal
bug_reporter      a bug in replisite as a message or as JSON, and its exit code
"""
