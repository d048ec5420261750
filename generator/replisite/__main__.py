"""The program: ``replisite``, or ``python -m replisite``."""

from __future__ import annotations

import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line. For a preview, the content process starts before the command line is read.

    An exception that reaches this function is a bug in replisite, and is reported as one: exit code 70.

    Ctrl-C and SIGTERM are blocked before any other import, until the command begins: an exception in the middle of an
    import may be lost or change its type (Python ignores it in the weakref callbacks of the import locks, and up to
    3.11 turns what is raised in ``__set_name__`` into a RuntimeError).
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends the program as Ctrl-C does
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that grows too large is an error of a write
    try:
        _run()
    except KeyboardInterrupt:  # outside of a command
        sys.exit(128 + signal.SIGINT)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the last frame of the program
        from replisite.cli.bug_reporter import report_bug

        sys.exit(report_bug(error, sys.argv[1:]))


def _run() -> None:
    from replisite.preview.head_start import head_start
    from replisite.system.private_files import use_web_umask

    use_web_umask()
    with head_start(sys.argv[1:]) as content_process:
        from replisite.cli.app import run  # meanwhile the content process imports Pelican

        run(content_process)


if __name__ == "__main__":
    main()
