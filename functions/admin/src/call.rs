//! One call of an operation: who calls, what the function may reach, and the record of what is changed.

use jiff::Timestamp;
use serde_json::Value;
use vestibule_shared::store::access::Instance;
use vestibule_shared::store::audit::{Origin, Record};
use vestibule_shared::store::directory::Recorded;

use crate::Context;
use crate::caller::AuthorizedAdmin;
use crate::model::{Operation, Service};

/// A call whose caller is known and whose input fits the model. Every handler has the form
/// `async fn name(call: &Call<'_>, request: Request) -> Result<Response, Error>`.
pub(crate) struct Call<'a> {
    /// What the function may reach.
    pub(crate) context: &'a Context,
    /// The instance that everything is about.
    pub(crate) instance: &'a Instance,
    /// Who calls.
    pub(crate) caller: &'a AuthorizedAdmin,
    /// What is called.
    pub(crate) operation: &'static Operation,
    /// Where the call comes from.
    pub(crate) origin: &'a Origin,
    /// When it arrived.
    pub(crate) now: Timestamp,
}

impl Call<'_> {
    /// The record of this call with `parameters` in CloudTrail's spelling: no secrets, no personal attributes.
    pub(crate) fn record(&self, parameters: Value) -> Record {
        self.record_as(self.operation.service(), self.operation.name(), parameters)
    }

    /// A record of something else that this call does besides, under the name of the operation that does it otherwise.
    pub(crate) fn record_as(
        &self,
        service: Service,
        event_name: &str,
        parameters: Value,
    ) -> Record {
        Record::new(
            (service.event_source(), event_name),
            &self.caller.actor(),
            self.origin,
            (self.now, &self.context.random),
        )
        .parameters(parameters)
    }

    /// What a change is committed with, so that it is recorded or does not happen.
    pub(crate) fn recorded<'r>(&'r self, record: &'r Record) -> Recorded<'r> {
        Recorded {
            audit: &self.context.audit,
            record,
        }
    }
}
