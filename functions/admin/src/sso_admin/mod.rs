//! The `sso-admin` protocol: the instance, permission sets, account assignments.

mod instances;

use serde_json::Value;
use vestibule_shared::arn;

use crate::Error;
use crate::call::Call;
use crate::operations::answer;

/// The table of operations.
pub(crate) async fn run(call: &Call<'_>, input: Value) -> Result<Value, Error> {
    match call.operation.name() {
        "DescribeInstance" => answer!(call, input, instances::describe),
        "ListInstances" => answer!(call, input, instances::list),
        _ => Err(Error::UnknownOperation),
    }
}

/// Refuses the ARN of another instance.
fn check_instance(call: &Call<'_>, instance_arn: &str) -> Result<(), Error> {
    if arn::parse_instance(instance_arn).as_ref() == Ok(&call.instance.id) {
        Ok(())
    } else {
        Err(Error::not_found("The instance was not found."))
    }
}
