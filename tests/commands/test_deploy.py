"""`replisite deploy` and `replisite rollback` through the front door."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replisite.hosts.folder.state import FolderState
from tests.deploy.static_server import serving
from tests.little_site import LittleSite, run_replisite

TARGET = '\n[targets.live]\nhost = "folder"\npath = "www"\n'


@pytest.fixture
def www(little: LittleSite) -> Iterator[Path]:
    """The document root of a target that is served, and looked at after each deploy; the site has been built."""
    root = little.root / "www/current"
    with serving(root) as url:
        text = (little.root / "site.toml").read_text()
        little.write("site.toml", f'{text}{TARGET}url = "{url}"\n')
        little.build()
        yield root


def deploy(site: LittleSite, *arguments: str, code: int = 0, command: str = "deploy") -> Any:
    """Run the command, expect an exit code, and return its report."""
    done = run_replisite(command, "--site", str(site.root), "--yes", "--json", *arguments)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)


def text_of(place: Path) -> str:
    return place.read_text(encoding="utf-8")


def test_what_was_built_is_live(little: LittleSite, www: Path) -> None:
    """All of it, looked at; a second deploy does nothing; a change is sent alone."""
    first = deploy(little)
    assert (first["is_live"], first["puts"], first["deletes"]) == (True, len(little.files()) - 1, 0)
    assert first["verified"] > 5
    assert first["differences"] == first["warnings"] == []
    for path, body in little.files().items():
        assert path.startswith(".replisite/") or (www / path).read_bytes() == body
    assert not (www / ".replisite").exists()
    assert deploy(little)["reasons"] == {}
    little.change("content/pages/about.md", "By hand", "By foot")
    little.build()
    second = deploy(little)
    assert second["reasons"] == {"content": 3}
    assert "By foot" in text_of(www / "jane/about/index.html")
    back = deploy(little, command="rollback")
    assert (back["left"], back["release"]) == (second["release"], first["release"])
    assert "By hand" in text_of(www / "jane/about/index.html")
    lines = text_of(little.root / ".replisite/deploy/live/deploys.jsonl").splitlines()
    assert [json.loads(line)["what"] for line in lines] == ["deploy", "deploy", "rollback"]


def test_a_dry_run_leaves_no_trace(little: LittleSite, www: Path) -> None:
    """It tells what it would do."""
    told = deploy(little, "--dry-run")
    assert (told["is_live"], told["puts"], told["reasons"]) == (False, 0, {"new": told["files"]})
    assert not www.parent.exists()
    deploy(little)
    little.roster("A1,jane,Jane,Doe,,,,GB,active,,first_name")
    little.build()
    before = sorted(www.parent.rglob("*"))
    told = deploy(little, "--dry-run", "--refresh")
    assert told["reasons"]["gone"] > 3
    assert sorted(www.parent.rglob("*")) == before
    state = little.root / ".replisite/deploy/live"
    assert {path.name for path in state.iterdir()} <= {
        "live",
        "journal.sqlite",
        "deploys.jsonl",
        "lock",
        "turn",
    }


def test_many_deletes_want_a_word(little: LittleSite, www: Path) -> None:
    """Before anything is sent."""
    deploy(little)
    little.change("site.toml", 'path = "www"', 'path = "www"\nmax_deletes = 3')
    little.roster("A1,jane,Jane,Doe,,,,GB,active,,first_name")
    little.build()
    told = deploy(little, code=1)
    assert told["error"] == "DeployError"
    assert "live files would be deleted" in told["message"]
    assert "--allow-deletes" in told["message"]
    assert (www / "omar/index.html").exists()
    assert deploy(little, "--allow-deletes")["deletes"] > 3
    assert not (www / "omar").exists()


def test_one_owner_alone(little: LittleSite, www: Path) -> None:
    """The others' sites stay as they are, and what was not deployed is deployed next time."""
    deploy(little)
    little.change("content/pages/about.md", "By hand", "By foot")
    little.write("themes/little/static/css/new.css", "p { margin: 0 }\n")
    little.build()
    done = deploy(little, "--only", "jane")
    assert done["reasons"] == {"content": 1, "new": 1}
    assert (www / "theme/css/new.css").exists()
    assert "By foot" in text_of(www / "jane/about/index.html")
    assert "By hand" in text_of(www / "omar/about/index.html")
    assert deploy(little)["reasons"] == {"content": 2}
    told = deploy(little, "--only", "jnae", code=2)
    assert 'did you mean "jane"?' in told["message"]
    assert "wilma" in deploy(little, "--only", "wilma", code=2)["message"]  # who has lapsed


