"""What every test of a whole flow has at hand: one running program, its organization, and the people in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from aws_cli import AwsCli
from organization import Organization
from program import EXECUTABLE, INSTALLED, Program, running_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Whoever runs the tests may have AWS settings, or a proxy, of their own: neither is for us.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "localhost,127.0.0.1",
    "no_proxy": "localhost,127.0.0.1",
}


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program that all tests share; each has users and permission sets of its own in it."""
    with running_program(EXECUTABLE, tmp_path_factory.mktemp("vestibule") / "data") as program:
        yield program


@pytest.fixture(scope="session")
def organization(program: Program) -> Organization:
    """The program's organization, with an administrator's rights."""
    return Organization(program)


@pytest.fixture(params=["oldest", "newest"])
def aws_cli(request: pytest.FixtureRequest, tmp_path: Path, organization: Organization) -> AwsCli:
    """Each AWS CLI, in a home directory of its own."""
    return AwsCli(INSTALLED / f"aws-cli-{request.param}" / "bin" / "aws", tmp_path, organization)


@pytest.fixture
def newest_aws_cli(tmp_path: Path, organization: Organization) -> AwsCli:
    """The newest AWS CLI, in a home directory of its own."""
    return AwsCli(INSTALLED / "aws-cli-newest" / "bin" / "aws", tmp_path, organization)
