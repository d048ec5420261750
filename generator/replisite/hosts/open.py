"""Open the host of a target in site.toml. A host's library is imported when the host is used."""

from __future__ import annotations

import os
from pathlib import Path

from replisite.hosts.host import Host
from replisite.model.target import Target

__all__ = ["open_host"]


def open_host(target: Target, root: Path, state: Path) -> Host:
    """Return the host of a target of the site in ``root``; no request is made yet.

    ``state`` is a folder for the host's own files on this machine. Raises UsageError for a target that cannot be used
    here.
    """
    match target.host:
        case "folder":
            from replisite.hosts.folder.host import FolderHost

            path = Path(os.path.normpath(root / Path(target.text("path")).expanduser()))
            return FolderHost(path, target.number("keep", 3))
        case "s3" | "gcs" | "azure":
            from replisite.hosts.object_store.cloudfront import Distribution
            from replisite.hosts.object_store.host import ObjectStoreHost
            from replisite.hosts.object_store.open import open_store

            name = target.text("cloudfront")
            return ObjectStoreHost(open_store(target), Distribution(name) if name else None)
        case "ssh":
            from replisite.hosts.ssh import Address, SshHost

            texts = {key: target.text(key) for key in ("server", "user", "identity", "known_hosts")}
            address = Address(port=target.number("port", 0), **texts)
            return SshHost(address, target.text("path"), target.number("keep", 3))
        case "netlify":
            from replisite.hosts.netlify.host import NetlifyHost

            return NetlifyHost(target.text("site"), state, target.text("endpoint"))
        case "cloudflare":
            from replisite.hosts.cloudflare.host import CloudflareHost

            return CloudflareHost(
                target.text("project"),
                state,
                kind="pages" if target.text("kind") == "pages" else "workers",
                branch=target.text("branch"),
                is_paid=target.text("plan") == "paid",
                tools=root,
            )
        case "git":
            from replisite.hosts.git.host import GitHost

            return GitHost(
                target.text("remote"),
                state / "git",
                root,
                branch=target.text("branch") or "gh-pages",
                domain=target.text("domain"),
                history=target.is_set("history", default=True),
            )
    raise NotImplementedError(target.host, state)
