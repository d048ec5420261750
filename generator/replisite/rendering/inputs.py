"""Find the files that a Pelican run has read, and pickle its plates if they can be pickled."""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replisite.model.site import Site
from replisite.rendering.cache import PageCache, Reads

if TYPE_CHECKING:
    from replisite.pelican import Recording

__all__ = ["pickled_recording", "reads_of"]


def reads_of(site: Site, folders: Iterable[Path], opened: Iterable[str], cache: PageCache) -> Reads:
    """Return all files that a composition was made from.

    Python's own files count by their versions. Relative paths are from the site's root. A folder that does not exist
    counts too: its files are read as soon as the folder is made.
    """
    whole = list(folders)
    for value in site.pelican.values():
        for name in value if isinstance(value, list) else [value]:
            path = site.root / name if isinstance(name, str) and name.strip("./") else site.root
            if path != site.root:
                whole.append(path)
    apart = [*whole, cache.folder, cache.new, site.state, Path(sys.prefix), Path(sys.base_prefix)]
    apart += [Path("/proc"), Path("/dev"), Path("/sys"), Path(os.__file__).parent]
    files = {Path(site.root, name) for name in opened}
    single = [path for path in files if path.is_file() and not any(path.is_relative_to(top) for top in apart)]
    return Reads(sorted(set(whole)), sorted(single))


def pickled_recording(recording: Recording) -> tuple[Recording, bytes | None, str]:
    """Return a recording whose plates have been pickled and read again, and the composition as bytes.

    Later builds then press the same plates as this one proves. Where a plate holds a value that cannot be pickled, such as
    a piece of content as a whole, the recording is the one that was given, there are no bytes, and the text names the value.
    """
    proofs = {edition: list(listed) for edition, listed in recording.proofs.items()}
    raw = {edition: [proof.plate for proof in listed] for edition, listed in proofs.items()}
    try:
        again, plates = pickle.loads(_packed((recording.composition, raw)))  # noqa: S301 - made one line above
        packed = _packed(again)
    except (TypeError, AttributeError, pickle.PickleError, RecursionError) as error:
        return recording, None, str(error)
    new = {
        edition: [
            replace(proof, page=page, plate=plate)
            for proof, page, plate in zip(listed, again.pages[edition], plates[edition], strict=True)
        ]
        for edition, listed in proofs.items()
    }
    return replace(recording, composition=again, proofs=new), packed, ""


def _packed(value: object) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(value)
    return stream.getvalue()


_STAYS = (
    "replisite.config",
    "replisite.roster",
    "replisite.pelican",
    "replisite.content.catalog",
    "replisite.content.item",
    "replisite.content.relations",
)
"""The modules whose values refer to Pelican, or to half the site."""


class _Pickler(pickle.Pickler):
    """Refuses values that would bring Pelican, or half the site, into a process that presses."""

    def reducer_override(self, value: Any) -> Any:
        module = (
            getattr(value if isinstance(value, type) or callable(value) else type(value), "__module__", None)
            or ""
        )
        if reason := getattr(type(value), "does_not_travel", ""):
            raise pickle.PicklingError(reason)
        if module.split(".")[0] == "pelican" or module.startswith(_STAYS):
            raise pickle.PicklingError(f"{type(value).__name__} of {module} does not travel")
        return NotImplemented
