"""Permission sets with their policies, assignments, and attributes for access control."""

from __future__ import annotations

import json

from terraform_resource import Attributes, Kind, given, tag_list


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
        identifier = f"{wanted['policy_arn']},{wanted['permission_set']},{self.provider.instance}"
        assert self.describe(identifier) is None
        named = self.provider.named(identifier)
        self.sso.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=wanted["policy_arn"])
        self.provider.provision(wanted["permission_set"])
        return identifier

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
