//! Reads back what was written, with a parser, a verifier of signatures and an XML security tool that
//! are not ours.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use data_encoding::BASE64;
use jiff::Timestamp;
use proptest::prelude::*;
use roxmltree::{Document, Node};

use super::*;
use crate::certificate;
use crate::signer::Signer;

const ATTRIBUTE: &str = "https://aws.amazon.com/SAML/Attributes/";
const ROLE: &str = "arn:aws:iam::111122223333:role/vestibule/VestibuleSSO_Reader_0123456789abcdef";
const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/Vestibule_ssoins-0123456789abcdef";
const NASTY: &str = "a\t\r\n b&amp;<c>\"'d]]>é\u{85}\u{2028}𝒳\u{202e}";

struct Signing {
    signer: Signer,
    public_key: Vec<u8>,
    certificate: Vec<u8>,
    certificate_base64: String,
}

static SIGNING: LazyLock<Signing> = LazyLock::new(|| {
    let signer = Signer::local(&Signer::generate_pkcs8().unwrap()).unwrap();
    let public_key = wait(signer.public_key_der()).unwrap();
    let certificate = certificate::issue(&certificate::Request {
        public_key_der: &public_key,
        instance: "ssoins-0123456789abcdef",
        not_before: now(),
        serial: [7; 16],
    })
    .unwrap();
    Signing {
        signer,
        public_key,
        certificate_base64: BASE64.encode(&certificate),
        certificate,
    }
});

static IDS: LazyLock<(MessageId, MessageId)> = LazyLock::new(|| {
    let id = |byte| MessageId::from_random([byte; 20]);
    (id(0xab), id(0xcd))
});

static NO_TAGS: BTreeMap<String, String> = BTreeMap::new();

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread();
    { runtime }.build().unwrap().block_on(future)
}

fn now() -> Timestamp {
    "2026-11-22T13:40:05.789Z".parse().unwrap()
}

fn response() -> Response<'static> {
    let aws = ServiceProvider::of_partition("aws").unwrap();
    Response {
        issuer: "urn:vestibule:ssoins-0123456789abcdef",
        recipient: aws.sign_in_endpoint,
        audience: aws.audience,
        role_arn: ROLE,
        provider_arn: PROVIDER,
        name_id: "906777a6bc-2f1c8b1e-5d3f-4c57-9a40-7d1f00abcdef",
        role_session_name: "ada@example.com",
        source_identity: "906777a6bc-2f1c8b1e-5d3f-4c57-9a40-7d1f00abcdef",
        session_duration: Duration::from_hours(1),
        principal_tags: &NO_TAGS,
        response_id: &IDS.0,
        assertion_id: &IDS.1,
        issue_instant: now(),
        authentication_instant: "2026-11-22T09:00:00Z".parse().unwrap(),
    }
}

fn signed(response: &Response<'_>) -> Result<SignedResponse, ResponseError> {
    wait(response.sign(&SIGNING.signer, &SIGNING.certificate_base64))
}

fn refused(response: &Response<'_>) -> String {
    signed(response).unwrap_err().to_string()
}

fn child<'a, 'i>(node: Node<'a, 'i>, path: &[&str]) -> Node<'a, 'i> {
    path.iter().fold(node, |node, name| {
        let mut named = node.children().filter(|c| c.tag_name().name() == *name);
        let only = named.next().unwrap_or_else(|| panic!("no {name}"));
        assert!(named.next().is_none(), "more than one {name}");
        only
    })
}

/// The attributes of the assertion, in order.
fn attributes<'a>(assertion: Node<'a, '_>) -> Vec<(&'a str, String)> {
    child(assertion, &["AttributeStatement"])
        .children()
        .map(|attribute| {
            let name = attribute.attribute("Name").unwrap();
            let value = child(attribute, &["AttributeValue"]).text().unwrap_or("");
            (name.strip_prefix(ATTRIBUTE).unwrap(), value.to_owned())
        })
        .collect()
}

