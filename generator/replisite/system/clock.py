"""The current time, for a build and for the name of a deploy."""

from __future__ import annotations

import datetime
import os
import secrets

__all__ = ["build_time", "deploy_name"]


def build_time() -> datetime.datetime:
    """Return the current time, or the environment's SOURCE_DATE_EPOCH if it is set (reproducible-builds.org)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    return datetime.datetime.now(datetime.UTC)


def deploy_name() -> str:
    """Return a unique name for a deploy that begins now; names sort by time."""
    return f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
