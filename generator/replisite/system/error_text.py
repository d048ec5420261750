"""The text of an error of a library, in one form."""

from __future__ import annotations

__all__ = ["error_text"]


def error_text(error: BaseException) -> str:
    """Return the name of an error's type and its message; the name alone where the message is empty.

    >>> error_text(KeyError("size")), error_text(MemoryError())
    ("KeyError: 'size'", 'MemoryError')
    """
    return named_text(type(error).__name__, str(error))


def named_text(name: str, message: object) -> str:
    """Return a name and a message; the name alone where the message is empty."""
    text = str(message).strip()
    return f"{name}: {text}" if text else name
