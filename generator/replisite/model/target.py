"""A target of a deploy, as site.toml describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from replisite.model.live_files import CachePolicy

__all__ = ["HOST_KEYS", "HostKind", "Target"]

HostKind = Literal["folder", "ssh", "s3", "gcs", "azure", "netlify", "cloudflare", "git"]

HOST_KEYS: Final[Mapping[HostKind, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "folder": (("path",), ("keep", "configure")),
    "ssh": (("server", "path"), ("user", "port", "identity", "known_hosts", "keep", "configure")),
    "s3": (("bucket",), ("prefix", "region", "endpoint", "cloudfront", "gzip")),
    "gcs": (("bucket",), ("prefix", "endpoint", "gzip")),
    "azure": (("account", "container"), ("prefix", "endpoint", "gzip")),
    "netlify": (("site",), ("endpoint",)),
    "cloudflare": (("project",), ("kind", "branch", "plan")),
    "git": (("remote",), ("branch", "domain", "history")),
}
"""The keys of each host: the required ones, and the optional ones."""


@dataclass(frozen=True, slots=True)
class Target:
    """One target. ``settings`` are the host's own keys, with their defaults filled in (`HOST_KEYS`).

    ``url`` is the address at which live files are checked after a deploy, without a slash at its end. ``max_deletes`` is
    None for the default: a tenth of the live files, or 100 if that is more.
    """

    name: str
    host: HostKind
    settings: Mapping[str, str | int | bool] = field(default_factory=dict)
    url: str = ""
    cache: CachePolicy = field(default_factory=CachePolicy)
    max_deletes: int | None = None

    def text(self, key: str) -> str:
        """Return a setting that is a text; empty if it is left out."""
        return str(self.settings.get(key, ""))

    def number(self, key: str, default: int) -> int:
        """Return a setting that is a number."""
        return int(self.settings.get(key, default))

    def is_set(self, key: str, *, default: bool) -> bool:
        """Return a setting that is true or false."""
        return bool(self.settings.get(key, default))
