//! The one shape of XML signature we make (XML Signature Syntax and Processing 1.1; SAML core §5.4):
//! enveloped, one reference to the element that carries it, exclusive canonicalization, RSA-SHA256.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;

use super::MessageId;
use super::canonical::{NotXml, Writer};

const DSIG: (&str, &str) = ("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#");
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256_URI: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// What is signed: a reference to an element by its ID, and the digest of it.
pub(super) struct SignedInfo {
    reference: String,
    digest: String,
}

impl SignedInfo {
    /// For the element of that ID, whose canonical form without the signature is `canonical`.
    pub(super) fn of(id: &MessageId, canonical: &str) -> Self {
        Self {
            reference: format!("#{}", id.as_str()),
            digest: BASE64.encode(digest(&SHA256, canonical.as_bytes()).as_ref()),
        }
    }

    /// The octets to sign. Alone, the element declares the namespace that it inherits in its place
    /// (Exclusive XML Canonicalization §2).
    pub(super) fn canonical(&self) -> Result<String, NotXml> {
        let mut writer = Writer::default();
        self.write(&mut writer, &[DSIG]);
        writer.finish()
    }

    /// The whole signature element, to be spliced in after the issuer (SAML core §2.3.3).
    pub(super) fn signature(
        &self,
        value: &[u8],
        certificate_base64: &str,
    ) -> Result<String, NotXml> {
        let mut writer = Writer::default();
        writer.element("ds:Signature", &[DSIG], |signature| {
            self.write(signature, &[]);
            signature.leaf("ds:SignatureValue", &[], &BASE64.encode(value));
            signature.element("ds:KeyInfo", &[], |key| {
                certificate(key, certificate_base64);
            });
        });
        writer.finish()
    }

    fn write(&self, parent: &mut Writer, attributes: &[(&str, &str)]) {
        parent.element("ds:SignedInfo", attributes, |info| {
            info.empty("ds:CanonicalizationMethod", &[("Algorithm", EXCLUSIVE)]);
            info.empty("ds:SignatureMethod", &[("Algorithm", RSA_SHA256)]);
            info.element("ds:Reference", &[("URI", &self.reference)], |reference| {
                reference.element("ds:Transforms", &[], |transforms| {
                    transforms.empty("ds:Transform", &[("Algorithm", ENVELOPED)]);
                    transforms.empty("ds:Transform", &[("Algorithm", EXCLUSIVE)]);
                });
                reference.empty("ds:DigestMethod", &[("Algorithm", SHA256_URI)]);
                reference.leaf("ds:DigestValue", &[], &self.digest);
            });
        });
    }
}

/// A key as its certificate; the namespace must be declared around it.
fn certificate(key_info: &mut Writer, der_base64: &str) {
    key_info.element("ds:X509Data", &[], |data| {
        data.leaf("ds:X509Certificate", &[], der_base64);
    });
}

/// The `KeyInfo` of metadata (SAML metadata §2.4.1.1).
pub(super) fn key_info(parent: &mut Writer, certificate_base64: &str) {
    parent.element("ds:KeyInfo", &[DSIG], |key| {
        certificate(key, certificate_base64);
    });
}
