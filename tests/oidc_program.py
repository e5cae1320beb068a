"""A program that speaks the protocol `sso-oidc` as it is on the wire, in the right way and in wrong ones."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from program import free_port
from visitor import Visitor

if TYPE_CHECKING:
    from organization import Organization, Person

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
PATIENCE_SECONDS = 30


class OidcProgram:
    """A registered program."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.redirect_uri = f"http://127.0.0.1:{free_port()}/oauth/callback"
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(16)
        registered = self.post(
            "/client/register",
            clientName="a program",
            clientType="public",
            grantTypes=["authorization_code", "refresh_token", DEVICE_CODE],
            redirectUris=["http://127.0.0.1/oauth/callback"],
            scopes=["sso:account:access"],
            issuerUrl=organization.start_url,
        ).json()
        self.credentials = {name: registered[name] for name in ("clientId", "clientSecret")}

    def post(self, path: str, **members: object) -> requests.Response:
        """Sends a request of the protocol."""
        return requests.post(f"{self.organization.url}{path}", json=members, timeout=PATIENCE_SECONDS)

    def authorization(self, **changed: str) -> str:
        """The address to which the program sends a person's browser."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": self.credentials["clientId"],
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "code_challenge_method": "S256",
            "scopes": "sso:account:access",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }
        return f"{self.organization.url}/authorize?{urlencode(parameters | changed)}"

    def code(self, person: Person) -> str:
        """The code that the browser brings after the person has allowed it."""
        try:
            pages = Visitor(self.organization.url).decide(self.authorization(), person)
        except requests.ConnectionError as nobody_listens:
            answer = parse_qs(urlsplit(nobody_listens.request.url).query)
        else:
            raise AssertionError(f"the browser was not sent back: {pages[-1].text}")
        assert answer["state"] == [self.state]
        return answer["code"][0]

    def redeem(self, code: str, **changed: object) -> requests.Response:
        """Exchanges a code for tokens."""
        members = {"codeVerifier": self.verifier, "redirectUri": self.redirect_uri, "code": code}
        return self.token("authorization_code", **members | changed)

    def refresh(self, refresh_token: str) -> requests.Response:
        """Exchanges a refresh token for new tokens."""
        return self.token("refresh_token", refreshToken=refresh_token)

    def token(self, grant_type: str, **members: object) -> requests.Response:
        return self.post("/token", **self.credentials, grantType=grant_type, **members)

    def tokens(self, person: Person) -> dict[str, Any]:
        """Tokens for a person."""
        answer = self.redeem(self.code(person))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def start_device(self) -> dict[str, Any]:
        """Begins a device authorization."""
        return self.post("/device_authorization", **self.credentials, startUrl=self.organization.start_url).json()

    def role_credentials(self, access_token: str, account: str, role: str) -> requests.Response:
        """Asks for credentials of a role."""
        return requests.get(
            f"{self.organization.url}/federation/credentials",
            params={"role_name": role, "account_id": account},
            headers={"x-amz-sso_bearer_token": access_token},
            timeout=PATIENCE_SECONDS,
        )

    def accounts(self, access_token: str) -> requests.Response:
        """Asks for the accounts of whoever the token is for."""
        return requests.get(
            f"{self.organization.url}/assignment/accounts",
            headers={"x-amz-sso_bearer_token": access_token},
            timeout=PATIENCE_SECONDS,
        )
