//! Trusted token issuers.

use serde_json::json;

use super::Effect::{Changes, Reads};
use super::Row;
use crate::organization::Organization;

pub(super) const ROWS: &[Row] = &[
    (
        "CreateTrustedTokenIssuer",
        Changes,
        r#"{"InstanceArn":"$instance","Name":"New","TrustedTokenIssuerType":"OIDC_JWT","TrustedTokenIssuerConfiguration":{"OidcJwtConfiguration":{"IssuerUrl":"https://issuer.example.com","ClaimAttributePath":"email","IdentityStoreAttributePath":"emails.value","JwksRetrievalOption":"OPEN_ID_DISCOVERY"}}}"#,
    ),
    (
        "ListTrustedTokenIssuers",
        Reads,
        r#"{"InstanceArn":"$instance"}"#,
    ),
    (
        "DescribeTrustedTokenIssuer",
        Reads,
        r#"{"TrustedTokenIssuerArn":"$issuer"}"#,
    ),
    (
        "UpdateTrustedTokenIssuer",
        Changes,
        r#"{"TrustedTokenIssuerArn":"$issuer","Name":"Renamed","TrustedTokenIssuerConfiguration":{"OidcJwtConfiguration":{"ClaimAttributePath":"sub"}}}"#,
    ),
    (
        "DeleteTrustedTokenIssuer",
        Changes,
        r#"{"TrustedTokenIssuerArn":"$issuer"}"#,
    ),
];

/// The ARN of one that the rows are about.
pub(super) async fn create(organization: &Organization) -> String {
    let input = json!({
        "InstanceArn": organization.instance_arn(),
        "Name": "Issuer",
        "TrustedTokenIssuerType": "OIDC_JWT",
        "TrustedTokenIssuerConfiguration": { "OidcJwtConfiguration": {
            "IssuerUrl": "https://issuer.example.com",
            "ClaimAttributePath": "email",
            "IdentityStoreAttributePath": "emails.value",
            "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
        }},
    });
    let created = organization.ok("CreateTrustedTokenIssuer", input).await;
    created["TrustedTokenIssuerArn"]
        .as_str()
        .unwrap()
        .to_owned()
}
