"""The calls that Terraform's AWS provider makes for its resources of Identity Center, in its order and with its reading
of the answers: what `read` tells is compared with the configuration, and what differs would be planned again.

Every resource is named by an id that holds all it takes to read it, as `terraform import` needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from organization import Organization

Attributes = dict[str, Any]


class Resource(Protocol):
    """One kind of resource."""

    def create(self, wanted: Attributes) -> str: ...

    def read(self, identifier: str) -> Attributes | None: ...

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None: ...

    def delete(self, identifier: str) -> None: ...


class Provider:
    """The provider, configured with an endpoint override and an access key."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.sso = organization.client("sso-admin")
        self.directory = organization.client("identitystore")
        self.instance = organization.instance
        self.store = organization.identity_store

    def resource(self, kind: str) -> Resource:
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


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def given(**members: Any) -> dict[str, Any]:  # noqa: ANN401
    """The members that have a value: Go's zero values are not sent."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


class Kind:
    """What all kinds share: a resource that is gone reads as none, and one that is gone is deleted already."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.sso = provider.sso
        self.directory = provider.directory

    def read(self, identifier: str) -> Attributes | None:
        try:
            return self.describe(identifier)
        except Exception as error:
            if self.provider.is_gone(error):
                return None
            raise

    def delete(self, identifier: str) -> None:
        try:
            self.remove(identifier)
        except Exception as error:
            if not self.provider.is_gone(error):
                raise

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None:
        """Most kinds are replaced."""
        self.delete(identifier)
        assert self.create(wanted) == identifier
        assert before != wanted

    def describe(self, identifier: str) -> Attributes | None:
        raise NotImplementedError

    def remove(self, identifier: str) -> None:
        raise NotImplementedError

    def create(self, wanted: Attributes) -> str:
        raise NotImplementedError


class PermissionSet(Kind):
    def create(self, wanted: Attributes) -> str:
        created = self.sso.create_permission_set(
            InstanceArn=self.provider.instance,
            Name=wanted["name"],
            **self.content(wanted),
            **given(Tags=tag_list(wanted["tags"])),
        )
        return f"{created['PermissionSet']['PermissionSetArn']},{self.provider.instance}"

    @staticmethod
    def content(wanted: Attributes) -> dict[str, str]:
        return given(
            Description=wanted["description"],
            RelayState=wanted["relay_state"],
            SessionDuration=wanted["session_duration"],
        )

    def describe(self, identifier: str) -> Attributes:
        named = self.provider.named(identifier)
        read = self.sso.describe_permission_set(**named)["PermissionSet"]
        assert read["CreatedDate"]
        return {
            "name": read["Name"],
            "description": read.get("Description", ""),
            "relay_state": read.get("RelayState", ""),
            "session_duration": read["SessionDuration"],
            "tags": self.provider.tags(named["PermissionSetArn"]),
        }

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None:
        named = self.provider.named(identifier)
        if self.content(before) != self.content(wanted):
            self.sso.update_permission_set(**named, **self.content(wanted))
            self.provider.provision(named["PermissionSetArn"])
        self.provider.replace_tags(named["PermissionSetArn"], before["tags"], wanted["tags"])

    def remove(self, identifier: str) -> None:
        self.sso.delete_permission_set(**self.provider.named(identifier))


class InlinePolicy(Kind):
    def create(self, wanted: Attributes) -> str:
        named = {"InstanceArn": self.provider.instance, "PermissionSetArn": wanted["permission_set"]}
        self.sso.put_inline_policy_to_permission_set(**named, InlinePolicy=json.dumps(wanted["policy"]))
        self.provider.provision(wanted["permission_set"])
        return f"{wanted['permission_set']},{self.provider.instance}"

    def describe(self, identifier: str) -> Attributes | None:
        named = self.provider.named(identifier)
        policy = self.sso.get_inline_policy_for_permission_set(**named).get("InlinePolicy")
        # The provider takes an empty document for none.
        return {"permission_set": named["PermissionSetArn"], "policy": json.loads(policy)} if policy else None

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None:
        assert before != wanted
        assert self.create(wanted) == identifier

    def remove(self, identifier: str) -> None:
        named = self.provider.named(identifier)
        self.sso.delete_inline_policy_from_permission_set(**named)
        self.provider.provision(named["PermissionSetArn"])


