"""What an error that somebody else's code raised says, in one form."""

from __future__ import annotations

__all__ = ["error_text"]


def error_text(error: BaseException) -> str:
    """Return the name of an error and what it says; the name alone where it says nothing.

    >>> error_text(KeyError("size")), error_text(MemoryError())
    ("KeyError: 'size'", 'MemoryError')
    """
    return named_text(type(error).__name__, str(error))


def named_text(name: str, said: object) -> str:
    """Return a name and what is said of it; the name alone where nothing is said."""
    text = str(said).strip()
    return f"{name}: {text}" if text else name
