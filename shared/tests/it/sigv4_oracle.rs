//! What Amazon's own signer signs is verified, whatever the request looks like.

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_dynamodb::config::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::captured::{ACCESS_KEY_ID, Captured, REGION, SECRET};

fn signed_by_amazon(
    mut unsigned: Captured,
    service: &str,
    at: u64,
    declare_payload: bool,
) -> Captured {
    let identity = Credentials::new(ACCESS_KEY_ID, SECRET, None, None, "test").into();
    let mut settings = SigningSettings::default();
    if declare_payload {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(service)
        .time(UNIX_EPOCH + Duration::from_secs(at))
        .settings(settings)
        .build()
        .expect("all parameters")
        .into();
    let uri = match unsigned.query.as_str() {
        "" => format!("https://sso.example{}", unsigned.path),
        query => format!("https://sso.example{}?{query}", unsigned.path),
    };
    let headers = unsigned
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().expect("ASCII")));
    let request = SignableRequest::new(
        &unsigned.method,
        uri,
        headers,
        SignableBody::Bytes(&unsigned.body),
    )
    .expect("a request");
    let (instructions, _) = sign(request, &parameters)
        .expect("a signature")
        .into_parts();
    let (added, _) = instructions.into_parts();
    for header in added {
        let name: HeaderName = header.name().parse().expect("a name");
        unsigned
            .headers
            .insert(name, header.value().parse().expect("a value"));
    }
    unsigned
}

fn query() -> impl Strategy<Value = String> {
    // Only ASCII is encoded: of other bytes that signer signs a replacement character.
    let word = "([A-Za-z0-9_.~+-]|%[0-7][0-9A-F]){0,6}";
    let pair = (word, word).prop_map(|(name, value)| format!("n{name}={value}"));
    prop::collection::vec(pair, 0..5).prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #[test]
    fn what_amazons_signer_signs_is_verified(
        method in prop::sample::select(vec!["POST", "GET", "PUT", "DELETE"]),
        path in "(/[A-Za-z0-9_~:@!$'()*,;=-]([A-Za-z0-9_~-]|%[2-7][0-9A-F]){0,6}){0,4}/?",
        query in query(),
        values in prop::collection::vec("[!-~]([ -~]{0,20}[!-~])?", 0..4),
        body in prop::collection::vec(any::<u8>(), 0..2000),
        at in 0_u64..4_102_444_800,
        declare_payload: bool,
    ) {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("sso.example"));
        headers.insert("x-amz-target", HeaderValue::from_static("SWBExternalService.ListInstances"));
        for (index, value) in values.iter().enumerate() {
            let name: HeaderName = format!("x-amz-extra-{index}").parse().expect("a name");
            headers.insert(name, value.parse().expect("a value"));
        }
        let path = if path.starts_with('/') { path } else { format!("/{path}") };
        let unsigned = Captured { method: method.to_owned(), path, query, headers, body };
        let mut captured = signed_by_amazon(unsigned, "sso", at, declare_payload);
        let now = Timestamp::from_second(i64::try_from(at).expect("a time")).expect("a time");
        let verified = captured.verify(now);
        prop_assert!(verified.is_ok(), "{verified:?} {captured:?}");

        captured.body.push(b'x');
        prop_assert!(captured.verify(now).is_err());
    }
}
