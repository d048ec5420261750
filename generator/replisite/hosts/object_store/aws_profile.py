"""The keys for Amazon S3 and stores with its API, found where Amazon's own tools find them."""

from __future__ import annotations

import configparser
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from replisite.errors import UsageError

__all__ = ["Keys", "find_keys"]

_OF_THE_MACHINE = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys, or their provider. ``label`` says in messages where they come from.

    ``options`` are those of an S3Store, none if it finds its keys itself; ``region`` may be empty.
    """

    label: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    region: str = ""


def find_keys(environment: Mapping[str, str] = os.environ) -> Keys:
    """Find keys in the order of Amazon's tools: the environment, a role that it names, a profile, this machine's role.

    A profile with keys of its own is read here; one that signs in elsewhere (SSO, an assumed role, a program) is left to
    boto3. Raises UsageError for a profile that does not exist, or that needs boto3 where it is not installed.
    (docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html)
    """
    if environment.get("AWS_ACCESS_KEY_ID"):
        return Keys("the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    if any(environment.get(name) for name in _OF_THE_MACHINE):
        return Keys("the role that the environment names")
    name = environment.get("AWS_PROFILE", "default")
    profile = _profile(name, environment)
    if profile:
        return _of_profile(name, profile)
    if "AWS_PROFILE" in environment:
        raise UsageError(f'AWS_PROFILE names "{name}", but there is no such profile; run "aws configure"')
    return Keys("this machine's role, there being no AWS_ACCESS_KEY_ID and no profile,")


def _of_profile(name: str, profile: Mapping[str, str]) -> Keys:
    label, region = f'the keys of the AWS profile "{name}"', profile.get("region", "")
    if "aws_access_key_id" in profile and "aws_secret_access_key" in profile:
        options = {
            "access_key_id": profile["aws_access_key_id"],
            "secret_access_key": profile["aws_secret_access_key"],
        }
        if "aws_session_token" in profile:
            options["session_token"] = profile["aws_session_token"]
        return Keys(label, options, region)
    if set(profile) <= {"region", "output"}:
        return Keys("this machine's role", region=region)
    if importlib.util.find_spec("boto3") is None:
        raise UsageError(f'the AWS profile "{name}" signs in with boto3; pip install "replisite[cloudfront]"')
    import boto3
    from obstore.auth.boto3 import Boto3CredentialProvider

    return Keys(
        label, {"credential_provider": Boto3CredentialProvider(boto3.Session(profile_name=name))}, region
    )


def _profile(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return a profile from the two files; ``credentials`` overrides ``config``."""
    home = Path(environment.get("HOME", "~")).expanduser() / ".aws"
    config = environment.get("AWS_CONFIG_FILE", str(home / "config"))
    credentials = environment.get("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
    section = name if name == "default" else f"profile {name}"
    return {**_section(Path(config), section), **_section(Path(credentials), name)}


def _section(path: Path, name: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(default_section="\0", strict=False)
    try:
        parser.read(path.expanduser(), encoding="utf-8")
    except (configparser.Error, UnicodeError) as error:
        raise UsageError(f"{path}: {type(error).__name__}; fix the file") from error
    return dict(parser[name]) if name in parser else {}
