//! What Vestibule says in SAML 2.0 to AWS accounts: the signed response that opens the console and that
//! `sts:AssumeRoleWithSAML` exchanges for credentials, and the metadata by which an account knows us.
//!
//! SAML core (saml-core-2.0-os), the web browser SSO profile (saml-profiles-2.0-os §4.1), metadata
//! (saml-metadata-2.0-os), and what AWS demands on top ("Configure SAML assertions for the
//! authentication response" in the IAM User Guide).

mod aws;
mod canonical;
mod metadata;
mod response;
mod session_name;
mod signature;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use aws::ServiceProvider;
pub use canonical::NotXml;
pub use metadata::{MetadataError, identity_provider_metadata};
pub use response::{Response, ResponseError, SignedResponse};
pub use session_name::role_session_name;

const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

/// The ID of a message or an assertion: an `NCName` that is never used twice (SAML core §1.3.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId(String);

impl MessageId {
    /// Makes an ID of 160 random bits, the length that SAML core recommends.
    #[must_use]
    pub fn from_random(bytes: [u8; 20]) -> Self {
        // An NCName must not begin with a digit.
        Self(format!("_{}", data_encoding::HEXLOWER.encode(&bytes)))
    }

    /// The ID as it stands in XML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// SAML core §1.3.3: UTC, without a time zone other than `Z`.
fn instant(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
