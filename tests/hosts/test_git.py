"""A branch keeps the contract: a bare repository on disk, which the tests clone to look at."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from replisite.errors import DeployError
from replisite.hosts import Host, HostError, open_host
from replisite.hosts.git.host import GITHUB_WARNING, GitHost
from replisite.hosts.git.repository import Repository, without_password
from replisite.model.target import Target
from tests.deploy.built import FIRST, SECOND, Built
from tests.hosts.contract import HostContract, Place, Visited


@pytest.fixture(autouse=True)
def _nobody_in_particular(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Git knows no user, and none of this machine's settings."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))]:
        monkeypatch.delenv(name)


def git(*words: str, at: Path, given: bytes | None = None) -> str:
    """Run git as a person would, and return what it says."""
    named = ("-c", "user.name=Bob", "-c", "user.email=bob@tea.example")
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *named, *words],
        cwd=at,
        input=given,
        check=True,
        capture_output=True,
    )
    return done.stdout.decode().strip()


class Remote:
    """A bare repository, and a new cache for each machine that deploys to it."""

    def __init__(self, folder: Path, branch: str = "gh-pages", **settings: object) -> None:
        self.folder = folder / "remote.git"
        self.branch = branch
        self.settings = settings
        self._machines = folder / "machines"
        self._number = 0
        folder.mkdir(parents=True)
        git("init", "--quiet", "--bare", str(self.folder), at=folder)

    def host(self) -> Host:
        """Return a host on a machine that has never seen the remote."""
        self._number += 1
        return GitHost(
            str(self.folder), self._machines / str(self._number), self.folder.parent, branch=self.branch,
            **self.settings,  # type: ignore[arg-type]
        )  # fmt: skip

    def git(self, *words: str, given: bytes | None = None) -> str:
        """Ask the remote itself."""
        return git(*words, at=self.folder, given=given)

    def visit(self, path: str) -> Visited:
        """Return a file of the branch."""
        done = subprocess.run(
            ["git", "cat-file", "blob", f"{self.branch}:{path}"],
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        return (404, {}, b"") if done.returncode else (200, {}, done.stdout)

    def paths(self) -> set[str]:
        """Return all files of the branch."""
        return set(self.git("ls-tree", "-r", "-z", "--name-only", self.branch).strip("\0").split("\0"))

    def releases(self) -> list[str]:
        """Return the subjects of the branch's commits, the latest first."""
        return self.git("log", "--format=%s", self.branch).splitlines()

    def change_by_hand(self, files: dict[str, str], gone: tuple[str, ...] = ()) -> None:
        """Commit as somebody else."""
        work = self.folder.parent / f"work-{time.monotonic_ns()}"
        git("clone", "--quiet", "--branch", self.branch, str(self.folder), str(work), at=self.folder.parent)
        for path, text in files.items():
            (work / path).write_text(text)
        for path in gone:
            (work / path).unlink()
        git("add", "--all", at=work)
        git("commit", "--quiet", "--message", "By hand", at=work)
        git("push", "--quiet", "origin", self.branch, at=work)


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    """An empty remote."""
    return Remote(tmp_path / "there")


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A site, not built yet."""
    return Built(tmp_path / "site")


class TestGit(HostContract):
    """The suite over a branch, and machines that have never seen it."""

    reason_of_missing = "new"

    @pytest.fixture
    def place(self, tmp_path: Path) -> Remote:
        """An empty remote."""
        return Remote(tmp_path / "there")

    def tamper(self, place: Place) -> None:
        """By a commit of somebody else's."""
        assert isinstance(place, Remote)
        by_hand = {"jane/index.html": "changed by hand", "by-hand.html": "changed by hand"}
        place.change_by_hand(by_hand, gone=("theme/leaf.png",))

    def damage_list(self, place: Place, damage: str) -> None:
        """Its ref is gone, or leads to a commit with something else in it."""
        assert isinstance(place, Remote)
        ref = "refs/replisite/gh-pages/live"
        if damage == "gone":
            place.git("update-ref", "-d", ref)
            return
        message = place.git("show", "-s", "--format=%B", ref)
        blob = place.git("hash-object", "-w", "--stdin", given=b"damaged")
        tree = place.git("mktree", given=f"100644 blob {blob}\tlive\n".encode())
        place.git("update-ref", ref, place.git("commit-tree", tree, "-m", message))


