//! OAuth 2.0 as the AWS CLI speaks it: pure decisions, no HTTP, no tables, no clock.
//!
//! RFC 6749 (the framework), RFC 7636 (PKCE), RFC 8252 (native apps), RFC 8628 (device authorization).

pub(crate) mod authorization_request;
pub(crate) mod grant_type;
pub(crate) mod pkce;
pub(crate) mod poll;
pub(crate) mod redirect_uri;
pub(crate) mod refusal;
pub(crate) mod registration;
pub(crate) mod rotation;
pub(crate) mod scope;
pub(crate) mod signed;
pub(crate) mod user_code;

pub(crate) use authorization_request::{AuthorizationRequest, Parameters};
pub(crate) use grant_type::GrantType;
pub(crate) use redirect_uri::LoopbackUri;
pub(crate) use refusal::{Reason, Refusal};
pub(crate) use registration::Registration;
pub(crate) use scope::Scope;
pub(crate) use signed::{Client, ClientFingerprint, ClientKeys};
pub(crate) use user_code::UserCode;
