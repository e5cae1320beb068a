//! `CreateApplicationAssignment`, `DeleteApplicationAssignment` and `DescribeApplicationAssignment`. They take effect
//! at once: nothing has to be made anywhere.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_shared::ids::{ApplicationId, Principal};
use vestibule_shared::store;
use vestibule_shared::store::access::ApplicationAssignment;

use super::{application_arn, find_application};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::sso_admin::assignments::check_principal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    application_arn: String,
    principal_id: String,
    principal_type: String,
}

/// An assignment as answers have it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    application_arn: String,
    principal_id: String,
    principal_type: &'static str,
}

/// An assignment that is there already is as good as one that is made.
pub(super) async fn create(call: &Call<'_>, input: Request) -> Result<Nothing, Error> {
    let (principal, application) = subject(call, &input).await?;
    check_principal(call, &principal).await?;
    let assignment = ApplicationAssignment {
        principal,
        application,
        created_at: call.now,
    };
    let record = call.record(parameters(
        call,
        &assignment.principal,
        &assignment.application,
    ));
    // Looked at once more in the transaction: a deletion that came in between tidies up only what it can see.
    let standing = call
        .context
        .directory
        .check_principal(&assignment.principal)?;
    let outcome = call
        .context
        .access
        .create_application_assignment(&assignment, standing, call.recorded(&record))
        .await;
    match outcome {
        Ok(()) => {}
        Err(store::Error::AlreadyExists(_)) => call.context.audit.write(&record).await?,
        Err(error) => return Err(error.into()),
    }
    Ok(Nothing {})
}

pub(super) async fn delete(call: &Call<'_>, input: Request) -> Result<Nothing, Error> {
    let (principal, application) = subject(call, &input).await?;
    let record = call.record(parameters(call, &principal, &application));
    call.context
        .access
        .delete_application_assignment((&principal, &application), call.recorded(&record))
        .await?;
    Ok(Nothing {})
}

pub(super) async fn describe(call: &Call<'_>, input: Request) -> Result<Described, Error> {
    let (principal, application) = subject(call, &input).await?;
    check_principal(call, &principal).await?;
    let access = &call.context.access;
    let found = access
        .find_application_assignment(&principal, &application)
        .await?;
    let missing = || Error::not_found("The assignment was not found.");
    let found = found.ok_or_else(missing)?;
    Ok(Described::of(call, &found))
}

/// Removes the assignments of a principal that has gone: they are void already, and the principal's end is on record.
pub(crate) async fn forget_assignments_of(
    call: &Call<'_>,
    principal: &Principal,
) -> Result<(), Error> {
    let access = &call.context.access;
    let assignments = access.application_assignments_of(principal).await?;
    Ok(access.forget_application_assignments(&assignments).await?)
}

async fn subject(call: &Call<'_>, input: &Request) -> Result<(Principal, ApplicationId), Error> {
    let application = find_application(call, &input.application_arn).await?;
    let principal = Principal::parse(&input.principal_type, &input.principal_id)
        .map_err(|_| Error::not_found("The principal was not found."))?;
    Ok((principal, application.id))
}

fn parameters(call: &Call<'_>, principal: &Principal, application: &ApplicationId) -> Value {
    json!({
        "applicationArn": application_arn(call, application),
        "principalType": principal.kind(),
        "principalId": principal.id(),
    })
}

impl Described {
    pub(super) fn of(call: &Call<'_>, assignment: &ApplicationAssignment) -> Self {
        Self {
            application_arn: application_arn(call, &assignment.application),
            principal_id: assignment.principal.id().to_owned(),
            principal_type: assignment.principal.kind(),
        }
    }
}
