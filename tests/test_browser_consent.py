"""People in Chromium who let the AWS CLI in, or do not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from chromium import Chromium

if TYPE_CHECKING:
    from pathlib import Path

    from aws_cli import AwsCli
    from organization import Employee, Organization


@pytest.fixture(scope="module")
def chromium(organization: Organization) -> Chromium:
    return Chromium(organization.url)


@pytest.fixture(scope="module")
def employee(organization: Organization) -> Employee:
    return organization.create_employee()


def test_the_cli_opens_the_browser_and_is_let_in(
    chromium: Chromium, employee: Employee, aws_cli: AwsCli, tmp_path: Path
) -> None:
    browser = chromium.default_browser(tmp_path, employee.person)
    aws_cli.configure(employee)
    aws_cli.environment["BROWSER"] = browser.environment
    aws_cli.run("sso", "login", "--profile", "dev")
    sign_in, consent = browser.pages()
    assert "to go on to the AWS CLI" in sign_in["text"]
    assert "botocore-client-vestibule" in consent["text"]
    assert re.search(r"Answers to\s+http://127\.0\.0\.1:\d+\s", consent["text"])
    assert f"({employee.person.user_name})" in consent["text"]
    assert "Your terminal must show this code" not in consent["text"]
    assert aws_cli.identity()["Account"] == employee.account


def test_the_cli_is_told_that_it_was_denied(
    chromium: Chromium, employee: Employee, newest_aws_cli: AwsCli, tmp_path: Path
) -> None:
    browser = chromium.default_browser(tmp_path, employee.person, allow=False)
    newest_aws_cli.configure(employee)
    newest_aws_cli.environment["BROWSER"] = browser.environment
    said = newest_aws_cli.fail("sso", "login", "--profile", "dev")
    assert "access_denied" in said or "authorization code" in said
    browser.pages()
    newest_aws_cli.fail("sts", "get-caller-identity", "--profile", "dev")


def test_the_address_may_be_opened_by_hand(chromium: Chromium, employee: Employee, newest_aws_cli: AwsCli) -> None:
    newest_aws_cli.configure(employee)
    newest_aws_cli.login(chromium, employee.person)
    assert newest_aws_cli.identity()["Account"] == employee.account


def test_a_device_code_is_typed_and_compared_with_the_terminal(
    chromium: Chromium, employee: Employee, aws_cli: AwsCli
) -> None:
    aws_cli.configure(employee)
    printed, pages = aws_cli.login(chromium, employee.person, "--use-device-code")
    (user_code,) = set(re.findall(r"\b[B-Z]{4}-[B-Z]{4}\b", printed))
    sign_in, code, consent, done = pages
    assert "to go on to the AWS CLI" in sign_in["text"]
    assert code["path"] == "/device"
    assert f"Your terminal must show this code:\n\n{user_code}" in consent["text"]
    assert "The program in your terminal goes on by itself" in done["text"]
    assert aws_cli.identity()["Account"] == employee.account


def test_a_device_that_is_denied_gets_nothing(
    chromium: Chromium, employee: Employee, organization: Organization
) -> None:
    oidc = organization.client("sso-oidc")
    client = oidc.register_client(clientName="a-stranger", clientType="public")
    registered = {name: client[name] for name in ("clientId", "clientSecret")}
    asked = oidc.start_device_authorization(**registered, startUrl=organization.start_url)
    pages = chromium.decide(asked["verificationUriComplete"], employee.person, allow=False)
    assert "a-stranger" in pages[-2]["text"]
    with pytest.raises(ClientError) as refused:
        oidc.create_token(
            **registered,
            grantType="urn:ietf:params:oauth:grant-type:device_code",
            deviceCode=asked["deviceCode"],
        )
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_the_configuration_that_the_portal_shows_serves_the_cli(
    chromium: Chromium, employee: Employee, newest_aws_cli: AwsCli, organization: Organization
) -> None:
    seen = chromium.walk("access-keys", employee.person, account="dev", role=employee.role)
    configuration = newest_aws_cli.home / ".aws" / "config"
    configuration.parent.mkdir()
    configuration.write_text(seen["copied"]["profile"] + "\n\n" + seen["copied"]["shared"])
    # The portal knows the AWS of the world, not the one of this machine.
    newest_aws_cli.environment["AWS_ENDPOINT_URL_STS"] = organization.aws_endpoint
    browser = chromium.default_browser(newest_aws_cli.home, employee.person)
    newest_aws_cli.environment["BROWSER"] = browser.environment
    profile = f"{employee.account}_{employee.role}"
    newest_aws_cli.run("sso", "login", "--profile", profile)
    browser.pages()
    identity = newest_aws_cli.json("sts", "get-caller-identity", "--profile", profile)
    assert identity["Account"] == employee.account
