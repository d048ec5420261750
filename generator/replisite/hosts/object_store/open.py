"""Open the object store of a target in site.toml: its address, its keys, its time-outs."""

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
from replisite.hosts.object_store.errors import ErrorTranslator
from replisite.hosts.object_store.private_folder import OURS, Store
from replisite.model.target import HostKind, Target

__all__ = ["Opened", "open_store"]

CONNECT_SECONDS: Final = 10
ANSWER_SECONDS: Final = 60
"""The longest silence of a store: before it answers, and between two pieces of an answer."""

LARGE_ANSWER_SECONDS: Final = 600
"""The same for a part of a large file, which takes a while on a slow line before the store can answer."""

WHOLE_SECONDS: Final = 3_600

JOBS: Final = 64
"""Most of the time is the round trip: at 30 ms a file, 64 at a time are 2,000 files a second.

Amazon S3 takes at least 3,500 a second below each prefix
(docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html). On a server in the same network 16 are as fast.
"""

_ELSEWHERE = "Host larger files elsewhere and link to them"
_READ_ON = "2026-11-25"

_KEY_CHARACTERS: Final = 1_024 - len(f"{OURS}/{'0' * 32}/kept/20260131T120000Z-1a2b3c/")
"""How many of a key's 1,024 characters are left for the path of a backup; the prefix counts too.

Amazon S3 counts bytes of UTF-8, Azure characters.
"""

_LIMITS: Final[Mapping[HostKind, Limits]] = {
    "s3": Limits(
        path_characters=_KEY_CHARACTERS,
        file_bytes=5 << 30,  # a larger object can be put in parts, but not copied, so it cannot be backed up
        source="docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html and copy-object.html",
        read_on=_READ_ON,
        instead=_ELSEWHERE,
    ),
    "gcs": Limits(
        file_bytes=5 * 10**12, source="cloud.google.com/storage/quotas", read_on=_READ_ON, instead=_ELSEWHERE
    ),
    "azure": Limits(
        path_characters=_KEY_CHARACTERS,
        file_bytes=50_000 * (4_000 << 20),
        source="learn.microsoft.com/rest/api/storageservices/Naming-and-Referencing-Containers--Blobs--and-Metadata "
        "and learn.microsoft.com/azure/storage/blobs/scalability-targets",
        read_on=_READ_ON,
        instead=_ELSEWHERE,
    ),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A store: ``patient`` is the same with time-outs for large files. ``has_conditions``: it is known to check conditions."""

    store: Store
    patient: Store
    errors: ErrorTranslator
    features: HostFeatures
    prefix: str
    has_conditions: bool


def open_store(target: Target) -> Opened:
    """Open the store of a target; no request is made yet. Raises UsageError."""
    make, options, bucket, credentials = {"s3": _s3, "gcs": _gcs, "azure": _azure}[target.host](target)
    prefix = target.text("prefix").strip("/")
    try:
        store, patient = (
            make(**options, **_client(target, silent)) for silent in (ANSWER_SECONDS, LARGE_ANSWER_SECONDS)
        )
    except (BaseError, ValueError, OSError) as error:
        why = str(error).partition("\n\nDebug source")[0]
        raise UsageError(f"{bucket} cannot be opened: {why}") from error
    features = HostFeatures(
        f"{bucket}/{prefix}".rstrip("/"),
        packing="gzip" if target.is_set("gzip", default=True) else "",
        headers="metadata",
        limits=_limits(target.host, prefix),
        jobs=JOBS,
    )
    has_conditions = target.host != "s3" or not (target.text("endpoint") or _named_endpoints())
    return Opened(store, patient, ErrorTranslator(bucket, credentials), features, prefix, has_conditions)


def _limits(host: HostKind, prefix: str) -> Limits:
    limits = _LIMITS[host]
    if limits.path_characters is None or not prefix:
        return limits
    return replace(limits, path_characters=limits.path_characters - len(prefix) - 1)


def _client(target: Target, silent: int) -> dict[str, Any]:
    """Return the client's options, with time-outs and without retries: the deploy retries, and reports it.

    Google unpacks its answers unless the request accepts packed ones (cloud.google.com/storage/docs/transcoding).
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
    """Return the addresses in the environment that replace Amazon's."""
    names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT")
    return [os.environ[name] for name in names if os.environ.get(name)]


_Made = tuple[type[S3Store] | type[GCSStore] | type[AzureStore], dict[str, Any], str, str]


def _s3(target: Target) -> _Made:
    keys = find_keys()
    options: dict[str, Any] = {"bucket": target.text("bucket"), **keys.options}
    if endpoint := target.text("endpoint"):
        options |= {"endpoint": endpoint, "disable_bulk_delete": True}  # which not all of them support
    if region := target.text("region") or os.environ.get("AWS_REGION") or keys.region:
        options["region"] = region
    return S3Store, options, f"s3://{target.text('bucket')}", keys.label


def _gcs(target: Target) -> _Made:
    options: dict[str, Any] = {"bucket": target.text("bucket")}
    if endpoint := target.text("endpoint"):
        options["base_url"] = endpoint
    named = next((name for name in _GOOGLE if os.environ.get(name)), "")
    credentials = f"the account in {named}" if named else "Google's application default credentials"
    return GCSStore, options, f"gs://{target.text('bucket')}", credentials


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
    credentials = f"the account in {named}" if named else "this machine's managed identity"
    if not named and shutil.which("az"):
        options["use_azure_cli"] = True
        credentials = 'the account of "az login"'
    return AzureStore, options, f"az://{target.text('account')}/{target.text('container')}", credentials


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
