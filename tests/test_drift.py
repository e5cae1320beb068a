"""What somebody changes by hand in an account: found, listed and put right with a stock client."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest

from program import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from organization import Organization

CHECK = ROOT / "events" / "provision" / "drift.json"
LEFT_OVER = "VestibuleSSO_Old_fedcba9876543210"
PATIENCE_SECONDS = 60


@pytest.fixture
def vestibule(organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """A client of Vestibule's own operations."""
    folder = tmp_path / "models" / "vestibule" / "2026-11-22"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "functions" / "admin" / "models" / "vestibule.json", folder / "service-2.json")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "models"))
    return boto3.Session(botocore_session=botocore.session.Session()).client(
        "vestibule",
        endpoint_url=organization.url,
        region_name=organization.region,
        aws_access_key_id=organization.access_key_id,
        aws_secret_access_key=organization.secret_access_key,
    )


def test_a_role_that_nothing_wants_is_found_and_removed(vestibule: Any, organization: Organization) -> None:  # noqa: ANN401
    account = organization.accounts["prod"]
    iam = organization.iam(account)
    instance = organization.instance.rpartition("/")[2]
    tags = [{"Key": "vestibule:instance", "Value": instance}]
    document = '{"Version": "2012-10-17", "Statement": []}'
    iam.create_role(RoleName=LEFT_OVER, Path="/vestibule/", Tags=tags, AssumeRolePolicyDocument=document)
    named = {"InstanceArn": organization.instance, "AccountId": account}

    def found() -> list[dict[str, Any]]:
        listed = vestibule.list_drift(**named)["Drifts"]
        return [drift for drift in listed if drift["Resource"].endswith(LEFT_OVER)]

    vestibule.start_drift_check(**named)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not found() and time.monotonic() < deadline:
        # As the schedule does. Where its own run is at it, that one finds the role.
        organization.program.command("event", "provision", str(CHECK))
    (drift,) = found()
    assert [difference["Code"] for difference in drift["Differences"]] == ["ROLE_LEFT_OVER"]

    repair = vestibule.repair_drift(**named, PermissionSetArn=drift["PermissionSetArn"])
    request = repair["PermissionSetProvisioningStatus"]["RequestId"]
    while time.monotonic() < deadline:
        status = organization.sso_admin.describe_permission_set_provisioning_status(
            InstanceArn=organization.instance, ProvisionPermissionSetRequestId=request
        )["PermissionSetProvisioningStatus"]
        if status["Status"] != "IN_PROGRESS":
            break
        time.sleep(0.1)
    assert status["Status"] == "SUCCEEDED", status
    assert found() == []
    names = [role["RoleName"] for role in iam.list_roles(PathPrefix="/vestibule/")["Roles"]]
    assert LEFT_OVER not in names
