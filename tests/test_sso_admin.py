"""boto3 drives every operation of `sso-admin`."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

import driven_applications
from admin_protocol import Caller, Recorder
from organization import READ_ONLY, Organization, unique

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
VIEW_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


def test_boto3_drives_every_operation(organization: Organization) -> None:
    recorder = Recorder(organization, "sso-admin")
    client = recorder.client
    instance = {"InstanceArn": organization.instance}

    drive_instance(client, organization)
    drive_access_control_attributes(client, instance)
    driven_applications.drive(client, organization)

    named = drive_permission_set(client, instance)
    drive_policies(client, named)
    drive_tags(client, instance, named["PermissionSetArn"])
    drive_assignment(client, organization, named)
    client.delete_permission_set(**named)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_permission_set(**named)
    assert recorder.called == set(client.meta.service_model.operation_names)
    assert len(recorder.called) == 79


def drive_instance(client: Any, organization: Organization) -> None:  # noqa: ANN401
    instance = {"InstanceArn": organization.instance}
    (listed,) = client.list_instances()["Instances"]
    described = client.describe_instance(**instance)
    for name in ("InstanceArn", "IdentityStoreId", "OwnerAccountId"):
        assert listed[name] == described[name]
    assert described["Status"] == "ACTIVE"
    client.update_instance(**instance, Name="Example")
    assert client.describe_instance(**instance)["Name"] == "Example"
    (region,) = client.list_regions(**instance)["Regions"]
    assert (region["RegionName"], region["Status"]) == (organization.region, "ACTIVE")
    assert client.describe_region(**instance, RegionName=organization.region)["IsPrimaryRegion"] is True
    # What AWS refuses in a management account, which has its one instance, in one region.
    for refused in (
        lambda: client.create_instance(Name="Another"),
        lambda: client.delete_instance(**instance),
        lambda: client.add_region(**instance, RegionName="eu-central-1"),
        lambda: client.remove_region(**instance, RegionName=organization.region),
    ):
        with pytest.raises(ClientError) as refusal:
            refused()
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def drive_access_control_attributes(client: Any, instance: dict[str, str]) -> None:  # noqa: ANN401
    def configuration(source: str) -> dict[str, Any]:
        attributes = [{"Key": "CostCenter", "Value": {"Source": [source]}}]
        return instance | {"InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": attributes}}

    client.create_instance_access_control_attribute_configuration(**configuration("${path:enterprise.costCenter}"))
    with pytest.raises(client.exceptions.ConflictException):
        client.create_instance_access_control_attribute_configuration(**configuration("${path:title}"))
    client.update_instance_access_control_attribute_configuration(**configuration("${path:enterprise.division}"))
    described = client.describe_instance_access_control_attribute_configuration(**instance)
    assert described["Status"] == "ENABLED"
    (attribute,) = described["InstanceAccessControlAttributeConfiguration"]["AccessControlAttributes"]
    assert attribute == {"Key": "CostCenter", "Value": {"Source": ["${path:enterprise.division}"]}}
    client.delete_instance_access_control_attribute_configuration(**instance)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_instance_access_control_attribute_configuration(**instance)


def drive_permission_set(client: Any, instance: dict[str, str]) -> dict[str, str]:  # noqa: ANN401
    name = unique("Everything")
    created = client.create_permission_set(
        **instance,
        Name=name,
        Description="All of it",
        SessionDuration="PT2H",
        RelayState="https://console.aws.amazon.com/s3/",
        Tags=[{"Key": "team", "Value": "platform"}],
    )["PermissionSet"]
    ids = (instance["InstanceArn"].rpartition("/")[2], created["PermissionSetArn"].rpartition("/")[2])
    assert created["PermissionSetArn"] == "arn:aws:sso:::permissionSet/{}/{}".format(*ids)
    assert re.fullmatch(r"ps-[0-9a-f]{16}", ids[1])
    named = instance | {"PermissionSetArn": created["PermissionSetArn"]}
    assert client.describe_permission_set(**named)["PermissionSet"] == created
    with pytest.raises(client.exceptions.ConflictException):
        client.create_permission_set(**instance, Name=name)
    client.update_permission_set(**named, Description="Some of it", SessionDuration="PT12H")
    updated = client.describe_permission_set(**named)["PermissionSet"]
    assert (updated["Description"], updated["SessionDuration"]) == ("Some of it", "PT12H")
    # As in AWS: what an update leaves out is cleared.
    assert "RelayState" not in updated
    assert created["PermissionSetArn"] in client.list_permission_sets(**instance, MaxResults=100)["PermissionSets"]
    return named


def drive_policies(client: Any, named: dict[str, str]) -> None:  # noqa: ANN401
    for arn in (READ_ONLY, VIEW_ONLY):
        client.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=arn)
    with pytest.raises(client.exceptions.ConflictException):
        client.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=READ_ONLY)
    pages = client.get_paginator("list_managed_policies_in_permission_set").paginate(
        **named, PaginationConfig={"PageSize": 1}
    )
    attached = [policy for page in pages for policy in page["AttachedManagedPolicies"]]
    assert sorted(policy["Arn"] for policy in attached) == sorted([READ_ONLY, VIEW_ONLY])
    assert sorted(policy["Name"] for policy in attached) == ["ReadOnlyAccess", "ViewOnlyAccess"]
    client.detach_managed_policy_from_permission_set(**named, ManagedPolicyArn=VIEW_ONLY)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.detach_managed_policy_from_permission_set(**named, ManagedPolicyArn=VIEW_ONLY)

    client.put_inline_policy_to_permission_set(**named, InlinePolicy=json.dumps(POLICY))
    assert json.loads(client.get_inline_policy_for_permission_set(**named)["InlinePolicy"]) == POLICY
    client.delete_inline_policy_from_permission_set(**named)
    assert client.get_inline_policy_for_permission_set(**named)["InlinePolicy"] == ""
    client.put_inline_policy_to_permission_set(**named, InlinePolicy=json.dumps(POLICY))

    reference = {"Name": "Deploy", "Path": "/team/"}
    client.attach_customer_managed_policy_reference_to_permission_set(**named, CustomerManagedPolicyReference=reference)
    with pytest.raises(client.exceptions.ConflictException):
        client.attach_customer_managed_policy_reference_to_permission_set(
            **named, CustomerManagedPolicyReference=reference
        )
    listed = client.list_customer_managed_policy_references_in_permission_set(**named)
    assert listed["CustomerManagedPolicyReferences"] == [reference]
    client.detach_customer_managed_policy_reference_from_permission_set(
        **named, CustomerManagedPolicyReference=reference
    )
    boundary = {"CustomerManagedPolicyReference": {"Name": "Limits", "Path": "/"}}
    client.put_permissions_boundary_to_permission_set(**named, PermissionsBoundary=boundary)
    assert client.get_permissions_boundary_for_permission_set(**named)["PermissionsBoundary"] == boundary
    client.delete_permissions_boundary_from_permission_set(**named)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_permissions_boundary_for_permission_set(**named)


def drive_tags(client: Any, instance: dict[str, str], permission_set: str) -> None:  # noqa: ANN401
    resource = instance | {"ResourceArn": permission_set}
    client.tag_resource(**resource, Tags=[{"Key": "team", "Value": "data"}, {"Key": "cost", "Value": ""}])
    pages = client.get_paginator("list_tags_for_resource").paginate(**resource)
    tags = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    assert tags == {"team": "data", "cost": ""}
    client.untag_resource(**resource, TagKeys=["cost"])
    assert client.list_tags_for_resource(**resource)["Tags"] == [{"Key": "team", "Value": "data"}]


def drive_assignment(client: Any, organization: Organization, named: dict[str, str]) -> None:  # noqa: ANN401
    instance = {"InstanceArn": organization.instance}
    account = organization.accounts["dev"]
    permission_set = named["PermissionSetArn"]
    user = organization.create_user()
    assignment = organization.assignment(user, permission_set, account)
    begun = client.create_account_assignment(**assignment)["AccountAssignmentCreationStatus"]
    organization.until_created(begun["RequestId"])
    done = client.describe_account_assignment_creation_status(
        **instance, AccountAssignmentCreationRequestId=begun["RequestId"]
    )["AccountAssignmentCreationStatus"]
    assert {name: done[name] for name in assignment if name != "InstanceArn"} == {
        name: value for name, value in assignment.items() if name != "InstanceArn"
    }
    listed = client.list_account_assignment_creation_status(**instance, Filter={"Status": "SUCCEEDED"})
    assert begun["RequestId"] in [status["RequestId"] for status in listed["AccountAssignmentsCreationStatus"]]

    place = instance | {"AccountId": account, "PermissionSetArn": permission_set}
    listed = client.list_account_assignments(**place)["AccountAssignments"]
    assert [(entry["PrincipalType"], entry["PrincipalId"]) for entry in listed] == [("USER", user)]
    listed = client.list_account_assignments_for_principal(**instance, PrincipalId=user, PrincipalType="USER")
    assert [(entry["AccountId"], entry["PermissionSetArn"]) for entry in listed["AccountAssignments"]] == [
        (account, permission_set)
    ]
    provisioned = client.list_permission_sets_provisioned_to_account(**instance, AccountId=account, MaxResults=100)
    assert permission_set in provisioned["PermissionSets"]
    assert client.list_accounts_for_provisioned_permission_set(**named)["AccountIds"] == [account]
    with pytest.raises(client.exceptions.ConflictException):
        client.delete_permission_set(**named)

    begun = client.provision_permission_set(**named, TargetType="AWS_ACCOUNT", TargetId=account)
    request = begun["PermissionSetProvisioningStatus"]["RequestId"]
    organization.until_provisioned(request)
    described = client.describe_permission_set_provisioning_status(**instance, ProvisionPermissionSetRequestId=request)
    assert described["PermissionSetProvisioningStatus"]["PermissionSetArn"] == permission_set
    listed = client.list_permission_set_provisioning_status(**instance)["PermissionSetsProvisioningStatus"]
    assert request in [status["RequestId"] for status in listed]

    begun = client.delete_account_assignment(**assignment)["AccountAssignmentDeletionStatus"]
    organization.until_deleted(begun["RequestId"])
    described = client.describe_account_assignment_deletion_status(
        **instance, AccountAssignmentDeletionRequestId=begun["RequestId"]
    )
    assert described["AccountAssignmentDeletionStatus"]["Status"] == "SUCCEEDED"
    listed = client.list_account_assignment_deletion_status(**instance)["AccountAssignmentsDeletionStatus"]
    assert begun["RequestId"] in [status["RequestId"] for status in listed]
    assert client.list_account_assignments(**place)["AccountAssignments"] == []


def test_an_assignment_through_a_group_is_listed_for_its_members(organization: Organization) -> None:
    user = organization.create_user()
    group = organization.create_group(user)
    _, permission_set = organization.create_permission_set()
    organization.assign(group, permission_set, organization.accounts["dev"], "GROUP")
    listed = organization.sso_admin.list_account_assignments_for_principal(
        InstanceArn=organization.instance, PrincipalId=user, PrincipalType="USER"
    )["AccountAssignments"]
    assert [(entry["PrincipalType"], entry["PrincipalId"]) for entry in listed] == [("GROUP", group)]


@pytest.mark.parametrize(
    ("member", "value", "error"),
    [
        ("PrincipalId", "01234567-89ab-cdef-0123-456789abcdef", "ResourceNotFoundException"),
        ("TargetId", "999999999999", "ResourceNotFoundException"),
        ("PermissionSetArn", "{0}/ps-0123456789abcdef", "ResourceNotFoundException"),
        ("InstanceArn", "arn:aws:sso:::instance/ssoins-0123456789abcdef", "ResourceNotFoundException"),
        ("PrincipalType", "GROUP", "ResourceNotFoundException"),
    ],
)
def test_an_assignment_of_what_is_not_there_is_refused_and_leaves_nothing(
    organization: Organization, member: str, value: str, error: str
) -> None:
    user, account = organization.create_user(), organization.accounts["dev"]
    _, permission_set = organization.create_permission_set()
    right = organization.assignment(user, permission_set, account)
    wrong = right | {member: value.format(permission_set.rpartition("/")[0])}

    with pytest.raises(ClientError, match=error):
        organization.sso_admin.create_account_assignment(**wrong)

    instance = {"InstanceArn": organization.instance}
    listed = organization.sso_admin.list_account_assignments_for_principal(
        **instance, PrincipalId=user, PrincipalType="USER"
    )
    assert listed["AccountAssignments"] == []
    # Nothing stands in the way of what is right.
    organization.sso_admin.delete_permission_set(**instance, PermissionSetArn=permission_set)


def test_an_operation_that_aws_does_not_have_is_unknown(organization: Organization) -> None:
    answer = Caller(organization, "sso-admin", "CreateEverything").send(b"{}")
    assert (answer.status_code, answer.json()["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("Name", "x" * 33),
        ("Name", "with space"),
        ("SessionDuration", "PT13H"),
        ("SessionDuration", "one hour"),
        ("RelayState", "<script>"),
        ("Description", "\u2603"),
        ("Tags", [{"Key": "x" * 129, "Value": ""}]),
    ],
)
def test_what_the_model_does_not_allow_is_refused(organization: Organization, member: str, value: object) -> None:
    arguments = {"InstanceArn": organization.instance, "Name": unique("Set")} | {member: value}
    client = organization.client("sso-admin")
    with pytest.raises(ClientError) as refused:
        client._make_api_call("CreatePermissionSet", arguments)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
