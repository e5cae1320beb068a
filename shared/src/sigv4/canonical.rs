//! The canonical request and the signature over it, as the IAM User Guide defines them
//! ("Elements of an AWS API request signature").

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, Tag, sign};
use data_encoding::HEXLOWER;
use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::SignedRequest;
use super::authorization::Authorization;

/// "URI encode every byte except the unreserved characters" (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The lower-case hex of a SHA-256 digest.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}

/// The request in the one form that both sides can agree on; none if a signed header is not there.
pub(super) fn request(request: &SignedRequest<'_>, signed_headers: &[&str]) -> Option<Vec<u8>> {
    let mut canonical = Vec::with_capacity(1024);
    canonical.extend_from_slice(request.method.as_bytes());
    canonical.push(b'\n');
    canonical.extend_from_slice(path(request.path).as_bytes());
    canonical.push(b'\n');
    canonical.extend_from_slice(query(request.query).as_bytes());
    canonical.push(b'\n');
    for name in signed_headers {
        canonical.extend_from_slice(name.as_bytes());
        canonical.push(b':');
        canonical.extend_from_slice(&header(request.headers, name)?);
        canonical.push(b'\n');
    }
    canonical.push(b'\n');
    canonical.extend_from_slice(signed_headers.join(";").as_bytes());
    canonical.push(b'\n');
    canonical.extend_from_slice(sha256_hex(request.body).as_bytes());
    Some(canonical)
}

/// The signature that the secret makes over a canonical request.
pub(super) fn signature(
    secret: &str,
    authorization: &Authorization<'_>,
    date: &str,
    canonical: &[u8],
) -> Tag {
    let Authorization {
        date: day,
        region,
        service,
        ..
    } = authorization;
    let day_key = hmac(format!("AWS4{secret}").as_bytes(), day.as_bytes());
    let region_key = hmac(day_key.as_ref(), region.as_bytes());
    let service_key = hmac(region_key.as_ref(), service.as_bytes());
    let signing_key = hmac(service_key.as_ref(), b"aws4_request");
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let string_to_sign = format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        sha256_hex(canonical)
    );
    hmac(signing_key.as_ref(), string_to_sign.as_bytes())
}

fn hmac(key: &[u8], data: &[u8]) -> Tag {
    sign(&Key::new(HMAC_SHA256, key), data)
}

/// "You must URI-encode each path segment twice (except for Amazon S3)": once was on the wire.
fn path(raw: &str) -> String {
    if raw.is_empty() {
        return "/".to_owned();
    }
    percent_encode(raw.as_bytes(), RESERVED_IN_PATH).to_string()
}

/// A `+` is a space, as in every form decoder; names and values are sorted after encoding.
fn query(raw: &str) -> String {
    let encode = |text: &str| {
        let bytes: Vec<u8> = percent_decode_str(&text.replace('+', "%20")).collect();
        percent_encode(&bytes, RESERVED).to_string()
    };
    let mut pairs: Vec<(String, String)> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

/// Repeated headers are joined by commas; outer space goes, and sequential spaces become one.
fn header(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let values: Vec<Vec<u8>> = headers
        .get_all(name)
        .iter()
        .map(|value| trimmed(value.as_bytes()))
        .collect();
    (!values.is_empty()).then(|| values.join(&b','))
}

fn trimmed(value: &[u8]) -> Vec<u8> {
    let words = value
        .trim_ascii()
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_encoded_once_more() {
        assert_eq!(path(""), "/");
        assert_eq!(path("/"), "/");
        assert_eq!(path("/a%20b/c:d"), "/a%2520b/c%3Ad");
    }

    #[test]
    fn a_query_is_sorted_and_encoded_in_one_way() {
        assert_eq!(query(""), "");
        assert_eq!(query("b=2&a=1&&a=0&c"), "a=0&a=1&b=2&c=");
        assert_eq!(query("a=%7e%2f+x&%61b=ü"), "a=~%2F%20x&ab=%C3%BC");
        assert_eq!(query("a=%zz%&a==b"), "a=%25zz%25&a=%3Db");
    }

    #[test]
    fn headers_are_joined_and_their_spaces_collapsed() {
        let mut headers = HeaderMap::new();
        headers.append("x-a", http::HeaderValue::from_static("  a   b "));
        headers.append("x-a", http::HeaderValue::from_static("c"));
        assert_eq!(
            header(&headers, "x-a").as_deref(),
            Some(b"a b,c".as_slice())
        );
        assert_eq!(header(&headers, "x-b"), None);
    }

    // "Deriving a signing key" of the AWS General Reference publishes this pair.
    #[test]
    fn the_signing_key_is_derived_as_published() {
        let secret = "AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let steps = ["20120215", "us-east-1", "iam", "aws4_request"];
        let key = steps.iter().fold(secret.as_bytes().to_vec(), |key, step| {
            hmac(&key, step.as_bytes()).as_ref().to_vec()
        });
        assert_eq!(
            HEXLOWER.encode(&key),
            "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"
        );
    }
}