def test_a_clone_has_every_file_and_nothing_else(remote: Remote, built: Built, tmp_path: Path) -> None:
    """The finished files, and the one that keeps GitHub from running Jekyll over them."""
    built.write(FIRST)
    built.deploy(remote.host())
    git("clone", "--quiet", "--branch", "gh-pages", str(remote.folder), "clone", at=tmp_path)
    found = {
        path.relative_to(tmp_path / "clone").as_posix(): path.read_bytes()
        for path in (tmp_path / "clone").rglob("*")
        if path.is_file() and ".git" not in path.parts
    }
    assert found == {**FIRST, ".nojekyll": b""}
    assert git("for-each-ref", "--format=%(refname)", at=tmp_path / "clone").count("replisite") == 0


def test_each_release_is_a_commit_with_its_name_and_date(remote: Remote, built: Built) -> None:
    """On top of the one before, without a word about the machine where git knows nobody."""
    built.write(FIRST)
    first = built.deploy(remote.host()).release
    built.write(SECOND)
    second = built.deploy(remote.host()).release
    assert remote.releases() == [f"Release {second}", f"Release {first}"]
    told = remote.git("log", "-1", "--format=%an <%ae> %cd", "--date=format-local:%Y%m%dT%H%M%S", "gh-pages")
    assert told == f"replisite <replisite@localhost> {second[:15]}"


def test_a_commit_has_the_name_that_git_knows(remote: Remote, built: Built, tmp_path: Path) -> None:
    """Of whoever deploys."""
    (tmp_path / "gitconfig").write_text("[user]\n\tname = Ann Example\n\temail = ann@tea.example\n")
    built.write(FIRST)
    built.deploy(remote.host())
    assert (
        remote.git("log", "-1", "--format=%an <%ae>, %cn <%ce>", "gh-pages")
        == "Ann Example <ann@tea.example>, Ann Example <ann@tea.example>"
    )


def test_without_history_the_branch_is_one_commit(tmp_path: Path, built: Built) -> None:
    """However often it is deployed, and nothing can be gone back to."""
    remote = Remote(tmp_path / "there", history=False)
    built.write(FIRST)
    built.deploy(remote.host())
    built.write(SECOND)
    done = built.deploy(remote.host())
    assert remote.releases() == [f"Release {done.release}"]
    assert remote.paths() == {*SECOND, ".nojekyll"}
    assert remote.git("rev-list", "--count", "refs/replisite/gh-pages/live") == "1"

    async def look() -> None:
        async with remote.host() as host:
            assert await host.releases() == []
            with pytest.raises(
                HostError, match="there is no release r1; history = false stores no earlier release"
            ):
                await host.roll_back("r1")

    asyncio.run(look())


def test_a_rollback_can_be_undone(remote: Remote, built: Built) -> None:
    """By new commits with old files; the list goes along, so that the next deploy sends what differs."""
    built.write(FIRST)
    first = built.deploy(remote.host()).release
    built.write(SECOND)
    second = built.deploy(remote.host()).release

    async def back() -> None:
        async with remote.host() as host:
            assert await host.releases() == [first]
            with pytest.raises(HostError, match="there is no release 19990101"):
                await host.roll_back("19990101")
            await host.roll_back(first)
            assert await host.releases() == [second]

    asyncio.run(back())
    assert remote.paths() == {*FIRST, ".nojekyll"}
    assert remote.releases() == [f"Release {first} again", f"Release {second}", f"Release {first}"]
    assert built.deploy(remote.host(), is_dry=True).reasons == {"content": 3, "gone": 2, "new": 2}
    built.write(FIRST)
    assert built.deploy(remote.host()).reasons == {}


