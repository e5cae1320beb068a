//! The kinds of applications that there are. AWS has many more, of its own services; those here are what an
//! organization's own applications are of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::call::Call;
use crate::paging::{Listed, Paging};

#[derive(Clone, Copy)]
struct Provider {
    arn: &'static str,
    protocol: &'static str,
    name: &'static str,
    description: &'static str,
}

const OAUTH: Provider = Provider {
    arn: "arn:aws:sso::aws:applicationProvider/custom",
    protocol: "OAUTH",
    name: "Custom application",
    description: "An application of your own that comes by tokens through OAuth 2.0.",
};

const SAML: Provider = Provider {
    arn: "arn:aws:sso::aws:applicationProvider/custom-saml",
    protocol: "SAML",
    name: "Custom SAML 2.0 application",
    description: "An application of your own that people sign in to through SAML 2.0.",
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    application_provider_arn: String,
}

#[derive(Deserialize)]
pub(super) struct ListRequest {
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    application_providers: Vec<Described>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    application_provider_arn: &'static str,
    federation_protocol: &'static str,
    display_data: DisplayData,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DisplayData {
    display_name: &'static str,
    description: &'static str,
}

pub(super) async fn describe(_: &Call<'_>, input: Request) -> Result<Described, Error> {
    let found = [OAUTH, SAML]
        .into_iter()
        .find(|provider| provider.arn == input.application_provider_arn);
    found.map(described).ok_or_else(not_found)
}

pub(super) async fn list(call: &Call<'_>, input: ListRequest) -> Result<ListResponse, Error> {
    let providers: BTreeMap<_, _> = [OAUTH, SAML]
        .into_iter()
        .map(|provider| (provider.arn.to_owned(), provider))
        .collect();
    let Listed { items, next_token } = input.paging.slice(call.operation.name(), providers)?;
    let providers = items.into_iter().map(|(_, provider)| described(provider));
    Ok(ListResponse {
        application_providers: providers.collect(),
        next_token,
    })
}

/// Refuses a kind of which `CreateApplication` makes no application.
pub(super) fn check_creatable(arn: &str) -> Result<(), Error> {
    if arn == OAUTH.arn {
        Ok(())
    } else if arn == SAML.arn {
        Err(Error::validation(
            "CreateApplication does not support creating SAML 2.0 customer managed applications.",
        ))
    } else {
        Err(not_found())
    }
}

fn not_found() -> Error {
    Error::not_found("The application provider was not found.")
}

fn described(provider: Provider) -> Described {
    Described {
        application_provider_arn: provider.arn,
        federation_protocol: provider.protocol,
        display_data: DisplayData {
            display_name: provider.name,
            description: provider.description,
        },
    }
}
