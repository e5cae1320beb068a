"""The administrator's whole story with the stock AWS CLI: from a new user to a role in a member account, and back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aws_cli import AwsCli
from oidc_program import OidcProgram
from organization import READ_ONLY, Organization, Person, unique
from visitor import Visitor

INLINE_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}],
}

Run = Callable[..., Any]


@pytest.fixture
def admin(newest_aws_cli: AwsCli) -> Run:
    """Runs a command as the README's profile `vestibule-admin`."""
    newest_aws_cli.configure_administrator()
    newest_aws_cli.environment["AWS_PROFILE"] = "vestibule-admin"

    def run(*arguments: str) -> Any:  # noqa: ANN401
        printed = newest_aws_cli.run(*arguments, "--output", "json")
        return json.loads(printed) if printed.strip() else None

    return run


@pytest.fixture
def iam(newest_aws_cli: AwsCli, organization: Organization, tmp_path: Path) -> Run:
    """Runs an `aws iam` command in the member account `dev`, which the management account enters."""
    home = tmp_path / "management"
    home.mkdir()
    cli = AwsCli(newest_aws_cli.command, home, organization)
    key = organization.entered(organization.accounts["dev"])
    cli.environment |= {name.upper(): value for name, value in key.items()}
    cli.environment |= {"AWS_ENDPOINT_URL": organization.aws_endpoint, "AWS_DEFAULT_REGION": organization.region}
    return lambda *arguments: cli.json("iam", *arguments)


def test_an_administrator_gives_a_new_user_a_role_and_takes_it_away(
    admin: Run, iam: Run, organization: Organization
) -> None:
    account = organization.accounts["dev"]
    user_name, group_name, set_name = unique("jane"), unique("Engineers"), unique("Deploy")

    # Who the key is, and which instance.
    identity = admin("sts", "get-caller-identity")
    (instance,) = admin("sso-admin", "list-instances")["Instances"]
    assert instance["InstanceArn"] == organization.instance
    assert instance["OwnerAccountId"] == identity["Account"]
    store, arn = instance["IdentityStoreId"], instance["InstanceArn"]

    # A user in a group.
    user = admin(
        *("identitystore", "create-user", "--identity-store-id", store, "--user-name", user_name),
        *("--display-name", "Jane Doe", "--name", "GivenName=Jane,FamilyName=Doe"),
        *("--emails", f"Value={user_name}@example.com,Type=work,Primary=true"),
    )["UserId"]
    group = admin("identitystore", "create-group", "--identity-store-id", store, "--display-name", group_name)
    admin(
        *("identitystore", "create-group-membership", "--identity-store-id", store),
        *("--group-id", group["GroupId"], "--member-id", f"UserId={user}"),
    )
    person = Person(user, user_name)
    visitor = Visitor(organization.url)
    visitor.choose_password(organization.invitation(user_name), person)
    assert "No accounts yet" in visitor.sign_in(person).text

    # A permission set with an AWS managed and an inline policy.
    created = admin(
        *("sso-admin", "create-permission-set", "--instance-arn", arn, "--name", set_name),
        *("--session-duration", "PT4H", "--description", "Deploys to dev"),
    )["PermissionSet"]
    permission_set = ("--instance-arn", arn, "--permission-set-arn", created["PermissionSetArn"])
    managed = ("--managed-policy-arn", READ_ONLY)
    admin("sso-admin", "attach-managed-policy-to-permission-set", *permission_set, *managed)
    admin(
        *("sso-admin", "put-inline-policy-to-permission-set", *permission_set),
        *("--inline-policy", json.dumps(INLINE_POLICY)),
    )

    # An assignment to the group, and what it makes in the account.
    assignment = (
        *(*permission_set, "--principal-type", "GROUP", "--principal-id", group["GroupId"]),
        *("--target-type", "AWS_ACCOUNT", "--target-id", account),
    )
    begun = admin("sso-admin", "create-account-assignment", *assignment)["AccountAssignmentCreationStatus"]
    assert begun["Status"] == "IN_PROGRESS"
    organization.until_created(begun["RequestId"])
    status = admin(
        *("sso-admin", "describe-account-assignment-creation-status", "--instance-arn", arn),
        *("--account-assignment-creation-request-id", begun["RequestId"]),
    )["AccountAssignmentCreationStatus"]
    assert (status["Status"], status["TargetId"], status["PrincipalId"]) == ("SUCCEEDED", account, group["GroupId"])
    role = check_role(iam, organization, set_name, account)

    # Jane is let in, by the portal's page too.
    page = visitor.open("/start/")
    assert set_name in page.text
    assert "Deploys to dev" in page.text

    # The last assignment goes, and with it access at once, and the role.
    begun = admin("sso-admin", "delete-account-assignment", *assignment)["AccountAssignmentDeletionStatus"]
    assert "No accounts yet" in visitor.open("/start/").text
    assert visitor.open(f"/saml/console?account_id={account}&role_name={set_name}").status == 403
    organization.until_deleted(begun["RequestId"])
    assert role not in [found["RoleName"] for found in iam("list-roles")["Roles"]]

    # The rest goes too.
    admin("sso-admin", "delete-permission-set", *permission_set)
    admin("identitystore", "delete-user", "--identity-store-id", store, "--user-id", user)
    assert visitor.open("/start/").path == "/start/sign-in"


