"""CloudFront is told what has changed, over moto's server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import boto3
import pytest

from replisite.errors import UsageError
from replisite.hosts import HostError, Release, open_host
from replisite.hosts.object_store.cloudfront import Changes, Distribution
from replisite.model.live_files import CachePolicy, LiveFile, served
from replisite.model.target import Target
from tests.hosts.stores import AWS, StorePlace, a_bucket, moto_at

pytestmark = pytest.mark.xdist_group("s3")


def told(*paths: str) -> list[str]:
    changes = Changes()
    for path in paths:
        changes.note(path)
    return list(changes.paths())


def test_a_few_files_are_named() -> None:
    """Each as it is asked for: a page of a folder with its name and without, encoded."""
    assert told("index.html", "jane/index.html", "files/th\u00e9 #1.txt", "theme/app.3f2a91bc.css") == [
        "/",
        "/files/th%C3%A9%20%231.txt",
        "/index.html",
        "/jane",
        "/jane/",
        "/jane/index.html",
    ]


def test_of_many_files_only_their_sites_are_named() -> None:
    """With a wildcard for each."""
    pages = [f"{owner}/{page}.html" for owner in ("ann", "bob") for page in range(10)]
    assert told("index.html", *pages) == ["/", "/ann/*", "/bob/*", "/index.html"]


def test_of_many_sites_nothing_is_named() -> None:
    """Everything is fetched anew."""
    assert told(*(f"owner{number}/index.html" for number in range(1_000))) == ["/*"]


def test_without_boto3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the host is opened."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    target = Target("live", "s3", {"bucket": "tea", "cloudfront": "E2QWRUHAPOMQZL"})
    with pytest.raises(UsageError) as refused:
        open_host(target, root=None, state=None)  # type: ignore[arg-type]
    assert str(refused.value) == 'cloudfront in site.toml needs boto3; pip install "replisite[cloudfront]"'


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """A server with a bucket."""
    with moto_at() as endpoint:
        a_bucket(endpoint, "sites")
        yield endpoint


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys where Amazon's tools look for them."""
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)


def test_the_distribution_hears_what_changed(moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the deploy is finished, and once, however often that is tried."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", moto)
    client = boto3.client("cloudfront", region_name="us-east-1")
    origin = {
        "Id": "sites",
        "DomainName": "sites.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    made = client.create_distribution(
        DistributionConfig={
            "CallerReference": "tea",
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {"TargetOriginId": "sites", "ViewerProtocolPolicy": "allow-all"},
            "Comment": "",
            "Enabled": True,
        }
    )
    name = made["Distribution"]["Id"]
    place = StorePlace("s3", {"bucket": "sites", "endpoint": moto}, Distribution(name))
    page = LiveFile("jane/index.html", "0" * 64, 3, served("jane/index.html", CachePolicy()))

    async def deploy(release: Release) -> None:
        async with place.host() as host:
            await host.begin(release, None)  # type: ignore[arg-type]
            await host.put(page, b"Tea")
            await host.delete("old.txt")
            await host.finish(release, None)  # type: ignore[arg-type]

    asyncio.run(deploy(Release("r2", "r1")))
    asyncio.run(deploy(Release("r3", "r2", is_resumed=True)))
    listed = client.list_invalidations(DistributionId=name)["InvalidationList"]["Items"]
    paths = [
        client.get_invalidation(DistributionId=name, Id=row["Id"])["Invalidation"]["InvalidationBatch"][
            "Paths"
        ]["Items"]
        for row in listed
    ]
    client.close()
    assert sorted(map(sorted, paths)) == [["/*"], ["/jane", "/jane/", "/jane/index.html", "/old.txt"]]


def test_a_missing_distribution_is_reported(moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the bucket is live all the same."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", moto)
    with pytest.raises(HostError) as refused:
        asyncio.run(Distribution("NONE").invalidate(["/*"], "r1"))
    assert (str(refused.value), refused.value.may_pass) == (
        (
            "CloudFront NONE: NoSuchDistribution; all files are live in the bucket, but CloudFront serves old copies until this is "
            "fixed"
        ),
        False,
    )