def test_the_domain_is_written_down(tmp_path: Path, built: Built) -> None:
    """Where GitHub looks for it; it stays from deploy to deploy, and goes when it is not wanted any more."""
    remote = Remote(tmp_path / "there", domain="www.tea.example")
    built.write(FIRST)
    built.deploy(remote.host())
    assert remote.visit("CNAME")[2] == b"www.tea.example\n"
    built.write(SECOND)
    built.deploy(remote.host())
    assert remote.visit("CNAME")[2] == b"www.tea.example\n"
    assert built.deploy(remote.host(), refreshes=True).reasons == {}
    del remote.settings["domain"]
    built.write(FIRST)
    built.deploy(remote.host())
    assert remote.paths() == {*FIRST, ".nojekyll"}


def test_a_domain_that_was_built_is_left_alone(tmp_path: Path, built: Built) -> None:
    """A file of the site's own comes first."""
    remote = Remote(tmp_path / "there", domain="www.tea.example")
    built.write({**FIRST, "CNAME": b"tea.example\n", ".nojekyll": b"no\n"})
    built.deploy(remote.host())
    assert (remote.visit("CNAME")[2], remote.visit(".nojekyll")[2]) == (b"tea.example\n", b"no\n")


NAMES = {
    'say "tea".txt': b"1",
    "back\\slash.txt": b"2",
    "tab\there.txt": b"3",
    " leading and trailing ": b"4",
    "-n": b"5",
    "th\u00e9/\u8336.txt": b"6",
    "a/M 100644 inline b": b"7",
}


def test_any_name_is_a_name(remote: Remote, built: Built) -> None:
    """With whatever git might take for something else."""
    built.write({"index.html": b"home", **NAMES})
    built.deploy(remote.host())
    assert {path: remote.visit(path)[2] for path in NAMES} == NAMES
    built.write({"index.html": b"home"})
    built.deploy(remote.host())
    assert remote.paths() == {"index.html", ".nojekyll"}


def test_a_branch_that_others_changed_is_not_overwritten(remote: Remote, built: Built) -> None:
    """Until somebody has looked; their commit stays in the history."""
    built.write(FIRST)
    first = built.deploy(remote.host()).release
    remote.change_by_hand({"by-hand.html": "changed by hand"})
    built.write(SECOND)
    with pytest.raises(
        DeployError,
        match=rf"the branch gh-pages has changed since {first} was deployed "
        r"\(its last commit is \w+ by Bob, .*deploy with --refresh, otherwise choose another branch",
    ):
        built.deploy(remote.host())
    assert remote.visit("by-hand.html")[0] == 200
    done = built.deploy(remote.host(), refreshes=True)
    assert done.is_live
    assert remote.paths() == {*SECOND, ".nojekyll"}
    assert remote.releases() == [f"Release {done.release}", "By hand", f"Release {first}"]
    assert built.deploy(remote.host()).reasons == {}


def test_a_branch_with_something_else_in_it_is_not_overwritten(tmp_path: Path, built: Built) -> None:
    """Such as the one with the sources; with --refresh what would be deleted is counted first."""
    remote = Remote(tmp_path / "there", branch="main")
    tree = "".join(
        f"100644 blob {remote.git('hash-object', '-w', '--stdin', given=b'x')}\t{number}.py\n"
        for number in range(101)
    )
    commit = remote.git("commit-tree", "-m", "Sources", remote.git("mktree", given=tree.encode()))
    remote.git("update-ref", "refs/heads/main", commit)
    built.write(FIRST)
    with pytest.raises(DeployError, match=r"exists, and no deploy made it .*choose another branch"):
        built.deploy(remote.host())
    with pytest.raises(DeployError, match="101 of 101 live files would be deleted"):
        built.deploy(remote.host(), refreshes=True)
    assert remote.git("rev-parse", "main") == commit


