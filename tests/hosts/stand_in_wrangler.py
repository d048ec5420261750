"""Stands in for wrangler where only an account could answer: notes what it was asked, and keeps what it was given.

Named by WRANGLER_STAND_IN, a folder: ``calls.jsonl`` has every call, ``versions.json`` the versions in the order in which
they came, ``stored/ID/`` the files of each; ``complaint`` is said on stderr, with exit code 1, by the calls that it names.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import uuid
from pathlib import Path
from typing import Any

PLACE = Path(os.environ.get("WRANGLER_STAND_IN", ""))


def say(text: str, *, is_wrong: bool = False) -> None:
    """Say something, or complain."""
    (sys.stderr if is_wrong else sys.stdout).write(f"{text}\n")


def known() -> dict[str, Any]:
    """Return the versions, and which is live."""
    place = PLACE / "versions.json"
    return json.loads(place.read_text()) if place.exists() else {"live": "", "versions": []}


def keep(found: dict[str, Any]) -> None:
    """Write them down."""
    (PLACE / "versions.json").write_text(json.dumps(found))


def given(words: list[str], name: str) -> str:
    """Return the value of an option."""
    return words[words.index(name) + 1] if name in words else ""


def store(folder: Path, row: dict[str, Any]) -> None:
    """Keep a folder as a version that is live."""
    found = known()
    shutil.copytree(folder, PLACE / "stored" / row["id"])
    found["versions"].append(row)
    found["live"] = row["id"]
    keep(found)


def main(words: list[str]) -> int:
    """Do as wrangler would."""
    told = {
        name: os.environ.get(name, "") for name in ("CI", "WRANGLER_SEND_METRICS", "CLOUDFLARE_API_TOKEN")
    }
    with (PLACE / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps({"words": words, "cwd": str(Path.cwd()), "environment": told}) + "\n")
    complaint = PLACE / "complaint"
    if complaint.exists():
        which, _, text = complaint.read_text().partition("\n")
        if which in " ".join(words):
            say(text, is_wrong=True)
            return 1
    found = known()
    match words:
        case ["deploy", *options]:
            settings = json.loads(Path("wrangler.jsonc").read_text())
            row = {"id": str(uuid.uuid4()), "annotations": {"workers/tag": given(options, "--tag")}}
            store(Path(settings["assets"]["directory"]), row)
        case ["pages", "deploy", folder, *options]:
            branch = given(options, "--branch")
            row = {"id": str(uuid.uuid4()), "Branch": branch or "main", "Source": given(options, "--commit-hash")[:7],
                   "Environment": "Preview" if branch else "Production"}  # fmt: skip
            store(Path(folder), row)
        case ["pages", "deployment", "list", *options]:
            wanted = given(options, "--environment").title()
            rows = [row for row in found["versions"] if row["Environment"] == wanted]
            say(json.dumps(rows[::-1], indent=2))
        case ["versions", "list", *_]:
            say(json.dumps(found["versions"], indent=2))
        case ["deployments", "status", *_]:
            if not found["live"]:
                say(
                    "\x1b[31m✘ [ERROR]\x1b[0m This Worker does not exist on your account. [code: 10007]",
                    is_wrong=True,
                )
                return 1
            say(json.dumps({"versions": [{"version_id": found["live"], "percentage": 100}]}))
        case ["rollback", version, *_]:
            keep({**found, "live": version})
        case _:
            say(f"✘ [ERROR] Unknown arguments: {words}", is_wrong=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
