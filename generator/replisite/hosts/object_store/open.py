"""From a target in site.toml to an object store: where it is, where its keys are, how long it is waited for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from replisite.errors import UsageError
from replisite.hosts.host import HostFeatures, Limits
from replisite.hosts.object_store.aws_profile import find_keys
from replisite.hosts.object_store.errors import Border
from replisite.hosts.object_store.private_folder import OURS, Store
from replisite.model.target import HostKind, Target

__all__ = ["Opened", "open_store"]

CONNECT_SECONDS: Final = 10
ANSWER_SECONDS: Final = 60
"""How long a store may be silent: before it answers, and between two pieces of an answer."""

LARGE_ANSWER_SECONDS: Final = 600
"""The same for a part of a large file, which a slow line sends for a while before there can be an answer."""

WHOLE_SECONDS: Final = 3_600

JOBS: Final = 64
"""What one waits for is the way there and back: at 30 ms a file, 64 at a time are 2,000 files a second.

Amazon S3 takes at least 3,500 a second below each prefix
(docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html). On a server beside us 16 are as good.
"""

_ELSEWHERE = "Put larger files elsewhere and link to them"
_READ_ON = "2026-11-25"

_KEY_LETTERS: Final = 1_024 - len(f"{OURS}/{'0' * 32}/kept/20260131T120000Z-1a2b3c/")
"""What of a name's 1,024 is left for its path where it is kept; the prefix counts too.

Amazon S3 counts bytes of UTF-8, Azure letters.
"""

_LIMITS: Final[Mapping[HostKind, Limits]] = {
    "s3": Limits(
        path_letters=_KEY_LETTERS,
        file_bytes=5 << 30,  # a larger object can be put in parts, but not copied, and so not be kept
        source="docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html and copy-object.html",
        read_on=_READ_ON,
        instead=_ELSEWHERE,
    ),
    "gcs": Limits(
        file_bytes=5 * 10**12, source="cloud.google.com/storage/quotas", read_on=_READ_ON, instead=_ELSEWHERE
    ),
    "azure": Limits(
        path_letters=_KEY_LETTERS,
        file_bytes=50_000 * (4_000 << 20),
        source="learn.microsoft.com/rest/api/storageservices/Naming-and-Referencing-Containers--Blobs--and-Metadata "
        "and learn.microsoft.com/azure/storage/blobs/scalability-targets",
        read_on=_READ_ON,
        instead=_ELSEWHERE,
    ),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A store: ``patient`` is the same for large files. ``is_sure``: it is known to look at conditions."""

    store: Store
    patient: Store
    border: Border
    facts: HostFeatures
    prefix: str
    is_sure: bool


def open_store(target: Target) -> Opened:
    """Open the store of a target; nothing is asked of it yet. Raises UsageError."""
    make, options, place, told = {"s3": _s3, "gcs": _gcs, "azure": _azure}[target.host](target)
    prefix = target.text("prefix").strip("/")
    try:
        store, patient = (
            make(**options, **_client(target, silent)) for silent in (ANSWER_SECONDS, LARGE_ANSWER_SECONDS)
        )
    except (BaseError, ValueError, OSError) as error:
        why = str(error).partition("\n\nDebug source")[0]
        raise UsageError(f"{place} cannot be opened: {why}") from error
    facts = HostFeatures(
        f"{place}/{prefix}".rstrip("/"),
        packing="gzip" if target.is_set("gzip", default=True) else "",
        headers="metadata",
        limits=_limits(target.host, prefix),
        jobs=JOBS,
    )
    is_sure = target.host != "s3" or not (target.text("endpoint") or _named_endpoints())
    return Opened(store, patient, Border(place, told), facts, prefix, is_sure)


def _limits(host: HostKind, prefix: str) -> Limits:
    limits = _LIMITS[host]
    if limits.path_letters is None or not prefix:
        return limits
    return replace(limits, path_letters=limits.path_letters - len(prefix) - 1)


def _client(target: Target, silent: int) -> dict[str, Any]:
    """Return how long is waited, and that nothing is tried again here: the deploy does that, and tells it.

    Google unpacks what it answers unless packed is asked for (cloud.google.com/storage/docs/transcoding).
    """
    named = (target.text("endpoint"), *_named_endpoints())
    return {
        "client_options": {
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            "read_timeout": timedelta(seconds=silent),
            "timeout": timedelta(seconds=WHOLE_SECONDS),
            "allow_http": any(address.startswith("http://") for address in named),
            **({"default_headers": {"Accept-Encoding": "gzip"}} if target.host == "gcs" else {}),
        },
        "retry_config": {"max_retries": 0},
    }


def _named_endpoints() -> Sequence[str]:
    """Return the addresses in the environment that stand in for Amazon's."""
    names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT")
    return [os.environ[name] for name in names if os.environ.get(name)]


_Made = tuple[type[S3Store] | type[GCSStore] | type[AzureStore], dict[str, Any], str, str]


def _s3(target: Target) -> _Made:
    keys = find_keys()
    options: dict[str, Any] = {"bucket": target.text("bucket"), **keys.options}
    if endpoint := target.text("endpoint"):
        options |= {"endpoint": endpoint, "disable_bulk_delete": True}  # which not all of them know
    if region := target.text("region") or os.environ.get("AWS_REGION") or keys.region:
        options["region"] = region
    return S3Store, options, f"s3://{target.text('bucket')}", keys.told


def _gcs(target: Target) -> _Made:
    options: dict[str, Any] = {"bucket": target.text("bucket")}
    if endpoint := target.text("endpoint"):
        options["base_url"] = endpoint
    named = next((name for name in _GOOGLE if os.environ.get(name)), "")
    told = f"the account in {named}" if named else "Google's application default credentials"
    return GCSStore, options, f"gs://{target.text('bucket')}", told


_GOOGLE = (
    "GOOGLE_BEARER_TOKEN",
    "GOOGLE_SERVICE_ACCOUNT",
    "GOOGLE_SERVICE_ACCOUNT_PATH",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
)


def _azure(target: Target) -> _Made:
    options: dict[str, Any] = {
        "account_name": target.text("account"),
        "container_name": target.text("container"),
    }
    if endpoint := target.text("endpoint"):
        options["endpoint"] = endpoint
    named = next((name for name in _MICROSOFT if os.environ.get(name)), "")
    told = f"the account in {named}" if named else "this machine's managed identity"
    if not named and shutil.which("az"):
        options["use_azure_cli"] = True
        told = 'the account of "az login"'
    return AzureStore, options, f"az://{target.text('account')}/{target.text('container')}", told


_MICROSOFT = (
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_MASTER_KEY",
    "AZURE_STORAGE_SAS_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_TOKEN",
    "AZURE_STORAGE_CLIENT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
)