def test_two_branches_of_one_remote_do_not_meet(tmp_path: Path, built: Built) -> None:
    """Each has its list and its turn."""
    remote = Remote(tmp_path / "there")
    staging = GitHost(str(remote.folder), tmp_path / "cache", tmp_path, branch="stage/one")
    built.write(FIRST)
    built.deploy(remote.host())
    other = Built(tmp_path / "other", name="staging")
    other.write(SECOND)
    other.deploy(staging)
    assert remote.paths() == {*FIRST, ".nojekyll"}
    remote.branch = "stage/one"
    assert remote.paths() == {*SECOND, ".nojekyll"}


def test_of_two_pushes_at_once_one_is_refused(remote: Remote, built: Built) -> None:
    """Even if neither respects the other's turn; the branch is what the first made of it."""
    built.write(FIRST)
    built.deploy(remote.host())
    built.write(SECOND)
    host = remote.host()
    pushed = host.finish

    async def late(release: object, bundle: object) -> None:
        remote.git("update-ref", "-d", "refs/replisite/gh-pages/turn")
        other = Built(built.site.root.parent / "other")
        other.write({**FIRST, "index.html": b"theirs"})
        await asyncio.to_thread(other.deploy, remote.host())
        await pushed(release, bundle)  # type: ignore[arg-type]

    host.finish = late  # type: ignore[assignment, method-assign]
    with pytest.raises(DeployError, match="another push arrived at the same time; deploy again"):
        built.deploy(host)
    assert remote.visit("index.html")[2] == b"theirs"
    assert built.deploy(remote.host()).is_live
    assert remote.paths() == {*SECOND, ".nojekyll"}


