"""boto3 drives every operation of `identitystore`."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from admin_protocol import Recorder
from organization import Organization, unique


def test_boto3_drives_every_operation(organization: Organization) -> None:
    recorder = Recorder(organization, "identitystore")
    client = recorder.client
    store = {"IdentityStoreId": organization.identity_store}

    described = client.describe_identity_store(**store)
    assert described["IdentityStoreId"] == organization.identity_store
    listed = client.list_identity_stores()["IdentityStores"]
    assert [(entry["IdentityStoreId"], entry["IdentityStoreArn"]) for entry in listed] == [
        (described["IdentityStoreId"], described["IdentityStoreArn"])
    ]
    answer = client.update_identity_store(**store, NetworkConfiguration={"VpceAccessRequired": False})
    assert answer["IdentityStoreArn"] == described["IdentityStoreArn"]

    user = drive_users(client, store)
    group = drive_groups(client, store)
    drive_memberships(client, store, user, group)

    client.delete_group(**store, GroupId=group)
    client.delete_user(**store, UserId=user)
    with pytest.raises(client.exceptions.ResourceNotFoundException) as gone:
        client.describe_user(**store, UserId=user)
    assert (gone.value.response["ResourceType"], gone.value.response["ResourceId"]) == ("USER", user)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_group(**store, GroupId=group)
    assert recorder.called == set(client.meta.service_model.operation_names)


def drive_users(client: Any, store: dict[str, str]) -> str:  # noqa: ANN401
    user_name = unique("ada")
    profile = {
        "UserName": user_name,
        "Name": {
            "Formatted": "Lady Ada Lovelace",
            "FamilyName": "Lovelace",
            "GivenName": "Ada",
            "MiddleName": "King",
            "HonorificPrefix": "Lady",
            "HonorificSuffix": "I",
        },
        "DisplayName": "Ada Lovelace",
        "NickName": "Ada",
        "ProfileUrl": "https://example.com/ada",
        "Emails": [{"Value": f"{user_name}@example.com", "Type": "work", "Primary": True}],
        "Addresses": [
            {
                "StreetAddress": "12 St James's Square",
                "Locality": "London",
                "Region": "Westminster",
                "PostalCode": "SW1Y 4JH",
                "Country": "GB",
                "Formatted": "12 St James's Square, London",
                "Type": "home",
                "Primary": True,
            }
        ],
        "PhoneNumbers": [{"Value": "+44 20 7946 0000", "Type": "work", "Primary": True}],
        "UserType": "Employee",
        "Title": "Countess",
        "PreferredLanguage": "en-GB",
        "Locale": "en_GB",
        "Timezone": "Europe/London",
        "Photos": [{"Value": "https://example.com/ada.png", "Type": "photo", "Primary": True}],
        "Website": "https://example.com",
        "Birthdate": "1815-12-10",
        "Roles": [{"Value": "Analyst", "Type": "work", "Primary": True}],
        "Extensions": {"aws:identitystore:enterprise": {"employeeNumber": "1", "costCenter": "Engines"}},
    }
    created = client.create_user(**store, **profile)
    user = created["UserId"]
    assert created["UserArn"] == f"arn:aws:identitystore:::user/{user}"

    described = client.describe_user(**store, UserId=user, Extensions=["aws:identitystore:enterprise"])
    assert {name: described[name] for name in profile} == profile
    assert described["UserStatus"] == "ENABLED"
    assert described["Revision"] == created["Revision"]

    unique_attribute = {"AttributePath": "userName", "AttributeValue": user_name}
    by_name = client.get_user_id(**store, AlternateIdentifier={"UniqueAttribute": unique_attribute})
    by_mail = {"AttributePath": "emails.value", "AttributeValue": f"{user_name}@example.com"}
    assert by_name["UserId"] == user
    assert client.get_user_id(**store, AlternateIdentifier={"UniqueAttribute": by_mail})["UserId"] == user

    updated = client.update_user(
        **store,
        UserId=user,
        Revision=created["Revision"],
        Operations=[
            {"AttributePath": "displayName", "AttributeValue": "Countess of Lovelace"},
            {"AttributePath": "name.middleName"},
        ],
    )
    with pytest.raises(client.exceptions.ConflictException) as stale:
        client.update_user(
            **store,
            UserId=user,
            Revision=created["Revision"],
            Operations=[{"AttributePath": "title", "AttributeValue": "Nobody"}],
        )
    assert stale.value.response["Reason"] == "CONCURRENT_MODIFICATION"
    described = client.describe_user(**store, UserId=user)
    assert described["DisplayName"] == "Countess of Lovelace"
    assert "MiddleName" not in described["Name"]
    assert described["Revision"] == updated["Revision"] != created["Revision"]

    with pytest.raises(client.exceptions.ConflictException) as taken:
        client.create_user(**store, **profile | {"UserName": user_name.upper()})
    assert taken.value.response["Reason"] == "UNIQUENESS_CONSTRAINT_VIOLATION"
    filtered = client.list_users(**store, Filters=[{"AttributePath": "UserName", "AttributeValue": user_name}])
    assert [entry["UserId"] for entry in filtered["Users"]] == [user]
    return user


def drive_groups(client: Any, store: dict[str, str]) -> str:  # noqa: ANN401
    name = unique("Mathematicians")
    created = client.create_group(**store, DisplayName=name, Description="They count")
    group = created["GroupId"]
    assert created["GroupArn"] == f"arn:aws:identitystore:::group/{group}"
    described = client.describe_group(**store, GroupId=group)
    assert (described["DisplayName"], described["Description"]) == (name, "They count")
    by_name = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}}
    assert client.get_group_id(**store, AlternateIdentifier=by_name)["GroupId"] == group
    client.update_group(
        **store, GroupId=group, Operations=[{"AttributePath": "description", "AttributeValue": "They reckon"}]
    )
    assert client.describe_group(**store, GroupId=group)["Description"] == "They reckon"
    filtered = client.list_groups(**store, Filters=[{"AttributePath": "DisplayName", "AttributeValue": name}])
    assert [entry["GroupId"] for entry in filtered["Groups"]] == [group]
    return group


def drive_memberships(client: Any, store: dict[str, str], user: str, group: str) -> None:  # noqa: ANN401
    member = {"UserId": user}
    created = client.create_group_membership(**store, GroupId=group, MemberId=member)
    membership = created["MembershipId"]
    described = client.describe_group_membership(**store, MembershipId=membership)
    assert (described["GroupId"], described["MemberId"]) == (group, member)
    found = client.get_group_membership_id(**store, GroupId=group, MemberId=member)
    assert found["MembershipId"] == membership
    with pytest.raises(client.exceptions.ConflictException):
        client.create_group_membership(**store, GroupId=group, MemberId=member)
    other = client.create_group(**store, DisplayName=unique("Others"))["GroupId"]
    results = client.is_member_in_groups(**store, MemberId=member, GroupIds=[group, other])["Results"]
    assert [(entry["GroupId"], entry["MembershipExists"]) for entry in results] == [(group, True), (other, False)]
    of_group = client.list_group_memberships(**store, GroupId=group)["GroupMemberships"]
    of_user = client.list_group_memberships_for_member(**store, MemberId=member)["GroupMemberships"]
    assert [entry["MembershipId"] for entry in of_group] == [membership]
    assert [entry["MembershipId"] for entry in of_user] == [membership]
    client.delete_group_membership(**store, MembershipId=membership)
    assert client.list_group_memberships(**store, GroupId=group)["GroupMemberships"] == []


def test_every_list_is_complete_page_by_page(organization: Organization) -> None:
    client = organization.identitystore
    store = {"IdentityStoreId": organization.identity_store}
    users = {organization.create_user() for _ in range(5)}
    groups = {organization.create_group(*users) for _ in range(2)} | {organization.create_group()}
    full = next(group for group in groups if client.list_group_memberships(**store, GroupId=group)["GroupMemberships"])
    some = next(iter(users))

    def pages(operation: str, member: str, **arguments: object) -> list[list[dict[str, Any]]]:
        paginator = client.get_paginator(operation)
        return [page[member] for page in paginator.paginate(**arguments, PaginationConfig={"PageSize": 2})]

    def ids(found: list[list[dict[str, Any]]], member: str) -> list[str]:
        assert all(len(page) <= 2 for page in found)
        return [entry[member] for page in found for entry in page]

    listed = ids(pages("list_users", "Users", **store), "UserId")
    assert users <= set(listed)
    assert len(listed) == len(set(listed))
    listed = ids(pages("list_groups", "Groups", **store), "GroupId")
    assert groups <= set(listed)
    assert len(listed) == len(set(listed))
    memberships = pages("list_group_memberships", "GroupMemberships", **store, GroupId=full)
    assert len(memberships) >= 3
    assert {entry["MemberId"]["UserId"] for page in memberships for entry in page} == users
    of_some = pages("list_group_memberships_for_member", "GroupMemberships", **store, MemberId={"UserId": some})
    assert len(ids(of_some, "GroupId")) == 2
    assert set(ids(of_some, "GroupId")) < groups
    assert len(ids(pages("list_identity_stores", "IdentityStores"), "IdentityStoreId")) == 1


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("UserName", "with space"),
        ("UserName", "x" * 129),
        ("UserName", "Administrator"),
        ("DisplayName", "x" * 1025),
        ("Birthdate", "yesterday"),
        ("Emails", [{"Value": "a@example.com"}, {"Value": "b@example.com"}]),
        ("Extensions", {"aws:identitystore:unknown": {}}),
    ],
)
def test_what_the_model_does_not_allow_is_refused(organization: Organization, member: str, value: object) -> None:
    profile = {"UserName": unique("user"), "DisplayName": "A", "Name": {"GivenName": "A", "FamilyName": "B"}}
    with pytest.raises(ClientError) as refused:
        organization.identitystore.create_user(IdentityStoreId=organization.identity_store, **profile | {member: value})
    assert refused.value.response["Error"]["Code"] == "ValidationException"