def check_role(iam: Run, organization: Organization, permission_set: str, account: str) -> str:
    """Looks at the role, its policies, its trust and the SAML provider in the account: the role's name."""
    (found,) = organization.roles_of(permission_set, account)
    role = iam("get-role", "--role-name", found["RoleName"])["Role"]
    assert role["Path"] == "/vestibule/"
    assert role["MaxSessionDuration"] == 43200
    client = organization.iam(account)
    attached = client.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [READ_ONLY]
    (name,) = client.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
    inline = client.get_role_policy(RoleName=role["RoleName"], PolicyName=name)
    assert inline["PolicyDocument"] == INLINE_POLICY

    instance = organization.instance.rpartition("ssoins-")[2]
    (provider,) = client.list_saml_providers()["SAMLProviderList"]
    assert provider["Arn"] == f"arn:aws:iam::{account}:saml-provider/Vestibule_{instance}"
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Federated": provider["Arn"]}
    assert set(statement["Action"]) == {"sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"}
    assert "SAML:aud" in json.dumps(statement["Condition"])
    metadata = client.get_saml_provider(SAMLProviderArn=provider["Arn"])["SAMLMetadataDocument"]
    served = Visitor(organization.url).open("/saml/metadata").html
    assert certificates(metadata) == certificates(served) != set()
    return role["RoleName"]


def certificates(metadata: str) -> set[str]:
    """The certificates of SAML metadata."""
    return {part.partition("</")[0].strip() for part in metadata.split("X509Certificate>")[1::2]}


def test_the_role_goes_with_the_last_assignment_and_not_before(organization: Organization) -> None:
    employee = organization.create_employee("staging")
    other = organization.create_user()
    organization.assign(other, employee.permission_set, employee.account)

    organization.unassign(employee.person.id, employee.permission_set, employee.account)
    assert len(organization.roles_of(employee.role, employee.account)) == 1

    organization.unassign(other, employee.permission_set, employee.account)
    assert organization.roles_of(employee.role, employee.account) == []


def test_a_deleted_assignment_ends_access_at_the_next_request(
    newest_aws_cli: AwsCli, organization: Organization
) -> None:
    employee = organization.create_employee()
    newest_aws_cli.configure(employee)
    newest_aws_cli.login(Visitor(organization.url), employee.person)
    assert newest_aws_cli.identity()["Account"] == employee.account
    newest_aws_cli.forget_credentials()

    assignment = organization.assignment(employee.person.id, employee.permission_set, employee.account)
    organization.sso_admin.delete_account_assignment(**assignment)

    said = newest_aws_cli.fail("sts", "get-caller-identity", "--profile", "dev")
    assert "ForbiddenException" in said, said


