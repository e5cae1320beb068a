//! The `sso-admin` protocol: the instance, permission sets, assignments and their provisioning, applications, trusted token
//! issuers, tags. Each area has the table of its operations (`docs/adding-an-endpoint.md`).

mod access_control_attributes;
pub(crate) mod applications;
pub(crate) mod assignments;
mod client_tokens;
mod instances;
pub(crate) mod permission_sets;
pub(crate) mod requests;
mod tags;
mod token_issuers;

use vestibule_shared::{arn, store};

use crate::Error;
use crate::call::Call;
use crate::operations::Handler;

/// How often a change is tried that somebody else changes at the same time.
const ATTEMPTS: usize = 10;

/// What does an operation, if it is built.
pub(crate) fn find(name: &str) -> Option<Handler> {
    instances::find(name)
        .or_else(|| access_control_attributes::find(name))
        .or_else(|| permission_sets::find(name))
        .or_else(|| applications::find(name))
        .or_else(|| assignments::find(name))
        .or_else(|| requests::find(name))
        .or_else(|| tags::find(name))
        .or_else(|| token_issuers::find(name))
}

/// Refuses the ARN of another instance, by the error that the operation declares for one that is not there.
pub(crate) fn check_instance(call: &Call<'_>, instance_arn: &str) -> Result<(), Error> {
    if arn::parse_instance(instance_arn).as_ref() == Ok(&call.instance.id) {
        Ok(())
    } else if call.operation.declares("ResourceNotFoundException") {
        Err(Error::not_found("The instance was not found."))
    } else {
        Err(Error::access_denied("The instance cannot be reached."))
    }
}

/// Tries a change again, a little later, that somebody else's came before. `change` reads what it builds on itself.
pub(crate) async fn retry<T, F>(change: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut pauses = store::Pauses::new();
    for _ in 1..ATTEMPTS {
        match change().await {
            Err(Error::Store(store::Error::Conflict(_))) => pauses.pause().await,
            outcome => return outcome,
        }
    }
    change().await
}
