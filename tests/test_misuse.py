"""What was given to one person, program or browser is of no use to another, nor twice, nor too late."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from oidc_program import DEVICE_CODE, OidcProgram
from organization import Organization, Person
from visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def person(organization: Organization) -> Person:
    return organization.create_employee().person


@pytest.fixture
def program_of_mine(organization: Organization) -> OidcProgram:
    return OidcProgram(organization)


def refused(answer: requests.Response, error: str, status: int = 400) -> None:
    """The answer is this error, in the form of the OIDC protocol."""
    assert answer.status_code == status, answer.text
    assert answer.json()["error"] == error
    exception = "".join(part.title() for part in error.split("_")) + "Exception"
    assert answer.headers["x-amzn-ErrorType"] == exception
    assert answer.json()["__type"] == exception


def test_a_code_is_used_once_and_ends_what_came_of_it_when_it_is_used_again(
    program_of_mine: OidcProgram, person: Person
) -> None:
    code = program_of_mine.code(person)
    tokens = program_of_mine.redeem(code).json()
    assert program_of_mine.accounts(tokens["accessToken"]).status_code == 200

    refused(program_of_mine.redeem(code), "invalid_grant")

    assert program_of_mine.accounts(tokens["accessToken"]).status_code == 401
    refused(program_of_mine.refresh(tokens["refreshToken"]), "invalid_grant")


@pytest.mark.parametrize(
    "changed",
    [{"codeVerifier": "x" * 64}, {"redirectUri": "http://127.0.0.1:1/oauth/callback"}],
    ids=["verifier", "redirect_uri"],
)
def test_a_code_is_of_no_use_with_another(
    program_of_mine: OidcProgram, person: Person, changed: dict[str, str]
) -> None:
    refused(program_of_mine.redeem(program_of_mine.code(person), **changed), "invalid_grant")


def test_a_code_is_of_no_use_to_another_program(
    program_of_mine: OidcProgram, person: Person, organization: Organization
) -> None:
    other = OidcProgram(organization)
    code = program_of_mine.code(person)
    refused(
        other.redeem(code, codeVerifier=program_of_mine.verifier, redirectUri=program_of_mine.redirect_uri),
        "invalid_grant",
    )
    assert program_of_mine.redeem(code).status_code == 200


def test_a_secret_that_is_not_the_programs_is_refused(program_of_mine: OidcProgram, organization: Organization) -> None:
    other = OidcProgram(organization)
    program_of_mine.credentials["clientSecret"] = other.credentials["clientSecret"]
    answer = program_of_mine.token("refresh_token", refreshToken="x")
    refused(answer, "invalid_client", 401)


def test_programs_that_refresh_at_once_are_all_given_the_same_successor(
    program_of_mine: OidcProgram, person: Person
) -> None:
    first = program_of_mine.tokens(person)
    answers = [program_of_mine.refresh(first["refreshToken"]).json() for _ in range(3)]
    successors = {answer["refreshToken"] for answer in answers}
    assert len(successors) == 1
    assert first["refreshToken"] not in successors
    access_tokens = [first["accessToken"], *(answer["accessToken"] for answer in answers)]
    assert len(set(access_tokens)) == 4
    assert all(program_of_mine.accounts(token).status_code == 200 for token in access_tokens)


def test_a_refresh_token_is_of_no_use_to_another_program(
    program_of_mine: OidcProgram, person: Person, organization: Organization
) -> None:
    tokens = program_of_mine.tokens(person)
    refused(OidcProgram(organization).refresh(tokens["refreshToken"]), "invalid_grant")
    assert program_of_mine.refresh(tokens["refreshToken"]).status_code == 200


def test_one_kind_of_token_is_no_other_kind(program_of_mine: OidcProgram, person: Person) -> None:
    tokens = program_of_mine.tokens(person)
    assert program_of_mine.accounts(tokens["refreshToken"]).status_code == 401
    refused(program_of_mine.refresh(tokens["accessToken"]), "invalid_grant")
    refused(program_of_mine.redeem(tokens["refreshToken"]), "invalid_grant")
    refused(program_of_mine.token(DEVICE_CODE, deviceCode=tokens["accessToken"]), "invalid_grant")


def test_a_device_code_is_one_programs_and_is_used_once(
    program_of_mine: OidcProgram, person: Person, organization: Organization
) -> None:
    device = program_of_mine.start_device()
    Visitor(organization.url).decide(device["verificationUriComplete"], person)
    refused(OidcProgram(organization).token(DEVICE_CODE, deviceCode=device["deviceCode"]), "invalid_grant")
    tokens = program_of_mine.token(DEVICE_CODE, deviceCode=device["deviceCode"]).json()
    assert program_of_mine.accounts(tokens["accessToken"]).status_code == 200
    refused(program_of_mine.token(DEVICE_CODE, deviceCode=device["deviceCode"]), "invalid_grant")
    assert program_of_mine.accounts(tokens["accessToken"]).status_code == 401


def test_a_device_that_asks_too_often_is_told_to_slow_down(program_of_mine: OidcProgram) -> None:
    device = program_of_mine.start_device()
    answers = [program_of_mine.token(DEVICE_CODE, deviceCode=device["deviceCode"]) for _ in range(3)]
    refused(answers[0], "authorization_pending")
    refused(answers[1], "authorization_pending")
    refused(answers[2], "slow_down")


def test_a_device_that_was_turned_away_is_told_so(
    program_of_mine: OidcProgram, person: Person, organization: Organization
) -> None:
    device = program_of_mine.start_device()
    Visitor(organization.url).decide(device["verificationUriComplete"], person, "deny")
    refused(program_of_mine.token(DEVICE_CODE, deviceCode=device["deviceCode"]), "access_denied")


def test_a_request_for_consent_stays_in_the_browser_it_began_in(
    program_of_mine: OidcProgram, person: Person, organization: Organization
) -> None:
    """Somebody who sends others the address of their own request gets nothing from them."""
    attacker, victim = Visitor(organization.url), Visitor(organization.url)
    page = attacker.sign_in(person, program_of_mine.authorization())
    assert page.path == "/authorize/consent"
    victim.sign_in(person)
    seen = victim.open(page.url)
    assert 400 <= seen.status < 500
    assert not seen.form("/authorize/consent")
    sent = victim.send(page, page.form("/authorize/consent"), decision="allow")
    assert 400 <= sent.status < 500


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/oauth/callback"},
        {"redirect_uri": "http://127.0.0.1.evil.example/oauth/callback"},
        {"redirect_uri": "http://127.0.0.1:1/other"},
        {"client_id": "x"},
        {"client_id": ""},
    ],
)
def test_nobody_is_sent_where_the_program_has_not_said_it_is(
    program_of_mine: OidcProgram, changed: dict[str, str]
) -> None:
    answer = requests.get(program_of_mine.authorization(**changed), allow_redirects=False, timeout=PATIENCE_SECONDS)
    assert 400 <= answer.status_code < 500
    assert "evil" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scopes": "everything"}, "invalid_scope"),
    ],
)
def test_what_is_wrong_with_a_request_is_told_to_the_program(
    program_of_mine: OidcProgram, changed: dict[str, str], error: str
) -> None:
    answer = requests.get(program_of_mine.authorization(**changed), allow_redirects=False, timeout=PATIENCE_SECONDS)
    location = answer.headers["Location"]
    assert location.startswith(f"{program_of_mine.redirect_uri}?")
    assert f"error={error}" in location
    assert f"state={program_of_mine.state}" in location


@pytest.mark.parametrize(
    "redirect_uri",
    ["https://example.com/callback", "http://example.com/", "http://127.0.0.1@evil.example/", "javascript:1", "x"],
)
def test_only_programs_on_the_same_machine_can_register(program_of_mine: OidcProgram, redirect_uri: str) -> None:
    answer = program_of_mine.post(
        "/client/register",
        clientName="x",
        clientType="public",
        grantTypes=["authorization_code"],
        redirectUris=[redirect_uri],
    )
    refused(answer, "invalid_redirect_uri")


def test_a_person_sees_only_their_own_accounts(organization: Organization) -> None:
    mine, theirs = organization.create_employee("dev"), organization.create_employee("dev")
    program = OidcProgram(organization)
    token = program.tokens(mine.person)["accessToken"]
    answer = program.role_credentials(token, theirs.account, theirs.role)
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (403, "ForbiddenException")
    visitor = Visitor(organization.url)
    assert theirs.role not in visitor.sign_in(mine.person).text
    assert visitor.open(f"/saml/console?account_id={theirs.account}&role_name={theirs.role}").status == 403


def test_wrong_names_and_wrong_passwords_are_answered_alike(organization: Organization, person: Person) -> None:
    nobody = Visitor(organization.url).sign_in(Person("", "nobody-of-this-name"))
    wrong = Visitor(organization.url).sign_in(Person(person.id, person.user_name, "Wrong-Password-1"))
    assert nobody.status == wrong.status == 403
    assert nobody.text == wrong.text


def test_a_one_time_link_sets_one_password(organization: Organization) -> None:
    other = organization.create_user("link-holder")
    link = organization.invitation("link-holder")
    Visitor(organization.url).choose_password(link, Person(other, "link-holder"))
    assert 400 <= Visitor(organization.url).open(link).status < 500
    assert 400 <= Visitor(organization.url).open(f"{link[:-1]}x").status < 500


def test_a_form_that_another_site_sends_is_refused(organization: Organization, person: Person) -> None:
    visitor = Visitor(organization.url)
    page = visitor.sign_in(person)
    form = page.form("/start/sign-out")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        answer = visitor.http.post(
            f"{organization.url}/start/sign-out", form.fields, headers=headers, timeout=PATIENCE_SECONDS
        )
        assert answer.status_code == 403
    assert visitor.open("/start/").path == "/start/"
    answer = visitor.send(page, form, csrf="x" * 43)
    assert answer.status == 403


def test_signing_out_ends_the_session_itself(organization: Organization, person: Person) -> None:
    visitor = Visitor(organization.url)
    visitor.sign_in(person)
    stolen = visitor.http.cookies.copy()
    visitor.sign_out()
    thief = Visitor(organization.url)
    thief.http.cookies = stolen
    assert thief.open("/start/").path == "/start/sign-in"


def test_no_secret_is_written_anywhere(organization: Organization, person: Person) -> None:
    """Neither into the tables nor into a log, not even for a moment: files of deleted records are looked at too."""
    program = OidcProgram(organization)
    code = program.code(person)
    tokens = program.redeem(code).json()
    refreshed = program.refresh(tokens["refreshToken"]).json()
    device = program.start_device()
    visitor = Visitor(organization.url)
    visitor.sign_in(person)
    cookies = {cookie.name: cookie.value for cookie in visitor.http.cookies}
    link = organization.invitation(person.user_name).rpartition("/")[2]
    secrets = {
        "password": person.password,
        "code": code,
        "code verifier": program.verifier,
        "access token": tokens["accessToken"],
        "refresh token": tokens["refreshToken"],
        "next refresh token": refreshed["refreshToken"],
        "client secret": program.credentials["clientSecret"],
        "device code": device["deviceCode"],
        "session": cookies["vestibule"],
        "one-time link": link,
        "secret access key": organization.secret_access_key,
    }
    # This is no secret, and in the tables: the search finds what is there.
    secrets["user id"] = person.id

    found = set()
    data = organization.program.data
    for path in [*data.rglob("*"), data.parent / "vestibule.log"]:
        if path.is_file():
            content = path.read_bytes()
            if path.name == "vestibule.log":
                assert b"panicked" not in content
            found |= {name for name, secret in secrets.items() if secret.encode() in content}
    assert found == {"user id"}


# The administrators' protocol.


def sign(
    organization: Organization,
    service: str = "sso",
    region: str | None = None,
    secret: str | None = None,
    key: str | None = None,
    target: str = "SWBExternalService.ListInstances",
) -> AWSRequest:
    """A signed request, with one thing or another that is not right."""
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    request = AWSRequest("POST", f"{organization.url}/", data=b"{}", headers=headers)
    credentials = Credentials(key or organization.access_key_id, secret or organization.secret_access_key)
    SigV4Auth(credentials, service, region or organization.region).add_auth(request)
    return request


def send(request: AWSRequest) -> tuple[int, dict[str, Any]]:
    answer = requests.post(request.prepare().url, request.body, headers=dict(request.headers), timeout=PATIENCE_SECONDS)
    return answer.status_code, answer.json()


def test_a_request_as_it_should_be_is_answered(organization: Organization) -> None:
    status, answer = send(sign(organization))
    assert (status, len(answer["Instances"])) == (200, 1)


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        ("InvalidSignatureException", {"secret": "x" * 40}),
        ("UnrecognizedClientException", {"key": "AKIAAAAAAAAAAAAAAAAA"}),
        ("InvalidSignatureException", {"region": "eu-west-1"}),
        ("InvalidSignatureException", {"service": "identitystore"}),
        ("InvalidSignatureException", {"service": "iam"}),
    ],
)
def test_a_signature_for_something_else_is_refused(
    organization: Organization, error: str, arguments: dict[str, str]
) -> None:
    status, answer = send(sign(organization, **arguments))
    assert (status, answer["__type"]) == (400, error)


def _unsigned(request: AWSRequest) -> None:
    del request.headers["Authorization"]


def _other_body(request: AWSRequest) -> None:
    request.data = b'{"MaxResults": 1}'


def _other_target(request: AWSRequest) -> None:
    request.headers.replace_header("X-Amz-Target", "SWBExternalService.ListPermissionSets")


def _unsigned_payload(request: AWSRequest) -> None:
    request.headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"


def _session_token(request: AWSRequest) -> None:
    request.headers["X-Amz-Security-Token"] = "x"


def _other_date(request: AWSRequest) -> None:
    request.headers.replace_header("X-Amz-Date", "20200101T000000Z")


@pytest.mark.parametrize(
    "change",
    [_unsigned, _other_body, _other_target, _unsigned_payload, _session_token, _other_date],
    ids=lambda change: change.__name__[1:],
)
def test_a_request_that_was_changed_after_signing_is_refused(
    organization: Organization, change: Callable[[AWSRequest], None]
) -> None:
    request = sign(organization)
    change(request)
    status, answer = send(request)
    assert (status, "Instances" in answer) == (400, False)
    assert answer["__type"].endswith("Exception")


def test_a_signature_in_the_query_is_refused(organization: Organization) -> None:
    request = AWSRequest(
        "POST",
        f"{organization.url}/",
        data=b"{}",
        headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "SWBExternalService.ListInstances"},
    )
    key = Credentials(organization.access_key_id, organization.secret_access_key)
    SigV4QueryAuth(key, "sso", organization.region).add_auth(request)
    status, _ = send(request)
    assert status == 400


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_is_good_for_five_minutes(
    organization: Organization, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: moment)
    status, answer = send(sign(organization))
    assert (status, answer["__type"]) == (400, "InvalidSignatureException"), json.dumps(answer)
