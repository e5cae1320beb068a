"""boto3's paginators: every list of both services is complete page by page, and the same whatever the page's size."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from driven_applications import ACTOR_POLICY, CUSTOM, ISSUER
from organization import READ_ONLY, Organization, unique


def test_lists_of_permission_sets_and_assignments_are_complete_page_by_page(organization: Organization) -> None:
    client = organization.sso_admin
    instance = {"InstanceArn": organization.instance}
    account = organization.accounts["security"]
    users = [organization.create_user() for _ in range(3)]
    sets = [organization.create_permission_set()[1] for _ in range(3)]
    for permission_set in sets:
        organization.assign(users[0], permission_set, account)
    for user in users[1:]:
        organization.assign(user, sets[0], account)
    organization.assign(users[0], sets[0], organization.accounts["prod"])
    organization.unassign(users[0], sets[2], account)
    organization.assign(users[0], sets[2], account)

    def listed(operation: str, member: str, **arguments: object) -> list[Any]:
        paginator = client.get_paginator(operation)
        pages = [page[member] for page in paginator.paginate(**instance, **arguments, PaginationConfig={"PageSize": 1})]
        assert all(len(page) <= 1 for page in pages)
        entries = [entry for page in pages for entry in page]
        distinct = {json.dumps(entry, sort_keys=True, default=str) for entry in entries}
        assert len(distinct) == len(entries)
        return entries

    assert set(sets) <= set(listed("list_permission_sets", "PermissionSets"))
    of_account = listed("list_permission_sets_provisioned_to_account", "PermissionSets", AccountId=account)
    assert set(sets) <= set(of_account)
    of_set = listed("list_accounts_for_provisioned_permission_set", "AccountIds", PermissionSetArn=sets[0])
    assert sorted(of_set) == sorted([account, organization.accounts["prod"]])
    of_place = listed("list_account_assignments", "AccountAssignments", AccountId=account, PermissionSetArn=sets[0])
    assert {entry["PrincipalId"] for entry in of_place} == set(users)
    of_user = listed(
        "list_account_assignments_for_principal", "AccountAssignments", PrincipalId=users[0], PrincipalType="USER"
    )
    assert len(of_user) == 4
    creations = listed("list_account_assignment_creation_status", "AccountAssignmentsCreationStatus")
    assert len(creations) >= 6
    listed("list_account_assignment_deletion_status", "AccountAssignmentsDeletionStatus")
    listed("list_permission_set_provisioning_status", "PermissionSetsProvisioningStatus")


class Lists:
    """An organization in which no list is empty, with what each list is asked for."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        client = organization.sso_admin
        instance = {"InstanceArn": organization.instance}
        account = organization.accounts["dev"]
        self.user = organization.create_user()
        group = organization.create_group(self.user, organization.create_user())
        organization.create_group(self.user)
        _, permission_set = organization.create_permission_set(Tags=[{"Key": key, "Value": ""} for key in "abc"])
        named = instance | {"PermissionSetArn": permission_set}
        for arn in (READ_ONLY, "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"):
            client.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=arn)
        applications = [
            client.create_application(**instance, ApplicationProviderArn=CUSTOM, Name=unique("Paged"))["ApplicationArn"]
            for _ in range(3)
        ]
        application = {"ApplicationArn": applications[0]}
        client.put_application_authentication_method(
            **application,
            AuthenticationMethodType="IAM",
            AuthenticationMethod={"Iam": {"ActorPolicy": ACTOR_POLICY}},
        )
        for scope in ("sso:account:access", "codewhisperer:completions", "codewhisperer:analysis"):
            client.put_application_access_scope(**application, Scope=scope)
        for grant_type, grant in (
            ("refresh_token", {"RefreshToken": {}}),
            ("urn:ietf:params:oauth:grant-type:token-exchange", {"TokenExchange": {}}),
        ):
            client.put_application_grant(**application, GrantType=grant_type, Grant=grant)
        for arn in applications:
            for principal, kind in ((self.user, "USER"), (group, "GROUP")):
                client.create_application_assignment(ApplicationArn=arn, PrincipalId=principal, PrincipalType=kind)
        for _ in range(2):
            client.create_trusted_token_issuer(
                **instance,
                Name=unique("Paged"),
                TrustedTokenIssuerType="OIDC_JWT",
                TrustedTokenIssuerConfiguration={"OidcJwtConfiguration": ISSUER | {"IssuerUrl": issuer_url()}},
            )
        for principal, kind in ((self.user, "USER"), (group, "GROUP")):
            organization.assign(principal, permission_set, account, kind)
        # References that the account does not have come after the assignments.
        for name in ("First", "Second"):
            client.attach_customer_managed_policy_reference_to_permission_set(
                **named, CustomerManagedPolicyReference={"Name": name, "Path": "/"}
            )
        principal = instance | {"PrincipalId": self.user, "PrincipalType": "USER"}
        self.arguments: dict[str, dict[str, Any]] = {
            "list_account_assignments": named | {"AccountId": account},
            "list_account_assignments_for_principal": principal,
            "list_accounts_for_provisioned_permission_set": named,
            "list_application_access_scopes": application,
            "list_application_assignments": application,
            "list_application_assignments_for_principal": principal,
            "list_application_authentication_methods": application,
            "list_application_grants": application,
            "list_customer_managed_policy_references_in_permission_set": named,
            "list_managed_policies_in_permission_set": named,
            "list_permission_sets_provisioned_to_account": instance | {"AccountId": account},
            "list_tags_for_resource": instance | {"ResourceArn": permission_set},
            "list_group_memberships": self.store | {"GroupId": group},
            "list_group_memberships_for_member": self.store | {"MemberId": {"UserId": self.user}},
            "list_groups": self.store,
            "list_users": self.store,
            "list_identity_stores": {},
            "list_instances": {},
            "list_application_providers": {},
        }
        self.default = instance

    @property
    def store(self) -> dict[str, str]:
        return {"IdentityStoreId": self.organization.identity_store}


def issuer_url() -> str:
    return f"https://{unique('issuer')}.example.com"


@pytest.fixture(scope="module")
def lists(organization: Organization) -> Lists:
    return Lists(organization)


def paginators(service: str) -> list[tuple[str, str]]:
    client = boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    return [(service, name) for name in dir(client) if name.startswith("list_") and client.can_paginate(name)]


@pytest.mark.parametrize(("service", "operation"), [*paginators("sso-admin"), *paginators("identitystore")])
def test_a_list_is_the_same_whatever_the_size_of_its_pages(lists: Lists, service: str, operation: str) -> None:
    client = lists.organization.client(service)
    paginator = client.get_paginator(operation)
    arguments = lists.arguments.get(operation, lists.default)

    operation_model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])

    def read(**paging: int) -> list[str]:
        key = str(paginator.result_keys[0].parsed["value"])
        pages = list(paginator.paginate(**arguments, PaginationConfig=paging))
        assert all(len(page[key]) <= paging.get("PageSize", 100) for page in pages)
        return sorted(json.dumps(entry, sort_keys=True, default=str) for page in pages for entry in page[key])

    whole = read()
    assert whole
    if "MaxResults" in operation_model.input_shape.members:
        assert read(PageSize=1) == whole
        assert read(PageSize=2) == whole
