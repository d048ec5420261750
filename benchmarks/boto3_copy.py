"""Send a folder to S3 with boto3 and 32 threads: ``python -m benchmarks.boto3_copy OUTPUT ENDPOINT BUCKET PREFIX``."""

from __future__ import annotations

import mimetypes
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

THREADS = 32


def main() -> None:
    """Send every file with its type and a cache policy."""
    import boto3
    from botocore.config import Config

    output, endpoint, bucket, prefix = sys.argv[1:]
    client = boto3.client("s3", endpoint_url=endpoint, config=Config(max_pool_connections=THREADS))

    def put(path: str) -> None:
        with open(os.path.join(output, path), "rb") as file:  # noqa: PTH118, PTH123 - pathlib is slower
            client.put_object(
                Bucket=bucket,
                Key=f"{prefix}/{path}",
                Body=file.read(),
                ContentType=mimetypes.guess_type(path)[0] or "application/octet-stream",
                CacheControl="public, max-age=0, must-revalidate",
            )

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(put, _paths(output)):
            pass


def _paths(output: str) -> Iterator[str]:
    for folder, folders, names in os.walk(output):
        folders[:] = [name for name in folders if name != ".replisite"]
        inside = os.path.relpath(folder, output)
        yield from (os.path.normpath(os.path.join(inside, name)) for name in names)  # noqa: PTH118


if __name__ == "__main__":
    main()
