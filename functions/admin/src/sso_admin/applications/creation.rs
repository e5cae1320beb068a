//! `CreateApplication`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_shared::arn;
use vestibule_shared::ids::ApplicationId;
use vestibule_shared::store::access::{
    Application, ApplicationStatus, ClientToken, Grants, PortalOptions,
};

use super::portal_options::PortalShape;
use super::{application_arn, providers};
use crate::Error;
use crate::call::Call;
use crate::sso_admin::client_tokens::{client_token, made_earlier};
use crate::sso_admin::tags::{self, Tag};
use crate::sso_admin::{check_instance, retry};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    instance_arn: String,
    application_provider_arn: String,
    name: String,
    description: Option<String>,
    portal_options: Option<PortalShape>,
    tags: Option<Vec<Tag>>,
    status: Option<ApplicationStatus>,
    client_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    clippy::struct_field_names,
    reason = "the members are named as in the model"
)]
pub(super) struct Response {
    application_arn: String,
    instance_arn: String,
    identity_store_arn: String,
}

pub(super) async fn create(call: &Call<'_>, input: Request) -> Result<Response, Error> {
    check_instance(call, &input.instance_arn)?;
    providers::check_creatable(&input.application_provider_arn)?;
    let given = input.client_token.clone();
    let application = application(call, input)?;
    let parameters = parameters(call, &application);
    let token = client_token(call, given.as_deref(), &parameters);
    let (application, token, parameters) = (&application, token.as_ref(), &parameters);
    let arn = retry(|| create_once(call, application, (token, parameters))).await?;
    let instance = &call.instance;
    Ok(Response {
        application_arn: arn,
        instance_arn: arn::instance(&instance.id),
        identity_store_arn: arn::identity_store(
            &instance.management_account,
            &instance.identity_store,
        ),
    })
}

async fn create_once(
    call: &Call<'_>,
    application: &Application,
    (token, parameters): (Option<&ClientToken>, &Value),
) -> Result<String, Error> {
    let made = made_earlier(call, token).await?;
    let made = made.and_then(|id| ApplicationId::parse(&id).ok());
    let arn = application_arn(call, made.as_ref().unwrap_or(&application.id));
    let record = call
        .record(parameters.clone())
        .response(json!({ "applicationArn": arn }));
    if made.is_some() {
        call.context.audit.write(&record).await?;
    } else {
        let access = &call.context.access;
        access
            .create_application(application, token, call.recorded(&record))
            .await?;
    }
    Ok(arn)
}

fn application(call: &Call<'_>, input: Request) -> Result<Application, Error> {
    Ok(Application {
        id: ApplicationId::generate(&call.context.random),
        name: input.name,
        description: input.description,
        provider_arn: input.application_provider_arn,
        status: input.status.unwrap_or(ApplicationStatus::Enabled),
        portal: PortalShape::create(input.portal_options)?,
        assignment_required: true,
        access_scopes: BTreeMap::new(),
        iam_authentication: None,
        grants: Grants::default(),
        user_background_sessions: None,
        tags: tags::merge(&BTreeMap::new(), input.tags.unwrap_or_default())?,
        created_at: call.now,
        created_from: call.instance.region.clone(),
        revision: 1,
    })
}

/// What the request says, with its defaults.
fn parameters(call: &Call<'_>, application: &Application) -> Value {
    json!({
        "instanceArn": arn::instance(&call.instance.id),
        "applicationProviderArn": application.provider_arn,
        "name": application.name,
        "description": application.description,
        "portalOptions": portal_parameters(&application.portal),
        "status": application.status,
        "tags": application.tags,
    })
}

fn portal_parameters(options: &PortalOptions) -> Value {
    json!({
        "visibility": options.visibility,
        "signInOptions": options.sign_in.as_ref().map(|sign_in| json!({
            "origin": sign_in.origin,
            "applicationUrl": sign_in.application_url,
        })),
    })
}
