"""Keys are found where Amazon's tools find them."""

from __future__ import annotations

from pathlib import Path

import pytest

from replisite.errors import UsageError
from replisite.hosts.object_store.aws_profile import find_keys


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with two files of profiles."""
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text(
        "[default]\naws_access_key_id = ABC\naws_secret_access_key = x%y\n"
        "[tea]\naws_access_key_id = TEA\naws_secret_access_key = leaves\naws_session_token = pot\n"
    )
    (folder / "config").write_text(
        "[profile tea]\nregion = eu-west-2\n[profile office]\nsso_session = tea\n[profile machine]\nregion = eu-west-1\n"
    )
    return {"HOME": str(tmp_path)}


def test_the_environment_comes_first(home: dict[str, str]) -> None:
    """The store finds those by itself."""
    keys = find_keys({**home, "AWS_ACCESS_KEY_ID": "A", "AWS_PROFILE": "tea"})
    assert (keys.label, keys.options) == ("the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", {})
    keys = find_keys({**home, "AWS_WEB_IDENTITY_TOKEN_FILE": "/token"})
    assert (keys.label, keys.options) == ("the role that the environment names", {})


def test_a_profile_has_keys_and_a_region(home: dict[str, str]) -> None:
    """From both files; neither stands in what is told."""
    keys = find_keys({**home, "AWS_PROFILE": "tea"})
    assert keys.options == {"access_key_id": "TEA", "secret_access_key": "leaves", "session_token": "pot"}
    assert (keys.label, keys.region) == ('the keys of the AWS profile "tea"', "eu-west-2")
    assert "leaves" not in repr(keys)
    assert find_keys(home).options == {"access_key_id": "ABC", "secret_access_key": "x%y"}


def test_a_profile_without_keys_is_the_machines_role(home: dict[str, str]) -> None:
    """As is no profile at all."""
    assert find_keys({**home, "AWS_PROFILE": "machine"}).label == "this machine's role"
    assert find_keys({"HOME": home["HOME"] + "/nobody"}).options == {}


def test_a_missing_profile_is_reported(home: dict[str, str]) -> None:
    """With what to do."""
    with pytest.raises(UsageError) as told:
        find_keys({**home, "AWS_PROFILE": "coffee"})
    assert str(told.value) == 'AWS_PROFILE names "coffee", but there is no such profile; run "aws configure"'


def test_a_profile_that_signs_in_elsewhere_wants_boto3(
    home: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is named where it is not installed."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError) as told:
        find_keys({**home, "AWS_PROFILE": "office"})
    assert (
        str(told.value) == 'the AWS profile "office" signs in with boto3; pip install "replisite[cloudfront]"'
    )
