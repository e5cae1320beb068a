"""Vestibule's own operations with stock clients that were given its model, as the README says."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError

from aws_cli import AwsCli, readme_block
from organization import Organization, Person, unique
from program import ROOT
from visitor import Visitor

MODELS = ROOT / "functions" / "admin" / "models"

Client = Callable[..., Any]


@pytest.fixture
def own_cli(aws_cli: AwsCli) -> AwsCli:
    """An AWS CLI that knows the service and is an administrator."""
    aws_cli.configure_administrator()
    aws_cli.environment |= {"AWS_PROFILE": "vestibule-admin", "PATH": f"{aws_cli.command.parent}:/usr/bin:/bin"}
    commands = readme_block("configure add-model").split("aws vestibule")[0]
    subprocess.run(["bash", "-euc", commands], cwd=ROOT, env=aws_cli.environment, check=True, timeout=60)
    return aws_cli


@pytest.fixture
def client_of(organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Makes boto3 clients that know the service, with the organization's key or another."""
    folder = tmp_path / "models" / "vestibule" / "2026-11-22"
    folder.mkdir(parents=True)
    shutil.copy(MODELS / "vestibule.json", folder / "service-2.json")
    shutil.copy(MODELS / "vestibule-paginators.json", folder / "paginators-1.json")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "models"))

    def client(service: str = "vestibule", key: dict[str, str] | None = None) -> Any:  # noqa: ANN401
        key = key or {
            "AccessKeyId": organization.access_key_id,
            "SecretAccessKey": organization.secret_access_key,
        }
        return boto3.Session(botocore_session=botocore.session.Session()).client(
            service,
            endpoint_url=organization.url,
            region_name=organization.region,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    return client


def refused(call: Callable[..., Any], **parameters: object) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def test_the_cli_makes_lists_and_ends_keys(own_cli: AwsCli, organization: Organization) -> None:
    made = own_cli.json("vestibule", "create-access-key", "--role", "Auditor", "--description", "a report")
    key_id = made["AccessKeyId"]

    def listed() -> list[dict[str, Any]]:
        keys = own_cli.json("vestibule", "list-access-keys", "--page-size", "1")["AccessKeys"]
        assert made["SecretAccessKey"] not in json.dumps(keys)
        return [key for key in keys if key["AccessKeyId"] == key_id]

    (found,) = listed()
    assert (found["Role"], found["Description"], found["Status"]) == ("Auditor", "a report", "Active")
    assert organization.access_key_id in found["CreatedBy"]
    own_cli.run("vestibule", "deactivate-access-key", "--access-key-id", key_id)
    assert listed()[0]["Status"] == "Inactive"
    own_cli.run("vestibule", "delete-access-key", "--access-key-id", key_id)
    assert listed() == []
    assert "(ResourceNotFoundException)" in own_cli.fail("vestibule", "delete-access-key", "--access-key-id", key_id)
    events = own_cli.json("vestibule", "lookup-events", "--access-key-id", key_id)["Events"]
    assert [event["EventName"] for event in events] == ["DeleteAccessKey", "DeactivateAccessKey", "CreateAccessKey"]


def test_the_cli_explains_the_operations(own_cli: AwsCli) -> None:
    # Without what makes letters bold on a printer.
    service = own_cli.run("vestibule", "help")
    assert "create-password-reset-link" in service
    operation = own_cli.run("vestibule", "update-settings", "help")
    assert "--session-duration-minutes" in operation
    assert "--no-device-grant-enabled" in operation
    assert "15 to 129600" in operation


def test_the_cli_changes_settings(own_cli: AwsCli) -> None:
    before = own_cli.json("vestibule", "describe-settings")["Settings"]
    changed = own_cli.json(
        *("vestibule", "update-settings", "--session-duration-minutes", "481"),
        *("--password-policy", "MinimumLength=9", "--revision", before["Revision"]),
    )["Settings"]
    assert changed["SessionDurationMinutes"] == 481
    assert changed["PasswordPolicy"] == before["PasswordPolicy"] | {"MinimumLength": 9}
    restore = ("vestibule", "update-settings", "--session-duration-minutes", "480")
    policy = ("--password-policy", "MinimumLength=8", "--revision")
    assert "(ConflictException)" in own_cli.fail(*restore, *policy, before["Revision"])
    own_cli.run(*restore, *policy, changed["Revision"])


def test_roles_hold_for_all_three_services(client_of: Client, organization: Organization) -> None:
    administrator = client_of()
    keys = {role: administrator.create_access_key(Role=role) for role in ("Helpdesk", "Auditor")}
    store = organization.identity_store
    for role, key in keys.items():
        own, sso_admin, identitystore = (client_of(name, key) for name in ("vestibule", "sso-admin", "identitystore"))
        assert client_of("sts", key).get_caller_identity()["Arn"].endswith(key["AccessKeyId"])
        assert sso_admin.list_permission_sets(InstanceArn=organization.instance)["PermissionSets"]
        assert identitystore.list_users(IdentityStoreId=store)["Users"]
        denied = [
            refused(own.create_access_key, Role="Administrator"),
            refused(sso_admin.create_permission_set, InstanceArn=organization.instance, Name=unique("Set")),
            refused(identitystore.create_group, IdentityStoreId=store, DisplayName=unique("Group")),
        ]
        assert denied == ["AccessDeniedException"] * 3, role
    assert refused(client_of(key=keys["Helpdesk"]).lookup_events) == "AccessDeniedException"
    assert refused(client_of(key=keys["Auditor"]).invite_user, UserName="alex") == "AccessDeniedException"


def test_a_helpdesk_brings_a_user_in_again(client_of: Client, organization: Organization) -> None:
    person = organization.create_person()
    visitor = Visitor(organization.url)
    visitor.sign_in(person)
    helpdesk = client_of(key=client_of().create_access_key(Role="Helpdesk"))
    made = helpdesk.create_password_reset_link(UserId=person.id)
    assert made["UserId"] == person.id
    again = Person(person.id, person.user_name, "Another-Horse-8")
    Visitor(organization.url).choose_password(made["Link"], again)
    assert visitor.open("/start/").path == "/start/sign-in"
    assert visitor.sign_in(again).path == "/start/"
    events = client_of().lookup_events(UserId=person.id)["Events"]
    assert "CreatePasswordResetLink" in [event["EventName"] for event in events]
    assert made["Link"].rpartition("/")[2] not in json.dumps(events, default=str)


def test_a_helpdesk_sees_where_a_person_is_signed_in_and_ends_it(
    client_of: Client, newest_aws_cli: AwsCli, organization: Organization
) -> None:
    employee = organization.create_employee()
    user = {"UserId": employee.person.id}
    visitor = Visitor(organization.url)
    newest_aws_cli.configure(employee)
    newest_aws_cli.login(visitor, employee.person)
    assert newest_aws_cli.identity()["Account"] == employee.account

    helpdesk = client_of(key=client_of().create_access_key(Role="Helpdesk"))
    sessions = helpdesk.list_sessions(**user)["Sessions"]
    (portal,) = (session for session in sessions if session["Type"] == "PORTAL")
    (program,) = (session for session in sessions if session["Type"] == "PROGRAM")
    assert program["ClientName"].startswith("botocore-client-")
    assert "aws-cli" in program["UserAgent"]
    assert portal["SourceIpAddress"] == program["SourceIpAddress"]
    events = client_of().lookup_events(**user, EventName="GetRoleCredentials")["Events"]
    assert program["SessionId"] in events[0]["CloudTrailEvent"]

    helpdesk.end_session(**user, SessionId=program["SessionId"])
    newest_aws_cli.forget_credentials()
    assert "login" in newest_aws_cli.fail("sts", "get-caller-identity", "--profile", "dev")
    assert visitor.open("/start/").path == "/start/"
    assert helpdesk.list_sessions(**user)["Sessions"] == [portal]
    helpdesk.end_sessions(**user)
    assert visitor.open("/start/").path == "/start/sign-in"
    assert helpdesk.list_sessions(**user)["Sessions"] == []


def test_the_policy_of_the_instance_holds_in_the_portal(client_of: Client, organization: Organization) -> None:
    own = client_of()
    user_name = unique("strict")
    organization.create_user(user_name)
    link = own.invite_user(UserName=user_name)["Link"]
    own.update_settings(PasswordPolicy={"MinimumLength": 20})
    try:
        page = Visitor(organization.url).open(link)
        assert "20 to 64 characters" in page.text
    finally:
        own.update_settings(PasswordPolicy={"MinimumLength": 8})


def test_paginators_follow_the_log_to_its_end(client_of: Client) -> None:
    own = client_of()
    whole = own.get_paginator("lookup_events").paginate(EventSource="vestibule").build_full_result()["Events"]
    small = own.get_paginator("lookup_events").paginate(EventSource="vestibule", PaginationConfig={"PageSize": 3})
    paged = small.build_full_result()["Events"]
    assert [event["EventId"] for event in paged] == [event["EventId"] for event in whole]
    assert sorted(whole, key=lambda event: event["EventTime"], reverse=True) == whole