/// Checks digest and signature on the octets as they stand, which are canonical only if we said so
/// rightly; `xmlsec1` below canonicalizes for itself.
fn verify(xml: &str) {
    let document = Document::parse(xml).unwrap();
    let assertion = child(document.root_element(), &["Assertion"]);
    let signature = child(assertion, &["Signature"]);
    let info = child(signature, &["SignedInfo"]);
    let reference = child(info, &["Reference"]);
    let id = assertion.attribute("ID").unwrap();
    assert_eq!(reference.attribute("URI"), Some(&*format!("#{id}")));

    let without = [
        &xml[assertion.range().start..signature.range().start],
        &xml[signature.range().end..assertion.range().end],
    ]
    .concat();
    let expected = BASE64.encode(digest(&SHA256, without.as_bytes()).as_ref());
    assert_eq!(child(reference, &["DigestValue"]).text().unwrap(), expected);

    let namespace = r#"<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">"#;
    let message = xml[info.range()].replacen("<ds:SignedInfo>", namespace, 1);
    let value = child(signature, &["SignatureValue"]).text().unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &SIGNING.public_key)
        .verify(
            message.as_bytes(),
            &BASE64.decode(value.as_bytes()).unwrap(),
        )
        .unwrap();

    let path = ["KeyInfo", "X509Data", "X509Certificate"];
    let certificate = child(signature, &path).text().unwrap();
    assert_eq!(certificate, SIGNING.certificate_base64);
}

/// Hands the XML to `xmlsec1`. Without the tool the test says nothing, except in CI, where that is an error.
fn verify_with_xmlsec(xml: &str) {
    let installed = Command::new("xmlsec1").arg("--version").output().is_ok();
    if !installed {
        assert!(
            std::env::var_os("CI").is_none(),
            "xmlsec1 must be installed in CI"
        );
        return;
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), xml).unwrap();
    let output = Command::new("xmlsec1")
        // Nobody trusts the certificate's issuer; the key in it is compared above.
        .args(["--verify", "--insecure", "--enabled-key-data", "x509"])
        .args(["--id-attr:ID", &format!("{ASSERTION}:Assertion")])
        .arg(file.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn the_response_says_what_aws_demands() {
    let tags = BTreeMap::from([
        ("CostCenter".to_owned(), "42".to_owned()),
        ("Empty".to_owned(), String::new()),
    ]);
    let response = Response {
        principal_tags: &tags,
        ..response()
    };
    let signed = signed(&response).unwrap();
    let document = Document::parse(signed.xml()).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().namespace(), Some(PROTOCOL));
    assert_eq!(root.attribute("Destination"), Some(response.recipient));
    assert_eq!(root.attribute("IssueInstant"), Some("2026-11-22T13:40:05Z"));
    assert_eq!(root.attribute("InResponseTo"), None);
    assert_eq!(child(root, &["Issuer"]).text(), Some(response.issuer));

    let assertion = child(root, &["Assertion"]);
    let order: Vec<&str> = assertion.children().map(|c| c.tag_name().name()).collect();
    assert_eq!(
        order,
        [
            "Issuer",
            "Signature",
            "Subject",
            "Conditions",
            "AuthnStatement",
            "AttributeStatement"
        ]
    );
    assert_eq!(child(assertion, &["Issuer"]).text(), Some(response.issuer));
    let name = child(assertion, &["Subject", "NameID"]);
    assert_eq!(name.text(), Some(response.name_id));
    assert_eq!(name.attribute("Format"), Some(PERSISTENT));
    let path = ["Subject", "SubjectConfirmation", "SubjectConfirmationData"];
    let confirmation = child(assertion, &path);
    assert_eq!(
        confirmation.attribute("Recipient"),
        Some(response.recipient)
    );
    let conditions = child(assertion, &["Conditions"]);
    for limited in [confirmation, conditions] {
        assert_eq!(
            limited.attribute("NotOnOrAfter"),
            Some("2026-11-22T13:45:05Z")
        );
    }
    assert_eq!(
        conditions.attribute("NotBefore"),
        Some("2026-11-22T13:39:05Z")
    );
    let audience = child(conditions, &["AudienceRestriction", "Audience"]);
    assert_eq!(audience.text(), Some("urn:amazon:webservices"));
    let authentication = child(assertion, &["AuthnStatement"]);
    assert_eq!(
        authentication.attribute("AuthnInstant"),
        Some("2026-11-22T09:00:00Z")
    );
    assert_eq!(
        authentication.attribute("SessionIndex"),
        assertion.attribute("ID")
    );
    assert_eq!(
        attributes(assertion),
        [
            ("Role", format!("{ROLE},{PROVIDER}")),
            ("RoleSessionName", response.role_session_name.to_owned()),
            ("SessionDuration", "3600".to_owned()),
            ("SourceIdentity", response.source_identity.to_owned()),
            ("PrincipalTag:CostCenter", "42".to_owned()),
            ("PrincipalTag:Empty", String::new()),
        ]
    );
}

