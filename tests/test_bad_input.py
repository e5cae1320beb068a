"""Whatever is sent to any endpoint: the answer is one of its protocol, a 4xx where something is wrong and never a 5xx,
and tells nothing of what is inside."""

import random
import re
import socket
from collections.abc import Iterator

import pytest
import requests
import yaml

from organization import Organization
from program import ROOT

PATIENCE_SECONDS = 30
INTERNALS = re.compile(r"dynamo|sqlite|panicked|\.rs:\d|thread '|stack backtrace|aws_sdk|serde", re.IGNORECASE)
OIDC = ("/client/register", "/device_authorization", "/token")
PORTAL = ("/assignment/accounts", "/assignment/roles", "/federation/credentials", "/logout")

NOISE = random.Random(7).randbytes(2000)
WRONG_TYPES = (
    b'{"clientName": {}, "clientType": [], "clientId": 1, "clientSecret": null, "grantType": {"a": 1}, "code": [[]],'
    b' "refreshToken": true, "deviceCode": 1e400, "startUrl": -1, "scopes": "x", "redirectUris": {"a": []}}'
)
WRONG_VALUES = (
    b'{"clientName": "\\u0000", "clientType": "secret", "clientId": "a.b.c", "clientSecret": "..", "code": "\\ud800",'
    b' "grantType": "password", "refreshToken": "", "deviceCode": "x", "startUrl": "x:y", "redirectUris": ["//"]}'
)
FORM = b"csrf=%FF%FE&user_name=%00&password=%ZZ&decision=maybe&user_code=%F0%9F%98%80&repeated=&=&&&flow[]=1"
JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
BODIES = {
    "empty": (JSON, b""),
    "noise": ("application/octet-stream", NOISE),
    "noise_as_form": (URLENCODED, NOISE),
    "half_json": (JSON, b'{"clientId": "'),
    "array": (JSON, b"[]"),
    "null": (JSON, b"null"),
    "wrong_types": (JSON, WRONG_TYPES),
    "wrong_values": (JSON, WRONG_VALUES),
    "deep_json": (JSON, b"[" * 20_000),
    "form": (URLENCODED, FORM),
    "multipart": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--"),
    "no_type": ("", b"a=b"),
    "oversized_form": (URLENCODED, b"password=" + b"x" * 3_000_000),
    "oversized_json": (JSON, b'{"clientName": "' + b"x" * 3_000_000 + b'"}'),
}
HEADERS = {
    "plain": {},
    "noise": {
        "Authorization": "AWS4-HMAC-SHA256 Credential=/, SignedHeaders=;, Signature=",
        "Cookie": "vestibule=\xff; vestibule-browser=%00; =; vestibule-sign-in",
        "x-amz-sso_bearer_token": "\xfe" * 100,
        "X-Amz-Target": "AWSIdentityStore.\xe9",
        "X-Amz-Date": "yesterday",
        "Origin": "null",
    },
    "long": {"x-amz-sso_bearer_token": "a" * 8000, "Cookie": "vestibule=" + "a" * 8000, "X-Amz-Target": "a" * 4000},
}
QUERIES = (
    "",
    "?%FF=%FE&flow=%00&flow=x&account_id=%C3%28&role_name=%F0%9F%98%80&max_result=-1&next_token=%00",
    "?" + "a" * 6000,
    "?destination=javascript:alert(1)&return=//evil.example&account_id=1&role_name=../..&max_result=1e9&next_token=_w",
)


def routes() -> Iterator[tuple[str, str]]:
    """Every route of template.yaml, with something in the place of its parameters."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda _loader, _suffix, node: getattr(node, "value", None))
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader)
    for resource in template["Resources"].values():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            if event["Type"] == "HttpApi":
                path = re.sub(r"\{\w+\+?\}", "some-where", event["Properties"]["Path"])
                method = event["Properties"]["Method"]
                yield from ((one, path) for one in (["GET", "POST"] if method == "ANY" else [method]))


EXTRA = (
    ("GET", "/saml/console"),
    ("GET", "/saml/metadata"),
    ("GET", "/start/sign-in"),
    ("GET", "/start/assets/some-where"),
    ("POST", "/start/sign-out"),
    ("GET", "/authorize/consent"),
    ("POST", "/authorize/consent"),
    ("GET", "/authorize/portal-credentials"),
)
ROUTES = sorted({*routes(), *EXTRA})


def check(answer: requests.Response, what: object) -> None:
    assert answer.status_code < 500, (what, answer.status_code, answer.text[:500])
    assert not INTERNALS.search(answer.text), (what, answer.text[:500])


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[f"{method} {path}" for method, path in ROUTES])
def test_no_input_makes_an_endpoint_fail(organization: Organization, method: str, path: str) -> None:
    with requests.Session() as http:
        http.trust_env = False

        def ask(what: str, query: str, headers: dict[str, str], body: bytes = b"") -> None:
            request = requests.Request(method, f"{organization.url}{path}", data=body)
            prepared = request.prepare()
            prepared.url += query
            prepared.headers.update(headers)
            answer = http.send(prepared, allow_redirects=False, timeout=PATIENCE_SECONDS)
            check(answer, what)
            if path in OIDC:
                assert answer.status_code == 400 or answer.status_code in (401, 413), (what, answer.text)
                assert answer.json()["error"], what
                assert answer.headers["x-amzn-ErrorType"].endswith("Exception"), what
            elif path in PORTAL:
                assert answer.status_code in (400, 401), (what, answer.text)
                assert answer.headers["x-amzn-ErrorType"] in ("InvalidRequestException", "UnauthorizedException")
                assert answer.json()["message"], what
            elif method == "POST" and path != "/start/sign-out":
                # Whoever has no session is signed out already; everything else is refused.
                assert 300 <= answer.status_code < 500, (what, answer.text)

        for name, headers in HEADERS.items():
            for query in QUERIES:
                ask(f"headers {name}, query {query[:20]}", query, headers)
        if method == "POST":
            for name, (content_type, body) in BODIES.items():
                for origin in ({}, {"Origin": organization.url}):
                    ask(f"body {name}", "", {"Content-Type": content_type} | origin, body)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "HEAD"])
def test_no_method_makes_an_endpoint_fail(organization: Organization, method: str) -> None:
    for path in {path for _, path in ROUTES}:
        answer = requests.request(method, f"{organization.url}{path}", allow_redirects=False, timeout=PATIENCE_SECONDS)
        check(answer, path)
        assert method == "HEAD" or answer.status_code in (404, 405), path


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET /start/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /start/assets/../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /start/\xff\xfe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /start/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET /start/ HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /",
        b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=lambda request: request[:40].decode(errors="replace"),
)
def test_what_is_hardly_http_is_turned_away(organization: Organization, request_bytes: bytes) -> None:
    with socket.create_connection(("localhost", organization.program.port), timeout=PATIENCE_SECONDS) as connection:
        answer = b""
        try:
            connection.sendall(request_bytes)
            connection.shutdown(socket.SHUT_WR)
            while received := connection.recv(65536):
                answer += received
        except OSError:
            # It has hung up, as it may.
            pass
    statuses = re.findall(rb"HTTP/1\.[01] (\d)\d\d ", answer)
    assert set(statuses) <= {b"3", b"4"}, answer[:200]
    assert b"root:" not in answer
    assert b"evil.example" not in answer
    assert requests.get(f"{organization.url}/start/sign-in", timeout=PATIENCE_SECONDS).status_code == 200