class ManagedPolicyAttachment(Kind):
    def create(self, wanted: Attributes) -> str:
        named = {"InstanceArn": self.provider.instance, "PermissionSetArn": wanted["permission_set"]}
        self.sso.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=wanted["policy_arn"])
        self.provider.provision(wanted["permission_set"])
        return f"{wanted['policy_arn']},{wanted['permission_set']},{self.provider.instance}"

    def describe(self, identifier: str) -> Attributes | None:
        named, arn = self.provider.named(identifier), identifier.split(",")[0]
        pages = self.sso.get_paginator("list_managed_policies_in_permission_set").paginate(**named)
        attached = [policy["Arn"] for page in pages for policy in page["AttachedManagedPolicies"]]
        return {"permission_set": named["PermissionSetArn"], "policy_arn": arn} if arn in attached else None

    def remove(self, identifier: str) -> None:
        named = self.provider.named(identifier)
        self.sso.detach_managed_policy_from_permission_set(**named, ManagedPolicyArn=identifier.split(",")[0])
        self.provider.provision(named["PermissionSetArn"])


class CustomerManagedPolicyAttachment(Kind):
    def create(self, wanted: Attributes) -> str:
        named = {"InstanceArn": self.provider.instance, "PermissionSetArn": wanted["permission_set"]}
        reference = {"Name": wanted["name"], "Path": wanted["path"]}
        self.sso.attach_customer_managed_policy_reference_to_permission_set(
            **named, CustomerManagedPolicyReference=reference
        )
        self.provider.provision(wanted["permission_set"])
        return f"{wanted['name']},{wanted['path']},{wanted['permission_set']},{self.provider.instance}"

    def describe(self, identifier: str) -> Attributes | None:
        named = self.provider.named(identifier)
        name, path, *_ = identifier.split(",")
        listed = self.sso.get_paginator("list_customer_managed_policy_references_in_permission_set")
        pages = listed.paginate(**named)
        found = [reference for page in pages for reference in page["CustomerManagedPolicyReferences"]]
        attributes = {"permission_set": named["PermissionSetArn"], "name": name, "path": path}
        return attributes if {"Name": name, "Path": path} in found else None

    def remove(self, identifier: str) -> None:
        named = self.provider.named(identifier)
        name, path, *_ = identifier.split(",")
        self.sso.detach_customer_managed_policy_reference_from_permission_set(
            **named, CustomerManagedPolicyReference={"Name": name, "Path": path}
        )
        self.provider.provision(named["PermissionSetArn"])


class PermissionsBoundaryAttachment(Kind):
    def create(self, wanted: Attributes) -> str:
        named = {"InstanceArn": self.provider.instance, "PermissionSetArn": wanted["permission_set"]}
        self.sso.put_permissions_boundary_to_permission_set(**named, PermissionsBoundary=wanted["boundary"])
        self.provider.provision(wanted["permission_set"])
        return f"{wanted['permission_set']},{self.provider.instance}"

    def describe(self, identifier: str) -> Attributes:
        named = self.provider.named(identifier)
        read = self.sso.get_permissions_boundary_for_permission_set(**named)
        return {"permission_set": named["PermissionSetArn"], "boundary": read["PermissionsBoundary"]}

    def remove(self, identifier: str) -> None:
        named = self.provider.named(identifier)
        self.sso.delete_permissions_boundary_from_permission_set(**named)
        self.provider.provision(named["PermissionSetArn"])


