//! What is wrong with an assertion. The application that presents it is told, for its log; nothing of the token is repeated.

use crate::oauth::{Reason, Refusal};

/// What is wrong with an assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("the assertion is not a signed JSON Web Token")]
    Malformed,
    #[error("the assertion's algorithm is not accepted")]
    Algorithm,
    #[error("the assertion has a header that is not understood")]
    Header,
    #[error("the assertion's key is not one of its issuer's")]
    UnknownKey,
    #[error("the assertion's signature is not right")]
    Signature,
    #[error("the assertion is not of a trusted token issuer of the application")]
    Issuer,
    #[error("the assertion is not for an audience that the application may use")]
    Audience,
    #[error("the assertion lacks a claim that it must have")]
    MissingClaim,
    #[error("the assertion has expired")]
    Expired,
    #[error("the assertion is not valid yet")]
    NotYetValid,
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        Reason::InvalidGrant.because(match flaw {
            Flaw::Malformed => "the assertion is not a signed JSON Web Token",
            Flaw::Algorithm => "the assertion's algorithm is not accepted",
            Flaw::Header => "the assertion has a header that is not understood",
            Flaw::UnknownKey => "the assertion's key is not one of its issuer's",
            Flaw::Signature => "the assertion's signature is not right",
            Flaw::Issuer => "the assertion is not of a trusted token issuer of the application",
            Flaw::Audience => "the assertion is not for an audience that the application may use",
            Flaw::MissingClaim => "the assertion lacks a claim that it must have",
            Flaw::Expired => "the assertion has expired",
            Flaw::NotYetValid => "the assertion is not valid yet",
        })
    }
}
