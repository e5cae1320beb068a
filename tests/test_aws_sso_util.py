"""aws-sso-util: a person's login, list of roles and profiles, and an administrator's look at assignments."""

import csv
import os
import re
import subprocess
import threading
from pathlib import Path

from organization import Organization
from program import INSTALLED
from visitor import Visitor

CLIENTS = INSTALLED / "clients" / "bin"
PATIENCE_SECONDS = 60


class AwsSsoUtil:
    """The command, in a home directory of its own."""

    def __init__(self, home: Path, organization: Organization) -> None:
        self.home = home
        self.organization = organization
        self.environment = {
            "HOME": str(home),
            "PATH": f"{CLIENTS}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "NO_PROXY": "localhost,127.0.0.1",
            "PYTHONUNBUFFERED": "1",
            "AWS_ENDPOINT_URL": organization.url,
            "AWS_ENDPOINT_URL_STS": organization.aws_endpoint,
            "AWS_ENDPOINT_URL_ORGANIZATIONS": organization.aws_endpoint,
            "AWS_DEFAULT_SSO_START_URL": organization.start_url,
            "AWS_DEFAULT_SSO_REGION": organization.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def run(self, *arguments: str, program: str = "aws-sso-util", **environment: str) -> str:
        """What a command that succeeds prints."""
        finished = subprocess.run(
            [CLIENTS / program, *arguments],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def login(self, visitor: Visitor, person: object) -> str:
        """`aws-sso-util login --headless`: what it printed."""
        process = subprocess.Popen(
            [CLIENTS / "aws-sso-util", "login", "--headless", self.organization.start_url, self.organization.region],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        overdue = threading.Timer(PATIENCE_SECONDS, process.kill)
        overdue.start()
        printed, code, address = "", None, None
        with process:
            try:
                for line in process.stdout:
                    printed += line
                    address = address or re.search(rf"{self.organization.url}\S+", line)
                    code = code or re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", line)
                    if address and code:
                        visitor.decide(address.group(), person, user_code=code.group())
                        break
                printed += process.stdout.read()
                status = process.wait()
            finally:
                overdue.cancel()
                process.kill()
        assert status == 0, printed
        return printed


def test_a_person_logs_in_and_lists_and_uses_their_roles(tmp_path: Path, organization: Organization) -> None:
    employee = organization.create_employee("dev")
    other = organization.create_employee("prod", employee.person)
    util = AwsSsoUtil(tmp_path, organization)

    assert "Login succeeded" in util.login(Visitor(organization.url), employee.person)

    roles = list(csv.reader(util.run("roles", "--sep", ",").splitlines()))
    assert sorted(roles[1:]) == sorted([["dev", employee.account, employee.role], ["prod", other.account, other.role]])

    util.run("configure", "populate", "--region", "us-east-1")
    profile = f"prod.{other.role}"
    assert f"[profile {profile}]" in (tmp_path / ".aws" / "config").read_text()
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    assert util.run("-c", script, program="python", AWS_PROFILE=profile).strip() == other.account

    util.run("logout")
    assert "accessToken" not in "".join(path.read_text() for path in (tmp_path / ".aws" / "sso").rglob("*.json"))


def test_an_administrator_looks_up_names_and_assignments(tmp_path: Path, organization: Organization) -> None:
    employee = organization.create_employee("security")
    group = organization.create_group(employee.person.id)
    organization.assign(group, employee.permission_set, employee.account, "GROUP")
    util = AwsSsoUtil(tmp_path, organization)
    key = {
        "AWS_ACCESS_KEY_ID": organization.access_key_id,
        "AWS_SECRET_ACCESS_KEY": organization.secret_access_key,
        "AWS_DEFAULT_REGION": organization.region,
    }

    assert util.run("admin", "lookup", "instance", **key).strip().endswith(organization.instance.rpartition("/")[2])
    assert employee.person.id in util.run("admin", "lookup", "user", employee.person.user_name, **key)
    assert employee.permission_set in util.run("admin", "lookup", "permission-set", employee.role, **key)

    printed = util.run("admin", "assignments", "--permission-set", employee.permission_set, **key)
    rows = list(csv.DictReader(printed.splitlines()))
    assert {(row["principal_type"], row["principal_id"]) for row in rows} == {
        ("USER", employee.person.id),
        ("GROUP", group),
    }
    assert {(row["target_id"], row["target_name"]) for row in rows} == {(employee.account, "security")}
