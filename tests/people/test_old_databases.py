"""Databases of earlier versions hold personal data under another name: they go when the new one is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from replisite.people import PeopleDatabase
from tests.little_site import LittleSite

OLD = [
    *("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "ledger-names.sqlite"),
    *("ledger-0123456789ab.sqlite", "ledger-0123456789ab-names.sqlite", "ledger-names.new"),
]


@pytest.mark.parametrize("name", ["people.sqlite", "people-0123456789ab.sqlite"])
def test_old_databases_are_removed_when_a_new_one_is_made(tmp_path: Path, name: str) -> None:
    """Those of other rosters too: nothing reads them any more. Other files stay."""
    for old in (*OLD, "ledger.txt", "members.key", "my-ledger.sqlite"):
        (tmp_path / old).write_bytes(b"Jane Doe")
    with PeopleDatabase.open(tmp_path / name):
        pass
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {name, "ledger.txt", "members.key", "my-ledger.sqlite"}


def test_a_build_over_an_earlier_versions_state_leaves_no_personal_data(little: LittleSite) -> None:
    """The roster is in one database afterwards."""
    for old in OLD:
        little.write(f".replisite/{old}", "jane@example.com")
    little.build()
    state = little.root / ".replisite"
    assert not list(state.glob("ledger*"))
    assert (state / "people.sqlite").exists()
