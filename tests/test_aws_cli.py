"""The stock AWS CLI, the oldest and the newest that Vestibule supports: from `aws sso login` to an AWS account."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import requests

from aws_cli import AwsCli
from organization import Organization
from visitor import Visitor

PROCESSES = 8


def test_a_person_logs_in_by_browser_is_in_their_account_and_logs_out(
    aws_cli: AwsCli, organization: Organization
) -> None:
    employee = organization.create_employee("dev")
    aws_cli.configure(employee)

    _, pages = aws_cli.login(Visitor(organization.url), employee.person)
    assert [page.path for page in pages[:2]] == ["/start/sign-in", "/authorize/consent"]
    assert "botocore-client-vestibule" in pages[1].text
    assert pages[-1].url.startswith("http://127.0.0.1:")
    assert aws_cli.identity()["Account"] == employee.account
    access_token = aws_cli.tokens()["accessToken"]

    aws_cli.run("sso", "logout", "--profile", "dev")
    said = aws_cli.fail("sts", "get-caller-identity", "--profile", "dev")
    assert "sso" in said.lower(), said
    answer = requests.get(
        f"{organization.url}/assignment/accounts", headers={"x-amz-sso_bearer_token": access_token}, timeout=30
    )
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (401, "UnauthorizedException")


def test_a_person_logs_in_with_a_code_and_is_in_their_account(aws_cli: AwsCli, organization: Organization) -> None:
    employee = organization.create_employee("staging")
    aws_cli.configure(employee)

    printed, pages = aws_cli.login(Visitor(organization.url), employee.person, "--use-device-code")

    (code,) = set(re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", printed))
    assert [page.path for page in pages[:3]] == ["/start/sign-in", "/device", "/authorize/consent"]
    assert f"Your terminal must show this code: {code}" in pages[2].text
    assert aws_cli.identity()["Account"] == employee.account


def test_a_person_who_is_signed_in_at_the_portal_only_consents(
    newest_aws_cli: AwsCli, organization: Organization
) -> None:
    employee = organization.create_employee()
    newest_aws_cli.configure(employee)
    visitor = Visitor(organization.url)
    assert employee.role in visitor.sign_in(employee.person).text

    _, pages = newest_aws_cli.login(visitor, employee.person)

    assert pages[0].path == "/authorize/consent"
    assert newest_aws_cli.identity()["Account"] == employee.account


def test_a_program_that_is_turned_away_is_told_so(newest_aws_cli: AwsCli, organization: Organization) -> None:
    employee = organization.create_employee()
    newest_aws_cli.configure(employee)
    process = newest_aws_cli.start("sso", "login", "--profile", "dev", "--no-browser")
    with process:
        try:
            _, address = newest_aws_cli._until_address(process)
            Visitor(organization.url).decide(address, employee.person, "deny")
            printed, _ = process.communicate(timeout=30)
        finally:
            process.kill()

    assert process.returncode != 0
    assert "authorization code" in printed, printed
    assert not list((newest_aws_cli.home / ".aws" / "sso" / "cache").glob("*accessToken*"))


def test_eight_processes_that_refresh_at_once_all_go_on_working(aws_cli: AwsCli, organization: Organization) -> None:
    employee = organization.create_employee()
    aws_cli.configure(employee)
    aws_cli.login(Visitor(organization.url), employee.person)
    identity = ("sts", "get-caller-identity", "--profile", "dev", "--output", "json")

    before = aws_cli.tokens()
    aws_cli.age()
    with ThreadPoolExecutor(PROCESSES) as pool:
        answers = list(pool.map(lambda _: aws_cli.run_beside_others(*identity), range(PROCESSES)))
    assert [json.loads(answer)["Account"] for answer in answers] == [employee.account] * PROCESSES
    between = aws_cli.tokens()
    assert between["accessToken"] != before["accessToken"]

    # What they left in their common file, whoever of them was the last, can be refreshed again.
    aws_cli.age()
    assert aws_cli.identity()["Account"] == employee.account
    assert aws_cli.tokens()["accessToken"] != between["accessToken"]


def test_the_portal_answers_head_as_the_newest_cli_asks(organization: Organization) -> None:
    for path in ("/start", "/start/"):
        answer = requests.head(f"{organization.url}{path}", allow_redirects=False, timeout=30)
        assert (answer.status_code, answer.headers["Location"]) == (302, organization.start_url)


def test_configure_sso_asks_for_what_the_portal_shows(newest_aws_cli: AwsCli, organization: Organization) -> None:
    employee = organization.create_employee("security")
    newest_aws_cli.environment |= {
        "AWS_ENDPOINT_URL_SSO": organization.url,
        "AWS_ENDPOINT_URL_SSO_OIDC": organization.url,
        "AWS_ENDPOINT_URL_STS": organization.aws_endpoint,
    }
    visitor = Visitor(organization.url)
    page = visitor.sign_in(employee.person)
    assert f"Start URL {organization.start_url}" in page.text

    newest_aws_cli.configure_sso(visitor, employee.person, "dev")

    assert newest_aws_cli.identity()["Account"] == employee.account
