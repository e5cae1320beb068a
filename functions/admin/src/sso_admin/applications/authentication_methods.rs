//! How programs prove that they are an application. There is one way: a request that is signed by a principal whom the
//! actor policy allows it (`IAM`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_shared::store::access::{Application, IamAuthentication};

use super::{actor_policy, change, find_application, list_name};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};

#[derive(Clone, Copy, Deserialize, Serialize)]
pub(super) enum MethodType {
    #[serde(rename = "IAM")]
    Iam,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Method {
    iam: Iam,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Iam {
    actor_policy: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    application_arn: String,
    authentication_method_type: MethodType,
    authentication_method: Method,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NamedMethod {
    application_arn: String,
    authentication_method_type: MethodType,
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
pub(super) struct Response {
    authentication_method: Method,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    authentication_methods: Vec<Listing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    authentication_method_type: MethodType,
    authentication_method: Method,
}

pub(super) async fn put(call: &Call<'_>, input: PutRequest) -> Result<Nothing, Error> {
    let MethodType::Iam = input.authentication_method_type;
    let policy = input.authentication_method.iam.actor_policy;
    actor_policy::check(&policy)?;
    let parameters = json!({
        "applicationArn": input.application_arn,
        "authenticationMethodType": input.authentication_method_type,
        // As text: JSON from outside may be what no record can hold.
        "authenticationMethod": { "iam": { "actorPolicy": policy.to_string() } },
    });
    change(call, &input.application_arn, parameters, |application| {
        application.iam_authentication = Some(IamAuthentication {
            actor_policy: policy.clone(),
        });
        Ok(())
    })
    .await
}

pub(super) async fn show(call: &Call<'_>, input: NamedMethod) -> Result<Response, Error> {
    let MethodType::Iam = input.authentication_method_type;
    let mut application = find_application(call, &input.application_arn).await?;
    let authentication_method = take(&mut application).map(Method::of)?;
    Ok(Response {
        authentication_method,
    })
}

pub(super) async fn delete(call: &Call<'_>, input: NamedMethod) -> Result<Nothing, Error> {
    let MethodType::Iam = input.authentication_method_type;
    let parameters = json!({
        "applicationArn": input.application_arn,
        "authenticationMethodType": input.authentication_method_type,
    });
    change(call, &input.application_arn, parameters, |application| {
        take(application).map(|_| ())
    })
    .await
}

pub(super) async fn list(call: &Call<'_>, input: ListRequest) -> Result<ListResponse, Error> {
    let application = find_application(call, &input.application_arn).await?;
    let list = list_name(call, &application.id);
    let iam = application.iam_authentication;
    let methods: BTreeMap<_, _> = iam.map(|iam| ("IAM".to_owned(), iam)).into_iter().collect();
    let Listed { items, next_token } = input.paging.slice(&list, methods)?;
    let methods = items.into_iter().map(|(_, iam)| Listing {
        authentication_method_type: MethodType::Iam,
        authentication_method: Method::of(iam),
    });
    Ok(ListResponse {
        authentication_methods: methods.collect(),
        next_token,
    })
}

fn take(application: &mut Application) -> Result<IamAuthentication, Error> {
    let iam = application.iam_authentication.take();
    iam.ok_or_else(|| Error::not_found("The authentication method was not found."))
}

impl Method {
    fn of(iam: IamAuthentication) -> Self {
        Self {
            iam: Iam {
                actor_policy: iam.actor_policy,
            },
        }
    }
}
