//! Verification of AWS Signature Version 4 with keys of our own, so that the stock AWS CLI, the SDKs and Terraform can
//! call. Header signing only, with the body's hash, as "Create a signed AWS API request" of the IAM User Guide describes
//! it; presigned, unsigned, streaming and multi-region (`SigV4A`) forms are refused.

mod authorization;
mod canonical;
mod refusal;
mod verify;

use http::HeaderMap;
use jiff::Timestamp;

pub use refusal::{Protocol, Refusal};
pub use verify::{UnverifiedSignature, Verified};

/// A request exactly as it came in: nothing decoded, nothing normalised.
#[derive(Clone, Copy)]
pub struct SignedRequest<'a> {
    /// In upper case.
    pub method: &'a str,
    /// The path of the request line, still percent-encoded.
    pub path: &'a str,
    /// What follows the `?`, still percent-encoded; empty if nothing does.
    pub query: &'a str,
    /// Every header, repeated ones included.
    pub headers: &'a HeaderMap,
    /// The body, after any encoding that only the transport added.
    pub body: &'a [u8],
}

/// What a signature must have been made for.
#[derive(Clone, Copy, Debug)]
pub struct Expectations<'a> {
    /// The region of the instance.
    pub region: &'a str,
    /// Signing names of the services that may be meant.
    pub services: &'a [&'a str],
    /// The time of the request's arrival.
    pub now: Timestamp,
}
