"""The administrators' protocols as tests see them: what is built, and requests as they are on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from botocore.model import Shape

    from organization import Organization

PATIENCE_SECONDS = 30
UUID = "01234567-89ab-cdef-0123-456789abcdef"
# The name that requests are signed for, and the prefix of operations.
SERVICES = {"identitystore": ("identitystore", "AWSIdentityStore"), "sso-admin": ("sso", "SWBExternalService")}


def model(service: str) -> Any:  # noqa: ANN401
    return boto3.client(
        service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    ).meta.service_model


class Recorder:
    """A client that remembers which operations were called."""

    def __init__(self, organization: Organization, service: str) -> None:
        self.client = organization.client(service)
        self.called: set[str] = set()
        self.client.meta.events.register("before-call", self._record)

    def _record(self, model: Any, **_: object) -> None:  # noqa: ANN401
        self.called.add(model.name)


class Caller:
    """Sends signed requests as they are, without what boto3 checks beforehand."""

    def __init__(self, organization: Organization, service: str, operation: str) -> None:
        self.organization = organization
        self.signing_name, prefix = SERVICES[service]
        self.target = f"{prefix}.{operation}"
        self.http = requests.Session()
        self.http.trust_env = False

    def send(self, body: bytes) -> requests.Response:
        url = f"{self.organization.url}/"
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": self.target}
        request = AWSRequest("POST", url, data=body, headers=headers)
        key = Credentials(self.organization.access_key_id, self.organization.secret_access_key)
        SigV4Auth(key, self.signing_name, self.organization.region).add_auth(request)
        return self.http.post(url, body, headers=dict(request.headers), timeout=PATIENCE_SECONDS)


def plausible(shape: Shape, organization: Organization, name: str = "") -> Any:  # noqa: ANN401
    """A value that fits the shape, of something that is mostly not there."""
    known = {
        "InstanceArn": organization.instance,
        "IdentityStoreId": organization.identity_store,
        "PermissionSetArn": f"{organization.instance.replace('instance', 'permissionSet', 1)}/ps-0123456789abcdef",
        "ResourceArn": f"{organization.instance.replace('instance', 'permissionSet', 1)}/ps-0123456789abcdef",
        "AccountId": "999999999999",
        "TargetId": "999999999999",
        "ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "AttributePath": "displayName",
    }
    if name in known:
        return known[name]
    if getattr(shape, "enum", None):
        return shape.enum[0]
    if shape.type_name == "structure":
        if shape.metadata.get("document"):
            return "x"
        members = shape.required_members or list(shape.members)[:1]
        return {member: plausible(shape.members[member], organization, member) for member in members}
    if shape.type_name == "list":
        return [plausible(shape.member, organization)]
    if shape.type_name == "map":
        return {"x": "y"}
    if "Id" in name or "Id" in shape.name:
        return UUID
    return {"integer": 1, "boolean": False, "string": "x"}.get(shape.type_name, "x")
