"""Rules that hold across the keys of site.toml, such as: a style with hosts needs a host.

A rule is skipped if one of its values is faulty in itself: that fault is reported already, and the document holds a
stand-in there.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path as File

from replisite.config.lines import Path
from replisite.config.pydantic_errors import Finding
from replisite.config.schema import Document
from replisite.config.value_kinds import toml_value
from replisite.errors import nearest
from replisite.links.company_links import leads_to_host
from replisite.model.target import HOST_KEYS

__all__ = ["cross_check"]

_CHANNEL_TYPES = {"url", "phone", "email"}
_OURS = (".replisite", ".git", "themes")


def cross_check(document: Document, root: File, faulty: Collection[Path] = ()) -> list[Finding]:
    """Return the rules that a document breaks; ``root`` is the site's folder."""
    known = _Faulty(faulty)
    return [
        *_default_language(document, known),
        *_languages_once(document, known),
        *_ranks_once(document),
        *_fields_once(document, known),
        *_channels(document, known),
        *_own_host_by(document, known),
        *_host(document, known),
        *_domain_field(document, known),
        *_ownerless_links(document, known),
        *_folders(document, root, known),
        *_targets(document, known),
    ]


class _Faulty:
    """The paths of the values that are faulty in themselves."""

    def __init__(self, paths: Collection[Path]) -> None:
        self.paths = paths

    def touches(self, *path: str | int) -> bool:
        """Whether a value, what holds it or what it holds is faulty; ``"*"`` is any key."""
        return any(
            all(key in (other, "*") for key, other in zip(path, bad, strict=False)) for bad in self.paths
        )


def _default_language(document: Document, faulty: _Faulty) -> Iterator[Finding]:
    if faulty.touches("site", "language") or faulty.touches("markets", "*", "languages"):
        return
    spoken = list(dict.fromkeys(tag for market in document.markets.values() for tag in market.languages))
    if document.site.language not in spoken:
        what = f'"{document.site.language}" is a language of no market'
        yield Finding(("site", "language"), what, f"the markets speak {', '.join(spoken)}")


def _languages_once(document: Document, faulty: _Faulty) -> Iterator[Finding]:
    for code, market in document.markets.items():
        if faulty.touches("markets", code, "languages"):
            continue
        for index, tag in enumerate(market.languages):
            if tag in market.languages[:index]:
                yield Finding(("markets", code, "languages", index), f'"{tag}" stands there twice')


def _ranks_once(document: Document) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for code in document.ranks:
        if (other := seen.setdefault(code.lower(), code)) != code:
            yield Finding(("ranks", code), f'differs from "{other}" by capitals alone', "choose another code")


def _fields_once(document: Document, faulty: _Faulty) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, field in enumerate(document.roster.fields):
        path: Path = ("roster", "fields", index, "name")
        if faulty.touches(*path):
            continue
        if field.name in seen:
            yield Finding(path, f'"{field.name}" is declared twice', "remove one of them")
        seen.add(field.name)


def _channels(document: Document, faulty: _Faulty) -> Iterator[Finding]:
    for index, field in enumerate(document.roster.fields):
        path: Path = ("roster", "fields", index)
        if faulty.touches(*path, "type") or faulty.touches(*path, "is_channel"):
            continue
        if field.is_channel and field.type not in _CHANNEL_TYPES:
            yield Finding(
                (*path, "is_channel"),
                f'a field of the type "{field.type}" is no way to contact a distributor',
                'write type = "url", "phone" or "email"',
            )


def _own_host_by(document: Document, faulty: _Faulty) -> Iterator[Finding]:
    for index, field in enumerate(document.roster.fields):
        path: Path = ("roster", "fields", index)
        if faulty.touches(*path, "name") or faulty.touches("addresses", "domain_field"):
            continue
        if field.name == document.addresses.domain_field and field.by == "distributor":
            what = "lets a story decide whose site a host shows"
            yield Finding((*path, "by"), what, "remove it: the company sets the hosts")


