//! `CreateInstance` and `DeleteInstance`, which make and end instances of single accounts. This is an organization's: it
//! comes with its stack and goes with it, and AWS refuses both operations for one in the management account.

use serde::Deserialize;

use crate::Error;
use crate::call::Call;
use crate::operations::{Empty, Nothing};
use crate::sso_admin::check_instance;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct DeleteRequest {
    instance_arn: String,
}

/// Never an instance: in AWS's words, "organization management account is not allowed to perform the operation".
pub(in crate::sso_admin) async fn create(_: &Call<'_>, _: Empty) -> Result<Nothing, Error> {
    Err(Error::access_denied(
        "The organization's management account cannot create an instance; it has the organization's.",
    ))
}

pub(in crate::sso_admin) async fn delete(
    call: &Call<'_>,
    input: DeleteRequest,
) -> Result<Nothing, Error> {
    check_instance(call, &input.instance_arn)?;
    Err(Error::access_denied(
        "The organization's instance cannot be deleted; it goes with its stack.",
    ))
}
