"""The headers and redirects of one build, in the format of its target; pages instead of redirects where it takes none.

Pages for redirects are no part of the output: only the deploy knows which hosts need them, a server that redirects would
hold 100,000 files for nothing, and hosts that count files would count them. They are made when they are sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from replisite.errors import UsageError
from replisite.hosts import HostFeatures
from replisite.model.live_files import Group, group_of
from replisite.model.redirects import Redirect
from replisite.model.security import security_headers
from replisite.model.site import Site
from replisite.model.target import Target
from replisite.output import read_manifest, read_redirects
from replisite.servers import (
    ServerFiles,
    Sites,
    caddy_files,
    cloudflare_files,
    firebase_files,
    netlify_files,
    nginx_files,
    page_for_redirect,
)

__all__ = ["ServerConfig", "make_server_config"]

_SERVERS = {"nginx": nginx_files, "caddy": caddy_files, "firebase": firebase_files}
_LISTS = {"netlify": netlify_files, "cloudflare": cloudflare_files}


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """The files that a target needs: ``added`` at the root of the sites, ``beside`` where visitors cannot read them.

    ``redirects`` counts the rules, ``dynamic`` those that match more than one path.
    """

    added: Mapping[str, bytes] = field(default_factory=dict)
    beside: Mapping[str, bytes] = field(default_factory=dict)
    redirects: int = 0
    dynamic: int = 0
    warnings: tuple[str, ...] = ()


def make_server_config(site: Site, target: Target, features: HostFeatures, output: Path) -> ServerConfig:
    """Return the configuration for a finished output. Raises UsageError for values that the target cannot express."""
    sites = Sites(
        url=site.url,
        headers=security_headers(site),
        cache=target.cache,
        redirects=list(read_redirects(output)),
        has_hosts=site.addresses.has_hosts,
        also=target.url,
        name=target.name,
    )
    server = target.text("configure")
    if features.headers == "_headers" and target.host in _LISTS:
        return _lists(sites, target, features, output)
    if features.headers == "server" and server:
        folder = _folder(site, target) if server != "firebase" else ""
        rules = _SERVERS[server](_with_folders(replace(sites, folder=folder), output))
        return ServerConfig({}, rules.files, rules.redirects, rules.dynamic, _left_out(server, rules))
    return ServerConfig(_Pages({}, sites.redirects, site.url))


def _lists(sites: Sites, target: Target, features: HostFeatures, output: Path) -> ServerConfig:
    make = _LISTS[target.host]
    sites = _with_folders(sites, output)
    rules = make(sites)
    instead: Iterable[Redirect] = ()
    warnings = _left_out(target.host, rules)
    limits = features.limits
    if _is_over(rules.redirects, limits.redirects) or _is_over(rules.dynamic, limits.dynamic_redirects):
        most = min(most for most in (limits.redirects, limits.dynamic_redirects) if most is not None)
        instead, rules = sites.redirects, make(replace(sites, redirects=()))
        warning = (
            f"{len(sites.redirects):,} sites have moved, and {target.host} takes at most {most:,} redirects; a page at the "
            "front of each old site leads to the new address, and its deeper addresses are not found"
        )
        warnings = (warning,)
    added = {name: _joined(output / name, body) for name, body in rules.files.items()}
    return ServerConfig(_Pages(added, instead, sites.url), {}, rules.redirects, rules.dynamic, warnings)


def _is_over(count: int, most: int | None) -> bool:
    return most is not None and count > most


def _left_out(name: str, rules: ServerFiles) -> tuple[str, ...]:
    if not rules.left_out:
        return ()
    first = rules.left_out[0].source
    warning = (
        f"{name} redirects paths but no hosts; {len(rules.left_out):,} hosts that moved are not redirected (such as {first}); "
        "redirect them at the provider of their domain names"
    )
    return (warning,)


def _joined(built: Path, ours: bytes) -> bytes:
    """Return the company's own list, if there is one, and ours below: the first rule that matches applies."""
    return built.read_bytes().rstrip() + b"\n\n" + ours if built.is_file() else ours


def _folder(site: Site, target: Target) -> str:
    """Return the folder of the releases on the server."""
    if urlsplit(site.url).path:
        raise UsageError(
            f"configure: [site] url leads to a folder ({site.url}), and the configuration is for sites at the root of "
            "their host; remove configure from the target, and write the configuration by hand"
        )
    path = target.text("path")
    if target.host == "folder":
        return os.path.normpath(site.root / Path(path).expanduser())  # as `open_host` does
    if not path.startswith("/"):
        raise UsageError(
            f"targets.{target.name}.path: configure needs an absolute path, such as /srv/www/tea"
        )
    return path.rstrip("/")


def _with_folders(sites: Sites, output: Path) -> Sites:
    """Return sites with their folders of shared files, from the manifest."""
    groups: dict[str, set[Group]] = {}
    single: dict[str, list[str]] = {}
    for entry in read_manifest(output):
        folder, slash, _ = entry.path.partition("/")
        group = group_of(entry.path)
        if slash:
            groups.setdefault(f"{folder}/", set()).add(group)
        if group is Group.FINGERPRINTED:
            single.setdefault(f"{folder}/" if slash else "", []).append(entry.path)
    pages = {Group.PAGE, Group.LIST}
    once = sorted(folder for folder, held in groups.items() if held == {Group.FINGERPRINTED})
    shared = sorted(folder for folder, held in groups.items() if not held & pages and folder not in once)
    listed = sorted(path for folder, paths in single.items() if folder not in once for path in paths)
    return replace(sites, shared=shared, once=once, fingerprinted=listed)


class _Pages(Mapping[str, bytes]):
    """Files by path: some as they are, and a page for each redirect, made when it is read."""

    def __init__(self, files: Mapping[str, bytes], redirects: Iterable[Redirect], url: str) -> None:
        self._files = files
        self._redirects = {f"{redirect.folder}index.html": redirect for redirect in redirects}
        self._url = url

    def __getitem__(self, path: str) -> bytes:
        if path in self._files:
            return self._files[path]
        return page_for_redirect(self._redirects[path], self._url)

    def __contains__(self, path: object) -> bool:
        return path in self._files or path in self._redirects

    def __iter__(self) -> Iterator[str]:
        yield from self._files
        yield from self._redirects

    def __len__(self) -> int:
        return len(self._files) + len(self._redirects)
