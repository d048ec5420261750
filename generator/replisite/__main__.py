"""The program: ``replisite``, or ``python -m replisite``."""

from __future__ import annotations

import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; what a preview waits for longest begins before the command line is even read.

    Ctrl-C and SIGTERM are blocked before anything else is imported, and until the command begins: an exception that comes in the middle of an
    import may be lost or change its type (Python ignores it in the weakref callbacks of the import locks, and up to
    3.11 it turns what is raised in ``__set_name__`` into a RuntimeError).
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends as Ctrl-C does
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that grows too large is an error, not the end
    from replisite.preview.head_start import head_start
    from replisite.system.private_files import use_web_umask

    use_web_umask()
    try:
        with head_start(sys.argv[1:]) as content_process:
            from replisite.cli.app import run  # meanwhile the other process reads Pelican

            run(content_process)
    except KeyboardInterrupt:  # outside of a command
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
