"""Terraform's calls: what is applied is what is read back, so that a second plan is empty; what is read by its id alone
(`terraform import`) is the same; a change plans nothing afterwards; and what is destroyed is gone.

The provider itself is driven by hand (`examples/terraform`): it cannot be installed everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from organization import READ_ONLY, Organization, unique
from terraform_provider import Provider

if TYPE_CHECKING:
    from terraform_resource import Attributes

CUSTOM = "arn:aws:sso::aws:applicationProvider/custom"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
GROUP = "aws_identitystore_group"
PERMISSION_SET = "aws_ssoadmin_permission_set"
USER = "aws_identitystore_user"
BOUNDARY = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}


class Configuration:
    """Resources in the order in which they depend on each other."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.state: list[tuple[str, str, Attributes]] = []

    def apply(self, kind: str, **wanted: Any) -> str:  # noqa: ANN401
        """Creates one, and plans again: its id."""
        identifier = self.provider.resource(kind).create(wanted)
        self.state.append((kind, identifier, wanted))
        assert self.provider.resource(kind).read(identifier) == wanted, kind
        return identifier

    def change(self, kind: str, identifier: str, **changes: Any) -> None:  # noqa: ANN401
        """Changes one, and plans again."""
        ((index, before),) = [
            (index, wanted) for index, (*named, wanted) in enumerate(self.state) if named == [kind, identifier]
        ]
        wanted = before | changes
        self.provider.resource(kind).update(identifier, before, wanted)
        self.state[index] = (kind, identifier, wanted)
        assert self.provider.resource(kind).read(identifier) == wanted, kind

    def plan(self) -> list[str]:
        """What would be changed: nothing."""
        return [
            kind for kind, identifier, wanted in self.state if self.provider.resource(kind).read(identifier) != wanted
        ]

    def destroy(self) -> None:
        for kind, identifier, _ in reversed(self.state):
            self.provider.resource(kind).delete(identifier)
            gone = self.provider.resource(kind).read(identifier)
            # The configuration of an application's assignments goes with the application.
            assert gone is None or kind == "aws_ssoadmin_application_assignment_configuration", kind


@pytest.fixture
def configuration(organization: Organization) -> Configuration:
    return Configuration(Provider(organization))


def permission_set(configuration: Configuration) -> tuple[str, str]:
    """A permission set: its id and ARN."""
    identifier = configuration.apply(
        PERMISSION_SET,
        name=unique("Terraform"),
        description="",
        relay_state="",
        session_duration="PT1H",
        tags={},
    )
    return identifier, identifier.split(",")[0]


def user(configuration: Configuration) -> tuple[str, str]:
    """A user: its id in Terraform and in the directory."""
    identifier = configuration.apply(
        USER,
        user_name=unique("terraform"),
        display_name="Terra Form",
        given_name="Terra",
        family_name="Form",
        emails=[{"Value": f"{unique('terraform')}@example.com", "Primary": True}],
        title="Engineer",
        locale="",
        timezone="Europe/Berlin",
    )
    return identifier, identifier.split("/")[1]


def test_permission_sets_with_their_policies(configuration: Configuration) -> None:
    identifier, arn = permission_set(configuration)
    configuration.apply("aws_ssoadmin_managed_policy_attachment", permission_set=arn, policy_arn=READ_ONLY)
    policy = configuration.apply("aws_ssoadmin_permission_set_inline_policy", permission_set=arn, policy=POLICY)
    configuration.apply("aws_ssoadmin_permissions_boundary_attachment", permission_set=arn, boundary=BOUNDARY)
    assert configuration.plan() == []

    configuration.change(
        PERMISSION_SET, identifier, description="Changed", relay_state="https://console.aws.amazon.com/s3/"
    )
    configuration.change(PERMISSION_SET, identifier, session_duration="PT8H", tags={"team": "platform"})
    configuration.change(PERMISSION_SET, identifier, relay_state="", tags={"team": "data", "cost": ""})
    configuration.change("aws_ssoadmin_permission_set_inline_policy", policy, policy=POLICY | {"Id": "changed"})
    assert configuration.plan() == []
    configuration.destroy()


def test_an_assignment_provisions_and_its_destruction_takes_everything_back(
    configuration: Configuration, organization: Organization
) -> None:
    _, arn = permission_set(configuration)
    group = configuration.apply(GROUP, display_name=unique("Terraform"), description="")
    member = user(configuration)[1]
    group_id = group.split("/")[1]
    configuration.apply("aws_identitystore_group_membership", group=group_id, member=member)
    account = organization.accounts["dev"]
    for principal, kind in ((group_id, "GROUP"), (member, "USER")):
        configuration.apply(
            "aws_ssoadmin_account_assignment",
            principal_id=principal,
            principal_type=kind,
            target_id=account,
            target_type="AWS_ACCOUNT",
            permission_set=arn,
        )
    name = organization.sso_admin.describe_permission_set(InstanceArn=organization.instance, PermissionSetArn=arn)
    name = name["PermissionSet"]["Name"]
    # Attached after the assignment: the provider provisions it.
    configuration.apply("aws_ssoadmin_managed_policy_attachment", permission_set=arn, policy_arn=READ_ONLY)
    (role,) = organization.roles_of(name, account)
    attached = organization.iam(account).list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [READ_ONLY]
    assert configuration.plan() == []
    configuration.destroy()
    assert organization.roles_of(name, account) == []


