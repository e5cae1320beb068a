//! The answer with tokens (RFC 6749 §5.1, RFC 8693 §2.2.1), in the members of `CreateTokenWithIAM`.
//!
//! There is no `idToken`: what it says would have to be signed with a key that others can check it by, and the one key that
//! others know is the one that accounts trust. It signs nothing else.

use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use vestibule_shared::arn;
use vestibule_shared::token::Token;

use super::caller::Caller;
use super::scopes::IDENTITY_CONTEXT;
use crate::Context;
use crate::error::{Error, json};
use crate::grants::{Family, NewTokens};

/// RFC 8693 §3.
pub(super) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
pub(super) const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    issued_token_type: &'static str,
    scope: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_additional_details: Option<Details>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    identity_context: String,
}

/// Hands tokens to the application. `issued` is the kind of token that was asked for.
pub(super) async fn answer(
    context: &Context,
    (caller, issued): (&Caller, &'static str),
    (family, tokens): (&Family, &NewTokens),
) -> Result<Response, Error> {
    let now = context.clock.now();
    let of_family = family.application.as_ref();
    let of_family = of_family.map(|application| application.scopes.as_slice());
    let scope = tokens.scopes.as_deref().or(of_family).unwrap_or_default();
    let aws_additional_details = if scope.iter().any(|scope| scope == IDENTITY_CONTEXT) {
        Some(details(context, caller, (family, tokens, now)).await?)
    } else {
        None
    };
    let answer = Answer {
        access_token: tokens.access.expose(),
        token_type: "Bearer",
        expires_in: tokens.access_expires_at.duration_since(now).as_secs(),
        refresh_token: tokens.refresh.as_ref().map(Token::expose),
        issued_token_type: issued,
        scope,
        aws_additional_details,
    };
    Ok(json(StatusCode::OK, &answer))
}

/// For whom the application acts, authenticated, so that nobody else can make it up.
async fn details(
    context: &Context,
    caller: &Caller,
    (family, tokens, now): (&Family, &NewTokens, Timestamp),
) -> Result<Details, Error> {
    let instance = caller.instance();
    let claims = json!({
        "applicationArn": caller.arn().to_string(),
        "identityStoreArn": arn::identity_store(&instance.management_account, &instance.identity_store),
        "instanceArn": arn::instance(&instance.id),
        "userId": family.user,
        "iat": now.as_second(),
        "exp": tokens.access_expires_at.as_second(),
    });
    let keys = context.registrations.keys(now).await?;
    Ok(Details {
        identity_context: keys.identity_context(&claims),
    })
}
