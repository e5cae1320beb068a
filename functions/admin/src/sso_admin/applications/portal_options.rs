//! How an application shows in the portal, as requests and answers have it.

use serde::{Deserialize, Serialize};
use vestibule_shared::store::access::{
    ApplicationStatus, PortalOptions, SignInOptions, SignInOrigin,
};

use crate::Error;

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PortalShape {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sign_in_options: Option<SignInShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    visibility: Option<ApplicationStatus>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SignInShape {
    origin: SignInOrigin,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    application_url: Option<String>,
}

impl PortalShape {
    /// The options of an application that is created with these: it shows, unless somebody says otherwise.
    pub(super) fn create(given: Option<Self>) -> Result<PortalOptions, Error> {
        let mut options = PortalOptions {
            visibility: ApplicationStatus::Enabled,
            sign_in: None,
        };
        if let Some(given) = given {
            if let Some(visibility) = given.visibility {
                options.visibility = visibility;
            }
            options.sign_in = given.sign_in_options.map(SignInShape::parse).transpose()?;
        }
        Ok(options)
    }

    pub(super) fn of(options: PortalOptions) -> Self {
        Self {
            sign_in_options: options.sign_in.map(|sign_in| SignInShape {
                origin: sign_in.origin,
                application_url: sign_in.application_url,
            }),
            visibility: Some(options.visibility),
        }
    }
}

impl SignInShape {
    pub(super) fn parse(self) -> Result<SignInOptions, Error> {
        if self.origin == SignInOrigin::Application && self.application_url.is_none() {
            return Err(Error::validation(
                "ApplicationUrl is required when Origin is APPLICATION.",
            ));
        }
        Ok(SignInOptions {
            origin: self.origin,
            application_url: self.application_url,
        })
    }
}
