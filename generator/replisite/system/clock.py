"""The moment that counts as now."""

from __future__ import annotations

import datetime
import os
import secrets

__all__ = ["build_time", "deploy_name"]


def build_time() -> datetime.datetime:
    """Return the moment that counts as now: SOURCE_DATE_EPOCH if it is set (reproducible-builds.org)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    return datetime.datetime.now(datetime.UTC)


def deploy_name() -> str:
    """Return a name for a deploy that begins now, which nobody else has, and which sorts by time."""
    return f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
