"""Applications with what belongs to them, and trusted token issuers."""

from __future__ import annotations

from terraform_resource import Attributes, Kind, given, tag_list


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
        # A list that is answered, though empty, is another thing to Terraform than one that is not.
        assert read.get("AuthorizedTargets") != []
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
