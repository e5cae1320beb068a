//! A token of an issuer outside that says who somebody is (RFC 7523 §3): what it claims, and what is proven of it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::{Flaw, KeySet, strict_json};

/// Longer ones are no tokens.
const LONGEST: usize = 16 * 1024;
/// How far the issuer's clock may be from ours.
const LEEWAY: SignedDuration = SignedDuration::from_secs(60);
/// The longest value of a claim that is looked for in the directory.
const LONGEST_VALUE: usize = 1024;
/// How many audiences a token may name.
const MOST_AUDIENCES: usize = 64;

/// A token that reads like one. What it claims is not proven.
#[derive(Debug)]
pub(crate) struct UnverifiedAssertion<'a> {
    algorithm: Algorithm,
    key_id: Option<String>,
    claims: Map<String, Value>,
    /// Header and claims as they were signed.
    signed: &'a str,
    signature: Vec<u8>,
}

/// What a token must be to be accepted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// The issuer, exactly.
    pub(crate) issuer: &'a str,
    /// The audiences, of which it must name one, exactly.
    pub(crate) audiences: &'a [String],
    /// The time.
    pub(crate) now: Timestamp,
}

/// A token of the expected issuer, for an expected audience, in time. Only [`UnverifiedAssertion::verify`] makes one.
#[derive(Debug)]
pub(crate) struct VerifiedAssertion {
    claims: Map<String, Value>,
    digest: String,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

impl<'a> UnverifiedAssertion<'a> {
    /// Reads the compact form (RFC 7515 §7.1).
    pub(crate) fn parse(text: &'a str) -> Result<Self, Flaw> {
        if text.len() > LONGEST {
            return Err(Flaw::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Flaw::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Flaw::Malformed)?;
        let object = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
            match strict_json::parse(&bytes)? {
                Value::Object(members) => Some(members),
                _ => None,
            }
        };
        let header = object(header).ok_or(Flaw::Malformed)?;
        let claims = object(claims).ok_or(Flaw::Malformed)?;
        let signature = URL_SAFE_NO_PAD.decode(signature);
        let (algorithm, key_id) = read_header(&header)?;
        Ok(Self {
            algorithm,
            key_id,
            claims,
            signed,
            signature: signature.map_err(|_| Flaw::Malformed)?,
        })
    }

    /// Who the token says issued it; only for finding out whose keys to check it with.
    pub(crate) fn unverified_issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// Which key the token says it was signed with.
    pub(crate) fn unverified_key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Whether the token says that it is for one of `audiences`.
    pub(crate) fn is_for_any(&self, audiences: &[String]) -> bool {
        let wanted = |value: &Value| {
            let value = value.as_str();
            value.is_some_and(|value| audiences.iter().any(|audience| audience == value))
        };
        match self.claims.get("aud") {
            Some(Value::Array(named)) => {
                named.len() <= MOST_AUDIENCES
                    && named.iter().all(Value::is_string)
                    && named.iter().any(wanted)
            }
            Some(one) => wanted(one),
            None => false,
        }
    }

    /// Proves the token with the issuer's keys, the signature first: before that, nothing that it says means anything.
    pub(crate) fn verify(
        self,
        keys: &KeySet,
        expected: &Expected<'_>,
    ) -> Result<VerifiedAssertion, Flaw> {
        let with = (self.algorithm, self.key_id.as_deref());
        keys.verify(with, (self.signed.as_bytes(), &self.signature))?;
        if self.unverified_issuer() != Some(expected.issuer) {
            return Err(Flaw::Issuer);
        }
        if !self.is_for_any(expected.audiences) {
            return Err(Flaw::Audience);
        }
        let now = expected.now;
        let expires_at = moment(&self.claims, "exp")?.ok_or(Flaw::MissingClaim)?;
        let issued_at = moment(&self.claims, "iat")?.ok_or(Flaw::MissingClaim)?;
        let not_before = moment(&self.claims, "nbf")?.unwrap_or(issued_at);
        if now >= later(expires_at) {
            return Err(Flaw::Expired);
        }
        if later(now) < issued_at || later(now) < not_before {
            return Err(Flaw::NotYetValid);
        }
        Ok(VerifiedAssertion {
            digest: self.identity(expected.issuer)?,
            claims: self.claims,
            issued_at: issued_at.min(now),
            expires_at,
        })
    }

