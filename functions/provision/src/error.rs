//! Why a piece of work is not done: because an administrator has to put something right, or for now.

use vestibule_shared::saml::MetadataError;
use vestibule_shared::store;
use vestibule_shared::store::access::Lease;

use crate::failure::Failure;

/// By whose fault: the administrator's or the account's first, then nobody's, then ours. All but the first are tried again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Trying again does not help; the request is FAILED with the reason.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// AWS did not answer, or throttled for longer than we wait.
    #[error("{operation} was not answered: {cause}")]
    Unanswered {
        /// What was asked, in the words of an IAM policy.
        operation: &'static str,
        /// What happened instead of an answer.
        cause: String,
    },
    /// Somebody else works in the account.
    #[error("somebody else works in the account")]
    Held,
    /// The lease ran out and somebody else has begun.
    #[error("somebody else has taken over the account")]
    Superseded,
    /// Another event has to go on with it.
    #[error("there was no time left to begin")]
    OutOfTime,
    /// There is no instance, or no certificate.
    #[error("the instance is not enabled")]
    NotEnabled,
    /// The metadata that accounts are to know us by could not be made.
    #[error("the metadata could not be made")]
    Metadata(#[from] MetadataError),
    /// What is wanted could not be written as JSON.
    #[error("the fingerprint could not be made")]
    Fingerprint(#[from] serde_json::Error),
    /// A table.
    #[error("a table failed")]
    Store(#[source] store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict(Lease::KIND) => Self::Superseded,
            other => Self::Store(other),
        }
    }
}
