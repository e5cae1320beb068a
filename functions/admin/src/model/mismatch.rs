//! Why a value does not fit a shape, in the words and under the names of AWS's JSON 1.1 services.

/// A value that does not fit its shape. `Display` is the sentence for the caller; it never holds a sensitive value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ShapeMismatch {
    /// Not JSON, or a value of another JSON type than the shape's.
    #[error("{0}")]
    Serialization(String),
    /// The right types, but one constraint or more is not met.
    #[error("{0}")]
    Validation(String),
}

impl ShapeMismatch {
    /// The name of the error in AWS's protocols.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Serialization(_) => "SerializationException",
            Self::Validation(_) => "ValidationException",
        }
    }

    pub(super) fn unexpected_output() -> Self {
        Self::Validation("the operation answers an empty structure".to_owned())
    }

    pub(super) fn undeclared_error(code: &str) -> Self {
        Self::Validation(format!("the operation does not declare the error `{code}`"))
    }
}
