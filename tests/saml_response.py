"""A SAML response as AWS reads it: the signature first, then what the assertion says."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import requests

if TYPE_CHECKING:
    from pathlib import Path

ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"


@dataclass(frozen=True)
class Trust:
    """What an account knows of the identity provider: its name and its certificate, from the metadata."""

    entity_id: str
    certificate: str

    @classmethod
    def published(cls, origin: str) -> Trust:
        """What the metadata says."""
        answer = requests.get(f"{origin}/saml/metadata", timeout=30)
        assert answer.status_code == 200, answer.text
        root = ElementTree.fromstring(answer.content)
        assert root.tag == f"{{{METADATA}}}EntityDescriptor"
        certificate = root.findtext(f".//{{{SIGNATURE}}}X509Certificate")
        assert certificate
        return cls(root.attrib["entityID"], "".join(certificate.split()))

    def verify(self, response: str, folder: Path) -> Assertion:
        """The assertion of a response (base64), if `xmlsec1` finds that this certificate's key has signed it."""
        xml = base64.b64decode(response, validate=True)
        document = folder / "response.xml"
        document.write_bytes(xml)
        # Nobody vouches for the certificate but the metadata: it is compared below.
        command = ["xmlsec1", "--verify", "--insecure", "--enabled-key-data", "x509"]
        command += ["--id-attr:ID", f"{ASSERTION}:Assertion", document]
        finished = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert finished.returncode == 0, finished.stderr
        root = ElementTree.fromstring(xml)
        (certificate,) = root.iter(f"{{{SIGNATURE}}}X509Certificate")
        assert "".join(certificate.text.split()) == self.certificate
        (assertion,) = root.findall(f"{{{ASSERTION}}}Assertion")
        (reference,) = root.iter(f"{{{SIGNATURE}}}Reference")
        assert reference.attrib["URI"] == f"#{assertion.attrib['ID']}", "something else is signed"
        found = Assertion(assertion)
        assert found.text("Issuer") == self.entity_id
        return found


class Assertion:
    """A signed assertion."""

    def __init__(self, element: ElementTree.Element) -> None:
        self.element = element

    def text(self, name: str) -> str | None:
        """The text of the first element of this name."""
        return self.element.findtext(f".//{{{ASSERTION}}}{name}")

    def recipient(self) -> str:
        """Where it may be handed in."""
        return self.element.find(f".//{{{ASSERTION}}}SubjectConfirmationData").attrib["Recipient"]

    def attribute(self, name: str) -> str:
        """The one value of an attribute of AWS's."""
        (value,) = self.element.findall(f".//*[@Name='{ATTRIBUTES}{name}']/{{{ASSERTION}}}AttributeValue")
        return value.text

    def tags(self) -> dict[str, str]:
        """The tags of the session, by key: one value each."""
        found = {}
        for attribute in self.element.iter(f"{{{ASSERTION}}}Attribute"):
            prefix, is_tag, key = attribute.attrib["Name"].partition(f"{ATTRIBUTES}PrincipalTag:")
            if is_tag:
                assert not prefix
                (value,) = attribute
                found[key] = value.text
        return found