def test_a_policy_of_the_customers_own(configuration: Configuration) -> None:
    _, arn = permission_set(configuration)
    for path in ("/", "/team/"):
        configuration.apply(
            "aws_ssoadmin_customer_managed_policy_attachment", permission_set=arn, name="Deploy", path=path
        )
    reference = {"Name": "Limits", "Path": "/"}
    boundary = {"CustomerManagedPolicyReference": reference}
    configuration.apply("aws_ssoadmin_permissions_boundary_attachment", permission_set=arn, boundary=boundary)
    assert configuration.plan() == []
    configuration.destroy()


def test_users_and_groups(configuration: Configuration) -> None:
    identifier, _ = user(configuration)
    configuration.change(USER, identifier, title="", locale="de-DE", display_name="Changed")
    configuration.change(USER, identifier, emails=[{"Value": f"{unique('changed')}@example.com", "Primary": False}])
    configuration.change(USER, identifier, emails=[])
    group = configuration.apply(GROUP, display_name=unique("Terraform"), description="First")
    configuration.change(GROUP, group, description="")
    configuration.change(GROUP, group, description="Second", display_name=unique("Renamed"))
    assert configuration.plan() == []
    configuration.destroy()


def test_access_control_attributes(configuration: Configuration) -> None:
    attributes = {"CostCenter": "${path:enterprise.costCenter}", "Name": "${path:name.givenName}"}
    identifier = configuration.apply("aws_ssoadmin_instance_access_control_attributes", attributes=attributes)
    configuration.change(
        "aws_ssoadmin_instance_access_control_attributes", identifier, attributes={"Title": "${path:title}"}
    )
    configuration.destroy()


def test_an_application_and_all_that_belongs_to_it(configuration: Configuration) -> None:
    options = {"SignInOptions": {"Origin": "APPLICATION", "ApplicationUrl": "https://app.example.com/"}}
    application = configuration.apply(
        "aws_ssoadmin_application",
        provider=CUSTOM,
        name=unique("Application"),
        description="",
        portal_options=options | {"Visibility": "ENABLED"},
        status="ENABLED",
        tags={"team": "platform"},
    )
    configuration.change("aws_ssoadmin_application", application, description="Changed", status="DISABLED", tags={})
    member = user(configuration)[1]
    configuration.apply(
        "aws_ssoadmin_application_assignment", application=application, principal_id=member, principal_type="USER"
    )
    configuration.apply("aws_ssoadmin_application_assignment_configuration", application=application, required=False)
    configuration.apply(
        "aws_ssoadmin_application_access_scope", application=application, scope="sso:account:access", targets=[]
    )
    issuer = configuration.apply(
        "aws_ssoadmin_trusted_token_issuer",
        name=unique("Issuer"),
        configuration={
            "IssuerUrl": "https://issuer.example.com",
            "ClaimAttributePath": "email",
            "IdentityStoreAttributePath": "emails.value",
            "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
        },
        tags={"team": "platform"},
    )
    grants: dict[str, Any] = {
        "authorization_code": {"AuthorizationCode": {"RedirectUris": ["https://app.example.com/callback"]}},
        "refresh_token": {"RefreshToken": {}},
        "urn:ietf:params:oauth:grant-type:jwt-bearer": {
            "JwtBearer": {
                "AuthorizedTokenIssuers": [{"TrustedTokenIssuerArn": issuer, "AuthorizedAudiences": ["audience"]}]
            }
        },
        "urn:ietf:params:oauth:grant-type:token-exchange": {"TokenExchange": {}},
    }
    for grant_type, grant in grants.items():
        configuration.apply(
            "aws_ssoadmin_application_grant", application=application, grant_type=grant_type, grant=grant
        )
    configuration.change("aws_ssoadmin_trusted_token_issuer", issuer, name=unique("Renamed"), tags={})
    assert configuration.plan() == []
    configuration.destroy()


def test_an_application_that_says_as_little_as_it_can(configuration: Configuration) -> None:
    configuration.apply(
        "aws_ssoadmin_application",
        provider=CUSTOM,
        name=unique("Application"),
        description="",
        portal_options={},
        status="ENABLED",
        tags={},
    )
    configuration.destroy()


def test_data_sources(organization: Organization) -> None:
    client, directory = organization.client("sso-admin"), organization.client("identitystore")

    def pages(name: str, **members: str) -> Any:  # noqa: ANN401
        return client.get_paginator(name).paginate(**members)

    instances = [entry for page in pages("list_instances") for entry in page["Instances"]]
    assert [(entry["InstanceArn"], entry["IdentityStoreId"]) for entry in instances] == [
        (organization.instance, organization.identity_store)
    ]
    _, arn = organization.create_permission_set()
    listed = [
        entry
        for page in pages("list_permission_sets", InstanceArn=organization.instance)
        for entry in page["PermissionSets"]
    ]
    assert arn in listed
    providers = [entry for page in pages("list_application_providers") for entry in page["ApplicationProviders"]]
    assert CUSTOM in [provider["ApplicationProviderArn"] for provider in providers]
    user_name = unique("data")
    created = organization.create_user(user_name)
    unique_attribute = {"AttributePath": "userName", "AttributeValue": user_name}
    found = directory.get_user_id(
        IdentityStoreId=organization.identity_store, AlternateIdentifier={"UniqueAttribute": unique_attribute}
    )
    assert found["UserId"] == created
