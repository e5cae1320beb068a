"""People in Chromium: what they see and do in the portal, and that what they take away works elsewhere."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import boto3
import pytest

from chromium import Chromium
from organization import Person, unique
from program import ROOT
from saml_response import Trust

if TYPE_CHECKING:
    from pathlib import Path

    from organization import Employee, Organization

SAMPLE_USER = "alex"
SIGN_IN_ENDPOINT = "https://signin.aws.amazon.com/saml"
CONSOLE = "https://console.aws.amazon.com/"
BILLS = f"{CONSOLE}billing/home?region=eu-central-1#/bills"
BUCKETS = "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1&a=b c#/buckets"
# What Chromium says of a host that it does not find: the page's policy had let it ask.
NO_SUCH_HOST = "net::ERR_NAME_NOT_RESOLVED"


@dataclass(frozen=True)
class Arrival:
    """A person who has just chosen a password, and what they saw on the way."""

    person: Person
    seen: dict[str, Any]


@pytest.fixture(scope="module")
def chromium(organization: Organization) -> Chromium:
    return Chromium(organization.url)


@pytest.fixture(scope="module")
def arrival(chromium: Chromium, organization: Organization) -> Arrival:
    """The sample user follows their one-time link."""
    identifier = {"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": SAMPLE_USER}}
    found = organization.identitystore.get_user_id(
        IdentityStoreId=organization.identity_store, AlternateIdentifier=identifier
    )
    person = Person(found["UserId"], SAMPLE_USER)
    seen = chromium.walk("choose-password", person, link=organization.invitation(SAMPLE_USER))
    return Arrival(person, seen)


@pytest.fixture(scope="module")
def alex(arrival: Arrival) -> Person:
    """The sample user, with a password."""
    return arrival.person


@pytest.fixture(scope="module")
def traveller(organization: Organization) -> Employee:
    """A person with one permission set, which begins at a place of its own in the console."""
    return organization.create_employee("prod", RelayState=BILLS)


def test_a_one_time_link_lets_the_sample_user_choose_a_password(arrival: Arrival) -> None:
    seen = arrival.seen
    met = {rule for rule, state in seen["states"].items() if state == "met"}
    assert met == {"lower", "name"}
    assert seen["refusal"] == "The password does not meet every rule yet."
    assert seen["usedUp"] == "This link does not work"
    assert seen["path"] == "/start/"


def test_a_mistyped_password_is_told_and_the_right_one_shows_the_accounts(
    chromium: Chromium, alex: Person, organization: Organization
) -> None:
    seen = chromium.walk("sign-in", alex)
    assert seen["refusals"] == ["The user name or the password is not right."] * 2
    roles = {"dev": ["AdministratorAccess", "ReadOnlyAccess"]}
    assert seen["accounts"] == {
        name: {"id": organization.accounts[name], "permissionSets": roles.get(name, ["ReadOnlyAccess"])}
        for name in ("dev", "prod", "security", "staging")
    }
    assert seen["values"] == [organization.start_url, organization.region]
    assert seen["path"] == "/start/"


def test_a_search_finds_names_numbers_addresses_and_permission_sets(
    chromium: Chromium, alex: Person, organization: Organization
) -> None:
    wanted = {
        "PROD": ["prod"],
        organization.accounts["security"]: ["security"],
        "administrator": ["dev"],
        "readonly staging@": ["staging"],
    }
    seen = chromium.walk("search", alex, queries=list(wanted))
    assert {query: found["names"] for query, found in seen["found"].items()} == wanted
    assert seen["found"]["PROD"]["count"] == "1 of 4 accounts"
    assert seen["cleared"] == len(organization.accounts) - 1


def test_applications_are_found_and_opened(chromium: Chromium, alex: Person, organization: Organization) -> None:
    address = "https://reports.example.com/sign-in?from=portal"
    sso_admin = organization.client("sso-admin")

    def create(name: str, url: str) -> str:
        sign_in = {"Origin": "APPLICATION", "ApplicationUrl": url}
        created = sso_admin.create_application(
            InstanceArn=organization.instance,
            ApplicationProviderArn="arn:aws:sso::aws:applicationProvider/custom",
            Name=name,
            Description=f"{name} of the company",
            PortalOptions={"Visibility": "ENABLED", "SignInOptions": sign_in},
        )
        return created["ApplicationArn"]

    reports = create("Reports", address)
    handbook = create("Handbook", "https://handbook.example.com/")
    unassigned = create("Payroll", "https://payroll.example.com/")
    try:
        sso_admin.create_application_assignment(ApplicationArn=reports, PrincipalType="USER", PrincipalId=alex.id)
        sso_admin.put_application_assignment_configuration(ApplicationArn=handbook, AssignmentRequired=False)
        seen = chromium.walk("applications", alex, query="reports", address="https://reports.example.com/")
    finally:
        for application in (reports, handbook, unassigned):
            sso_admin.delete_application(ApplicationArn=application)
    assert seen["shown"] == ["Handbook", "Reports"]
    assert seen["found"] == {"names": ["Reports"], "count": "1 of 2 applications"}
    assert (seen["opened"], seen["method"]) == (address, "GET")
    assert seen.get("referer") in (None, "")
    assert seen.get("cookie") is None
    assert seen["opener"] is None


def after_bash(commands: str) -> dict[str, str]:
    """The AWS settings of a shell after these commands."""
    script = f"{commands}\nexec env -0"
    printed = subprocess.run(["bash", "-c", script], env={}, capture_output=True, text=True, timeout=10, check=True)
    pairs = (pair.partition("=") for pair in printed.stdout.split("\0"))
    return {name.lower(): value for name, _, value in pairs if name.startswith("AWS_")}


def assigned(pattern: str, text: str) -> dict[str, str]:
    """What lines of this form assign."""
    lines = [re.fullmatch(pattern, line) for line in text.splitlines()]
    assert all(lines), text
    return {line[1].lower(): line[2] for line in lines}


def test_every_format_of_the_access_keys_works(
    chromium: Chromium, alex: Person, organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = organization.accounts["dev"]
    seen = chromium.walk("access-keys", alex, account="dev", role="ReadOnlyAccess")
    assert seen["whose"] == f"dev ({account}), ReadOnlyAccess"
    assert seen["expiry"].startswith("Valid until ")
    left = datetime.fromisoformat(seen["expires"]) - datetime.now(UTC)
    assert timedelta(hours=7, minutes=55) < left <= timedelta(hours=8), left

    copied = seen["copied"]
    keys = {
        "aws_access_key_id": copied["id"],
        "aws_secret_access_key": copied["secret"],
        "aws_session_token": copied["token"],
    }
    assert after_bash(copied["bash"]) == keys
    assert assigned(r'\$Env:(\w+)="(\S+)"', copied["PowerShell"]) == keys
    assert assigned(r"SET (\w+)=(\S+)", copied["cmd"]) == keys
    assert organization.aws("sts", **keys).get_caller_identity()["Account"] == account

    path = tmp_path / "credentials"
    path.write_text(copied["credentials"])
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    session = boto3.Session(profile_name=f"{account}_ReadOnlyAccess", region_name=organization.region)
    identity = session.client("sts", endpoint_url=organization.aws_endpoint).get_caller_identity()
    assert identity["Account"] == account


def test_the_console_opens_with_a_response_that_aws_can_trust(
    chromium: Chromium, traveller: Employee, organization: Organization, tmp_path: Path
) -> None:
    place = {"account_id": traveller.account, "role_name": traveller.role}
    links = {
        "shortcut": f"/start/#/console?{urlencode(place)}",
        "shortcut with a destination": f"/start/#/console?{urlencode(place | {'destination': BUCKETS})}",
        "only role of an account": f"/start/#/console?account_id={traveller.account}",
        "address": f"/saml/console?{urlencode(place | {'destination': BUCKETS})}",
    }
    seen = chromium.walk("console", traveller.person, account="prod", role=traveller.role, links=links)
    buckets = BUCKETS.replace(" ", "%20")
    relay_states = {
        "shortcut": BILLS,
        "shortcut with a destination": buckets,
        "only role of an account": BILLS,
        "address": buckets,
    }
    for way in ("signedIn", "signedOut"):
        assert {name: sent["fields"]["RelayState"] for name, sent in seen[way].items()} == relay_states, way
    assert seen["portal"]["fields"]["RelayState"] == BILLS

    trust = Trust.published(organization.url)
    for sent in [seen["portal"], *seen["signedIn"].values(), *seen["signedOut"].values()]:
        assert (sent["method"], sent["address"]) == ("POST", SIGN_IN_ENDPOINT)
        assert "referer" not in sent["headers"]
        place, _, _ = sent["fields"]["RelayState"].partition("#")
        assert (sent["arrived"], sent["failure"]) == (place, NO_SUCH_HOST)
        response = sent["fields"]["SAMLResponse"]
        assertion = trust.verify(response, tmp_path)
        assert assertion.recipient() == SIGN_IN_ENDPOINT
        assert assertion.text("Audience") == "urn:amazon:webservices"
        assert assertion.attribute("RoleSessionName") == traveller.person.user_name
        role, provider = assertion.attribute("Role").split(",")
        keys = organization.aws("sts").assume_role_with_saml(
            RoleArn=role, PrincipalArn=provider, SAMLAssertion=response
        )["Credentials"]
        identity = organization.aws(
            "sts",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        ).get_caller_identity()
        assert identity["Account"] == traveller.account


def test_a_link_that_does_not_say_enough_asks_and_one_that_leads_elsewhere_is_refused(
    chromium: Chromium, alex: Person, organization: Organization
) -> None:
    account = organization.accounts["dev"]
    destination = urlencode({"destination": BILLS})
    elsewhere = urlencode(
        {"account_id": account, "role_name": "ReadOnlyAccess", "destination": "https://console.example.com/"}
    )
    seen = chromium.walk(
        "choose-entry",
        alex,
        account="dev",
        role="AdministratorAccess",
        several=f"/start/#/console?account_id={account}&{destination}",
        stranger=f"/start/#/console?account_id=999999999999&{destination}",
        elsewhere=f"/start/#/console?{elsewhere}",
    )
    assert seen["several"] == "This link works with several permission sets. Choose one."
    assert seen["chosen"]["fields"]["RelayState"] == BILLS
    assert seen["stranger"] == "This link leads to an account that is not among yours."


def test_signing_out_leaves_nothing_behind(chromium: Chromium, alex: Person, organization: Organization) -> None:
    account = organization.accounts["dev"]
    chromium.walk("sign-out", alex, account="dev", accountId=account, role="ReadOnlyAccess")


def test_everything_works_with_the_keyboard_alone(chromium: Chromium, alex: Person, organization: Organization) -> None:
    seen = chromium.walk("keyboard", alex, account="prod", role="ReadOnlyAccess")
    keys = assigned(r'\$Env:(\w+)="(\S+)"', seen["copied"])
    assert organization.aws("sts", **keys).get_caller_identity()["Account"] == organization.accounts["prod"]
    assert seen["relayState"] == CONSOLE


def authorization(organization: Organization) -> str:
    """The address that a program which asks to be let in opens."""
    redirect = "http://127.0.0.1:49152/oauth/callback"
    client = organization.client("sso-oidc").register_client(
        clientName="a-program-of-a-test",
        clientType="public",
        grantTypes=["authorization_code", "refresh_token"],
        redirectUris=["http://127.0.0.1/oauth/callback"],
        issuerUrl=organization.start_url,
        scopes=["sso:account:access"],
    )
    asked = {
        "response_type": "code",
        "client_id": client["clientId"],
        "redirect_uri": redirect,
        "state": unique("state"),
        "code_challenge_method": "S256",
        "scopes": "sso:account:access",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    }
    return f"{organization.url}/authorize?{urlencode(asked)}"


def device(organization: Organization) -> tuple[dict[str, str], dict[str, str]]:
    """A program without a browser that asks to be let in: how it is registered, and its codes."""
    oidc = organization.client("sso-oidc")
    client = oidc.register_client(clientName="a-device-of-a-test", clientType="public", scopes=["sso:account:access"])
    registered = {name: client[name] for name in ("clientId", "clientSecret")}
    return registered, oidc.start_device_authorization(**registered, startUrl=organization.start_url)


def test_everything_works_without_scripts(chromium: Chromium, traveller: Employee, organization: Organization) -> None:
    registered, codes = device(organization)
    seen = chromium.walk("no-script", traveller.person, account="prod", role=traveller.role, userCode=codes["userCode"])
    assert seen["found"] == ["prod"]
    (shown,) = seen["shown"]
    keys = assigned(r'\$Env:(\w+)="(\S+)"', shown)
    assert organization.aws("sts", **keys).get_caller_identity()["Account"] == traveller.account
    assert seen["relayState"] == BILLS
    tokens = organization.client("sso-oidc").create_token(
        **registered,
        grantType="urn:ietf:params:oauth:grant-type:device_code",
        deviceCode=codes["deviceCode"],
    )
    assert tokens["accessToken"]


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_every_page_is_fit_to_be_read_and_used_in_light_and_dark(
    chromium: Chromium, alex: Person, organization: Organization, screen: str
) -> None:
    newcomer = Person("", unique("newcomer"))
    organization.create_user(newcomer.user_name)
    chromium.walk(
        "tour",
        alex,
        screen=screen,
        newcomer={"userName": newcomer.user_name, "password": newcomer.password},
        link=organization.invitation(newcomer.user_name),
        account="dev",
        accountId=organization.accounts["dev"],
        role="ReadOnlyAccess",
        authorization=authorization(organization),
        userCodes=[device(organization)[1]["userCode"] for _ in range(2)],
    )


def test_the_readmes_picture_can_be_taken(chromium: Chromium, alex: Person, tmp_path: Path) -> None:
    assert (ROOT / "docs" / "portal.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    taken = tmp_path / "portal.png"
    chromium.walk("portal-picture", alex, account="dev", file=str(taken))
    assert taken.stat().st_size > 20_000
