//! What the grants have in common: a family that begins or ends, and the answer with its tokens (RFC 6749 §5.1).

use axum::response::Response;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use vestibule_shared::browser::may_use;
use vestibule_shared::store::access::Instance;
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::token::Token;

use crate::Context;
use crate::error::{Error, json};
use crate::grants::{Approval, Family, FamilyId, Grant, NewTokens};
use crate::oauth::{Client, GrantType, Reason, Refusal, Scope};

/// CloudTrail's name for it.
const CREATE_TOKEN: &str = "CreateToken";

const REUSED: Refusal =
    Reason::InvalidGrant.because("it was used before, so everything that came of it has ended");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
}

/// Hands tokens to their holder.
pub(super) fn answer(tokens: &NewTokens, now: Timestamp) -> Response {
    let answer = Answer {
        access_token: tokens.access.expose(),
        token_type: "Bearer",
        expires_in: tokens.access_expires_at.duration_since(now).as_secs(),
        refresh_token: tokens.refresh.as_ref().map(Token::expose),
    };
    json(StatusCode::OK, &answer)
}

impl Context {
    /// Whether the person may still sign in, and the session in which they agreed has not been ended.
    pub(super) async fn check_approval(&self, approval: &Approval) -> Result<(), Error> {
        let user = self.directory.find_user(&approval.user).await?;
        if user.is_some_and(|user| may_use(&user, approval.authenticated_at)) {
            Ok(())
        } else {
            Err(Reason::InvalidGrant
                .because("the person who agreed may not sign in any more")
                .into())
        }
    }

    /// A family that begins with its first tokens, not written yet.
    pub(super) fn begin_family(
        &self,
        instance: &Instance,
        (client, origin): (&Client, &Origin),
        (approval, scopes): (&Approval, Vec<Scope>),
    ) -> (Family, NewTokens) {
        let grant = Grant {
            client,
            approval,
            scopes,
            session: SignedDuration::from_mins(instance.session_minutes.into()),
            origin,
        };
        Family::begin(grant, self.moment())
    }

    /// The record of tokens that are given.
    pub(super) fn creation(&self, grant: GrantType, family: &Family, origin: &Origin) -> Record {
        let actor = Actor::User {
            id: family.user.clone(),
            session: Some(family.id.as_str().to_owned()),
        };
        self.record(CREATE_TOKEN, &actor, origin).parameters(json!({
            "grantType": grant.name(),
            "clientName": family.unverified_client_name,
            "clientFingerprint": family.client.as_str(),
        }))
    }

    /// Ends a family because what made or refreshed it was used again, and records that: who did it is not known.
    pub(super) async fn end_reused(
        &self,
        grant: GrantType,
        (client, family): (&Client, &FamilyId),
        origin: &Origin,
    ) -> Result<Error, Error> {
        let record = self
            .record(CREATE_TOKEN, &Actor::Unknown, origin)
            .parameters(json!({
                "grantType": grant.name(),
                "clientName": client.registration().unverified_name,
                "clientFingerprint": client.fingerprint().as_str(),
            }))
            .error(REUSED.reason.exception())
            .detail("reusedGrantOf", family.as_str());
        self.grants().end_family(family, &record).await?;
        Ok(REUSED.into())
    }
}
