//! Audit records of what is done in accounts: written before it is done, so that what cannot be recorded does not happen, and
//! once more where it failed.

use serde_json::{Value, json};
use vestibule_shared::store::access::{Place, Work};
use vestibule_shared::store::audit::{Actor, Origin, Record};

use crate::error::Error;
use crate::failure::Failure;
use crate::turn::Turn;

/// The service whose records these are, which is also where they come from.
const SOURCE: &str = "sso.amazonaws.com";
/// The source of events that AWS's service has not.
const OWN_SOURCE: &str = "vestibule";

impl Turn<'_> {
    /// Records what is about to be done in the account.
    pub(crate) async fn record(&self, event: &str, parameters: Value) -> Result<(), Error> {
        let record = self.new_record((SOURCE, event)).parameters(parameters);
        Ok(self.context.audit.write(&record).await?)
    }

    /// The same where AWS's service does nothing of the kind.
    pub(crate) async fn record_own(&self, event: &str, parameters: Value) -> Result<(), Error> {
        let record = self.new_record((OWN_SOURCE, event)).parameters(parameters);
        Ok(self.context.audit.write(&record).await?)
    }

    /// Records, and logs, that a place could not be made as it is wanted.
    pub(crate) async fn record_failure(
        &self,
        place: &Place,
        works: &[Work],
        failure: &Failure,
    ) -> Result<(), Error> {
        let requests: Vec<_> = works.iter().map(|work| &work.request).collect();
        tracing::warn!(account = %place.account, permission_set = %place.permission_set, %failure, "provisioning failed");
        let record = self
            .new_record((SOURCE, "ProvisionPermissionSet"))
            .parameters(self.subject(place))
            .response(json!({ "failureReason": failure.reason }))
            .detail("requestIds", json!(requests))
            .error(&failure.code);
        Ok(self.context.audit.write(&record).await?)
    }

    /// What a record is about.
    pub(crate) fn subject(&self, place: &Place) -> Value {
        let arn = vestibule_shared::arn::PermissionSetArn {
            instance: self.identity.instance.id.clone(),
            id: place.permission_set.clone(),
        };
        json!({ "accountId": place.account, "permissionSetArn": arn.to_string() })
    }

    fn new_record(&self, event: (&str, &str)) -> Record {
        let origin = Origin {
            address: SOURCE.to_owned(),
            user_agent: None,
        };
        let moment = (self.context.clock.now(), &self.context.random);
        Record::new(event, &Actor::System("provision"), &origin, moment)
    }
}
