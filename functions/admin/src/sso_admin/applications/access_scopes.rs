//! The access scopes that an application's tokens may have, each with what it is good for.

use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::store::access::Application;

use super::{change, find_application, list_name};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};

/// How many an application may have, as AWS's quota says.
const MOST: usize = 25;
/// The most that one answer may hold.
const MOST_LISTED: i32 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    application_arn: String,
    scope: String,
    authorized_targets: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NamedScope {
    application_arn: String,
    scope: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    application_arn: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    scopes: Vec<Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Scope {
    scope: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorized_targets: Vec<String>,
}

pub(super) async fn put(call: &Call<'_>, input: PutRequest) -> Result<Nothing, Error> {
    let parameters = json!({
        "applicationArn": input.application_arn,
        "scope": input.scope,
        "authorizedTargets": input.authorized_targets,
    });
    let targets = input.authorized_targets.unwrap_or_default();
    change(call, &input.application_arn, parameters, |application| {
        let scopes = &mut application.access_scopes;
        scopes.insert(input.scope.clone(), targets.clone());
        if scopes.len() > MOST {
            return Err(Error::validation(
                "An application has at most 25 access scopes.",
            ));
        }
        Ok(())
    })
    .await
}

pub(super) async fn show(call: &Call<'_>, input: NamedScope) -> Result<Scope, Error> {
    let mut application = find_application(call, &input.application_arn).await?;
    let targets = take(&mut application, &input.scope)?;
    Ok(Scope {
        scope: input.scope,
        authorized_targets: targets,
    })
}

pub(super) async fn delete(call: &Call<'_>, input: NamedScope) -> Result<Nothing, Error> {
    let parameters = json!({ "applicationArn": input.application_arn, "scope": input.scope });
    change(call, &input.application_arn, parameters, |application| {
        take(application, &input.scope).map(|_| ())
    })
    .await
}

pub(super) async fn list(call: &Call<'_>, input: ListRequest) -> Result<ListResponse, Error> {
    let application = find_application(call, &input.application_arn).await?;
    let paging = input.paging.at_most(MOST_LISTED);
    let list = list_name(call, &application.id);
    let Listed { items, next_token } = paging.slice(&list, application.access_scopes)?;
    let scopes = items.into_iter().map(|(scope, targets)| Scope {
        scope,
        authorized_targets: targets,
    });
    Ok(ListResponse {
        scopes: scopes.collect(),
        next_token,
    })
}

fn take(application: &mut Application, scope: &str) -> Result<Vec<String>, Error> {
    let targets = application.access_scopes.remove(scope);
    targets.ok_or_else(|| Error::not_found("The access scope was not found."))
}
