"""Access control by attributes: what is known of a person goes into accounts with them, signed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aws_cli import AwsCli
from organization import Employee, Organization
from saml_response import Trust
from visitor import Visitor

COST_CENTER = "aws:identitystore:enterprise.costCenter"
SOURCES = {
    "CostCenter": "${path:enterprise.costCenter}",
    "Place": '${path:addresses[type eq "work"].locality}',
    "Title": "${path:title}",
}


@pytest.fixture(autouse=True)
def _configured(organization: Organization) -> Iterator[None]:
    """The instance passes attributes on that nobody else in these tests has."""
    client, instance = organization.sso_admin, organization.instance
    attributes = [{"Key": key, "Value": {"Source": [source]}} for key, source in SOURCES.items()]
    client.create_instance_access_control_attribute_configuration(
        InstanceArn=instance, InstanceAccessControlAttributeConfiguration={"AccessControlAttributes": attributes}
    )
    yield
    client.delete_instance_access_control_attribute_configuration(InstanceArn=instance)


def describe(organization: Organization, employee: Employee, **attributes: object) -> None:
    """Lets it be known of the person; the names are those of paths, with `costCenter` for the whole of its own."""
    operations = [
        {"AttributePath": COST_CENTER if name == "costCenter" else name, "AttributeValue": value}
        for name, value in attributes.items()
    ]
    organization.identitystore.update_user(
        IdentityStoreId=organization.identity_store, UserId=employee.person.id, Operations=operations
    )


def tags(organization: Organization, employee: Employee, folder: Path) -> dict[str, str]:
    """The tags of the assertion with which the person opens their console, as the account checks it."""
    link = f"/saml/console?account_id={employee.account}&role_name={employee.role}"
    page = Visitor(organization.url).sign_in(employee.person, link)
    (form,) = (form for form in page.forms if "SAMLResponse" in form.fields)
    trust = Trust.published(organization.url)
    return trust.verify(form.fields["SAMLResponse"], folder).tags()


def test_a_persons_attributes_go_into_the_console_signed(organization: Organization, tmp_path: Path) -> None:
    employee = organization.create_employee()
    assert tags(organization, employee, tmp_path) == {}
    address = {"Locality": "Zürich", "Type": "work"}
    describe(organization, employee, costCenter="42", addresses=[address], userType="contractor")
    assert tags(organization, employee, tmp_path) == {"CostCenter": "42", "Place": "Zürich"}


def test_the_aws_cli_says_which_attribute_is_in_the_way(newest_aws_cli: AwsCli, organization: Organization) -> None:
    employee = organization.create_employee()
    newest_aws_cli.configure(employee)
    newest_aws_cli.login(Visitor(organization.url), employee.person)
    describe(organization, employee, title="Engineer")
    assert newest_aws_cli.identity()["Account"] == employee.account
    describe(organization, employee, title="Engineer (R&D)")
    newest_aws_cli.forget_credentials()
    said = newest_aws_cli.fail("sts", "get-caller-identity", "--profile", "dev")
    assert "Your attribute for the tag Title has a value that AWS does not take" in said
    assert "R&D" not in said
