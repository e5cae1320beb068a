//! Why a request of the OIDC API is refused: OAuth's error code (RFC 6749 §5.2, RFC 7591 §3.2.2, RFC 8628 §3.5) and the
//! exception that AWS's clients know it by.

use http::StatusCode;

/// A refusal, and the sentence that says why to whoever reads the client's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    pub(crate) description: &'static str,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidClient,
    InvalidClientMetadata,
    InvalidGrant,
    InvalidRedirectUri,
    InvalidRequest,
    InvalidScope,
    SlowDown,
    UnauthorizedClient,
    UnsupportedGrantType,
    /// Only in the answer of the authorization endpoint (RFC 6749 §4.1.2.1).
    UnsupportedResponseType,
}

impl Reason {
    /// The refusal for this reason.
    pub(crate) const fn because(self, description: &'static str) -> Refusal {
        Refusal {
            reason: self,
            description,
        }
    }

    /// OAuth's error code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::AuthorizationPending => "authorization_pending",
            Self::ExpiredToken => "expired_token",
            Self::InvalidClient => "invalid_client",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::SlowDown => "slow_down",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
        }
    }

    /// The exception's name in the sso-oidc API.
    pub(crate) const fn exception(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDeniedException",
            Self::AuthorizationPending => "AuthorizationPendingException",
            Self::ExpiredToken => "ExpiredTokenException",
            Self::InvalidClient => "InvalidClientException",
            Self::InvalidClientMetadata => "InvalidClientMetadataException",
            Self::InvalidGrant => "InvalidGrantException",
            Self::InvalidRedirectUri => "InvalidRedirectUriException",
            Self::InvalidScope => "InvalidScopeException",
            Self::SlowDown => "SlowDownException",
            Self::UnauthorizedClient => "UnauthorizedClientException",
            Self::UnsupportedGrantType => "UnsupportedGrantTypeException",
            Self::InvalidRequest | Self::UnsupportedResponseType => "InvalidRequestException",
        }
    }

    /// The status that the sso-oidc API gives the exception.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}
