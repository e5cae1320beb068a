"""The calls that Terraform's AWS provider makes for its resources of Identity Center, in its order and with its reading
of the answers: what `read` tells is compared with the configuration, and what differs would be planned again.

Every resource is named by an id that holds all it takes to read it, as `terraform import` needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from terraform_applications import (
    Application,
    ApplicationAccessScope,
    ApplicationAssignment,
    ApplicationAssignmentConfiguration,
    ApplicationGrant,
    TrustedTokenIssuer,
)
from terraform_directory import Group, GroupMembership, User
from terraform_permission_sets import (
    AccessControlAttributes,
    AccountAssignment,
    CustomerManagedPolicyAttachment,
    InlinePolicy,
    ManagedPolicyAttachment,
    PermissionsBoundaryAttachment,
    PermissionSet,
)
from terraform_resource import tag_list

if TYPE_CHECKING:
    from organization import Organization
    from terraform_resource import Kind


class Provider:
    """The provider, configured with an endpoint override and an access key."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.sso = organization.client("sso-admin")
        self.directory = organization.client("identitystore")
        self.instance = organization.instance
        self.store = organization.identity_store

    def resource(self, kind: str) -> Kind:
        return KINDS[kind](self)

    def provision(self, permission_set: str) -> None:
        """After every change of a permission set the provider provisions it everywhere, and waits."""
        named = {"InstanceArn": self.instance, "PermissionSetArn": permission_set}
        begun = self.sso.provision_permission_set(**named, TargetType="ALL_PROVISIONED_ACCOUNTS")
        self.organization.until_provisioned(begun["PermissionSetProvisioningStatus"]["RequestId"])

    def named(self, identifier: str) -> dict[str, str]:
        """The members that name a permission set, from the end of an id."""
        *_, permission_set, instance = identifier.split(",")
        return {"InstanceArn": instance, "PermissionSetArn": permission_set}

    def tags(self, arn: str) -> dict[str, str]:
        pages = self.sso.get_paginator("list_tags_for_resource").paginate(InstanceArn=self.instance, ResourceArn=arn)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}

    def replace_tags(self, arn: str, before: dict[str, str], wanted: dict[str, str]) -> None:
        named = {"InstanceArn": self.instance, "ResourceArn": arn}
        if removed := [key for key in before if key not in wanted]:
            self.sso.untag_resource(**named, TagKeys=removed)
        if added := {key: value for key, value in wanted.items() if before.get(key) != value}:
            self.sso.tag_resource(**named, Tags=tag_list(added))

    def is_gone(self, error: Exception) -> bool:
        clients = (self.sso, self.directory)
        return isinstance(error, tuple(client.exceptions.ResourceNotFoundException for client in clients))


KINDS: dict[str, Any] = {
    "aws_identitystore_group": Group,
    "aws_identitystore_group_membership": GroupMembership,
    "aws_identitystore_user": User,
    "aws_ssoadmin_account_assignment": AccountAssignment,
    "aws_ssoadmin_application": Application,
    "aws_ssoadmin_application_access_scope": ApplicationAccessScope,
    "aws_ssoadmin_application_assignment": ApplicationAssignment,
    "aws_ssoadmin_application_assignment_configuration": ApplicationAssignmentConfiguration,
    "aws_ssoadmin_application_grant": ApplicationGrant,
    "aws_ssoadmin_customer_managed_policy_attachment": CustomerManagedPolicyAttachment,
    "aws_ssoadmin_instance_access_control_attributes": AccessControlAttributes,
    "aws_ssoadmin_managed_policy_attachment": ManagedPolicyAttachment,
    "aws_ssoadmin_permission_set": PermissionSet,
    "aws_ssoadmin_permission_set_inline_policy": InlinePolicy,
    "aws_ssoadmin_permissions_boundary_attachment": PermissionsBoundaryAttachment,
    "aws_ssoadmin_trusted_token_issuer": TrustedTokenIssuer,
}
