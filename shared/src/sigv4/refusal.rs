//! Why a signature is refused, and what AWS calls that. The caller learns the kind of fault, the log the reason.

/// The family of protocols an answer is written in; AWS names the same fault differently in each.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// AWS JSON 1.1: `sso-admin` and `identitystore`.
    Json,
    /// AWS query: `sts`.
    Query,
}

/// The exact reason, for the log. It holds nothing that the caller sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// There is no `Authorization` header.
    #[error("the request is not signed")]
    Absent,
    /// `Authorization` or `X-Amz-Date` cannot be read, or a header that decides something occurs twice.
    #[error("the signature cannot be read")]
    Malformed,
    /// Signing parameters stand in the query string.
    #[error("the signature is in the query string")]
    InQuery,
    /// A header that must be signed is not, or is signed and missing.
    #[error("a header that must be signed is not")]
    UnsignedHeader,
    /// The payload is declared unsigned or as a stream.
    #[error("the payload is not signed")]
    UnsignedPayload,
    /// The scope names another region, service or day.
    #[error("the signature is for another region, service or day")]
    WrongScope,
    /// Signed more than five minutes ago or ahead.
    #[error("the signature is too old or too new")]
    OutsideWindow,
    /// A session token is present; the keys issued here have none.
    #[error("the request carries a session token")]
    SessionToken,
    /// The access key does not exist or is not active.
    #[error("the access key is not known")]
    UnknownKey,
    /// The body is not the one that was declared.
    #[error("the payload is not the one that was signed")]
    PayloadMismatch,
    /// The signature is not the one that the secret access key makes.
    #[error("the signature does not match")]
    SignatureMismatch,
}

enum Fault {
    Missing,
    Incomplete,
    UnknownClient,
    Mismatch,
}

impl Refusal {
    /// The name of the error in the protocol of the answer.
    #[must_use]
    pub fn code(self, protocol: Protocol) -> &'static str {
        match (self.fault(), protocol) {
            (Fault::Missing, Protocol::Json) => "MissingAuthenticationTokenException",
            (Fault::Missing, Protocol::Query) => "MissingAuthenticationToken",
            (Fault::Incomplete, Protocol::Json) => "IncompleteSignatureException",
            (Fault::Incomplete, Protocol::Query) => "IncompleteSignature",
            (Fault::UnknownClient, Protocol::Json) => "UnrecognizedClientException",
            (Fault::UnknownClient, Protocol::Query) => "InvalidClientTokenId",
            (Fault::Mismatch, Protocol::Json) => "InvalidSignatureException",
            (Fault::Mismatch, Protocol::Query) => "SignatureDoesNotMatch",
        }
    }

    /// The HTTP status with which AWS answers.
    #[must_use]
    pub fn status(self, protocol: Protocol) -> u16 {
        match (self.fault(), protocol) {
            (_, Protocol::Json) | (Fault::Incomplete, Protocol::Query) => 400,
            (_, Protocol::Query) => 403,
        }
    }

    /// The sentence for the caller: the same for every reason of a kind, so that it helps nobody to forge.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self.fault() {
            Fault::Missing => "Request is missing Authentication Token",
            Fault::Incomplete => {
                "Request must contain a valid AWS Signature Version 4 in the Authorization header."
            }
            Fault::UnknownClient => "The security token included in the request is invalid.",
            Fault::Mismatch => {
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method."
            }
        }
    }

    fn fault(self) -> Fault {
        match self {
            Self::Absent => Fault::Missing,
            Self::Malformed | Self::InQuery => Fault::Incomplete,
            Self::SessionToken | Self::UnknownKey => Fault::UnknownClient,
            Self::UnsignedHeader
            | Self::UnsignedPayload
            | Self::WrongScope
            | Self::OutsideWindow
            | Self::PayloadMismatch
            | Self::SignatureMismatch => Fault::Mismatch,
        }
    }
}