    /// What tells this token from every other: its `jti` within its issuer (RFC 7519 §4.1.7), or all that was signed.
    fn identity(&self, issuer: &str) -> Result<String, Flaw> {
        let text = match self.claims.get("jti") {
            None => format!("token\n{}", self.signed),
            Some(Value::String(id)) => format!("jti\n{issuer}\n{id}"),
            Some(_) => return Err(Flaw::Malformed),
        };
        Ok(HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref()))
    }
}

impl VerifiedAssertion {
    /// A digest that no other token has: it may be used once.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// When it was issued, as far as that is not in the future.
    pub(crate) fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// Until when it could be presented again.
    pub(crate) fn presentable_until(&self) -> Timestamp {
        later(self.expires_at)
    }

    /// The text of the claim at `path`, whose members are joined by full stops. An address that the issuer has not verified
    /// is nobody's (OpenID Connect Core 1.0 §5.7).
    pub(crate) fn claim(&self, path: &str) -> Option<&str> {
        let unverified = self.claims.get("email_verified") == Some(&Value::Bool(false))
            || self.claims.get("email_verified").and_then(Value::as_str) == Some("false");
        if path == "email" && unverified {
            return None;
        }
        let mut names = path.split('.');
        let first = self.claims.get(names.next()?)?;
        let value = names.try_fold(first, |value, name| value.as_object()?.get(name))?;
        let value = value.as_str()?;
        (1..=LONGEST_VALUE).contains(&value.len()).then_some(value)
    }
}

/// Keys that the token brings along or points to are never used, so what is in `jwk`, `jku` and `x5u` does not matter
/// (RFC 8725 §3.10). Extensions that must be understood are not (RFC 7515 §4.1.11).
fn read_header(header: &Map<String, Value>) -> Result<(Algorithm, Option<String>), Flaw> {
    if header.contains_key("crit") || header.contains_key("b64") || header.contains_key("zip") {
        return Err(Flaw::Header);
    }
    let is_token = |name: &str| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("application/").unwrap_or(&name);
        // RFC 9068 §2.1 for `at+jwt`. A token of another type was made for something else (RFC 8725 §3.11).
        matches!(name, "jwt" | "at+jwt")
    };
    match header.get("typ") {
        None => {}
        Some(Value::String(name)) if is_token(name) => {}
        Some(_) => return Err(Flaw::Header),
    }
    let algorithm = header.get("alg").and_then(Value::as_str);
    let algorithm = algorithm
        .and_then(Algorithm::parse)
        .ok_or(Flaw::Algorithm)?;
    match header.get("kid") {
        None => Ok((algorithm, None)),
        Some(Value::String(id)) => Ok((algorithm, Some(id.clone()))),
        Some(_) => Err(Flaw::Header),
    }
}

/// A `NumericDate` (RFC 7519 §2): seconds, of which there may be parts.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, Flaw> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let whole = value.as_i64();
    let parts = || value.as_f64().filter(|seconds| seconds.abs() < 1e11);
    let timestamp = match whole {
        Some(seconds) => Timestamp::from_second(seconds).ok(),
        None => parts().and_then(|seconds| {
            let duration = SignedDuration::try_from_secs_f64(seconds).ok()?;
            Timestamp::from_duration(duration).ok()
        }),
    };
    timestamp.map(Some).ok_or(Flaw::Malformed)
}

fn later(moment: Timestamp) -> Timestamp {
    moment.saturating_add(LEEWAY).unwrap_or(Timestamp::MAX)
}
