//! Applications that use the identities of the instance: what they are, whom they are assigned to, and how they come by
//! tokens.

mod access_scopes;
mod actor_policy;
mod assignment_lists;
mod assignments;
mod authentication_methods;
mod configurations;
mod creation;
mod deletion;
mod description;
mod grants;
mod portal_options;
mod providers;
mod redirect_uri;
mod update;

use serde::Deserialize;
use serde_json::Value;
use vestibule_shared::arn::ApplicationArn;
use vestibule_shared::ids::ApplicationId;
use vestibule_shared::store::access::Application;

pub(crate) use assignments::forget_assignments_of;

use super::retry;
use crate::Error;
use crate::call::Call;
use crate::operations::{Nothing, handlers};

handlers! {
    "CreateApplication" => creation::create,
    "CreateApplicationAssignment" => assignments::create,
    "DeleteApplication" => deletion::delete,
    "DeleteApplicationAccessScope" => access_scopes::delete,
    "DeleteApplicationAssignment" => assignments::delete,
    "DeleteApplicationAuthenticationMethod" => authentication_methods::delete,
    "DeleteApplicationGrant" => grants::delete,
    "DescribeApplication" => description::describe,
    "DescribeApplicationAssignment" => assignments::describe,
    "DescribeApplicationProvider" => providers::describe,
    "GetApplicationAccessScope" => access_scopes::show,
    "GetApplicationAssignmentConfiguration" => configurations::assignment,
    "GetApplicationAuthenticationMethod" => authentication_methods::show,
    "GetApplicationGrant" => grants::show,
    "GetApplicationSessionConfiguration" => configurations::session,
    "ListApplicationAccessScopes" => access_scopes::list,
    "ListApplicationAssignments" => assignment_lists::by_application,
    "ListApplicationAssignmentsForPrincipal" => assignment_lists::by_principal,
    "ListApplicationAuthenticationMethods" => authentication_methods::list,
    "ListApplicationGrants" => grants::list,
    "ListApplicationProviders" => providers::list,
    "ListApplications" => description::list,
    "PutApplicationAccessScope" => access_scopes::put,
    "PutApplicationAssignmentConfiguration" => configurations::put_assignment,
    "PutApplicationAuthenticationMethod" => authentication_methods::put,
    "PutApplicationGrant" => grants::put,
    "PutApplicationSessionConfiguration" => configurations::put_session,
    "UpdateApplication" => update::update,
}

/// How many applications may be open to everybody: each is read for every page of the portal.
const MOST_OPEN: usize = 200;

/// The member with which a request names an application.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    application_arn: String,
}

/// The application that `application_arn` names.
pub(crate) async fn find_application(
    call: &Call<'_>,
    application_arn: &str,
) -> Result<Application, Error> {
    let id = parse(call, application_arn)?;
    let found = call.context.access.find_application(&id).await?;
    found.ok_or_else(not_found)
}

/// Writes what `decide` makes of an application. `decide` is asked again when somebody else was first.
pub(super) async fn change(
    call: &Call<'_>,
    application_arn: &str,
    parameters: Value,
    decide: impl Fn(&mut Application) -> Result<(), Error>,
) -> Result<Nothing, Error> {
    let (parameters, decide) = (&parameters, &decide);
    retry(|| async move {
        let before = find_application(call, application_arn).await?;
        let mut after = before.clone();
        decide(&mut after)?;
        let record = call.record(parameters.clone());
        if after == before {
            call.context.audit.write(&record).await?;
            return Ok(Nothing {});
        }
        check_open(call, (&before, &after)).await?;
        after.revision += 1;
        let access = &call.context.access;
        access
            .replace_application((&before, &after), call.recorded(&record))
            .await?;
        Ok(Nothing {})
    })
    .await
}

/// Refuses one more application that is open to everybody where there are as many as there can be.
async fn check_open(
    call: &Call<'_>,
    (before, after): (&Application, &Application),
) -> Result<(), Error> {
    if before.is_open() || !after.is_open() {
        return Ok(());
    }
    if call.context.access.open_applications().await?.len() < MOST_OPEN {
        Ok(())
    } else {
        Err(Error::validation(
            "There are 200 visible applications that need no assignment, as many as there can be.",
        ))
    }
}

/// The id of the application of this instance that `application_arn` names; whether it is there is not looked at.
fn parse(call: &Call<'_>, application_arn: &str) -> Result<ApplicationId, Error> {
    let arn = ApplicationArn::parse(application_arn).map_err(|_| not_found())?;
    let ours = arn.instance == call.instance.id && arn.account == call.instance.management_account;
    if ours { Ok(arn.id) } else { Err(not_found()) }
}

/// The ARN of an application of this instance.
fn application_arn(call: &Call<'_>, id: &ApplicationId) -> String {
    let arn = ApplicationArn {
        account: call.instance.management_account.clone(),
        instance: call.instance.id.clone(),
        id: id.clone(),
    };
    arn.to_string()
}

/// What tells a list of something of an application from every other list.
fn list_name(call: &Call<'_>, id: &ApplicationId) -> String {
    format!("{}/{id}", call.operation.name())
}

fn not_found() -> Error {
    Error::not_found("The application was not found.")
}