#[test]
fn the_signature_verifies() {
    let signed = signed(&response()).unwrap();
    verify(signed.xml());
    verify_with_xmlsec(signed.xml());
}

#[test]
fn the_signature_verifies_whatever_the_text() {
    let tags = BTreeMap::from([(NASTY.to_owned(), NASTY.to_owned())]);
    let signed = signed(&Response {
        issuer: NASTY,
        name_id: NASTY,
        audience: NASTY,
        recipient: NASTY,
        principal_tags: &tags,
        ..response()
    })
    .unwrap();
    verify(signed.xml());
    verify_with_xmlsec(signed.xml());
}

#[test]
fn a_changed_response_does_not_verify_with_xmlsec() {
    let xml = signed(&response()).unwrap().xml().to_owned();
    let changed = xml.replace("111122223333", "444455556666");
    let verified = std::panic::catch_unwind(|| verify_with_xmlsec(&changed));
    let installed = Command::new("xmlsec1").arg("--version").output().is_ok();
    assert_eq!(verified.is_err(), installed);
}

#[test]
fn the_base64_is_of_the_xml() {
    let signed = signed(&response()).unwrap();
    let decoded = BASE64.decode(signed.base64().as_bytes()).unwrap();
    assert_eq!(decoded, signed.xml().as_bytes());
}

#[test]
fn what_aws_refuses_is_not_signed() {
    let role = "AWS would refuse the response's Role";
    for (role_arn, provider_arn) in [
        ("", ""),
        (PROVIDER, ROLE),
        (ROLE, "arn:aws:iam::444455556666:saml-provider/Vestibule"),
        (ROLE, "arn:aws:iam::111122223333:saml-provider/"),
        (ROLE, "arn:aws:iam::111122223333:saml-provider/a,arn"),
        ("arn:aws:iam::111122223333:role/a:b", PROVIDER),
    ] {
        let response = Response {
            role_arn,
            provider_arn,
            ..response()
        };
        assert_eq!(refused(&response), role, "{role_arn} {provider_arn}");
    }
    for name in ["a", "Ada Lovelace", "é@example.com", &"x".repeat(65)] {
        let response = response();
        let named = Response {
            role_session_name: name,
            ..response.clone()
        };
        assert!(refused(&named).ends_with("RoleSessionName"));
        let identified = Response {
            source_identity: name,
            ..response
        };
        assert!(refused(&identified).ends_with("SourceIdentity"));
    }
    for seconds in [0, 899, 43_201] {
        let response = Response {
            session_duration: Duration::from_secs(seconds),
            ..response()
        };
        assert!(refused(&response).ends_with("SessionDuration"));
    }
}

#[test]
fn tags_that_aws_refuses_are_not_signed() {
    let tags = |pairs: &[(&str, &str)]| {
        let owned = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        owned.collect::<BTreeMap<_, _>>()
    };
    let many = (0..51).map(|n| (n.to_string(), String::new())).collect();
    for tags in [
        tags(&[("", "a")]),
        tags(&[("Team", "a"), ("team", "b")]),
        tags(&[(&"k".repeat(129), "a")]),
        tags(&[("k", &"a".repeat(257))]),
        many,
    ] {
        let response = Response {
            principal_tags: &tags,
            ..response()
        };
        assert!(refused(&response).ends_with("PrincipalTag"));
    }
}