def _host(document: Document, faulty: _Faulty) -> Iterator[Finding]:
    path: Path = ("addresses", "host")
    style = document.addresses.style
    if faulty.touches("addresses", "style") or faulty.touches(*path):
        return
    if style != "path" and not document.addresses.host:
        yield Finding(path, f'is missing for style = "{style}"', 'write host = "tea.example"')


def _domain_field(document: Document, faulty: _Faulty) -> Iterator[Finding]:
    path: Path = ("addresses", "domain_field")
    name = document.addresses.domain_field
    if faulty.touches("addresses", "style") or faulty.touches(*path):
        return
    if not name:
        if document.addresses.style == "domain":
            yield Finding(path, 'is missing for style = "domain"', 'write domain_field = "domain"')
        return
    if faulty.touches("roster", "fields", "*", "name"):
        return
    types = {field.name: (index, field.type) for index, field in enumerate(document.roster.fields)}
    if name not in types:
        hint = nearest(name, types) or "declare it in [[roster.fields]]"
        yield Finding(path, f'"{name}" is not a field of the roster', hint)
        return
    index, kind = types[name]
    if kind != "text" and not faulty.touches("roster", "fields", index, "type"):
        yield Finding(path, f'"{name}" has the type "{kind}", not "text"', "declare it as text")


def _ownerless_links(document: Document, faulty: _Faulty) -> Iterator[Finding]:
    """An ownerless link leads to a host of ``[links]``; another one is checked nowhere, and would have no effect."""
    if faulty.touches("links"):
        return
    templates = [link.template for link in document.links.values()]
    for index, address in enumerate(document.site.ownerless_links):
        path: Path = ("site", "ownerless_links", index)
        if not faulty.touches(*path) and not leads_to_host(address.removesuffix("*"), templates):
            yield Finding(path, f'"{address}" leads to no host of [links]', "remove it")


def _folders(document: Document, root: File, faulty: _Faulty) -> Iterator[Finding]:
    """The output folder holds no source and is in none: a build removes the files in it that it does not make."""
    if faulty.touches("site", "content") or faulty.touches("site", "output"):
        return
    advice = 'name a folder of its own, such as "{}"'
    home = _absolute(root, ".")
    content, output = _absolute(root, document.site.content), _absolute(root, document.site.output)
    sources = {document.site.content: content} | {name: home / name for name in _OURS}
    if home.is_relative_to(content):
        what = f'"{document.site.content}" holds the whole site'
        yield Finding(("site", "content"), what, advice.format("content"))
        del sources[document.site.content]
    if home.is_relative_to(output):
        what = f'"{document.site.output}" holds the whole site'
        yield Finding(("site", "output"), what, advice.format("output"))
        return
    for name, source in sources.items():
        if output.is_relative_to(source) or source.is_relative_to(output):
            what = f'"{document.site.output}" would mix finished pages with the folder "{name}"'
            yield Finding(("site", "output"), what, advice.format("output"))
            return


def _targets(document: Document, faulty: _Faulty) -> Iterator[Finding]:
    """A target has the keys that its host needs, and no key of another host."""
    for name, target in document.targets.items():
        if faulty.touches("targets", name, "host"):
            continue
        needed, optional = HOST_KEYS[target.host]
        for key in needed:
            if getattr(target, key) is None and not faulty.touches("targets", name, key):
                example = (type(target).model_fields[key].examples or [""])[0]
                yield Finding(
                    ("targets", name), f'"{key}" is missing', f"write {key} = {toml_value(example)}"
                )
        theirs = {key for keys in HOST_KEYS.values() for key in (*keys[0], *keys[1])} - {*needed, *optional}
        for key in sorted(theirs & target.model_fields_set):
            hosts = [host for host, keys in HOST_KEYS.items() if key in keys[0] or key in keys[1]]
            what = f'the host "{target.host}" has no such key; it is one of {" and ".join(hosts)}'
            yield Finding(("targets", name, key), what, f"known are {', '.join((*needed, *optional))}")


def _absolute(root: File, folder: str) -> File:
    return File(os.path.abspath(root / folder))  # noqa: PTH100 - as text: links are not followed
