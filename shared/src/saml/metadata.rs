//! The metadata of an instance as an identity provider (SAML metadata §2.3, §2.4.3): what an account's
//! SAML provider is made from, so equal input gives equal bytes.

use super::canonical::{NotXml, Writer};
use super::{METADATA, PERSISTENT, PROTOCOL, signature};

/// IAM's limits on a metadata document, in characters.
const SHORTEST: usize = 1000;
const LONGEST: usize = 10_000_000;

const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

/// Why there is no metadata.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// A value cannot stand in XML.
    #[error("the metadata would not be XML")]
    Text(#[from] NotXml),
    /// IAM would refuse a document of this length: something was left out, or is far too long.
    #[error("the metadata would have {0} characters")]
    Length(usize),
}

/// The `EntityDescriptor`, in UTF-8 without a byte order mark.
///
/// `certificates` are those in use, DER in base64 without line breaks: the current one and, before a change
/// of keys, the next.
/// `origin` is the instance's public origin, without a slash at its end.
pub fn identity_provider_metadata(
    entity_id: &str,
    origin: &str,
    certificates: &[&str],
) -> Result<String, MetadataError> {
    let location = format!("{origin}/saml/sso");
    let mut writer = Writer::default();
    let root = [("xmlns:md", METADATA), ("entityID", entity_id)];
    writer.element("md:EntityDescriptor", &root, |entity| {
        let descriptor = [
            ("WantAuthnRequestsSigned", "false"),
            ("protocolSupportEnumeration", PROTOCOL),
        ];
        entity.element("md:IDPSSODescriptor", &descriptor, |provider| {
            for certificate in certificates {
                provider.element("md:KeyDescriptor", &[("use", "signing")], |key| {
                    signature::key_info(key, certificate);
                });
            }
            provider.leaf("md:NameIDFormat", &[], PERSISTENT);
            for binding in [REDIRECT, POST] {
                provider.empty(
                    "md:SingleSignOnService",
                    &[("Binding", binding), ("Location", &location)],
                );
            }
        });
    });
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        writer.finish()?
    );
    let length = document.chars().count();
    if (SHORTEST..=LONGEST).contains(&length) && !certificates.is_empty() {
        Ok(document)
    } else {
        Err(MetadataError::Length(length))
    }
}