#[test]
fn nothing_prints_a_response_or_a_key() {
    let signed = signed(&response()).unwrap();
    assert_eq!(format!("{signed:?}"), "SignedResponse(…)");
    assert_eq!(format!("{:?}", SIGNING.signer), "Signer(local)");
}

#[test]
fn metadata_names_the_instance_and_its_keys() {
    let certificates = [SIGNING.certificate_base64.as_str(), "bmV4dA=="];
    let metadata =
        identity_provider_metadata("urn:vestibule:1", "https://sso.example.com", &certificates)
            .unwrap();
    assert!(metadata.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:"));
    let document = Document::parse(&metadata).unwrap();
    let entity = document.root_element();
    assert_eq!(entity.attribute("entityID"), Some("urn:vestibule:1"));
    let provider = child(entity, &["IDPSSODescriptor"]);
    assert_eq!(provider.attribute("WantAuthnRequestsSigned"), Some("false"));
    assert_eq!(
        provider.attribute("protocolSupportEnumeration"),
        Some(PROTOCOL)
    );
    let named = |name: &str| {
        let children = provider.children().filter(|c| c.tag_name().name() == name);
        children.collect::<Vec<_>>()
    };
    let path = ["KeyInfo", "X509Data", "X509Certificate"];
    let keys = named("KeyDescriptor");
    let keys = keys.iter().map(|key| child(*key, &path).text().unwrap());
    assert_eq!(keys.collect::<Vec<_>>(), certificates);
    let services = named("SingleSignOnService");
    let ends = ["HTTP-Redirect", "HTTP-POST"];
    assert_eq!(services.len(), ends.len());
    for (service, end) in services.iter().zip(ends) {
        assert!(service.attribute("Binding").unwrap().ends_with(end));
        assert_eq!(
            service.attribute("Location"),
            Some("https://sso.example.com/saml/sso")
        );
    }
}

#[test]
fn metadata_has_the_length_that_iam_takes() {
    let one = [SIGNING.certificate_base64.as_str()];
    assert!(identity_provider_metadata("urn:v:1", "http://localhost:8080", &one).is_ok());
    assert!(identity_provider_metadata("urn:v:1", "http://localhost:8080", &[]).is_err());
}

#[test]
fn the_certificate_carries_the_key_and_its_own_times() {
    let certificate = &SIGNING.certificate;
    let holds = |bytes: &[u8]| certificate.windows(bytes.len()).any(|part| part == bytes);
    assert!(holds(&SIGNING.public_key));
    assert!(holds(b"Vestibule ssoins-0123456789abcdef"));
    assert!(holds(b"261122134005Z"));
    assert!(holds(b"361122134005Z"));
    assert!(holds(&[7; 16]));
}

#[test]
fn a_certificate_is_made_for_rsa_keys_only() {
    let request = certificate::Request {
        public_key_der: b"not a key",
        instance: "ssoins-0123456789abcdef",
        not_before: now(),
        serial: [7; 16],
    };
    let error = certificate::issue(&request).unwrap_err();
    assert!(matches!(error, certificate::Error::PublicKey));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn text_comes_back_as_it_was_or_is_refused(
        name_id in any::<String>(), issuer in any::<String>(), value in "\\PC{0,200}",
    ) {
        let tags = BTreeMap::from([("tag".to_owned(), value.clone())]);
        let response = Response {
            name_id: &name_id,
            issuer: &issuer,
            principal_tags: &tags,
            ..response()
        };
        match signed(&response) {
            Ok(signed) => {
                verify(signed.xml());
                let document = Document::parse(signed.xml()).unwrap();
                let assertion = child(document.root_element(), &["Assertion"]);
                let name = child(assertion, &["Subject", "NameID"]);
                prop_assert_eq!(name.text().unwrap_or(""), &name_id);
                prop_assert_eq!(child(assertion, &["Issuer"]).text().unwrap_or(""), &issuer);
                let attributes = attributes(assertion);
                prop_assert_eq!(attributes.last().unwrap(), &("PrincipalTag:tag", value));
            }
            Err(error) => prop_assert!(matches!(error, ResponseError::Text(_)), "{}", error),
        }
    }
}
