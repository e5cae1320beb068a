//! The grant of another application's access token (RFC 8693 §2.1): an application that was called in somebody's name goes on
//! in that name, where an administrator said that it is a target of the token's scopes.

use axum::response::Response;
use vestibule_shared::arn;
use vestibule_shared::browser::may_use;
use vestibule_shared::store::access::Application;
use vestibule_shared::store::audit::Origin;
use vestibule_shared::token::Token;

use super::answer::{ACCESS_TOKEN, REFRESH_TOKEN, answer};
use super::caller::Caller;
use super::issue::Issue;
use super::scopes::{allowed, granted};
use super::{Grant, Request, required};
use crate::Context;
use crate::error::Error;
use crate::grants::Family;
use crate::oauth::{Reason, Refusal};

const GRANT: Grant = Grant::TokenExchange;
const REFUSED: Refusal = Reason::InvalidGrant
    .because("the subject token is not valid, has expired, or is not for this application");
const TOO_OFTEN: Refusal =
    Reason::InvalidGrant.because("the subject token came of too many exchanges");

pub(super) async fn exchange(
    context: &Context,
    (caller, origin): (&Caller, &Origin),
    request: &Request,
) -> Result<Response, Error> {
    let presented = required(request.subject_token.as_ref())?;
    if required(request.subject_token_type.as_ref())? != ACCESS_TOKEN {
        return Err(Reason::InvalidRequest
            .because("the subject token must be an access token")
            .into());
    }
    let issued = requested(caller, request)?;
    let scopes = granted(request.scope.as_deref(), &allowed(caller.application()))?;
    let presented = Token::parse(presented).ok_or(REFUSED)?;
    let subject = find(context, caller, &presented).await?;
    let approval = subject.approval();
    context.check_user(caller, &approval).await?;
    let issue = Issue {
        approval: &approval,
        scopes,
        // What comes of a sign-in ends with it.
        not_after: Some(subject.expires_at),
        refreshable: issued == REFRESH_TOKEN,
        derived_from: subject.lineage().ok_or(TOO_OFTEN)?,
        origin,
    };
    let (family, tokens) = context.begin(caller, issue);
    let made = (&family, &tokens);
    let record = context
        .issuance((caller, GRANT), made, origin)
        .detail("subjectTokenOf", subject.id.as_str());
    context.grants().create_family(made, None, &record).await?;
    answer(context, (caller, issued), made).await
}

/// The kind of token that is asked for; an access token if none is named.
fn requested(caller: &Caller, request: &Request) -> Result<&'static str, Refusal> {
    match request.requested_token_type.as_deref() {
        None | Some(ACCESS_TOKEN) => Ok(ACCESS_TOKEN),
        Some(REFRESH_TOKEN) => caller.may_use(Grant::RefreshToken).map(|()| REFRESH_TOKEN),
        Some(_) => Err(Reason::InvalidRequest.because("this type of token cannot be requested")),
    }
}

/// The family of the subject token, from what the tables say now: the token holds where it was issued for, and the caller is a
/// target of it.
async fn find(context: &Context, caller: &Caller, presented: &Token) -> Result<Family, Error> {
    let (now, grants) = (context.clock.now(), context.grants());
    let held = grants.find_access_token(&presented.hash(), now).await?;
    let held = held.ok_or(REFUSED)?;
    let (family, user) = tokio::try_join!(
        grants.find_family(&held.family, now),
        context.directory.find_user_with_groups(&held.user),
    )?;
    let (family, user) = family
        .zip(user)
        .filter(|(family, user)| {
            family.user == user.user.id && may_use(&user.user, family.authenticated_at)
        })
        .ok_or(REFUSED)?;
    let tokens = family.application.as_ref().ok_or(REFUSED)?;
    let application = context.usable_application(&tokens.id, &user).await?;
    let application = application.ok_or(REFUSED)?;
    let scopes = held.scopes.unwrap_or_else(|| tokens.scopes.clone());
    if application.id == caller.arn().id || !is_target(&application, &scopes, caller) {
        return Err(REFUSED.into());
    }
    if grants.has_its_origins(&family, now).await? {
        Ok(family)
    } else {
        Err(REFUSED.into())
    }
}

/// Whether one of the token's scopes names the caller, or the whole instance, as what it is good for.
fn is_target(application: &Application, scopes: &[String], caller: &Caller) -> bool {
    let own = caller.arn().to_string();
    let instance = arn::instance(&caller.instance().id);
    let targets = |scope: &String| application.access_scopes.get(scope);
    let mut targets = scopes.iter().filter_map(targets).flatten();
    targets.any(|target| *target == own || *target == instance)
}