class AccountAssignment(Kind):
    def create(self, wanted: Attributes) -> str:
        names = ("principal_id", "principal_type", "target_id", "target_type", "permission_set")
        identifier = ",".join([*(wanted[name] for name in names), self.provider.instance])
        # Creating what exists succeeds, so the provider looks first.
        assert self.describe(identifier) is None
        begun = self.sso.create_account_assignment(**self.request(identifier))["AccountAssignmentCreationStatus"]
        self.provider.organization.until_created(begun["RequestId"])
        return identifier

    def request(self, identifier: str) -> dict[str, str]:
        names = ("PrincipalId", "PrincipalType", "TargetId", "TargetType", "PermissionSetArn", "InstanceArn")
        return dict(zip(names, identifier.split(","), strict=True))

    def describe(self, identifier: str) -> Attributes | None:
        request = self.request(identifier)
        place = {name: request[name] for name in ("InstanceArn", "PermissionSetArn")} | {
            "AccountId": request["TargetId"]
        }
        pages = self.sso.get_paginator("list_account_assignments").paginate(**place)
        found = [
            assignment
            for page in pages
            for assignment in page["AccountAssignments"]
            if all(assignment[name] == request[name] for name in ("PrincipalId", "PrincipalType"))
        ]
        if not found:
            return None
        (assignment,) = found
        return {
            "principal_id": assignment["PrincipalId"],
            "principal_type": assignment["PrincipalType"],
            "target_id": assignment["AccountId"],
            "target_type": request["TargetType"],
            "permission_set": assignment["PermissionSetArn"],
        }

    def remove(self, identifier: str) -> None:
        begun = self.sso.delete_account_assignment(**self.request(identifier))["AccountAssignmentDeletionStatus"]
        self.provider.organization.until_deleted(begun["RequestId"])


class AccessControlAttributes(Kind):
    def create(self, wanted: Attributes) -> str:
        self.sso.create_instance_access_control_attribute_configuration(**self.request(wanted))
        return self.provider.instance

    def request(self, wanted: Attributes) -> Attributes:
        attributes = [{"Key": key, "Value": {"Source": [source]}} for key, source in wanted["attributes"].items()]
        configuration = {"AccessControlAttributes": attributes}
        return {
            "InstanceArn": self.provider.instance,
            "InstanceAccessControlAttributeConfiguration": configuration,
        }

    def describe(self, identifier: str) -> Attributes:
        read = self.sso.describe_instance_access_control_attribute_configuration(InstanceArn=identifier)
        assert read["Status"] == "ENABLED"
        attributes = read["InstanceAccessControlAttributeConfiguration"]["AccessControlAttributes"]
        return {"attributes": {attribute["Key"]: attribute["Value"]["Source"][0] for attribute in attributes}}

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None:
        assert before != wanted
        assert identifier == self.provider.instance
        self.sso.update_instance_access_control_attribute_configuration(**self.request(wanted))

    def remove(self, identifier: str) -> None:
        self.sso.delete_instance_access_control_attribute_configuration(InstanceArn=identifier)


class Application(Kind):
    def create(self, wanted: Attributes) -> str:
        created = self.sso.create_application(
            InstanceArn=self.provider.instance,
            ApplicationProviderArn=wanted["provider"],
            Name=wanted["name"],
            **given(
                Description=wanted["description"],
                PortalOptions=wanted["portal_options"],
                Status=wanted["status"],
                Tags=tag_list(wanted["tags"]),
            ),
        )
        return created["ApplicationArn"]

    def describe(self, identifier: str) -> Attributes:
        read = self.sso.describe_application(ApplicationArn=identifier)
        assert read["ApplicationAccount"]
        options = read.get("PortalOptions", {})
        return {
            "provider": read["ApplicationProviderArn"],
            "name": read["Name"],
            "description": read.get("Description", ""),
            # Without sign-in options the provider keeps nothing of them.
            "portal_options": options if "SignInOptions" in options else {},
            "status": read["Status"],
            "tags": self.provider.tags(identifier),
        }

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None:
        options = {name: value for name, value in wanted["portal_options"].items() if name == "SignInOptions"}
        self.sso.update_application(
            ApplicationArn=identifier,
            Name=wanted["name"],
            **given(Description=wanted["description"], PortalOptions=options, Status=wanted["status"]),
        )
        self.provider.replace_tags(identifier, before["tags"], wanted["tags"])

    def remove(self, identifier: str) -> None:
        self.sso.delete_application(ApplicationArn=identifier)


