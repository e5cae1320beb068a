"""Users, groups and memberships."""

from __future__ import annotations

from terraform_resource import Attributes, Kind, given


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
