"""Run replisite as ``python -m replisite``."""

from replisite.cli import main

main()
