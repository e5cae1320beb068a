"""The organization of a running program, as its administrator changes it and looks at its accounts."""

from __future__ import annotations

import itertools
import json
import re
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from visitor import Visitor

if TYPE_CHECKING:
    from program import Program

PATIENCE_SECONDS = 30
PASSWORD = "Correct-Horse-7"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"

_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """A name that no other test has."""
    return f"{prefix}-{next(_numbers)}"


@dataclass(frozen=True)
class Person:
    """A user who has chosen a password."""

    id: str
    user_name: str
    password: str = PASSWORD


@dataclass(frozen=True)
class Employee:
    """A person with one permission set in one account."""

    person: Person
    account: str
    role: str
    permission_set: str


class Organization:
    """What an administrator does, by boto3 with the key that `vestibule admin-key` issues."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.info: dict[str, Any] = program.info()
        self.url: str = self.info["url"]
        self.region: str = self.info["region"]
        self.instance: str = self.info["instanceArn"]
        self.identity_store: str = self.info["identityStoreId"]
        self.start_url: str = self.info["startUrl"]
        self.aws_endpoint: str = self.info["awsEndpoint"]
        self.accounts: dict[str, str] = {account["name"]: account["id"] for account in self.info["accounts"]}
        key = json.loads(program.command("admin-key"))
        self.access_key_id: str = key["AccessKeyId"]
        self.secret_access_key: str = key["SecretAccessKey"]

    def client(self, service: str) -> Any:  # noqa: ANN401
        """A client of Vestibule's admin APIs."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
        )

    @cached_property
    def identitystore(self) -> Any:  # noqa: ANN401
        return self.client("identitystore")

    @cached_property
    def sso_admin(self) -> Any:  # noqa: ANN401
        return self.client("sso-admin")

    def aws(self, service: str, **credentials: str) -> Any:  # noqa: ANN401
        """A client of the local AWS, by default of its management account."""
        credentials = credentials or {"aws_access_key_id": "management", "aws_secret_access_key": "management"}
        return boto3.client(service, endpoint_url=self.aws_endpoint, region_name=self.region, **credentials)

    def entered(self, account: str) -> dict[str, str]:
        """Credentials with which the management account looks into a member account."""
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        answer = self.aws("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        return {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }

    def iam(self, account: str) -> Any:  # noqa: ANN401
        """The IAM of a member account."""
        return self.aws("iam", **self.entered(account))

    def create_user(self, user_name: str | None = None) -> str:
        """A user without a password: the id."""
        user_name = user_name or unique("user")
        created = self.identitystore.create_user(
            IdentityStoreId=self.identity_store,
            UserName=user_name,
            DisplayName=user_name.title(),
            Name={"GivenName": "Given", "FamilyName": "Family"},
            Emails=[{"Value": f"{user_name}@example.com", "Type": "work", "Primary": True}],
        )
        return created["UserId"]

    def create_person(self, user_name: str | None = None) -> Person:
        """A user who has followed their one-time link and chosen a password."""
        user_name = user_name or unique("person")
        person = Person(self.create_user(user_name), user_name)
        Visitor(self.url).choose_password(self.invitation(user_name), person)
        return person

    def invitation(self, user_name: str) -> str:
        """The one-time link that `vestibule invite` prints."""
        printed = self.program.command("invite", user_name)
        link = re.search(r"\S+/start/password/[\w-]+", printed)
        assert link, printed
        return link.group()

    def create_group(self, *members: str) -> str:
        """A group with these users: the id."""
        created = self.identitystore.create_group(IdentityStoreId=self.identity_store, DisplayName=unique("Group"))
        for member in members:
            self.identitystore.create_group_membership(
                IdentityStoreId=self.identity_store, GroupId=created["GroupId"], MemberId={"UserId": member}
            )
        return created["GroupId"]

    def create_permission_set(self, **members: str) -> tuple[str, str]:
        """A permission set: its name and ARN."""
        name = unique("Set")
        created = self.sso_admin.create_permission_set(InstanceArn=self.instance, Name=name, **members)
        return name, created["PermissionSet"]["PermissionSetArn"]

    def assignment(self, user: str, permission_set: str, account: str, kind: str = "USER") -> dict[str, str]:
        """What names an assignment in a request."""
        return {
            "InstanceArn": self.instance,
            "TargetId": account,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": permission_set,
            "PrincipalType": kind,
            "PrincipalId": user,
        }

    def assign(self, user: str, permission_set: str, account: str, kind: str = "USER") -> None:
        """Assigns, and waits until it is done."""
        assignment = self.assignment(user, permission_set, account, kind)
        begun = self.sso_admin.create_account_assignment(**assignment)["AccountAssignmentCreationStatus"]
        self.until_created(begun["RequestId"])

    def unassign(self, user: str, permission_set: str, account: str, kind: str = "USER") -> None:
        """Takes an assignment away, and waits until it is done."""
        assignment = self.assignment(user, permission_set, account, kind)
        begun = self.sso_admin.delete_account_assignment(**assignment)["AccountAssignmentDeletionStatus"]
        self.until_deleted(begun["RequestId"])

    def until_created(self, request: str) -> dict[str, Any]:
        return self._until_succeeded("account_assignment_creation", "AccountAssignmentCreation", request)

    def until_deleted(self, request: str) -> dict[str, Any]:
        return self._until_succeeded("account_assignment_deletion", "AccountAssignmentDeletion", request)

    def until_provisioned(self, request: str) -> dict[str, Any]:
        return self._until_succeeded("permission_set_provisioning", "ProvisionPermissionSet", request)

    def _until_succeeded(self, operation: str, member: str, request: str) -> dict[str, Any]:
        """Polls a status as administrators do, until it is SUCCEEDED."""
        describe = getattr(self.sso_admin, f"describe_{operation}_status")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = describe(**{"InstanceArn": self.instance, f"{member}RequestId": request})
            (status,) = (value for name, value in answer.items() if name.endswith("Status"))
            if status["Status"] != "IN_PROGRESS":
                break
            assert time.monotonic() < deadline, f"still in progress after {PATIENCE_SECONDS} s: {status}"
            time.sleep(0.1)
        assert status["Status"] == "SUCCEEDED", status
        return status

    def create_employee(self, account: str = "dev", person: Person | None = None, **members: str) -> Employee:
        """A person with a permission set of their own in an account."""
        person = person or self.create_person()
        name, permission_set = self.create_permission_set(**members)
        self.assign(person.id, permission_set, self.accounts[account])
        return Employee(person, self.accounts[account], name, permission_set)

    def roles_of(self, permission_set: str, account: str) -> list[dict[str, Any]]:
        """The roles that a permission set, by its name, has in an account: one, or none."""
        pages = self.iam(account).get_paginator("list_roles").paginate(PathPrefix="/vestibule/")
        roles = [role for page in pages for role in page["Roles"]]
        return [role for role in roles if role["RoleName"].startswith(f"VestibuleSSO_{permission_set}_")]
