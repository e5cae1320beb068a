//! What the grants of applications have in common: who the tokens are for, a family that begins, its record and its end.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_shared::browser::may_use;
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::directory::UserWithGroups;

use super::caller::Caller;
use super::{EVENT, Grant};
use crate::Context;
use crate::error::Error;
use crate::grants::{ApplicationGrant, ApplicationTokens, Approval, Family, FamilyId, NewTokens};
use crate::oauth::{Reason, Refusal};

/// How long tokens last that cannot be refreshed.
const UNREFRESHED: SignedDuration = SignedDuration::from_hours(1);

pub(super) const NO_USER: Refusal =
    Reason::InvalidGrant.because("the person may not sign in, or is not known");
const NOT_ASSIGNED: Refusal =
    Reason::AccessDenied.because("the application is not assigned to the person");
const REUSED: Refusal =
    Reason::InvalidGrant.because("it was used before, so everything that came of it has ended");

/// Tokens that an application is to be given.
pub(super) struct Issue<'a> {
    /// For whom.
    pub(super) approval: &'a Approval,
    /// What for.
    pub(super) scopes: Vec<String>,
    /// When they end at the latest, if they come of something that ends.
    pub(super) not_after: Option<Timestamp>,
    /// Whether a refresh token is among them.
    pub(super) refreshable: bool,
}

impl Context {
    /// The person, if they may sign in, what they did at `approval` still counts, and they may use the application.
    pub(super) async fn check_user(
        &self,
        caller: &Caller,
        approval: &Approval,
    ) -> Result<UserWithGroups, Error> {
        let found = self.directory.find_user_with_groups(&approval.user).await?;
        let found = found
            .filter(|found| may_use(&found.user, approval.authenticated_at))
            .ok_or(NO_USER)?;
        if self
            .may_use_application(caller.application(), &found)
            .await?
        {
            Ok(found)
        } else {
            Err(NOT_ASSIGNED.into())
        }
    }

    /// A family that begins with its first tokens, not written yet.
    pub(super) fn begin(&self, caller: &Caller, issue: Issue<'_>) -> (Family, NewTokens) {
        let session = SignedDuration::from_mins(caller.instance().session_minutes.into());
        let lifetime = if issue.refreshable {
            session
        } else {
            session.min(UNREFRESHED)
        };
        let expires_at = self.clock.now() + lifetime;
        let grant = ApplicationGrant {
            client: caller.fingerprint(),
            name: &caller.application().name,
            tokens: ApplicationTokens {
                id: caller.arn().id.clone(),
                scopes: issue.scopes,
            },
            approval: issue.approval,
            expires_at: expires_at.min(issue.not_after.unwrap_or(expires_at)),
            refreshable: issue.refreshable,
        };
        Family::begin_for_application(grant, self.moment())
    }

    /// The record of tokens that are given.
    pub(super) fn issuance(
        &self,
        (caller, grant): (&Caller, Grant),
        family: &Family,
        origin: &Origin,
    ) -> Record {
        let actor = Actor::User {
            id: family.user.clone(),
            session: Some(family.id.as_str().to_owned()),
        };
        self.record(EVENT, &actor, origin).parameters(json!({
            "clientId": caller.arn().to_string(),
            "grantType": grant.name(),
        }))
    }

    /// Ends a family because what made or refreshed it was used again, and records that: who did it is not known.
    pub(super) async fn end_reused_of_application(
        &self,
        (caller, grant): (&Caller, Grant),
        family: &FamilyId,
        origin: &Origin,
    ) -> Result<Error, Error> {
        let record = self
            .record(EVENT, &Actor::Unknown, origin)
            .parameters(json!({
                "clientId": caller.arn().to_string(),
                "grantType": grant.name(),
            }))
            .error(REUSED.reason.exception())
            .detail("reusedGrantOf", family.as_str());
        self.grants().end_family(family, &record).await?;
        Ok(REUSED.into())
    }
}
