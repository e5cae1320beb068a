//! The `Authorization` header:
//! `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=a;b, Signature=HEX`.

use data_encoding::HEXLOWER;

use super::Refusal;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SIGNATURE_LENGTH: usize = 32;

/// What the header claims; nothing of it is proven.
pub(super) struct Authorization<'a> {
    pub(super) access_key_id: &'a str,
    /// `YYYYMMDD`.
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    /// In lower case, sorted, none twice.
    pub(super) signed_headers: Vec<&'a str>,
    pub(super) signature: Vec<u8>,
}

impl<'a> Authorization<'a> {
    pub(super) fn parse(header: &'a str) -> Result<Self, Refusal> {
        let parameters = header
            .strip_prefix(ALGORITHM)
            .filter(|rest| rest.starts_with(' '))
            .ok_or(Refusal::Malformed)?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for parameter in parameters.split(',') {
            let (name, value) = parameter
                .trim_matches(' ')
                .split_once('=')
                .ok_or(Refusal::Malformed)?;
            let place = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(Refusal::Malformed),
            };
            if place.replace(value).is_some() {
                return Err(Refusal::Malformed);
            }
        }
        let credential = credential.ok_or(Refusal::Malformed)?;
        let [access_key_id, date, region, service] = scope(credential).ok_or(Refusal::Malformed)?;
        Ok(Self {
            access_key_id,
            date,
            region,
            service,
            signed_headers: signed_headers
                .and_then(header_names)
                .ok_or(Refusal::Malformed)?,
            signature: signature
                .and_then(signature_bytes)
                .ok_or(Refusal::Malformed)?,
        })
    }
}

fn scope(credential: &str) -> Option<[&str; 4]> {
    let mut parts = credential.split('/');
    let [access_key_id, date, region, service, terminator] = [
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
    ];
    // IAM's own bounds for an access key id.
    let is_key = (16..=128).contains(&access_key_id.len())
        && access_key_id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_date = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
    (parts.next().is_none() && is_key && is_date && terminator == "aws4_request").then_some([
        access_key_id,
        date,
        region,
        service,
    ])
}

fn header_names(list: &str) -> Option<Vec<&str>> {
    let names: Vec<&str> = list.split(';').collect();
    let lower_case =
        |name: &&str| !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_uppercase());
    (names.iter().all(lower_case) && names.is_sorted_by(|left, right| left < right))
        .then_some(names)
}

fn signature_bytes(hex: &str) -> Option<Vec<u8>> {
    HEXLOWER
        .decode(hex.as_bytes())
        .ok()
        .filter(|bytes| bytes.len() == SIGNATURE_LENGTH)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CREDENTIAL: &str = "Credential=AKIDEXAMPLE12345/20261122/eu-central-1/sso/aws4_request";
    const HEADERS: &str = "SignedHeaders=host;x-amz-date";
    const SIGNATURE: &str =
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

    fn header(parameters: &[&str]) -> String {
        format!("{ALGORITHM} {}", parameters.join(", "))
    }

    #[test]
    fn the_parts_are_found_in_any_order_and_spacing() {
        for text in [
            header(&[CREDENTIAL, HEADERS, SIGNATURE]),
            header(&[SIGNATURE, HEADERS, CREDENTIAL]),
            format!("{ALGORITHM} {CREDENTIAL},{HEADERS},{SIGNATURE}"),
            format!("{ALGORITHM}   {CREDENTIAL} ,  {HEADERS},{SIGNATURE} "),
        ] {
            let Ok(parsed) = Authorization::parse(&text) else {
                panic!("{text}")
            };
            assert_eq!(parsed.access_key_id, "AKIDEXAMPLE12345");
            assert_eq!(
                (parsed.date, parsed.region, parsed.service),
                ("20261122", "eu-central-1", "sso")
            );
            assert_eq!(parsed.signed_headers, ["host", "x-amz-date"]);
            assert_eq!(parsed.signature.first(), Some(&0x5d));
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        let key = |credential: &str| header(&[credential, HEADERS, SIGNATURE]);
        let signed =
            |names: &str| header(&[CREDENTIAL, &format!("SignedHeaders={names}"), SIGNATURE]);
        for text in [
            String::new(),
            ALGORITHM.to_owned(),
            "Bearer abc".to_owned(),
            header(&[CREDENTIAL, HEADERS]),
            header(&[CREDENTIAL, SIGNATURE]),
            header(&[HEADERS, SIGNATURE]),
            header(&[CREDENTIAL, HEADERS, SIGNATURE, SIGNATURE]),
            header(&[CREDENTIAL, HEADERS, SIGNATURE, "Extra=1"]),
            header(&[CREDENTIAL, HEADERS, SIGNATURE, ""]),
            header(&[CREDENTIAL, HEADERS, &SIGNATURE.to_uppercase()]),
            header(&[CREDENTIAL, HEADERS, &SIGNATURE[..SIGNATURE.len() - 2]]),
            header(&[CREDENTIAL, HEADERS, SIGNATURE]).replace("HMAC", "ECDSA-P256"),
            header(&[CREDENTIAL, HEADERS, SIGNATURE]).replace("SHA256 ", "SHA256"),
            header(&[CREDENTIAL, HEADERS, SIGNATURE]).to_lowercase(),
            key("Credential=AKIDEXAMPLE12345/20261122/eu-central-1/sso"),
            key("Credential=AKIDEXAMPLE12345/20261122/eu-central-1/sso/aws4_request/"),
            key("Credential=AKIDEXAMPLE12345/20261122/eu-central-1/sso/aws5_request"),
            key("Credential=AKIDEXAMPLE12345/2026112/eu-central-1/sso/aws4_request"),
            key("Credential=SHORT/20261122/eu-central-1/sso/aws4_request"),
            key("Credential=AKIDEXAMPLE#2345/20261122/eu-central-1/sso/aws4_request"),
            signed(""),
            signed("host;"),
            signed("Host;x-amz-date"),
            signed("x-amz-date;host"),
            signed("host;host"),
        ] {
            assert_eq!(
                Authorization::parse(&text).err(),
                Some(Refusal::Malformed),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_the_parser_panic(text in "\\PC{0,200}", cut in 0_usize..200) {
            let _ = Authorization::parse(&text);
            let whole = header(&[CREDENTIAL, HEADERS, SIGNATURE]);
            let cut = cut.min(whole.len());
            let _ = Authorization::parse(&format!("{}{text}{}", &whole[..cut], &whole[cut..]));
        }
    }
}