class ApplicationAssignment(Kind):
    def create(self, wanted: Attributes) -> str:
        identifier = ",".join(wanted[name] for name in ("application", "principal_id", "principal_type"))
        self.sso.create_application_assignment(**self.request(identifier))
        return identifier

    def request(self, identifier: str) -> dict[str, str]:
        return dict(zip(("ApplicationArn", "PrincipalId", "PrincipalType"), identifier.split(","), strict=True))

    def describe(self, identifier: str) -> Attributes:
        read = self.sso.describe_application_assignment(**self.request(identifier))
        return {
            "application": read["ApplicationArn"],
            "principal_id": read["PrincipalId"],
            "principal_type": read["PrincipalType"],
        }

    def remove(self, identifier: str) -> None:
        self.sso.delete_application_assignment(**self.request(identifier))


class ApplicationAssignmentConfiguration(Kind):
    def create(self, wanted: Attributes) -> str:
        self.put(wanted["application"], required=wanted["required"])
        return wanted["application"]

    def put(self, application: str, *, required: bool) -> None:
        self.sso.put_application_assignment_configuration(ApplicationArn=application, AssignmentRequired=required)

    def describe(self, identifier: str) -> Attributes:
        read = self.sso.get_application_assignment_configuration(ApplicationArn=identifier)
        return {"application": identifier, "required": read["AssignmentRequired"]}

    def remove(self, identifier: str) -> None:
        """There is no such operation: the provider puts the default back."""
        self.put(identifier, required=True)


class ApplicationAccessScope(Kind):
    def create(self, wanted: Attributes) -> str:
        targets = given(AuthorizedTargets=wanted["targets"])
        self.sso.put_application_access_scope(ApplicationArn=wanted["application"], Scope=wanted["scope"], **targets)
        return f"{wanted['application']},{wanted['scope']}"

    def request(self, identifier: str) -> dict[str, str]:
        return dict(zip(("ApplicationArn", "Scope"), identifier.split(","), strict=True))

    def describe(self, identifier: str) -> Attributes:
        read = self.sso.get_application_access_scope(**self.request(identifier))
        application = identifier.split(",")[0]
        return {"application": application, "scope": read["Scope"], "targets": read.get("AuthorizedTargets", [])}

    def remove(self, identifier: str) -> None:
        self.sso.delete_application_access_scope(**self.request(identifier))


class ApplicationGrant(Kind):
    def create(self, wanted: Attributes) -> str:
        self.sso.put_application_grant(
            ApplicationArn=wanted["application"], GrantType=wanted["grant_type"], Grant=wanted["grant"]
        )
        return f"{wanted['application']},{wanted['grant_type']}"

    def request(self, identifier: str) -> dict[str, str]:
        return dict(zip(("ApplicationArn", "GrantType"), identifier.split(","), strict=True))

    def describe(self, identifier: str) -> Attributes:
        read = self.sso.get_application_grant(**self.request(identifier))
        application, grant_type = identifier.split(",")
        return {"application": application, "grant_type": grant_type, "grant": read["Grant"]}

    def remove(self, identifier: str) -> None:
        self.sso.delete_application_grant(**self.request(identifier))


class TrustedTokenIssuer(Kind):
    def create(self, wanted: Attributes) -> str:
        created = self.sso.create_trusted_token_issuer(
            InstanceArn=self.provider.instance,
            Name=wanted["name"],
            TrustedTokenIssuerType="OIDC_JWT",
            TrustedTokenIssuerConfiguration={"OidcJwtConfiguration": wanted["configuration"]},
            **given(Tags=tag_list(wanted["tags"])),
        )
        return created["TrustedTokenIssuerArn"]

    def describe(self, identifier: str) -> Attributes:
        read = self.sso.describe_trusted_token_issuer(TrustedTokenIssuerArn=identifier)
        # The provider finds the instance in the ARN.
        assert identifier.split("/")[1] == self.provider.instance.split("/")[1]
        assert read["TrustedTokenIssuerType"] == "OIDC_JWT"
        return {
            "name": read["Name"],
            "configuration": read["TrustedTokenIssuerConfiguration"]["OidcJwtConfiguration"],
            "tags": self.provider.tags(identifier),
        }

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None:
        # The issuer's URL is no part of an update.
        configuration = {name: value for name, value in wanted["configuration"].items() if name != "IssuerUrl"}
        self.sso.update_trusted_token_issuer(
            TrustedTokenIssuerArn=identifier,
            Name=wanted["name"],
            TrustedTokenIssuerConfiguration={"OidcJwtConfiguration": configuration},
        )
        self.provider.replace_tags(identifier, before["tags"], wanted["tags"])

    def remove(self, identifier: str) -> None:
        self.sso.delete_trusted_token_issuer(TrustedTokenIssuerArn=identifier)


