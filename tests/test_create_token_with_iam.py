"""boto3's `create_token_with_iam`: applications ask for tokens of their users, with access keys of their own."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from chromium import Chromium
from organization import Organization, Person, unique
from program import free_port
from visitor import Visitor

PATIENCE_SECONDS = 30
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
REFRESH_TOKEN = "urn:ietf:params:oauth:token-type:refresh_token"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def own_operation(organization: Organization, name: str, **members: object) -> dict[str, Any]:
    """What an operation of our own answers, which boto3 knows only where it was given the model."""
    url, body = f"{organization.url}/", json.dumps(members)
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"Vestibule.{name}"}
    request = AWSRequest("POST", url, data=body, headers=headers)
    key = Credentials(organization.access_key_id, organization.secret_access_key)
    SigV4Auth(key, "vestibule", organization.region).add_auth(request)
    answer = requests.post(url, body, headers=dict(request.headers), timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200, answer.text
    return answer.json()


class Application:
    """An application of an organization, as its administrator sets it up and as it asks for tokens."""

    def __init__(self, organization: Organization, *users: str, grants: dict[str, Any] | None = None) -> None:
        self.organization = organization
        self.redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
        self.verifier = secrets.token_urlsafe(48)
        admin = organization.sso_admin
        created = admin.create_application(
            InstanceArn=organization.instance,
            ApplicationProviderArn="arn:aws:sso::aws:applicationProvider/custom",
            Name=unique("Application"),
        )
        self.arn: str = created["ApplicationArn"]
        self.key = own_operation(organization, "CreateApplicationAccessKey", ApplicationArn=self.arn)
        self.allow(self.key["PrincipalArn"])
        self.scope("sso:account:access")
        wanted = {
            "authorization_code": {"AuthorizationCode": {"RedirectUris": [self.redirect_uri]}},
            "refresh_token": {"RefreshToken": {}},
            TOKEN_EXCHANGE: {"TokenExchange": {}},
        }
        for kind, grant in (wanted | (grants or {})).items():
            admin.put_application_grant(ApplicationArn=self.arn, GrantType=kind, Grant=grant)
        for user in users:
            admin.create_application_assignment(ApplicationArn=self.arn, PrincipalType="USER", PrincipalId=user)
        self.client = boto3.client(
            "sso-oidc",
            endpoint_url=organization.url,
            region_name=organization.region,
            aws_access_key_id=self.key["AccessKeyId"],
            aws_secret_access_key=self.key["SecretAccessKey"],
            config=Config(retries={"max_attempts": 1}),
        )

    def allow(self, principal: str) -> None:
        """Lets this principal, and nobody else, act as the application."""
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": principal},
            "Action": "sso-oauth:CreateTokenWithIAM",
            "Resource": "*",
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        self.organization.sso_admin.put_application_authentication_method(
            ApplicationArn=self.arn,
            AuthenticationMethodType="IAM",
            AuthenticationMethod={"Iam": {"ActorPolicy": policy}},
        )

    def scope(self, scope: str, *targets: str) -> None:
        """Gives the application an access scope that is good for the targets."""
        members = {"AuthorizedTargets": list(targets)} if targets else {}
        self.organization.sso_admin.put_application_access_scope(ApplicationArn=self.arn, Scope=scope, **members)

    def authorization(self) -> str:
        """The path to which the application sends a person's browser."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": self.arn,
            "redirect_uri": self.redirect_uri,
            "state": "x",
            "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }
        return f"/authorize?{urlencode(parameters)}"

    def answered(self, person: Person) -> dict[str, list[str]]:
        """What the person's browser brings back from the authorization endpoint."""
        visitor = Visitor(self.organization.url)
        try:
            page = visitor.sign_in(person, self.authorization())
        except requests.ConnectionError as nobody_listens:
            address = nobody_listens.request.url
        else:
            raise AssertionError(f"the browser was not sent back: {page.text}")
        assert address.startswith(self.redirect_uri)
        return parse_qs(urlsplit(address).query)

    def redeem(self, code: str) -> dict[str, Any]:
        """Exchanges a code for tokens."""
        proof = {"redirectUri": self.redirect_uri, "codeVerifier": self.verifier}
        return self.ask("authorization_code", code=code, **proof)

    def ask(self, grant: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401
        return self.client.create_token_with_iam(clientId=self.arn, grantType=grant, **members)

    def refused(self, grant: str, **members: Any) -> str:  # noqa: ANN401
        """The name of the error."""
        with pytest.raises(ClientError) as caught:
            self.ask(grant, **members)
        return caught.value.response["Error"]["Code"]

    def tokens(self, person: Person) -> dict[str, Any]:
        return self.redeem(self.answered(person)["code"][0])

    def opens(self, access_token: str) -> bool:
        """Whether the token opens the portal's API."""
        answer = requests.get(
            f"{self.organization.url}/assignment/accounts",
            headers={"x-amz-sso_bearer_token": access_token},
            timeout=PATIENCE_SECONDS,
        )
        assert answer.status_code in (200, 401), answer.text
        return answer.status_code == 200


def test_a_code_becomes_tokens_that_are_refreshed(organization: Organization) -> None:
    employee = organization.create_employee()
    application = Application(organization, employee.person.id)
    tokens = application.tokens(employee.person)
    assert tokens["tokenType"] == "Bearer"
    assert tokens["issuedTokenType"] == ACCESS_TOKEN
    assert tokens["scope"] == ["aws", "openid", "sso:account:access", "sts:identity_context"]
    assert tokens["awsAdditionalDetails"]["identityContext"]
    assert application.opens(tokens["accessToken"])

    refreshed = application.ask("refresh_token", refreshToken=tokens["refreshToken"], scope=["openid"])
    assert refreshed["scope"] == ["openid"]
    assert not application.opens(refreshed["accessToken"])
    assert application.refused("refresh_token", refreshToken="x" * 43) == "InvalidGrantException"


def test_chromium_brings_the_code_of_somebody_who_signed_in_on_the_way(organization: Organization) -> None:
    person = organization.create_employee().person
    application = Application(organization, person.id)
    port = urlsplit(application.redirect_uri).port
    address = application.authorization()
    seen = Chromium(organization.url).walk("application-code", person, address=address, port=port)
    assert "to go on to the application" in seen["signInPage"]
    assert seen["arrived"].startswith(f"{application.redirect_uri}?")
    (code,) = parse_qs(urlsplit(seen["arrived"]).query)["code"]
    assert application.opens(application.redeem(code)["accessToken"])


def test_people_without_assignment_bring_no_code(organization: Organization) -> None:
    person = organization.create_person()
    application = Application(organization)
    assert application.answered(person)["error"] == ["access_denied"]


def test_a_token_is_exchanged_by_the_target_of_its_scope(organization: Organization) -> None:
    employee = organization.create_employee()
    front = Application(organization, employee.person.id)
    back = Application(organization, employee.person.id)
    subject = {"subjectTokenType": ACCESS_TOKEN, "subjectToken": front.tokens(employee.person)["accessToken"]}
    assert back.refused(TOKEN_EXCHANGE, **subject) == "InvalidGrantException"
    front.scope("reports:read", back.arn)
    subject["subjectToken"] = front.tokens(employee.person)["accessToken"]
    tokens = back.ask(TOKEN_EXCHANGE, requestedTokenType=REFRESH_TOKEN, **subject)
    assert tokens["issuedTokenType"] == REFRESH_TOKEN
    assert tokens["refreshToken"]
    assert back.opens(tokens["accessToken"])


def test_tokens_end_with_the_application(organization: Organization) -> None:
    employee = organization.create_employee()
    application = Application(organization, employee.person.id)
    tokens = application.tokens(employee.person)
    organization.sso_admin.update_application(ApplicationArn=application.arn, Status="DISABLED")
    assert not application.opens(tokens["accessToken"])
    assert application.refused("refresh_token", refreshToken=tokens["refreshToken"]) == "InvalidClientException"


def test_only_keys_of_the_application_ask_for_its_tokens(organization: Organization) -> None:
    application, other = Application(organization), Application(organization)
    asked = {"refreshToken": "x" * 43}
    application.arn, own = other.arn, application.arn
    assert application.refused("refresh_token", **asked) == "UnauthorizedClientException"
    application.arn = own
    application.allow(other.key["PrincipalArn"])
    assert application.refused("refresh_token", **asked) == "AccessDeniedException"
    application.allow(application.key["PrincipalArn"])
    assert application.refused("refresh_token", **asked) == "InvalidGrantException"
    own_operation(
        organization,
        "DeleteApplicationAccessKey",
        ApplicationArn=own,
        AccessKeyId=application.key["AccessKeyId"],
    )
    assert application.refused("refresh_token", **asked) == "UnrecognizedClientException"


def test_a_token_of_an_issuer_that_cannot_be_reached_is_refused(organization: Organization) -> None:
    issuer = organization.sso_admin.create_trusted_token_issuer(
        InstanceArn=organization.instance,
        Name=unique("Issuer"),
        TrustedTokenIssuerType="OIDC_JWT",
        TrustedTokenIssuerConfiguration={
            "OidcJwtConfiguration": {
                "IssuerUrl": f"https://127.0.0.1:{free_port()}",
                "ClaimAttributePath": "email",
                "IdentityStoreAttributePath": "emails.value",
                "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
            }
        },
    )["TrustedTokenIssuerArn"]
    described = organization.sso_admin.describe_trusted_token_issuer(TrustedTokenIssuerArn=issuer)
    url = described["TrustedTokenIssuerConfiguration"]["OidcJwtConfiguration"]["IssuerUrl"]
    trusted = {"TrustedTokenIssuerArn": issuer, "AuthorizedAudiences": ["reports"]}
    grants = {JWT_BEARER: {"JwtBearer": {"AuthorizedTokenIssuers": [trusted]}}}
    application = Application(organization, grants=grants)

    def encoded(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"iss": url, "aud": "reports", "email": "nobody@example.com", "iat": 0, "exp": 2**32}
    assertion = f"{encoded({'alg': 'RS256'})}.{encoded(claims)}.{encoded('signature')}"
    assert application.refused(JWT_BEARER, assertion=assertion) == "InvalidGrantException"
    organization.sso_admin.delete_trusted_token_issuer(TrustedTokenIssuerArn=issuer)