def test_what_is_served_otherwise_is_told_and_taken_back(little: LittleSite, www: Path) -> None:
    """A difference between what was built and what a visitor gets ends with exit code 1."""
    first = deploy(little)
    with serving(little.root / "elsewhere") as wrong:
        text = text_of(little.root / "site.toml").splitlines()
        text = [f'url = "{wrong}"' if line.startswith('url = "http://127') else line for line in text]
        little.write("site.toml", "\n".join(text) + "\n")
        little.change("content/pages/about.md", "By hand", "By foot")
        little.build()
        done = deploy(little, "--rollback-on-failure", code=1)
    assert any("answers 404" in difference for difference in done["differences"])
    assert done["rolled_back_to"] == first["release"]
    assert "By hand" in text_of(www / "jane/about/index.html")


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_a_lock_is_taken_over_under_the_former_name_too(little: LittleSite, command: str) -> None:
    """Both names of the option ask the host for it; a folder's lock belongs to a live process, so the host refuses."""
    little.write("site.toml", f"{(little.root / 'site.toml').read_text()}{TARGET}")
    little.build()
    deploy(little, "--no-verify")
    state = FolderState(little.root / "www")
    assert asyncio.run(state.take_lock("ann@tea", "r1")) is None
    advice = deploy(little, command=command, code=1)["message"]
    refusals = {
        deploy(little, option, command=command, code=1)["message"]
        for option in ("--break-lock", "--take-turn")
    }
    asyncio.run(state.release_lock())
    assert "--break-lock" in advice
    (refusal,) = refusals
    assert "ann@tea" in refusal
    assert "--break-lock" not in refusal


def test_nobody_there_to_say_yes(little: LittleSite, www: Path) -> None:
    """Without a terminal and --yes nothing is changed; on a terminal one is asked."""
    done = run_replisite("deploy", "--site", str(little.root))
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert not www.exists()
    assert "Nothing was changed" in _on_a_terminal(little, "n\n")
    assert not www.exists()
    shown = _on_a_terminal(little, "y\n")
    assert "Go ahead? [y/N]" in shown
    assert "Live" in shown
    assert www.exists()


def _on_a_terminal(site: LittleSite, answer: str) -> str:
    """Deploy on a pseudo-terminal, answer the question, and return what was shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "replisite", "deploy", "--site", str(site.root)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as running:
        os.close(theirs)
        os.write(ours, answer.encode())
        shown = b""
        while True:
            try:
                more = os.read(ours, 4096)
            except OSError:  # the other side has gone
                break
            if not more:
                break
            shown += more
        running.wait(60)
    os.close(ours)
    return shown.decode()


def test_the_way_out_is_told(little: LittleSite) -> None:
    """Without targets, with a wrong name, and before the first build."""
    told = deploy(little, code=2)
    assert "[targets.live]" in told["message"]
    text = (little.root / "site.toml").read_text()
    little.write("site.toml", text + TARGET + TARGET.replace("live", "staging").replace('"www"', '"stage"'))
    assert "known are live, staging" in deploy(little, code=2)["message"]
    assert 'did you mean "staging"?' in deploy(little, "stagin", code=2)["message"]
    assert "replisite build" in deploy(little, "live", code=2)["message"]


def test_sites_on_hosts_of_their_own(little: LittleSite) -> None:
    """Owners' hosts are looked at by their names, also on a staging address."""
    with serving(little.root / "www/current") as url:
        text = (little.root / "site.toml").read_text()
        hosts = '\n[addresses]\nstyle = "subdomain"\nhost = "little.example"\n'
        little.write("site.toml", f'{text}{hosts}{TARGET}url = "{url}"\n')
        little.build()
        done = deploy(little, code=1)  # this server knows no hosts
    assert (little.root / "www/current/_hosts/jane.little.example/index.html").exists()
    assert any(url in difference for difference in done["differences"])
