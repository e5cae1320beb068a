//! What the grants of applications have in common: who the tokens are for, a family that begins, its record and its end.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_shared::browser::may_use;
use vestibule_shared::store::access::{Application, ApplicationStatus};
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
const SIGNED_OUT: Refusal = Reason::InvalidGrant
    .because("the session in which the person let the application in has ended");
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
    /// What they are exchanged from, if they are.
    pub(super) derived_from: Vec<FamilyId>,
    /// Where the application asks from.
    pub(super) origin: &'a Origin,
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
        let application = caller.application();
        if !self.may_use_application(application, &found).await? {
            return Err(NOT_ASSIGNED.into());
        }
        if !self.may_go_on(application, approval).await? {
            return Err(SIGNED_OUT.into());
        }
        Ok(found)
    }

    /// Whether the application may go on: an administrator can say that it does so only as long as the session lasts in which
    /// the person let it in.
    async fn may_go_on(
        &self,
        application: &Application,
        approval: &Approval,
    ) -> Result<bool, Error> {
        let session = match application.user_background_sessions {
            Some(ApplicationStatus::Disabled) => approval.session.as_ref(),
            Some(ApplicationStatus::Enabled) | None => None,
        };
        let Some(session) = session else {
            return Ok(true);
        };
        let found = self.sessions.find_session(session, self.clock.now());
        Ok(found.await?.is_some())
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
            derived_from: issue.derived_from,
            origin: issue.origin,
        };
        Family::begin_for_application(grant, self.moment())
    }

    /// The record of tokens that are given: to which person's name, by which access key, and for what.
    pub(super) fn issuance(
        &self,
        (caller, grant): (&Caller, Grant),
        (family, tokens): (&Family, &NewTokens),
        origin: &Origin,
    ) -> Record {
        let all = family.application.as_ref().map(|tokens| &tokens.scopes);
        let scopes = tokens.scopes.as_ref().or(all);
        let actor = Actor::User {
            id: family.user.clone(),
            session: Some(family.id.as_str().to_owned()),
        };
        self.record(EVENT, &actor, origin)
            .parameters(json!({
                "clientId": caller.arn().to_string(),
                "grantType": grant.name(),
            }))
            .response(json!({ "scope": scopes }))
            .detail("accessKeyId", caller.key_id())
    }

    /// Ends a family because what made or refreshed it was used again, and records which access key did that.
    pub(super) async fn end_reused_of_application(
        &self,
        (caller, grant): (&Caller, Grant),
        family: &FamilyId,
        origin: &Origin,
    ) -> Result<Error, Error> {
        let record = self
            .record(EVENT, &caller.actor(), origin)
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
