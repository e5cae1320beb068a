//! Why attributes are not taken, in sentences that name attributes and never repeat their values.

/// Attributes that fit the shape of the request and are not valid all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("The attribute path {0} is not supported.")]
    UnknownPath(String),
    #[error("The attribute {0} has no attribute {1}.")]
    UnknownMember(String, String),
    #[error(
        "Part of the multi-valued attribute {0} cannot be updated. Provide all of its values instead."
    )]
    PartOfList(String),
    #[error("The value of the attribute {0} has the wrong type.")]
    WrongType(String),
    #[error("The value of the attribute {0} is not valid.")]
    Invalid(String),
    #[error("The attribute {0} is required.")]
    Required(&'static str),
    #[error("The name is reserved.")]
    ReservedName,
    #[error("The attribute Birthdate must be a date in the format YYYY-MM-DD.")]
    Birthdate,
    #[error("Only one photo can be the primary one.")]
    PrimaryPhotos,
    #[error("The only extension that is supported is aws:identitystore:enterprise.")]
    UnknownExtension,
    #[error("{0}")]
    Shape(String),
}

impl From<Refused> for crate::Error {
    fn from(refused: Refused) -> Self {
        Self::validation(refused.to_string())
    }
}
