//! JSON Web Tokens of others: pure decisions, no HTTP, no tables, no clock. What is not understood is refused.
//!
//! RFC 7515 (signatures), RFC 7517 (keys), RFC 7518 (algorithms), RFC 7519 (tokens), RFC 7523 (as a grant), RFC 8725 (best
//! practices).

mod algorithm;
mod assertion;
mod flaw;
mod key_set;
mod strict_json;
#[cfg(test)]
mod tests;

pub(crate) use assertion::{Expected, UnverifiedAssertion, VerifiedAssertion};
pub(crate) use flaw::Flaw;
pub(crate) use key_set::KeySet;
pub(crate) use strict_json::parse as parse_strict;
