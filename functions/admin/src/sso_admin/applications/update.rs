//! `UpdateApplication`: what is not given stays as it is.

use serde::Deserialize;
use serde_json::json;
use vestibule_shared::store::access::{Application, ApplicationStatus, SignInOptions};

use super::change;
use super::portal_options::SignInShape;
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    application_arn: String,
    name: Option<String>,
    description: Option<String>,
    status: Option<ApplicationStatus>,
    #[serde(default)]
    portal_options: Portal,
}

/// Whether an application shows in the portal is said when it is created and not changed here.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Portal {
    sign_in_options: Option<SignInShape>,
}

pub(super) async fn update(call: &Call<'_>, input: Request) -> Result<Nothing, Error> {
    let sign_in = input.portal_options.sign_in_options;
    let sign_in = sign_in.map(SignInShape::parse).transpose()?;
    let parameters = json!({
        "applicationArn": input.application_arn,
        "name": input.name,
        "description": input.description,
        "status": input.status,
        "portalOptions": sign_in.as_ref().map(|sign_in| json!({
            "signInOptions": {
                "origin": sign_in.origin,
                "applicationUrl": sign_in.application_url,
            },
        })),
    });
    let update = Update {
        name: input.name,
        description: input.description,
        status: input.status,
        sign_in,
    };
    change(call, &input.application_arn, parameters, |application| {
        update.apply(application);
        Ok(())
    })
    .await
}

struct Update {
    name: Option<String>,
    description: Option<String>,
    status: Option<ApplicationStatus>,
    sign_in: Option<SignInOptions>,
}

impl Update {
    fn apply(&self, application: &mut Application) {
        if let Some(name) = &self.name {
            application.name.clone_from(name);
        }
        if self.description.is_some() {
            application.description.clone_from(&self.description);
        }
        if let Some(status) = self.status {
            application.status = status;
        }
        if self.sign_in.is_some() {
            application.portal.sign_in.clone_from(&self.sign_in);
        }
    }
}
