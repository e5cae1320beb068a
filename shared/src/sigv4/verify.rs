//! From a request to the access key that signed it, in two steps, because the secret lies in a table: `parse` refuses
//! what no secret could make right, `verify` compares.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp, civil, tz::Offset};
use percent_encoding::percent_decode_str;

use super::authorization::Authorization;
use super::{Expectations, Refusal, SignedRequest, canonical};

/// How far the caller's clock may be from ours, either way.
const WINDOW: SignedDuration = SignedDuration::from_mins(5);
/// The services whose requests have no `X-Amz-Target`: the path or the body names the operation.
const WITHOUT_TARGET: [&str; 2] = ["sts", "sso-oauth"];

/// A signature that is well formed, in time and meant for us; whether it is right is not known.
pub struct UnverifiedSignature<'a> {
    request: SignedRequest<'a>,
    authorization: Authorization<'a>,
    /// `X-Amz-Date`, as it was signed.
    date: &'a str,
}

/// Proof that a request was signed with the secret access key of this access key id.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verified {
    access_key_id: String,
    service: String,
}

impl<'a> UnverifiedSignature<'a> {
    /// Reads the signature and refuses what is absent, malformed, incomplete, late, or meant for somebody else.
    pub fn parse(
        request: SignedRequest<'a>,
        expectations: &Expectations<'_>,
    ) -> Result<Self, Refusal> {
        if signed_by_query(request.query) {
            return Err(Refusal::InQuery);
        }
        let header = only(request.headers, "authorization")?.ok_or(Refusal::Absent)?;
        let authorization = Authorization::parse(header)?;
        let date = only(request.headers, "x-amz-date")?.ok_or(Refusal::Malformed)?;
        let signed_at = signing_time(date).ok_or(Refusal::Malformed)?;
        if request.headers.contains_key("x-amz-security-token") {
            return Err(Refusal::SessionToken);
        }
        everything_is_signed(request.headers, &authorization)?;
        payload_is_signed(request.headers)?;
        let in_scope = authorization.region == expectations.region
            && expectations.services.contains(&authorization.service)
            && date.starts_with(authorization.date);
        if !in_scope {
            return Err(Refusal::WrongScope);
        }
        if expectations.now.duration_since(signed_at).abs() > WINDOW {
            return Err(Refusal::OutsideWindow);
        }
        Ok(Self {
            request,
            authorization,
            date,
        })
    }

    /// The key that the caller claims to have; only for looking up its secret.
    #[must_use]
    pub fn unverified_access_key_id(&self) -> &'a str {
        self.authorization.access_key_id
    }

    /// Compares with the signature that the secret makes; `None` when there is no such active key.
    pub fn verify(self, secret_access_key: Option<&str>) -> Result<Verified, Refusal> {
        let secret_access_key = secret_access_key.ok_or(Refusal::UnknownKey)?;
        self.payload_is_the_declared_one()?;
        let canonical = canonical::request(&self.request, &self.authorization.signed_headers)
            .ok_or(Refusal::UnsignedHeader)?;
        let expected = canonical::signature(
            secret_access_key,
            &self.authorization,
            self.date,
            &canonical,
        );
        verify_slices_are_equal(expected.as_ref(), &self.authorization.signature)
            .map_err(|_| Refusal::SignatureMismatch)?;
        Ok(Verified {
            access_key_id: self.authorization.access_key_id.to_owned(),
            service: self.authorization.service.to_owned(),
        })
    }

    fn payload_is_the_declared_one(&self) -> Result<(), Refusal> {
        match only(self.request.headers, "x-amz-content-sha256")? {
            Some(declared) if declared != canonical::sha256_hex(self.request.body) => {
                Err(Refusal::PayloadMismatch)
            }
            _ => Ok(()),
        }
    }
}

impl Verified {
    /// The key that signed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The signing name of the service it was signed for.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }
}

/// A header that decides something: two of it could mean one thing here and another where it is used.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Refusal::Malformed);
    }
    first
        .map(|value| value.to_str().map_err(|_| Refusal::Malformed))
        .transpose()
}

fn signed_by_query(query: &str) -> bool {
    query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .any(|name| {
            percent_decode_str(name)
                .map(|byte| byte.to_ascii_lowercase())
                .take(6)
                .eq(*b"x-amz-")
        })
}

/// `YYYYMMDD'T'HHMMSS'Z'`, and nothing else.
fn signing_time(date: &str) -> Option<Timestamp> {
    let (day, time) = date.strip_suffix('Z')?.split_once('T')?;
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if day.len() != 8 || time.len() != 6 || !all_digits(day) || !all_digits(time) {
        return None;
    }
    let at = civil::DateTime::new(
        day.get(..4)?.parse().ok()?,
        day.get(4..6)?.parse().ok()?,
        day.get(6..)?.parse().ok()?,
        time.get(..2)?.parse().ok()?,
        time.get(2..4)?.parse().ok()?,
        time.get(4..)?.parse().ok()?,
        0,
    );
    Offset::UTC.to_timestamp(at.ok()?).ok()
}

/// What was not signed could have been added or changed on the way.
fn everything_is_signed(
    headers: &HeaderMap,
    authorization: &Authorization<'_>,
) -> Result<(), Refusal> {
    only(headers, "host")?;
    only(headers, "x-amz-target")?;
    let is_signed = |name: &str| authorization.signed_headers.contains(&name);
    let needs_target = !WITHOUT_TARGET.contains(&authorization.service);
    let complete = is_signed("host")
        && is_signed("x-amz-date")
        && (!needs_target || is_signed("x-amz-target"))
        && headers
            .keys()
            .map(http::HeaderName::as_str)
            .all(|name| !name.starts_with("x-amz-") || is_signed(name))
        && authorization
            .signed_headers
            .iter()
            .all(|name| headers.contains_key(*name));
    if complete {
        Ok(())
    } else {
        Err(Refusal::UnsignedHeader)
    }
}

fn payload_is_signed(headers: &HeaderMap) -> Result<(), Refusal> {
    match only(headers, "x-amz-content-sha256")? {
        Some(declared) if declared == "UNSIGNED-PAYLOAD" || declared.starts_with("STREAMING-") => {
            Err(Refusal::UnsignedPayload)
        }
        _ => Ok(()),
    }
}
