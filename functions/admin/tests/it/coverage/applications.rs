//! Applications, with whom they are assigned to and how they come by tokens.

use serde_json::json;

use super::Effect::{Changes, Reads};
use super::Row;
use crate::organization::Organization;

pub(super) const ROWS: &[Row] = &[
    ("ListApplicationProviders", Reads, "{}"),
    (
        "DescribeApplicationProvider",
        Reads,
        r#"{"ApplicationProviderArn":"arn:aws:sso::aws:applicationProvider/custom"}"#,
    ),
    (
        "CreateApplication",
        Changes,
        r#"{"InstanceArn":"$instance","ApplicationProviderArn":"arn:aws:sso::aws:applicationProvider/custom","Name":"New"}"#,
    ),
    ("ListApplications", Reads, r#"{"InstanceArn":"$instance"}"#),
    ("DescribeApplication", Reads, r"{$application}"),
    (
        "UpdateApplication",
        Changes,
        r#"{$application,"Name":"Renamed"}"#,
    ),
    (
        "CreateApplicationAssignment",
        Changes,
        r#"{$application,"PrincipalType":"GROUP","PrincipalId":"$group"}"#,
    ),
    (
        "DescribeApplicationAssignment",
        Reads,
        r#"{$application,"PrincipalType":"GROUP","PrincipalId":"$group"}"#,
    ),
    ("ListApplicationAssignments", Reads, r"{$application}"),
    (
        "ListApplicationAssignmentsForPrincipal",
        Reads,
        r#"{"InstanceArn":"$instance","PrincipalType":"USER","PrincipalId":"$user"}"#,
    ),
    (
        "DeleteApplicationAssignment",
        Changes,
        r#"{$application,"PrincipalType":"GROUP","PrincipalId":"$group"}"#,
    ),
    (
        "PutApplicationAssignmentConfiguration",
        Changes,
        r#"{$application,"AssignmentRequired":false}"#,
    ),
    (
        "GetApplicationAssignmentConfiguration",
        Reads,
        r"{$application}",
    ),
    (
        "PutApplicationSessionConfiguration",
        Changes,
        r#"{$application,"UserBackgroundSessionApplicationStatus":"ENABLED"}"#,
    ),
    (
        "GetApplicationSessionConfiguration",
        Reads,
        r"{$application}",
    ),
    (
        "PutApplicationAccessScope",
        Changes,
        r#"{$application,"Scope":"app:read","AuthorizedTargets":["$instance"]}"#,
    ),
    (
        "GetApplicationAccessScope",
        Reads,
        r#"{$application,"Scope":"app:read"}"#,
    ),
    ("ListApplicationAccessScopes", Reads, r"{$application}"),
    (
        "DeleteApplicationAccessScope",
        Changes,
        r#"{$application,"Scope":"app:read"}"#,
    ),
    (
        "PutApplicationAuthenticationMethod",
        Changes,
        r#"{$application,"AuthenticationMethodType":"IAM","AuthenticationMethod":{"Iam":{"ActorPolicy":{"Statement":{"Effect":"Allow","Principal":"*","Action":"sso-oauth:CreateTokenWithIAM"}}}}}"#,
    ),
    (
        "GetApplicationAuthenticationMethod",
        Reads,
        r#"{$application,"AuthenticationMethodType":"IAM"}"#,
    ),
    (
        "ListApplicationAuthenticationMethods",
        Reads,
        r"{$application}",
    ),
    (
        "DeleteApplicationAuthenticationMethod",
        Changes,
        r#"{$application,"AuthenticationMethodType":"IAM"}"#,
    ),
    (
        "PutApplicationGrant",
        Changes,
        r#"{$application,"GrantType":"refresh_token","Grant":{"RefreshToken":{}}}"#,
    ),
    (
        "GetApplicationGrant",
        Reads,
        r#"{$application,"GrantType":"refresh_token"}"#,
    ),
    ("ListApplicationGrants", Reads, r"{$application}"),
    (
        "DeleteApplicationGrant",
        Changes,
        r#"{$application,"GrantType":"refresh_token"}"#,
    ),
    ("CreateApplicationAccessKey", Changes, r"{$application}"),
    ("ListApplicationAccessKeys", Reads, r"{$application}"),
    (
        "DeleteApplicationAccessKey",
        Changes,
        r#"{$application,"AccessKeyId":"$appkey"}"#,
    ),
    ("DeleteApplication", Changes, r"{$application}"),
];

/// The member that names the one that the rows are about.
pub(super) async fn create(organization: &Organization) -> String {
    let input = json!({
        "InstanceArn": organization.instance_arn(),
        "ApplicationProviderArn": "arn:aws:sso::aws:applicationProvider/custom",
        "Name": "Spare",
    });
    let created = organization.ok("CreateApplication", input).await;
    format!(r#""ApplicationArn":{}"#, created["ApplicationArn"])
}

/// The id of an access key of that application.
pub(super) async fn create_key(organization: &Organization, application: &str) -> String {
    let input = serde_json::from_str(&format!("{{{application}}}")).unwrap();
    let created = organization.ok("CreateApplicationAccessKey", input).await;
    created["AccessKeyId"].as_str().unwrap().to_owned()
}
