//! The grant of a code that a person's browser brought the application (RFC 6749 §4.1.3).

use axum::response::Response;
use jiff::Timestamp;
use vestibule_shared::store;
use vestibule_shared::store::audit::Origin;
use vestibule_shared::token::{Token, TokenHash};

use super::answer::{ACCESS_TOKEN, answer};
use super::caller::Caller;
use super::issue::Issue;
use super::scopes::granted;
use super::{Grant, Request, required};
use crate::Context;
use crate::error::Error;
use crate::grants::AuthorizationCode;
use crate::oauth::{Reason, Refusal};

const GRANT: Grant = Grant::AuthorizationCode;
const REFUSED: Refusal = Reason::InvalidGrant
    .because("the code is not valid, has expired, or was given to somebody else");

pub(super) async fn redeem(
    context: &Context,
    (caller, origin): (&Caller, &Origin),
    request: &Request,
) -> Result<Response, Error> {
    let presented = required(request.code.as_ref())?;
    let redirect_uri = required(request.redirect_uri.as_ref())?;
    let hash = Token::parse(presented).ok_or(REFUSED)?.hash();
    let code = find(context, (caller, origin), &hash).await?;
    let verifier = request.code_verifier.as_deref();
    decide(&code, (redirect_uri, verifier), context.clock.now())?;
    let tokens = code.application.as_ref().ok_or(REFUSED)?;
    let scopes = granted(request.scope.as_deref(), &tokens.scopes)?;

    context.check_user(caller, &code.approval).await?;
    let issue = Issue {
        approval: &code.approval,
        scopes,
        not_after: None,
        refreshable: caller.application().grants.refresh_token.is_some(),
        derived_from: Vec::new(),
        origin,
    };
    let (family, tokens) = context.begin(caller, issue);
    let redeemed = (&family, &tokens);
    let record = context.issuance((caller, GRANT), redeemed, origin);
    match context.grants().redeem_code(&hash, redeemed, &record).await {
        Ok(()) => answer(context, (caller, ACCESS_TOKEN), redeemed).await,
        // Somebody else did at the same time: the code is known to be used now.
        Err(store::Error::Conflict(_)) => {
            find(context, (caller, origin), &hash).await?;
            Err(REFUSED.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The application's code, unless it was redeemed before: then what it made ends (§4.1.2).
async fn find(
    context: &Context,
    (caller, origin): (&Caller, &Origin),
    hash: &TokenHash,
) -> Result<AuthorizationCode, Error> {
    let code = context.grants().find_code(hash).await?;
    let code = code.filter(|code| code.client == caller.fingerprint());
    let code = code.ok_or(REFUSED)?;
    match &code.family {
        None => Ok(code),
        Some(family) => {
            let by = (caller, GRANT);
            Err(context
                .end_reused_of_application(by, family, origin)
                .await?)
        }
    }
}

/// Whether the code is for this redirect URI and verifier, and in time. A verifier for a code without challenge is refused
/// too, or the challenge could be taken off on the way (RFC 9700 §4.8.2).
fn decide(
    code: &AuthorizationCode,
    (redirect_uri, verifier): (&str, Option<&str>),
    now: Timestamp,
) -> Result<(), Refusal> {
    let proven = match (&code.code_challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
        _ => false,
    };
    if proven && now < code.expires_at && code.redirect_uri == redirect_uri {
        Ok(())
    } else {
        Err(REFUSED)
    }
}
