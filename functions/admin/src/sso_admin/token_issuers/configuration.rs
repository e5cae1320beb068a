//! What a trusted token issuer is configured with: `OidcJwtConfiguration`. The model says what it looks like; here stands
//! what can be trusted and found besides.

use serde::{Deserialize, Serialize};
use vestibule_shared::store::access::{TokenIssuer, UserAttribute};

use crate::Error;

/// How the issuer's keys are found: by its discovery document (OpenID Connect Discovery 1.0), and in no other way.
const RETRIEVAL: &str = "OPEN_ID_DISCOVERY";

/// The members of a union that has one. The model holds the others against it.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Configuration {
    pub(super) oidc_jwt_configuration: OidcJwt,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OidcJwt {
    pub(super) issuer_url: String,
    pub(super) claim_attribute_path: String,
    pub(super) identity_store_attribute_path: String,
    pub(super) jwks_retrieval_option: String,
}

/// What of it can be changed: all but the issuer's URL.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangedConfiguration {
    oidc_jwt_configuration: ChangedOidcJwt,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ChangedOidcJwt {
    claim_attribute_path: Option<String>,
    identity_store_attribute_path: Option<String>,
}

impl Configuration {
    /// How `issuer` is configured.
    pub(super) fn of(issuer: TokenIssuer) -> Self {
        Self {
            oidc_jwt_configuration: OidcJwt {
                issuer_url: issuer.issuer_url,
                claim_attribute_path: issuer.claim_attribute_path,
                identity_store_attribute_path: issuer.identity_store_attribute_path,
                jwks_retrieval_option: RETRIEVAL.to_owned(),
            },
        }
    }

    /// Refuses what could not be relied on later.
    pub(super) fn check(&self) -> Result<(), Error> {
        let configuration = &self.oidc_jwt_configuration;
        check_issuer_url(&configuration.issuer_url)?;
        check_attribute(&configuration.identity_store_attribute_path)
    }
}

impl ChangedConfiguration {
    /// Refuses what could not be relied on later.
    pub(super) fn check(&self) -> Result<(), Error> {
        let path = &self.oidc_jwt_configuration.identity_store_attribute_path;
        path.as_deref().map_or(Ok(()), check_attribute)
    }

    /// The issuer with these changes; what is not given stays.
    pub(super) fn apply(&self, issuer: &mut TokenIssuer) {
        let changes = &self.oidc_jwt_configuration;
        if let Some(path) = &changes.claim_attribute_path {
            issuer.claim_attribute_path.clone_from(path);
        }
        if let Some(path) = &changes.identity_store_attribute_path {
            issuer.identity_store_attribute_path.clone_from(path);
        }
    }
}

/// OpenID Connect Discovery 1.0 §3: `https`, without query and fragment. Nobody reads a user in front of the host as the host.
fn check_issuer_url(url: &str) -> Result<(), Error> {
    let authority = url
        .strip_prefix("https://")
        .map(|rest| rest.split('/').next().unwrap_or_default());
    let fits = authority.is_some_and(|authority| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
        !authority.is_empty() && !authority.starts_with(':') && authority.bytes().all(plain)
    });
    if fits && !url.contains(['?', '#']) {
        Ok(())
    } else {
        Err(Error::validation(
            "IssuerUrl must be an https URL without user, query and fragment.",
        ))
    }
}

fn check_attribute(path: &str) -> Result<(), Error> {
    match UserAttribute::parse(path) {
        Some(_) => Ok(()),
        None => Err(Error::validation(
            "IdentityStoreAttributePath must be userName, emails.value or externalIds.id.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_https_address_of_a_plain_host_is_an_issuer() {
        for url in [
            "https://issuer.example.com",
            "https://issuer.example.com/",
            "https://issuer.example.com:8443/tenant/v2.0",
        ] {
            assert!(check_issuer_url(url).is_ok(), "{url}");
        }
        for url in [
            "http://issuer.example.com",
            "https://",
            "https:///tenant",
            "https://:443",
            "https://issuer.example.com@evil.example",
            "https://user:word@issuer.example.com",
            "https://issuer.example.com%2fevil.example",
            "https://issuer.example.com/?a=b",
            "https://issuer.example.com/#a",
            "HTTPS://issuer.example.com",
        ] {
            assert!(check_issuer_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_user_is_found_only_by_what_belongs_to_one() {
        for path in ["userName", "emails.value", "externalIds.id"] {
            assert!(check_attribute(path).is_ok(), "{path}");
        }
        for path in ["displayName", "name.familyName", "username", "emails", "id"] {
            assert!(check_attribute(path).is_err(), "{path}");
        }
    }
}
