//! `POST /token?aws_iam=t` — an application exchanges what it was granted, or what somebody else's issuer says, for tokens
//! (`CreateTokenWithIAM`). It signs its requests with an access key of its own.
//!
//! RFC 6749 (the framework), RFC 7523 (assertions as grants), RFC 8693 (token exchange).

mod actor_policy;
mod answer;
mod authorization_code;
mod caller;
mod issue;
mod jwt_bearer;
mod refresh_token;
pub(crate) mod scopes;
mod token_exchange;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use http::{HeaderMap, Method, Uri};
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded;
use vestibule_shared::arn::ApplicationArn;
use vestibule_shared::sigv4::SignedRequest;
use vestibule_shared::store::access::Instance;
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::keys::ApplicationKey;

use crate::Context;
use crate::error::Error;
use crate::oauth::{Reason, Refusal};
use caller::Caller;
pub(crate) use scopes::ACCOUNT_ACCESS;

/// CloudTrail's name for it.
const EVENT: &str = "CreateTokenWithIAM";

/// The members of all grants; each takes its own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    client_id: String,
    grant_type: String,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
    assertion: Option<String>,
    subject_token: Option<String>,
    subject_token_type: Option<String>,
    requested_token_type: Option<String>,
    scope: Option<Vec<String>>,
}

/// The grants of applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 7523 §2.1.
    JwtBearer,
    /// RFC 8693 §2.1.
    TokenExchange,
}

impl Grant {
    fn parse(name: &str) -> Result<Self, Refusal> {
        match name {
            "authorization_code" => Ok(Self::AuthorizationCode),
            "refresh_token" => Ok(Self::RefreshToken),
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => Ok(Self::JwtBearer),
            "urn:ietf:params:oauth:grant-type:token-exchange" => Ok(Self::TokenExchange),
            _ => Err(Reason::UnsupportedGrantType.because("this grant type is not offered")),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }
}

/// A member that the grant needs.
fn required(member: Option<&String>) -> Result<&str, Refusal> {
    member
        .map(String::as_str)
        .ok_or(Reason::InvalidRequest.because("a member that this grant needs is missing"))
}

/// Whether the query says that an application asks.
pub(crate) fn is_meant(query: Option<&str>) -> bool {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.any(|(name, _)| name == "aws_iam")
}

pub(crate) async fn create(
    context: &Context,
    origin: &Origin,
    (method, uri, headers): (&Method, &Uri, &HeaderMap),
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Error> {
    let body = body.map_err(|_| Reason::InvalidRequest.because("the body is too large"))?;
    let signed = SignedRequest {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        headers,
        body: &body,
    };
    let instance = context.instance().await?;
    let key = context.authenticate_application(&instance, signed).await?;
    let request: Request = crate::body::parse(Ok(body))?;
    let asker = Asker { key, origin };
    let outcome = grant(context, (instance, &asker), &request).await;
    match outcome {
        Err(error) => {
            let record = asker.record(context, &request);
            context.refuse_on_record(record, error).await
        }
        answered => answered,
    }
}

/// Who signed, and from where.
struct Asker<'a> {
    key: ApplicationKey,
    origin: &'a Origin,
}

impl Asker<'_> {
    /// The record of a request that comes to nothing. What it says is repeated only where it can be nothing else.
    fn record(&self, context: &Context, request: &Request) -> Record {
        let actor = Actor::AccessKey {
            access_key_id: self.key.id.clone(),
        };
        let client = ApplicationArn::parse(&request.client_id).ok();
        let grant = Grant::parse(&request.grant_type).ok();
        context
            .record(EVENT, &actor, self.origin)
            .parameters(json!({
                "clientId": client.map(|arn| arn.to_string()),
                "grantType": grant.map(Grant::name),
            }))
    }
}

async fn grant(
    context: &Context,
    (instance, asker): (Instance, &Asker<'_>),
    request: &Request,
) -> Result<Response, Error> {
    let grant = Grant::parse(&request.grant_type)?;
    let caller = Caller::authorize(context, (instance, &asker.key), &request.client_id).await?;
    caller.may_use(grant)?;
    let from = (&caller, asker.origin);
    match grant {
        Grant::AuthorizationCode => authorization_code::redeem(context, from, request).await,
        Grant::RefreshToken => refresh_token::refresh(context, from, request).await,
        Grant::JwtBearer => jwt_bearer::exchange(context, from, request).await,
        Grant::TokenExchange => token_exchange::exchange(context, from, request).await,
    }
}
