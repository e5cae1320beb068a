//! The X.509 certificate (RFC 5280) in which the instance's public key travels: SAML metadata and
//! signatures can carry a key only so, and nobody checks who issued it.
//!
//! The key that AWS accounts trust is not needed to make it, because only two functions may sign with
//! that key: a key made for the moment issues the certificate and is thrown away.

use std::time::Duration;

use aws_lc_rs::rsa::PublicKey;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm,
};

/// How long a certificate is valid, in years.
pub const VALIDITY_YEARS: i64 = 10;

/// RFC 5280, appendix A.1, `ub-common-name`.
const LONGEST_COMMON_NAME: usize = 64;

/// What a certificate says.
#[derive(Debug)]
pub struct Request<'a> {
    /// The key it is for: an RSA `SubjectPublicKeyInfo` in DER.
    pub public_key_der: &'a [u8],
    /// Whom it names: the instance's id.
    pub instance: &'a str,
    /// When it begins to be valid.
    pub not_before: Timestamp,
    /// Its serial number, random.
    pub serial: [u8; 16],
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no RSA public key.
    #[error("the public key was refused")]
    PublicKey,
    /// The name is too long for a certificate.
    #[error("the instance's name is too long for a certificate")]
    Name,
    /// The time is outside what a certificate can say.
    #[error("the certificate's time is out of range")]
    Time,
    /// The library that writes certificates failed.
    #[error("the certificate could not be written")]
    Issue(#[source] rcgen::Error),
}

/// Makes the certificate and answers it in DER.
pub fn issue(request: &Request<'_>) -> Result<Vec<u8>, Error> {
    let name = format!("Vestibule {}", request.instance);
    if name.len() > LONGEST_COMMON_NAME {
        return Err(Error::Name);
    }
    let key =
        SubjectKey(PublicKey::from_der(request.public_key_der).map_err(|_| Error::PublicKey)?);
    let not_after = request
        .not_before
        .to_zoned(TimeZone::UTC)
        .checked_add(VALIDITY_YEARS.years())
        .map_err(|_| Error::Time)?
        .timestamp();

    let mut subject = CertificateParams::default();
    subject.distinguished_name = common_name(&name);
    subject.serial_number = Some(SerialNumber::from_slice(&request.serial));
    subject.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    // The fields' type belongs to a crate that is not ours to name; the epoch plus a duration is.
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    subject.not_before = epoch + since_epoch(request.not_before)?;
    subject.not_after = epoch + since_epoch(not_after)?;

    // Another name than the subject's: equal names would claim that the certificate is self-signed,
    // and its signature would then look broken.
    let mut authority = CertificateParams::default();
    authority.distinguished_name = common_name("Vestibule one-time issuer");
    let one_time_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(Error::Issue)?;
    let issuer = Issuer::new(authority, one_time_key);
    let certificate = subject.signed_by(&key, &issuer).map_err(Error::Issue)?;
    Ok(certificate.der().to_vec())
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn since_epoch(time: Timestamp) -> Result<Duration, Error> {
    let seconds = u64::try_from(time.as_second()).map_err(|_| Error::Time)?;
    Ok(Duration::from_secs(seconds))
}

struct SubjectKey(PublicKey);

impl PublicKeyData for SubjectKey {
    fn der_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}