def test_a_lock_that_was_taken_over_is_lost(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who had it hears of it at the next sign of life, and does not end the other's."""
    monkeypatch.setattr("replisite.hosts.git.state.RENEWAL", 0.0)

    async def both() -> None:
        async with remote.host() as first, remote.host() as second:
            assert first.state is not None
            assert second.state is not None
            assert await first.state.take_lock("ann@office", "r1") is None
            await first.state.renew_lock()
            await first.state.renew_lock()
            assert await second.state.take_lock("bob@shed", "r2", force=True) is None
            with pytest.raises(HostError, match="another deploy has taken the lock over"):
                await first.state.renew_lock()
            await first.state.release_lock()
            turn = await first.state.take_lock("ann@office", "r3")
            assert turn is not None
            assert (turn.owner, turn.release) == ("bob@shed", "r2")

    asyncio.run(both())


def test_a_push_whose_answer_was_lost_counts(
    remote: Remote, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The branch is what was wanted, so nothing is wrong."""
    push = Repository.push

    async def push_and_fail(self: Repository, changes: dict[str, tuple[str, str]]) -> None:
        await push(self, changes)
        if len(changes) > 1:
            raise HostError("the remote hung up", may_pass=True)

    monkeypatch.setattr(Repository, "push", push_and_fail)
    built.write(FIRST)
    assert built.deploy(remote.host()).is_live
    assert remote.paths() == {*FIRST, ".nojekyll"}


@pytest.mark.parametrize(
    ("said", "told", "may_pass"),
    [
        (
            "fatal: could not read Username for 'https://git.tea.example': terminal prompts disabled",
            "permission denied: git finds no key",
            False,
        ),
        ("git@git.tea.example: Permission denied (publickey).", "permission denied: git finds no key", False),
        ("Host key verification failed.\nfatal: Could not read", "the server's key is not known", False),
        ("remote: Repository not found.\nfatal: repository not found", "there is no such repository", False),
        (
            "remote: error: GH006: Protected branch update failed for refs/heads/gh-pages.",
            "the remote protects this branch",
            False,
        ),
        (
            "remote: error: File film.mp4 is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB",
            "the remote does not take a file as large as one of these",
            False,
        ),
        (
            "fatal: unable to access 'https://a/': Could not resolve host: a",
            "the remote cannot be reached",
            True,
        ),
        (
            "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502",
            "cannot be reached",
            True,
        ),
        ("fatal: something new", "git failed: fatal: something new", False),
    ],
)
def test_gits_messages_are_reported_in_plain_words(said: str, told: str, may_pass: bool) -> None:
    """With the essence of its own, and without passwords."""
    error = Repository.host_error(f"{said}\nfatal: https://ann:secret@git.tea.example/sites.git")
    assert told in str(error)
    assert error.may_pass is may_pass
    assert "secret" not in str(error)


def test_a_missing_remote_is_reported(tmp_path: Path, built: Built) -> None:
    """Without the password that stands in its address."""
    built.write(FIRST)
    host = GitHost("nowhere/sites.git", tmp_path / "cache", tmp_path)
    with pytest.raises(
        DeployError, match=r"^nowhere/sites.git \(gh-pages\): there is no such repository, .*"
    ):
        built.deploy(host)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[str]:
    """The address, with a password, of a server that lets nobody in."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Locked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Locked)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://ann:hunter2@127.0.0.1:{server.server_port}/sites.git"
    server.shutdown()
    server.server_close()


def test_git_never_asks_for_a_password(locked: str, tmp_path: Path, built: Built) -> None:
    """The deploy ends at once, and does not say the one that it had."""
    built.write(FIRST)
    started = time.monotonic()
    with pytest.raises(DeployError, match="permission denied: git finds no key and no password") as caught:
        built.deploy(GitHost(locked, tmp_path / "cache", tmp_path))
    assert time.monotonic() - started < 10
    assert "hunter2" not in str(caught.value)
    assert "ann:" not in str(caught.value)


def test_a_hook_that_declines_is_reported(remote: Remote, built: Built) -> None:
    """In the server's own words."""
    hook = remote.folder / "hooks/pre-receive"
    hook.write_text(
        "#!/bin/sh\nwhile read -r _ _ ref; do case $ref in refs/heads/*) echo 'closed on Sundays'; exit 1; esac; done\n"
    )
    hook.chmod(0o755)
    built.write(FIRST)
    with pytest.raises(DeployError, match=r"the remote refuses the push .*closed on Sundays"):
        built.deploy(remote.host())


@pytest.mark.parametrize(
    ("address", "is_github"),
    [
        ("git@github.com:tea/sites.git", True),
        ("https://github.com/tea/sites", True),
        ("ssh://git@github.com/tea/sites.git", True),
        ("https://ann:secret@github.com/tea/sites.git", True),
        ("https://mygithub.com/tea/sites.git", False),
        ("git@git.tea.example:github.com.git", False),
    ],
)
def test_github_pages_is_warned_of(address: str, is_github: bool, tmp_path: Path) -> None:
    """Its terms rule out what these sites are for, and its limits are held against the build."""
    facts = open_host(Target("live", "git", {"remote": address}), tmp_path, tmp_path / "state").features
    assert facts.warning == (GITHUB_WARNING if is_github else "")
    assert facts.limits.total_bytes == (1_000_000_000 if is_github else None)
    assert "secret" not in facts.label
    assert facts.label == f"{without_password(address)} (gh-pages)"


@pytest.mark.slow
def test_a_large_deploy_takes_seconds(remote: Remote, built: Built) -> None:
    """20,000 files at once, and a machine that has never seen them finds that nothing differs."""
    files = {f"d{number // 40}/p{number % 40}/index.html": b"<p>%d" % number * 50 for number in range(20_000)}
    built.write(files)
    started = time.monotonic()
    done = built.deploy(remote.host())
    assert (done.puts, len(remote.paths())) == (20_000, 20_001)
    assert remote.visit("d499/p39/index.html")[2] == files["d499/p39/index.html"]
    assert built.deploy(remote.host()).reasons == {}
    assert built.deploy(remote.host(), refreshes=True).reasons == {}
    assert time.monotonic() - started < 60
