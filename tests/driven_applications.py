"""Drives the operations of applications and trusted token issuers, each once at least, with what it should answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from organization import unique

if TYPE_CHECKING:
    from organization import Organization

CUSTOM = "arn:aws:sso::aws:applicationProvider/custom"
ACTOR_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sso-oauth:CreateTokenWithIAM", "Resource": "*"}
    ],
}
ISSUER = {
    "IssuerUrl": "https://issuer.example.com",
    "ClaimAttributePath": "email",
    "IdentityStoreAttributePath": "emails.value",
    "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
}


def drive(client: Any, organization: Organization) -> None:  # noqa: ANN401
    providers = client.list_application_providers()["ApplicationProviders"]
    assert CUSTOM in [provider["ApplicationProviderArn"] for provider in providers]
    assert client.describe_application_provider(ApplicationProviderArn=CUSTOM)["FederationProtocol"] == "OAUTH"

    application = drive_application(client, organization)
    drive_assignments(client, organization, application)
    drive_access_scopes(client, application)
    drive_authentication(client, application)
    issuer = drive_issuer(client, organization)
    drive_grants(client, application, issuer)
    drive_session(client, application)

    named = {"ApplicationArn": application}
    client.delete_application(**named)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_application(**named)
    client.delete_trusted_token_issuer(TrustedTokenIssuerArn=issuer)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_trusted_token_issuer(TrustedTokenIssuerArn=issuer)


def drive_application(client: Any, organization: Organization) -> str:  # noqa: ANN401
    instance = {"InstanceArn": organization.instance}
    wanted = {
        "ApplicationProviderArn": CUSTOM,
        "Name": unique("Application"),
        "Description": "All of it",
        "Status": "DISABLED",
        "Tags": [{"Key": "team", "Value": "platform"}],
        "ClientToken": unique("token"),
    }
    arn = client.create_application(**instance, **wanted)["ApplicationArn"]
    assert re.fullmatch(r"arn:aws:sso::\d{12}:application/ssoins-[0-9a-f]{16}/apl-[0-9a-f]{16}", arn)
    # The same again is the same application: only the answer was lost.
    assert client.create_application(**instance, **wanted)["ApplicationArn"] == arn
    with pytest.raises(client.exceptions.ConflictException):
        client.create_application(**instance, **wanted | {"Name": unique("Other")})
    options = {"SignInOptions": {"Origin": "APPLICATION", "ApplicationUrl": "https://app.example.com/"}}
    client.update_application(ApplicationArn=arn, Status="ENABLED", Description="Some of it", PortalOptions=options)
    described = client.describe_application(ApplicationArn=arn)
    assert (described["Name"], described["Description"]) == (wanted["Name"], "Some of it")
    assert described["Status"] == "ENABLED"
    assert described["InstanceArn"] == organization.instance
    assert described["PortalOptions"]["SignInOptions"] == options["SignInOptions"]
    listed = client.list_applications(**instance)["Applications"]
    assert arn in [application["ApplicationArn"] for application in listed]
    resource = instance | {"ResourceArn": arn}
    client.tag_resource(**resource, Tags=[{"Key": "cost", "Value": "1"}])
    client.untag_resource(**resource, TagKeys=["team"])
    assert client.list_tags_for_resource(**resource)["Tags"] == [{"Key": "cost", "Value": "1"}]
    return arn


def drive_assignments(client: Any, organization: Organization, application: str) -> None:  # noqa: ANN401
    instance, named = {"InstanceArn": organization.instance}, {"ApplicationArn": application}
    assert client.get_application_assignment_configuration(**named)["AssignmentRequired"] is True
    client.put_application_assignment_configuration(**named, AssignmentRequired=False)
    assert client.get_application_assignment_configuration(**named)["AssignmentRequired"] is False
    principal = {"PrincipalId": organization.create_user(), "PrincipalType": "USER"}
    client.create_application_assignment(**named, **principal)
    described = client.describe_application_assignment(**named, **principal)
    assert {name: described[name] for name in (*named, *principal)} == named | principal
    assert client.list_application_assignments(**named)["ApplicationAssignments"] == [named | principal]
    listed = client.list_application_assignments_for_principal(**instance, **principal)["ApplicationAssignments"]
    assert listed == [named | principal]
    client.delete_application_assignment(**named, **principal)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_application_assignment(**named, **principal)


def drive_access_scopes(client: Any, application: str) -> None:  # noqa: ANN401
    scope = {"ApplicationArn": application, "Scope": "sso:account:access"}
    client.put_application_access_scope(**scope, AuthorizedTargets=[application])
    assert client.get_application_access_scope(**scope)["AuthorizedTargets"] == [application]
    listed = client.list_application_access_scopes(ApplicationArn=application)["Scopes"]
    assert [entry["Scope"] for entry in listed] == ["sso:account:access"]
    client.delete_application_access_scope(**scope)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_application_access_scope(**scope)


def drive_authentication(client: Any, application: str) -> None:  # noqa: ANN401
    method = {"ApplicationArn": application, "AuthenticationMethodType": "IAM"}
    client.put_application_authentication_method(**method, AuthenticationMethod={"Iam": {"ActorPolicy": ACTOR_POLICY}})
    described = client.get_application_authentication_method(**method)["AuthenticationMethod"]
    assert described == {"Iam": {"ActorPolicy": ACTOR_POLICY}}
    listed = client.list_application_authentication_methods(ApplicationArn=application)["AuthenticationMethods"]
    assert [entry["AuthenticationMethodType"] for entry in listed] == ["IAM"]
    client.delete_application_authentication_method(**method)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_application_authentication_method(**method)


def drive_issuer(client: Any, organization: Organization) -> str:  # noqa: ANN401
    instance = {"InstanceArn": organization.instance}
    wanted = {
        "Name": unique("Issuer"),
        "TrustedTokenIssuerType": "OIDC_JWT",
        "TrustedTokenIssuerConfiguration": {"OidcJwtConfiguration": ISSUER},
        "ClientToken": unique("token"),
    }
    arn = client.create_trusted_token_issuer(**instance, **wanted)["TrustedTokenIssuerArn"]
    assert re.fullmatch(r"arn:aws:sso::\d{12}:trustedTokenIssuer/ssoins-[0-9a-f]{16}/tti-[0-9a-f-]{36}", arn)
    assert client.create_trusted_token_issuer(**instance, **wanted)["TrustedTokenIssuerArn"] == arn
    changed = {"OidcJwtConfiguration": {"ClaimAttributePath": "sub", "IdentityStoreAttributePath": "userName"}}
    client.update_trusted_token_issuer(TrustedTokenIssuerArn=arn, TrustedTokenIssuerConfiguration=changed)
    described = client.describe_trusted_token_issuer(TrustedTokenIssuerArn=arn)
    configuration = described["TrustedTokenIssuerConfiguration"]["OidcJwtConfiguration"]
    assert configuration == ISSUER | changed["OidcJwtConfiguration"]
    listed = client.list_trusted_token_issuers(**instance)["TrustedTokenIssuers"]
    assert arn in [issuer["TrustedTokenIssuerArn"] for issuer in listed]
    return arn


def drive_grants(client: Any, application: str, issuer: str) -> None:  # noqa: ANN401
    audiences = {"TrustedTokenIssuerArn": issuer, "AuthorizedAudiences": ["audience"]}
    grants: dict[str, Any] = {
        "authorization_code": {"AuthorizationCode": {"RedirectUris": ["https://app.example.com/callback"]}},
        "refresh_token": {"RefreshToken": {}},
        "urn:ietf:params:oauth:grant-type:jwt-bearer": {"JwtBearer": {"AuthorizedTokenIssuers": [audiences]}},
        "urn:ietf:params:oauth:grant-type:token-exchange": {"TokenExchange": {}},
    }
    for grant_type, grant in grants.items():
        named = {"ApplicationArn": application, "GrantType": grant_type}
        client.put_application_grant(**named, Grant=grant)
        assert client.get_application_grant(**named)["Grant"] == grant
    listed = client.list_application_grants(ApplicationArn=application)["Grants"]
    assert {entry["GrantType"]: entry["Grant"] for entry in listed} == grants
    for grant_type in grants:
        client.delete_application_grant(ApplicationArn=application, GrantType=grant_type)
    assert client.list_application_grants(ApplicationArn=application)["Grants"] == []


def drive_session(client: Any, application: str) -> None:  # noqa: ANN401
    status = {"UserBackgroundSessionApplicationStatus": "ENABLED"}
    client.put_application_session_configuration(ApplicationArn=application, **status)
    described = client.get_application_session_configuration(ApplicationArn=application)
    assert status.items() <= described.items()
