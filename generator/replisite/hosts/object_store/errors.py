"""The errors of object stores, translated into HostError: where, what, and what to do next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotSupportedError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from replisite.hosts.host import HostError

__all__ = ["FOREIGN", "LOST", "UNKNOWN_CONDITION", "ErrorTranslator"]

FOREIGN: Final = (BaseError, OSError, ValueError, NotImplementedError)
"""What obstore raises: errors of its own, and FileNotFoundError for an object that is not there."""

LOST: Final = (AlreadyExistsError, PreconditionError)
"""What it raises when another client was first."""

UNKNOWN_CONDITION: Final = (NotImplementedError, NotSupportedError)
"""What it raises where a store does not support conditions for a put."""

_STATUS = re.compile(r"status code: (\d{3})|\(code: (\d{3})\)")
_CODE = re.compile(r"<Code>(\w+)</Code>|\(code: ([A-Za-z]\w*)\)")
_MESSAGE = re.compile(r"<Message>([^<\n]{1,200})|\"message\":\s*\"([^\"]{1,200})\"")
_DRAWN = re.compile(r"\b[0-9a-f]{32}\b")
_SYSTEM = re.compile(r"message: \"([^\"]{1,200})\"|\b(TimedOut)\b")

_PASSING_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_PASSING_CODES = frozenset(
    {"InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown", "ServerBusy"}
)
_EXPIRED_CODES = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
_REFUSED_CODES = frozenset(
    {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthenticationFailed"}
)
"""Amazon S3's, which others speak too (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html), and Azure's."""


@dataclass(frozen=True, slots=True)
class ErrorTranslator:
    """Turns a store's errors into ours.

    ``bucket`` names the bucket in messages (``s3://tea-sites``); ``credentials`` says where its keys were found, never
    their values. No message holds the name of our private folder.
    """

    bucket: str
    credentials: str

    def host_error(self, error: Exception, key: str) -> HostError:
        """Return what an error at a key means.

        obstore does not pass on a store's ``Retry-After``, so the deploy chooses the wait before a retry.
        """
        text = str(error).partition("\n\nDebug source")[0]
        whole = str(error)
        status = int(_first(_STATUS, text) or 0)
        code = _first(_CODE, text)
        where = f"{self.bucket}/{_DRAWN.sub('…', key)}" if key else self.bucket
        if code in {"NoSuchBucket", "ContainerNotFound"}:
            return HostError(
                f"{self.bucket}: there is no such bucket; make it, or correct its name in site.toml"
            )
        if code in {
            "PermanentRedirect",
            "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException",
        }:
            return HostError(f"{self.bucket}: the bucket is in another region; set region in site.toml")
        if code == "RequestTimeTooSkewed":
            return HostError(f"{self.bucket}: this machine's clock is wrong; set it, then deploy again")
        if code in _EXPIRED_CODES:
            return HostError(f"{where}: {self.credentials} expired; sign in again, then deploy")
        if self._is_refusal(error, status, code):
            denied = f"{self.credentials} may not do this ({code or status})"
            return HostError(f"{where}: {denied}; check the keys and their permissions")
        if isinstance(error, FileNotFoundError) or status == 404:
            return HostError(f"{where}: there is no such object")
        if isinstance(error, LOST):
            return HostError(f"{where}: another client has changed it meanwhile", may_pass=True)
        if "token request" in text or "credential" in text.lower():
            return HostError(f"{self.bucket}: {self.credentials} gave no keys; sign in, then deploy again")
        if status or code:
            may_pass = status in _PASSING_STATUSES or code in _PASSING_CODES
            message = _first(_MESSAGE, text)
            parts = (status or "", code, f"({message})" if message else "")
            answer = " ".join(str(part) for part in parts if part)
            return HostError(f"{where}: the store answered {answer}", may_pass=may_pass)
        if isinstance(error, ValueError | NotImplementedError):
            return HostError(f"{where}: {text.strip()}")
        reason = _first(_SYSTEM, whole).replace("TimedOut", "no answer in time")
        reason = reason or text.rpartition(": ")[2].strip()
        return HostError(f"{where}: the connection failed ({reason})", may_pass=True)

    @staticmethod
    def _is_refusal(error: Exception, status: int, code: str) -> bool:
        is_foreign = isinstance(error, PermissionDeniedError | UnauthenticatedError)
        return is_foreign or status in {401, 403} or code in _REFUSED_CODES


def _first(pattern: re.Pattern[str], text: str) -> str:
    """Return the first group that matched; empty if none did."""
    matched = pattern.search(text)
    return next((group for group in matched.groups() if group), "") if matched else ""
