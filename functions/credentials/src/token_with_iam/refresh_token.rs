//! The grant of a refresh token (RFC 6749 §6), which is replaced when it is used, as those of programs are.

use axum::response::Response;
use vestibule_shared::store;
use vestibule_shared::store::audit::Origin;
use vestibule_shared::token::Token;

use super::answer::{ACCESS_TOKEN, answer};
use super::caller::Caller;
use super::scopes::{allowed, granted};
use super::{Grant, Request, required};
use crate::Context;
use crate::error::Error;
use crate::grants::{ApplicationTokens, Family, HeldToken};
use crate::oauth::rotation::Presented;
use crate::oauth::{Reason, Refusal};

const GRANT: Grant = Grant::RefreshToken;
const REFUSED: Refusal = Reason::InvalidGrant
    .because("the refresh token is not valid, has expired, or was given to somebody else");
/// Whoever loses the race to replace a token decides once more: by then the token is the last one, in its minute of grace.
const ATTEMPTS: usize = 2;

pub(super) async fn refresh(
    context: &Context,
    (caller, origin): (&Caller, &Origin),
    request: &Request,
) -> Result<Response, Error> {
    let presented = required(request.refresh_token.as_ref())?;
    let presented = Token::parse(presented).ok_or(REFUSED)?;
    let now = context.clock.now();
    let hash = presented.hash();
    let held = context.grants().find_refresh_token(&hash, now).await?;
    let held = held.ok_or(REFUSED)?;
    for _ in 0..ATTEMPTS {
        let family = find(context, caller, &held).await?;
        let scopes = narrowed(caller, &family, request)?;
        let attempt = Attempt {
            caller,
            origin,
            presented: &presented,
            family: &family,
        };
        match attempt.replace(context, scopes).await {
            Err(Error::Store(store::Error::Conflict(_) | store::Error::NotFound(_))) => {}
            outcome => return outcome,
        }
    }
    Err(REFUSED.into())
}

/// The family, from what the tables say now: neither it nor what it was exchanged from has ended, it is this application's,
/// and the person may still use it.
async fn find(context: &Context, caller: &Caller, held: &HeldToken) -> Result<Family, Error> {
    let family = context
        .grants()
        .find_family(&held.family, context.clock.now());
    let family = family
        .await?
        .filter(|family| family.client == caller.fingerprint() && family.user == held.user)
        .ok_or(REFUSED)?;
    context.check_user(caller, &family.approval()).await?;
    let now = context.clock.now();
    if context.grants().has_its_origins(&family, now).await? {
        Ok(family)
    } else {
        Err(REFUSED.into())
    }
}

/// The scopes of the new access token: at most the family's, as far as the application still has them.
fn narrowed(caller: &Caller, family: &Family, request: &Request) -> Result<Vec<String>, Refusal> {
    let ApplicationTokens { scopes, .. } = family.application.as_ref().ok_or(REFUSED)?;
    let allowed = allowed(caller.application());
    let still: Vec<String> = scopes
        .iter()
        .filter(|scope| allowed.contains(scope))
        .cloned()
        .collect();
    granted(request.scope.as_deref(), &still)
}

struct Attempt<'a> {
    caller: &'a Caller,
    origin: &'a Origin,
    presented: &'a Token,
    family: &'a Family,
}

impl Attempt<'_> {
    /// Does what the presented token means to its family.
    async fn replace(&self, context: &Context, scopes: Vec<String>) -> Result<Response, Error> {
        let (hash, (now, random)) = (self.presented.hash(), context.moment());
        let by = (self.caller, GRANT);
        let refresh_tokens = self.family.refresh_tokens().ok_or(REFUSED)?;
        let meaning = refresh_tokens.present(&hash, now);
        let refresh = match meaning {
            Presented::Reused => {
                let ended = context.end_reused_of_application(by, &self.family.id, self.origin);
                return Err(ended.await?);
            }
            Presented::Fresh => Some(self.presented.clone()),
            Presented::Current | Presented::Superseded => {
                let keys = context.registrations.keys(now).await?;
                keys.successor(self.presented)
            }
        };
        let mut tokens = self.family.next_tokens(refresh, (now, random));
        tokens.scopes = Some(scopes);
        let record = context.issuance(by, (self.family, &tokens), self.origin);
        let grants = context.grants();
        if meaning == Presented::Current {
            let rotated = grants.rotate((self.family, &hash), (&tokens, now), &record);
            rotated.await?;
        } else {
            let added = grants.add_access_token(self.family, &tokens, &record);
            added.await?;
        }
        answer(context, (self.caller, ACCESS_TOKEN), (self.family, &tokens)).await
    }
}
