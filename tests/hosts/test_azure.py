"""Azure Blob Storage keeps the contract, over Azurite."""

from __future__ import annotations

import asyncio
import base64
import datetime
import hashlib
import hmac
import itertools
from collections.abc import Iterator

import httpx
import pytest

from replisite.hosts import HostError
from replisite.model.live_files import CachePolicy, LiveFile, served
from tests.hosts.contract import HostContract, Place
from tests.hosts.stores import AZURE, AZURE_KEY, StorePlace, azurite_at

pytestmark = pytest.mark.xdist_group("azure")

_NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys where Azure's tools look for them."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", AZURE_KEY)


@pytest.fixture(scope="module")
def azurite() -> Iterator[str]:
    """The account's address, with a container in it."""
    with azurite_at() as address:
        endpoint = f"{address}/{AZURE}"
        _make_container(endpoint, "$web")
        yield endpoint


def _make_container(endpoint: str, name: str) -> None:
    """Make a container whose blobs all may read (learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key)."""
    now = datetime.datetime.now(datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = {"x-ms-blob-public-access": "blob", "x-ms-date": now, "x-ms-version": "2021-08-06"}
    told = "".join(f"{key}:{headers[key]}\n" for key in sorted(headers))
    signed = "PUT" + "\n" * 12 + told + f"/{AZURE}/{AZURE}/{name}\nrestype:container"
    digest = hmac.new(base64.b64decode(AZURE_KEY), signed.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {AZURE}:{base64.b64encode(digest).decode()}"
    answer = httpx.put(f"{endpoint}/{name}", params={"restype": "container"}, headers=headers, content=b"")
    assert answer.status_code == 201, answer.text


class TestAzurite(HostContract):
    """The suite over Azurite."""

    @pytest.fixture
    def place(self, azurite: str) -> StorePlace:
        """A new prefix."""
        settings = {"account": AZURE, "container": "$web", "endpoint": azurite}
        return StorePlace("azure", {**settings, "prefix": f"www {next(_NUMBERS)}"})

    def damage_list(self, place: Place, damage: str) -> None:
        """By its key."""
        assert isinstance(place, StorePlace)
        asyncio.run(place.damage_list(damage))


def test_a_missing_container_is_reported(azurite: str) -> None:
    """With what to do."""
    place = StorePlace("azure", {"account": AZURE, "container": "none", "endpoint": azurite})
    page = LiveFile("index.html", "0" * 64, 3, served("index.html", CachePolicy()))
    with pytest.raises(HostError) as told:
        asyncio.run(place.host().put(page, b"Tea"))
    assert str(told.value) == (
        "az://devstoreaccount1/none: there is no such bucket; make it, or correct its name in site.toml"
    )
