"""Headers and redirects of one build, in the form that its target takes; pages in their place where it takes none.

Pages for redirects are no part of the output: which hosts need them is known here alone, a server that redirects would
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
    ServerRules,
    Sites,
    caddy_files,
    cloudflare_files,
    firebase_files,
    moved_page,
    netlify_files,
    nginx_files,
)

__all__ = ["Forms", "make_forms"]

_SERVERS = {"nginx": nginx_files, "caddy": caddy_files, "firebase": firebase_files}
_LISTS = {"netlify": netlify_files, "cloudflare": cloudflare_files}


@dataclass(frozen=True, slots=True)
class Forms:
    """What is added to a build: ``added`` at the root of the sites, ``beside`` where no visitor comes.

    ``redirects`` counts the rules, ``dynamic`` those that match more than one path.
    """

    added: Mapping[str, bytes] = field(default_factory=dict)
    beside: Mapping[str, bytes] = field(default_factory=dict)
    redirects: int = 0
    dynamic: int = 0
    warnings: tuple[str, ...] = ()


def make_forms(site: Site, target: Target, facts: HostFeatures, output: Path) -> Forms:
    """Return what a target wants to be told of a finished output. Raises UsageError for what it cannot be told."""
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
    if facts.headers == "_headers" and target.host in _LISTS:
        return _lists(sites, target, facts, output)
    if facts.headers == "server" and server:
        folder = _folder(site, target) if server != "firebase" else ""
        rules = _SERVERS[server](_with_folders(replace(sites, folder=folder), output))
        return Forms({}, rules.files, rules.redirects, rules.dynamic, _left_out(server, rules))
    return Forms(_Pages({}, sites.redirects, site.url))


def _lists(sites: Sites, target: Target, facts: HostFeatures, output: Path) -> Forms:
    form = _LISTS[target.host]
    sites = _with_folders(sites, output)
    rules = form(sites)
    instead: Iterable[Redirect] = ()
    warnings = _left_out(target.host, rules)
    limits = facts.limits
    if _is_over(rules.redirects, limits.redirects) or _is_over(rules.dynamic, limits.dynamic_redirects):
        most = min(most for most in (limits.redirects, limits.dynamic_redirects) if most is not None)
        instead, rules = sites.redirects, form(replace(sites, redirects=()))
        told = f"{len(sites.redirects):,} sites are elsewhere, and {target.host} takes no more than {most:,} such rules"
        warnings = (f"{told}; their front pages lead on instead, and deeper addresses lead nowhere",)
    added = {name: _joined(output / name, body) for name, body in rules.files.items()}
    return Forms(_Pages(added, instead, sites.url), {}, rules.redirects, rules.dynamic, warnings)


def _is_over(count: int, most: int | None) -> bool:
    return most is not None and count > most


def _left_out(name: str, rules: ServerRules) -> tuple[str, ...]:
    if not rules.left_out:
        return ()
    first = rules.left_out[0].source
    told = f"{name} redirects paths alone, and no hosts that lead elsewhere ({len(rules.left_out):,}, such as {first})"
    return (f"{told}; redirect them where their names are kept",)


def _joined(built: Path, ours: bytes) -> bytes:
    """Return the company's own list, if there is one, and ours below: the first rule that matches holds."""
    return built.read_bytes().rstrip() + b"\n\n" + ours if built.is_file() else ours


def _folder(site: Site, target: Target) -> str:
    """Return where the releases are on the server."""
    if urlsplit(site.url).path:
        raise UsageError(
            f"configure: [site] url leads to a folder ({site.url}), and the configuration is for sites at the root of "
            "their host; leave configure out, and write it by hand"
        )
    path = target.text("path")
    if target.host == "folder":
        return os.path.normpath(site.root / Path(path).expanduser())  # as `open_host` does
    if not path.startswith("/"):
        raise UsageError(
            f"targets.{target.name}.path: configure wants a path from the root, such as /srv/www/tea"
        )
    return path.rstrip("/")


def _with_folders(sites: Sites, output: Path) -> Sites:
    """Return sites with what they hold beside pages, by folder of the root, from the manifest."""
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
    once = sorted(folder for folder, found in groups.items() if found == {Group.FINGERPRINTED})
    shared = sorted(folder for folder, found in groups.items() if not found & pages and folder not in once)
    listed = sorted(path for folder, paths in single.items() if folder not in once for path in paths)
    return replace(sites, shared=shared, once=once, fingerprinted=listed)


class _Pages(Mapping[str, bytes]):
    """Files by path: some as they are, and a page for each redirect, made when it is asked for."""

    def __init__(self, files: Mapping[str, bytes], redirects: Iterable[Redirect], url: str) -> None:
        self._files = files
        self._redirects = {f"{one.folder}index.html": one for one in redirects}
        self._url = url

    def __getitem__(self, path: str) -> bytes:
        if path in self._files:
            return self._files[path]
        return moved_page(self._redirects[path], self._url)

    def __contains__(self, path: object) -> bool:
        return path in self._files or path in self._redirects

    def __iter__(self) -> Iterator[str]:
        yield from self._files
        yield from self._redirects

    def __len__(self) -> int:
        return len(self._files) + len(self._redirects)
