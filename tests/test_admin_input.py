"""Every operation of the administrators' protocols with members of wrong types and impossible values: always an error
of the models, never one of ours."""

import json
import random
from typing import Any

import pytest
import requests
from botocore.model import OperationModel, Shape

from admin_protocol import SERVICES, Caller, model, plausible
from organization import Organization

OPERATIONS = [(service, name) for service in SERVICES for name in model(service).operation_names]


def wrong(shape: Shape) -> list[Any]:
    """Values that do not fit the shape, or hardly."""
    values: list[Any] = [[], {}, 7, True, "", "x" * 70_000, "\x00", "\ud800", {"x": {"y": []}}, [[[]]], -(2**63), 1e300]
    if shape.type_name in ("structure", "map"):
        return [*values, {"Unknown": 1}, {"": None}]
    return values


def nested(operation: OperationModel, organization: Organization) -> list[tuple[str, dict[str, Any]]]:
    """One request a wrong value, beside required members that are right."""
    shape = operation.input_shape
    right = {member: plausible(shape.members[member], organization, member) for member in shape.required_members}
    requests_to_send = [("right", right)]
    for member, member_shape in shape.members.items():
        for value in wrong(member_shape):
            requests_to_send.append((f"{member}={json.dumps(value)[:40]}", right | {member: value}))
    # A sample, the same in every run: each member meets most values somewhere.
    chosen = random.Random(operation.name)
    return requests_to_send[:1] + chosen.sample(requests_to_send[1:], min(24, len(requests_to_send) - 1))


@pytest.mark.parametrize(("service", "operation"), OPERATIONS, ids=[name for _, name in OPERATIONS])
def test_wrong_members_are_answered_by_an_error_of_the_model(
    organization: Organization, service: str, operation: str
) -> None:
    operation_model = model(service).operation_model(operation)
    allowed = {shape.name for shape in operation_model.error_shapes} | {
        "SerializationException",
        "ValidationException",
        "RequestEntityTooLargeException",
    }
    caller = Caller(organization, service, operation)

    def check(what: str, answer: requests.Response) -> None:
        assert answer.status_code < 500, (what, answer.text)
        if answer.status_code != 200:
            error = answer.json()
            assert error["__type"] in allowed - {"InternalServerException"}, (what, error)
            assert error.get("Message") or error.get("message"), (what, error)

    for body in (b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"[" * 20_000, b'{"a":' * 20_000):
        answer = caller.send(body)
        check(repr(body[:20]), answer)
        assert answer.status_code in (200, 400), (body[:20], answer.text)
    answer = caller.send(b'{"InstanceArn": "' + b"x" * 2_000_000 + b'"}')
    assert answer.status_code in (400, 413), answer.text
    for what, members in nested(operation_model, organization):
        check(what, caller.send(json.dumps(members).encode()))
