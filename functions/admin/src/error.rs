//! Why something is not done, by whose fault, and what AWS calls that.

use std::error::Error as StdError;

use http::StatusCode;
use serde_json::{Map, Value};
use vestibule_shared::sigv4::{Protocol, Refusal};
use vestibule_shared::{certificate, sealing, signer, store};

use crate::model::{Service, ShapeMismatch};

/// What callers learn of a failure of ours.
const INTERNAL: &str = "The request could not be processed because of an internal error.";

/// Why something is not done: the caller's fault first, ours last.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An error that the models declare.
    #[error(transparent)]
    Modelled(#[from] Modelled),
    /// The input does not fit the operation's shape.
    #[error(transparent)]
    Shape(#[from] ShapeMismatch),
    /// The request is not signed as it should be.
    #[error(transparent)]
    Signature(#[from] Refusal),
    /// There is no such operation, or not yet.
    #[error("The operation is not known.")]
    UnknownOperation,
    /// The body is larger than any request can be.
    #[error("The request is larger than 1 MiB.")]
    TooLarge,
    /// The instance has not been enabled.
    #[error("The instance is not enabled.")]
    NotEnabled,
    /// A table: the caller's or ours, as the cause says.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A secret could not be sealed or opened.
    #[error("a secret could not be sealed or opened")]
    Sealing(#[from] sealing::Error),
    /// The signing key did not tell its public key.
    #[error("the signing key cannot be read")]
    Signer(#[from] signer::Error),
    /// The certificate could not be made.
    #[error("the certificate could not be made")]
    Certificate(#[from] certificate::Error),
    /// AWS Organizations did not answer, or refused.
    #[error("AWS Organizations cannot be asked")]
    Organizations(#[source] Box<dyn StdError + Send + Sync>),
    /// Something of ours does not read or write as it should.
    #[error("a value cannot be read or written")]
    Value(#[from] serde_json::Error),
}

/// An error that the models declare.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Modelled {
    code: &'static str,
    message: String,
    members: Map<String, Value>,
}

/// An error as it is answered, whatever the protocol.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) status: StatusCode,
    /// The name of the error.
    pub(crate) code: &'static str,
    /// The sentence for the caller.
    pub(crate) message: String,
    /// Whatever else the error's shape has.
    pub(crate) members: Map<String, Value>,
    /// Whether the models declare it; the others come from AWS's front door and call the sentence `message`.
    pub(crate) modelled: bool,
}

impl Error {
    /// What was asked for is not valid, although it fits the shape.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::modelled("ValidationException", message)
    }

    /// What was asked for contradicts what is there. For identitystore use [`Error::not_unique`].
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::modelled("ConflictException", message)
    }

    /// A value that must be unique belongs to another already.
    pub(crate) fn not_unique(message: impl Into<String>) -> Self {
        Self::conflict(message).with("Reason", "UNIQUENESS_CONSTRAINT_VIOLATION")
    }

    /// The record is not of the revision that the caller expects, or was changed at the same time.
    pub(crate) fn concurrent(message: impl Into<String>) -> Self {
        Self::conflict(message).with("Reason", "CONCURRENT_MODIFICATION")
    }

    /// What the request is about is not there.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::modelled("ResourceNotFoundException", message)
    }

    /// What the request is about is not there, as identitystore says it: with the members `ResourceType`
    /// (`USER`, `GROUP`, `IDENTITY_STORE`, `GROUP_MEMBERSHIP`) and `ResourceId`.
    pub(crate) fn resource_not_found(kind: &str, id: &str) -> Self {
        Self::resource_kind_not_found(kind).with("ResourceId", id)
    }

    /// As [`Error::resource_not_found`], where what was asked for has no id that the member could hold.
    pub(crate) fn resource_kind_not_found(kind: &str) -> Self {
        Self::not_found(format!("{kind} not found.")).with("ResourceType", kind)
    }

    /// What the caller may not reach, or not through this operation.
    pub(crate) fn access_denied(message: impl Into<String>) -> Self {
        Self::modelled("AccessDeniedException", message)
    }

    /// There would be too many of something.
    pub(crate) fn quota_exceeded(message: impl Into<String>) -> Self {
        Self::modelled("ServiceQuotaExceededException", message)
    }

    fn modelled(code: &'static str, message: impl Into<String>) -> Self {
        Self::Modelled(Modelled {
            code,
            message: message.into(),
            members: Map::new(),
        })
    }

    fn with(mut self, member: &str, value: &str) -> Self {
        if let Self::Modelled(modelled) = &mut self {
            modelled.members.insert(member.to_owned(), value.into());
        }
        self
    }

    /// The error as `service` answers it.
    pub(crate) fn describe(&self, service: Option<Service>) -> Described {
        match self {
            Self::Modelled(modelled) => Described {
                status: StatusCode::BAD_REQUEST,
                code: modelled.code,
                message: modelled.message.clone(),
                members: modelled.members.clone(),
                modelled: true,
            },
            Self::Shape(mismatch @ ShapeMismatch::Validation(_)) => {
                Self::validation(mismatch.to_string()).describe(service)
            }
            Self::Shape(mismatch) => front_door(400, mismatch.code(), mismatch.to_string()),
            Self::Signature(refusal) => {
                let protocol = service.map_or(Protocol::Query, |_| Protocol::Json);
                let status = refusal.status(protocol);
                front_door(status, refusal.code(protocol), refusal.message())
            }
            Self::UnknownOperation => {
                front_door(400, "UnknownOperationException", self.to_string())
            }
            Self::TooLarge => front_door(413, "RequestEntityTooLargeException", self.to_string()),
            // The one error that every operation declares for what the caller may not reach.
            Self::NotEnabled => Self::access_denied(self.to_string()).describe(service),
            Self::Store(error) => of_store(error, service),
            Self::Sealing(_)
            | Self::Signer(_)
            | Self::Certificate(_)
            | Self::Organizations(_)
            | Self::Value(_) => internal(),
        }
    }
}

fn front_door(status: u16, code: &'static str, message: impl Into<String>) -> Described {
    Described {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
        code,
        message: message.into(),
        members: Map::new(),
        modelled: false,
    }
}

fn internal() -> Described {
    Described {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "InternalServerException",
        message: INTERNAL.to_owned(),
        members: Map::new(),
        modelled: true,
    }
}

fn of_store(error: &store::Error, service: Option<Service>) -> Described {
    let with_reason = service == Some(Service::IdentityStore);
    let said = sentence(&error.to_string());
    let error = match error {
        store::Error::AlreadyExists(_) if with_reason => Error::not_unique(said),
        store::Error::Conflict(_) if with_reason => Error::concurrent(said),
        store::Error::AlreadyExists(_) | store::Error::Conflict(_) => Error::conflict(said),
        store::Error::NotFound(_) => Error::not_found(said),
        store::Error::InvalidPageToken => Error::validation("NextToken is not valid."),
        store::Error::Unavailable(_) | store::Error::Corrupt { .. } => return internal(),
    };
    error.describe(service)
}

/// `the user exists already` as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
