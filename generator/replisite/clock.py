"""The moment that counts as now."""

from __future__ import annotations

import datetime
import os

__all__ = ["build_time"]


def build_time() -> datetime.datetime:
    """Return the moment that counts as now: SOURCE_DATE_EPOCH if it is set (reproducible-builds.org)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    return datetime.datetime.now(datetime.UTC)
