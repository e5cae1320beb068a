//! What is recorded of a sign-in, in the words of CloudTrail's records of AWS SSO: one record a step.

use serde_json::json;
use vestibule_shared::store::access::Instance;
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::directory::User;

use crate::Context;

const SOURCE: &str = "signin.amazonaws.com";
/// In place of what was typed as the name of a user who does not exist: it may be a password.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// What came of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The user does not exist, may not sign in, or has another password.
    Wrong,
    /// It was not looked at.
    Throttled,
}

impl Context {
    /// A password that lets nobody in.
    pub(crate) fn record_of_refusal(
        &self,
        (instance, user): (&Instance, Option<&User>),
        refusal: Refusal,
        origin: &Origin,
    ) -> Record {
        let code = match refusal {
            Refusal::Wrong => "AccessDenied",
            Refusal::Throttled => "TooManyRequestsException",
        };
        let actor = Actor::Unknown;
        self.record_of_step("CredentialVerification", (instance, user), &actor, origin)
            .detail("CredentialVerification", "Failure")
            .error(code)
    }

    /// A session that begins, after the only step that there is.
    pub(crate) fn record_of_sign_in(
        &self,
        (instance, user): (&Instance, &User),
        session: &str,
        origin: &Origin,
    ) -> Record {
        let actor = Actor::User {
            id: user.id.clone(),
            session: Some(session.to_owned()),
        };
        self.record_of_step("UserAuthentication", (instance, Some(user)), &actor, origin)
            .detail("CredentialVerification", "Success")
            .detail("UserAuthentication", "Success")
    }

    fn record_of_step(
        &self,
        step: &str,
        (instance, user): (&Instance, Option<&User>),
        actor: &Actor,
        origin: &Origin,
    ) -> Record {
        let user_name = user.map_or(HIDDEN, |user| &user.user_name);
        let moment = (self.clock.now(), &self.random);
        Record::new((SOURCE, step), actor, origin, moment).parameters(json!({
            "AuthWorkflowID": self.random.uuid().to_string(),
            "CredentialType": "PASSWORD",
            "LoginTo": instance.portal_url(),
            "UserName": user_name,
        }))
    }
}
