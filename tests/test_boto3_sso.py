"""boto3: its clients of the protocols `sso` and `sso-oidc`, and the provider by which its users enter accounts."""

import json
import subprocess
import time
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from aws_cli import AwsCli
from oidc_program import OidcProgram
from organization import Organization
from program import INSTALLED
from visitor import Visitor

PYTHON = INSTALLED / "clients" / "bin" / "python"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
IDENTITY = "import boto3; print(boto3.Session(profile_name='dev').client('sts').get_caller_identity()['Account'])"


def client(service: str, organization: Organization) -> Any:  # noqa: ANN401
    return boto3.client(
        service,
        endpoint_url=organization.url,
        region_name=organization.region,
        config=Config(signature_version=UNSIGNED, retries={"max_attempts": 1}),
    )


def test_the_provider_uses_and_refreshes_what_the_cli_logged_in(
    newest_aws_cli: AwsCli, organization: Organization
) -> None:
    employee = organization.create_employee()
    newest_aws_cli.configure(employee)
    newest_aws_cli.login(Visitor(organization.url), employee.person)
    before = newest_aws_cli.tokens()

    def account() -> str:
        finished = subprocess.run(
            [PYTHON, "-c", IDENTITY], env=newest_aws_cli.environment, capture_output=True, text=True, timeout=60
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout.strip()

    assert account() == employee.account
    assert newest_aws_cli.tokens() == before

    newest_aws_cli.age()
    assert account() == employee.account
    after = newest_aws_cli.tokens()
    assert after["accessToken"] != before["accessToken"]
    assert after["refreshToken"] != before["refreshToken"]


def test_the_clients_drive_every_operation(organization: Organization) -> None:
    employee = organization.create_employee("dev")
    organization.create_employee("prod", employee.person)
    second = organization.create_employee("prod", employee.person)
    oidc, sso = client("sso-oidc", organization), client("sso", organization)

    program = oidc.register_client(clientName="a program", clientType="public", scopes=["sso:account:access"])
    named = {"clientId": program["clientId"], "clientSecret": program["clientSecret"]}
    device = oidc.start_device_authorization(**named, startUrl=organization.start_url)
    asked = named | {"grantType": DEVICE_CODE, "deviceCode": device["deviceCode"]}
    with pytest.raises(oidc.exceptions.AuthorizationPendingException):
        oidc.create_token(**asked)

    pages = Visitor(organization.url).decide(device["verificationUriComplete"], employee.person)
    assert "a program" in pages[2].text

    token = oidc.create_token(**asked)
    assert token["tokenType"] == "Bearer"
    accounts = sso.get_paginator("list_accounts").paginate(
        accessToken=token["accessToken"], PaginationConfig={"PageSize": 1}
    )
    listed = [account for page in accounts for account in page["accountList"]]
    assert [(account["accountName"], account["accountId"]) for account in listed] == [
        ("dev", organization.accounts["dev"]),
        ("prod", organization.accounts["prod"]),
    ]
    roles = sso.get_paginator("list_account_roles").paginate(
        accessToken=token["accessToken"], accountId=second.account, PaginationConfig={"PageSize": 1}
    )
    assert second.role in [role["roleName"] for page in roles for role in page["roleList"]]
    credentials = sso.get_role_credentials(
        accessToken=token["accessToken"], accountId=second.account, roleName=second.role
    )["roleCredentials"]
    identity = organization.aws(
        "sts",
        aws_access_key_id=credentials["accessKeyId"],
        aws_secret_access_key=credentials["secretAccessKey"],
        aws_session_token=credentials["sessionToken"],
    ).get_caller_identity()
    assert identity["Account"] == second.account

    with pytest.raises(ClientError) as refused:
        sso.get_role_credentials(
            accessToken=token["accessToken"], accountId=organization.accounts["security"], roleName=second.role
        )
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403

    sso.logout(accessToken=token["accessToken"])
    with pytest.raises(sso.exceptions.UnauthorizedException):
        sso.list_accounts(accessToken=token["accessToken"])


def test_a_profile_without_a_session_works_with_the_token_of_older_tools(
    newest_aws_cli: AwsCli, organization: Organization
) -> None:
    """The form of profile from before `sso_session`, whose token is found by the start URL and not refreshed."""
    employee = organization.create_employee()
    config = newest_aws_cli.home / ".aws" / "config"
    config.parent.mkdir()
    config.write_text(
        f"""[profile dev]
sso_start_url = {organization.start_url}
sso_region = {organization.region}
sso_account_id = {employee.account}
sso_role_name = {employee.role}
region = us-east-1
"""
    )
    newest_aws_cli.environment |= {
        "AWS_ENDPOINT_URL_SSO": organization.url,
        "AWS_ENDPOINT_URL_SSO_OIDC": organization.url,
        "AWS_ENDPOINT_URL_STS": organization.aws_endpoint,
    }
    newest_aws_cli.login(Visitor(organization.url), employee.person)
    assert newest_aws_cli.identity()["Account"] == employee.account
    finished = subprocess.run(
        [PYTHON, "-c", IDENTITY], env=newest_aws_cli.environment, capture_output=True, text=True, timeout=60
    )
    assert finished.stdout.strip() == employee.account, finished.stderr
    assert "refreshToken" not in json.dumps(newest_aws_cli.tokens())


def test_every_name_of_the_instance_is_a_start_url(organization: Organization) -> None:
    oidc = client("sso-oidc", organization)
    program = oidc.register_client(clientName="a program", clientType="public")
    named = {"clientId": program["clientId"], "clientSecret": program["clientSecret"]}
    instance = organization.instance.rpartition("/")[2]
    for start_url in (
        organization.start_url,
        f"https://{organization.identity_store}.awsapps.com/start",
        f"https://{organization.identity_store}.awsapps.com/start/",
        f"https://{organization.identity_store}.awsapps.com/start#/",
        f"https://{instance}.portal.{organization.region}.app.aws",
        f"{organization.url}/start",
    ):
        oidc.register_client(clientName="a program", clientType="public", issuerUrl=start_url)
        assert oidc.start_device_authorization(**named, startUrl=start_url)["userCode"]
    for start_url in ("https://d-0000000000.awsapps.com/start", "https://evil.example/start", "start"):
        with pytest.raises(oidc.exceptions.InvalidRequestException):
            oidc.start_device_authorization(**named, startUrl=start_url)


@pytest.mark.parametrize(("duration", "hours"), [("PT1H", 1), ("PT12H", 12)])
def test_credentials_last_as_long_as_the_permission_set_says(
    organization: Organization, duration: str, hours: int
) -> None:
    employee = organization.create_employee(SessionDuration=duration)
    token = OidcProgram(organization).tokens(employee.person)["accessToken"]
    credentials = client("sso", organization).get_role_credentials(
        accessToken=token, accountId=employee.account, roleName=employee.role
    )["roleCredentials"]
    lasts = credentials["expiration"] / 1000 - time.time()
    assert lasts / 3600 == pytest.approx(hours, abs=0.1)