class Group(Kind):
    def create(self, wanted: Attributes) -> str:
        created = self.directory.create_group(
            IdentityStoreId=self.provider.store,
            DisplayName=wanted["display_name"],
            **given(Description=wanted["description"]),
        )
        return f"{self.provider.store}/{created['GroupId']}"

    def request(self, identifier: str) -> dict[str, str]:
        return dict(zip(("IdentityStoreId", "GroupId"), identifier.split("/"), strict=True))

    def describe(self, identifier: str) -> Attributes:
        read = self.directory.describe_group(**self.request(identifier))
        return {"display_name": read["DisplayName"], "description": read.get("Description", "")}

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None:
        paths = {"display_name": "displayName", "description": "description"}
        operations = [
            {"AttributePath": path, "AttributeValue": wanted[name] or None}
            for name, path in paths.items()
            if before[name] != wanted[name]
        ]
        self.directory.update_group(**self.request(identifier), Operations=operations)

    def remove(self, identifier: str) -> None:
        self.directory.delete_group(**self.request(identifier))


class GroupMembership(Kind):
    def create(self, wanted: Attributes) -> str:
        created = self.directory.create_group_membership(
            IdentityStoreId=self.provider.store, GroupId=wanted["group"], MemberId={"UserId": wanted["member"]}
        )
        return f"{self.provider.store}/{created['MembershipId']}"

    def request(self, identifier: str) -> dict[str, str]:
        return dict(zip(("IdentityStoreId", "MembershipId"), identifier.split("/"), strict=True))

    def describe(self, identifier: str) -> Attributes:
        read = self.directory.describe_group_membership(**self.request(identifier))
        return {"group": read["GroupId"], "member": read["MemberId"]["UserId"]}

    def remove(self, identifier: str) -> None:
        self.directory.delete_group_membership(**self.request(identifier))


class User(Kind):
    # The provider's names, with the member of a request and the path of an update.
    SIMPLE = (("title", "Title", "title"), ("locale", "Locale", "locale"), ("timezone", "Timezone", "timezone"))

    def create(self, wanted: Attributes) -> str:
        simple = {member: wanted[name] for name, member, _ in self.SIMPLE}
        created = self.directory.create_user(
            IdentityStoreId=self.provider.store,
            UserName=wanted["user_name"],
            DisplayName=wanted["display_name"],
            Name={"GivenName": wanted["given_name"], "FamilyName": wanted["family_name"]},
            **given(Emails=wanted["emails"], **simple),
        )
        return f"{self.provider.store}/{created['UserId']}"

    def request(self, identifier: str) -> dict[str, str]:
        return dict(zip(("IdentityStoreId", "UserId"), identifier.split("/"), strict=True))

    def describe(self, identifier: str) -> Attributes:
        read = self.directory.describe_user(**self.request(identifier))
        # Booleans that are not answered are false to Go.
        emails = [{"Primary": False} | email for email in read.get("Emails", [])]
        return {
            "user_name": read["UserName"],
            "display_name": read["DisplayName"],
            "given_name": read["Name"]["GivenName"],
            "family_name": read["Name"]["FamilyName"],
            "emails": emails,
            **{name: read.get(member, "") for name, member, _ in self.SIMPLE},
        }

    def update(self, identifier: str, before: Attributes, wanted: Attributes) -> None:
        paths = {"display_name": "displayName", "given_name": "name.givenName", "family_name": "name.familyName"}
        paths |= {name: path for name, _, path in self.SIMPLE} | {"emails": "emails"}
        operations = []
        for name, path in paths.items():
            if before[name] == wanted[name]:
                continue
            value = wanted[name] or None
            if name == "emails" and value:
                value = [{key[0].lower() + key[1:]: part for key, part in email.items()} for email in value]
            operations.append({"AttributePath": path, "AttributeValue": value})
        self.directory.update_user(**self.request(identifier), Operations=operations)

    def remove(self, identifier: str) -> None:
        self.directory.delete_user(**self.request(identifier))


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