def test_leaving_a_group_ends_access_at_the_next_request(organization: Organization) -> None:
    person = organization.create_person()
    group = organization.create_group()
    name, permission_set = organization.create_permission_set()
    account = organization.accounts["dev"]
    organization.assign(group, permission_set, account, "GROUP")
    program = OidcProgram(organization)
    token = program.tokens(person)["accessToken"]
    assert program.role_credentials(token, account, name).status_code == 403

    store = {"IdentityStoreId": organization.identity_store}
    membership = organization.identitystore.create_group_membership(
        **store, GroupId=group, MemberId={"UserId": person.id}
    )["MembershipId"]
    assert program.role_credentials(token, account, name).status_code == 200
    assert [entry["accountId"] for entry in program.accounts(token).json()["accountList"]] == [account]

    organization.identitystore.delete_group_membership(**store, MembershipId=membership)
    assert program.role_credentials(token, account, name).status_code == 403
    assert program.accounts(token).json()["accountList"] == []


@pytest.mark.parametrize(
    "user_name",
    ["Zoë.Ōkubo", "名前", "first.last+tag@example.com", "x" * 128, "O'Neil;--", "<b>&amp;"],
    ids=["latin", "han", "mail", "long", "quote", "markup"],
)
def test_people_of_any_name_are_let_in(organization: Organization, user_name: str) -> None:
    """A role session's name has fewer characters than a user name may have."""
    employee = organization.create_employee(person=organization.create_person(user_name))
    shouting = Person(employee.person.id, user_name.upper())
    assert Visitor(organization.url).sign_in(shouting).path == "/start/"
    program = OidcProgram(organization)
    token = program.tokens(employee.person)["accessToken"]
    answer = program.role_credentials(token, employee.account, employee.role)
    assert answer.status_code == 200, answer.text


def test_a_deleted_user_is_out_at_the_next_request(newest_aws_cli: AwsCli, organization: Organization) -> None:
    employee = organization.create_employee()
    newest_aws_cli.configure(employee)
    visitor = Visitor(organization.url)
    newest_aws_cli.login(visitor, employee.person)
    newest_aws_cli.forget_credentials()

    organization.identitystore.delete_user(IdentityStoreId=organization.identity_store, UserId=employee.person.id)

    newest_aws_cli.fail("sts", "get-caller-identity", "--profile", "dev")
    assert visitor.open("/start/").path == "/start/sign-in"
    assert visitor.sign_in(employee.person).path == "/start/sign-in"


def test_a_change_of_a_permission_set_reaches_an_account_when_it_is_provisioned(organization: Organization) -> None:
    employee = organization.create_employee("prod")
    (role,) = organization.roles_of(employee.role, employee.account)
    iam = organization.iam(employee.account)
    named = {"InstanceArn": organization.instance, "PermissionSetArn": employee.permission_set}

    organization.sso_admin.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=READ_ONLY)
    assert iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"] == []

    begun = organization.sso_admin.provision_permission_set(**named, TargetType="ALL_PROVISIONED_ACCOUNTS")
    organization.until_provisioned(begun["PermissionSetProvisioningStatus"]["RequestId"])
    attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [READ_ONLY]


def test_an_assignment_that_cannot_be_made_fails_with_what_to_do(organization: Organization) -> None:
    """A managed policy that AWS does not have: the account refuses it, and nobody is let in."""
    person = organization.create_person()
    name, permission_set = organization.create_permission_set()
    organization.sso_admin.attach_managed_policy_to_permission_set(
        InstanceArn=organization.instance,
        PermissionSetArn=permission_set,
        ManagedPolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy",
    )
    account = organization.accounts["dev"]

    with pytest.raises(AssertionError, match="FAILED") as failed:
        organization.assign(person.id, permission_set, account)

    assert "NoSuchPolicy" in str(failed.value)
    listed = organization.sso_admin.list_account_assignments(
        InstanceArn=organization.instance, PermissionSetArn=permission_set, AccountId=account
    )
    assert listed["AccountAssignments"] == []
    visitor = Visitor(organization.url)
    visitor.sign_in(person)
    assert visitor.open(f"/saml/console?account_id={account}&role_name={name}").status == 403
