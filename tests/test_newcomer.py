"""What a newcomer does: starts the program, does what it prints, ends it, and starts it again."""

import json
import re
import textwrap
from pathlib import Path

from aws_cli import AwsCli
from organization import READ_ONLY, Organization, Person
from program import EXECUTABLE, INSTALLED, ROOT, running_program
from visitor import Visitor


def test_what_is_printed_leads_into_an_account_and_a_second_start_finds_everything(tmp_path: Path) -> None:
    data, home = tmp_path / "data", tmp_path / "home"
    home.mkdir()
    with running_program(EXECUTABLE, data) as program:
        printed = (tmp_path / "vestibule.log").read_text()
        assert f"{program.url}/start/" in printed
        visitor = Visitor(program.url)
        alex = Person("", "alex")
        visitor.choose_password(re.search(r"\S+/start/password/\S+", printed).group(), alex)

        organization = Organization(program)
        assert organization.aws_endpoint in printed
        cli = AwsCli(INSTALLED / "aws-cli-newest" / "bin" / "aws", home, organization)
        configure_as_printed(cli, printed)
        cli.login(visitor, alex)
        assert cli.identity()["Account"] == organization.accounts["dev"]

        # A change that is not provisioned: no account has it, before or after.
        permission_set = sample_permission_set(organization)
        organization.sso_admin.attach_managed_policy_to_permission_set(**permission_set, ManagedPolicyArn=READ_ONLY)
        before = program.info()

    # The commands work while it does not run.
    assert program.info() == before
    assert set(json.loads(program.command("admin-key"))) == {"AccessKeyId", "SecretAccessKey"}
    assert program.url in program.command("invite", "alex")
    event = json.loads(program.command("event", "portal", str(ROOT / "events" / "portal" / "sign-in-form.json")))
    assert event["statusCode"] == 200

    with running_program(EXECUTABLE, data) as program:
        # The portal is at another port, and the local AWS may be; everything else is as it was.
        after = program.info()
        organization.url, organization.aws_endpoint = program.url, after["awsEndpoint"]
        assert after == before | {"url": program.url, "awsEndpoint": after["awsEndpoint"]}

        # The sessions of the browser and of the CLI go on, and lead into the account.
        assert "AdministratorAccess" in visitor.open(f"{program.url}/start/").text
        for name, value in list(cli.environment.items()):
            moved = value.replace(before["url"], after["url"]).replace(before["awsEndpoint"], after["awsEndpoint"])
            cli.environment[name] = moved
        cli.forget_credentials()
        assert cli.identity()["Account"] == organization.accounts["dev"]
        cli.age()
        assert cli.identity()["Account"] == organization.accounts["dev"]

        # The administrator's key works still. The roles are there again, as they were provisioned.
        described = organization.client("sso-admin").describe_permission_set(**permission_set)
        assert described["PermissionSet"]["Name"] == "AdministratorAccess"
        (role,) = organization.roles_of("AdministratorAccess", organization.accounts["dev"])
        iam = organization.iam(organization.accounts["dev"])
        attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
        assert [policy["PolicyName"] for policy in attached] == ["AdministratorAccess"]


def configure_as_printed(cli: AwsCli, printed: str) -> None:
    """Does with the printed settings what is printed above them."""
    (profile,) = re.findall(r"in ~/\.aws/config:\n\n(.*?)\nand in the shell", printed, re.DOTALL)
    config = cli.home / ".aws" / "config"
    config.parent.mkdir()
    config.write_text(textwrap.dedent(profile))
    cli.environment |= dict(re.findall(r"export (\w+)=(\S+)", printed))


def sample_permission_set(organization: Organization) -> dict[str, str]:
    """The permission set that the printed profile is for, as requests name it."""
    client = organization.sso_admin
    for arn in client.list_permission_sets(InstanceArn=organization.instance)["PermissionSets"]:
        named = {"InstanceArn": organization.instance, "PermissionSetArn": arn}
        if client.describe_permission_set(**named)["PermissionSet"]["Name"] == "AdministratorAccess":
            return named
    raise AssertionError("the sample has no permission set AdministratorAccess")
