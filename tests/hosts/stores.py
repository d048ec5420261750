"""Object stores on this machine: real servers at free ports, started for the tests and stopped by their own ids."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import boto3
import httpx
import obstore

from replisite.hosts import Host
from replisite.hosts.object_store.cloudfront import Distribution
from replisite.hosts.object_store.host import ObjectStoreHost
from replisite.hosts.object_store.open import open_store
from replisite.hosts.object_store.private_folder import Store
from replisite.hosts.object_store.state import ObjectState
from replisite.model.target import HostKind, Target
from tests.hosts.contract import Visited
from tests.hosts.npm_tools import NODE, TOOLS

__all__ = [
    "AWS",
    "AZURE",
    "AZURE_KEY",
    "StorePlace",
    "a_bucket",
    "azurite_at",
    "free_port",
    "moto_at",
    "rclone_at",
]

AWS = {"AWS_ACCESS_KEY_ID": "tea", "AWS_SECRET_ACCESS_KEY": "leaves", "AWS_REGION": "us-east-1"}

AZURE = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's own account, which everybody knows (learn.microsoft.com/azure/storage/common/storage-use-azurite)."""

SETTLES = 0.1
"""In the place of a second, for a server beside us."""


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[str]:
    """Run a server until it is no longer wanted; give its address when it answers."""
    environment = {**os.environ, "RCLONE_CONFIG": os.devnull}
    server = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # PyPI's node is a Python script with a child
    )
    try:
        for _ in range(600):
            assert server.poll() is None, f"{command[0]} has ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def rclone_at(folder: Path) -> contextlib.AbstractContextManager[str]:
    """Serve a folder of buckets by rclone, which knows no conditions."""
    port = free_port()
    program = Path(sys.executable).with_name("rclone")
    keys = f"{AWS['AWS_ACCESS_KEY_ID']},{AWS['AWS_SECRET_ACCESS_KEY']}"
    return _running(
        [str(program), "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", keys, str(folder)], port
    )


def moto_at() -> contextlib.AbstractContextManager[str]:
    """Serve Amazon's interfaces by moto, which knows conditions and takes any keys."""
    port = free_port()
    return _running([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port)


def azurite_at() -> contextlib.AbstractContextManager[str]:
    """Serve Azure's Blob Storage by Azurite."""
    port = free_port()
    program = TOOLS / ".bin/azurite-blob"
    flags = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence", "--silent"]
    return _running([str(NODE), str(program), *flags, "--skipApiVersionCheck"], port)


def a_bucket(endpoint: str, name: str) -> None:
    """Make a bucket."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=AWS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=AWS["AWS_SECRET_ACCESS_KEY"],
        region_name=AWS["AWS_REGION"],
    )
    client.create_bucket(Bucket=name)
    client.close()


@dataclass
class StorePlace:
    """A prefix of a store. ``settings`` are what site.toml says of it."""

    kind: HostKind
    settings: Mapping[str, str | int | bool]
    distribution: Distribution | None = None

    @property
    def target(self) -> Target:
        """The target in site.toml."""
        return Target("live", self.kind, self.settings)

    def host(self) -> Host:
        """Return a host."""
        return ObjectStoreHost(open_store(self.target), self.distribution, settle_seconds=SETTLES)

    @cached_property
    def store(self) -> Store:
        """The store itself, for what a host does not do."""
        return open_store(self.target).store

    def key(self, path: str) -> str:
        """Return the key of a path."""
        return f"{self.target.text('prefix')}/{path}".removeprefix("/")

    def visit(self, path: str) -> Visited:
        """Get an object by its address, encoded as browsers do."""
        with httpx.Client(verify=False, trust_env=False) as client:
            answer = client.get(self.address(path))
        return answer.status_code, dict(answer.headers), answer.content

    def address(self, path: str) -> str:
        """Return an object's address, signed where nobody may read without; its name in it is that of the file."""
        if self.kind == "azure":
            return f"{self.target.text('endpoint')}/{self.target.text('container')}/{quote(self.key(path))}"
        address = obstore.sign(self.store, "GET", self.key(path), timedelta(hours=1))
        assert unquote(urlsplit(address).path).endswith(f"/{self.key(path)}")
        return address

    async def damage_list(self, damage: str) -> None:
        """Remove the list of what is live, or put something else in its place."""
        async with self.host() as host:
            state = host.state
            assert isinstance(state, ObjectState)
            assert await state.folder.exists()
            key, store = await state.folder.at("live"), self.store
            if damage == "gone":
                await store.delete_async(key)
            else:
                await store.put_async(key, b"damaged")
