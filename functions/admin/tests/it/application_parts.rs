//! What an application has besides itself: access scopes, authentication methods, grants and configurations.

use serde_json::{Value, json};

use crate::applications::with;
use crate::organization::Organization;

fn policy() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": "arn:aws:iam::999999999999:user/reports" },
            "Action": "sso-oauth:CreateTokenWithIAM",
            "Resource": "*",
        }],
    })
}

fn grants(issuer: &Value) -> [(&'static str, Value); 4] {
    [
        (
            "authorization_code",
            json!({ "AuthorizationCode": { "RedirectUris": ["https://reports.example.com/callback", "http://localhost:3000/"] } }),
        ),
        ("refresh_token", json!({ "RefreshToken": {} })),
        (
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            json!({ "JwtBearer": { "AuthorizedTokenIssuers": [{ "TrustedTokenIssuerArn": issuer, "AuthorizedAudiences": ["reports"] }] } }),
        ),
        (
            "urn:ietf:params:oauth:grant-type:token-exchange",
            json!({ "TokenExchange": {} }),
        ),
    ]
}

/// The ARN of a trusted token issuer.
async fn create_issuer(organization: &Organization) -> Value {
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
    organization.ok("CreateTrustedTokenIssuer", input).await["TrustedTokenIssuerArn"].clone()
}

#[tokio::test]
async fn access_scopes_are_put_got_listed_in_pages_and_deleted() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let target = json!([organization.instance_arn()]);
    for number in 10..22 {
        let scope = json!({ "Scope": format!("reports:{number}"), "AuthorizedTargets": target });
        organization
            .ok("PutApplicationAccessScope", with(&named, scope))
            .await;
    }
    // Putting one again replaces what it is good for.
    let scope = with(&named, json!({ "Scope": "reports:10" }));
    organization
        .ok("PutApplicationAccessScope", scope.clone())
        .await;
    let got = organization
        .ok("GetApplicationAccessScope", scope.clone())
        .await;
    assert_eq!(got, json!({ "Scope": "reports:10" }));
    let first = organization
        .ok("ListApplicationAccessScopes", named.clone())
        .await;
    assert_eq!(first["Scopes"].as_array().unwrap().len(), 10);
    let all = organization
        .all("ListApplicationAccessScopes", "Scopes", named.clone(), 5)
        .await;
    assert_eq!(all.len(), 12);
    assert_eq!(
        all[1],
        json!({ "Scope": "reports:11", "AuthorizedTargets": target })
    );

    organization
        .ok("DeleteApplicationAccessScope", scope.clone())
        .await;
    for operation in ["GetApplicationAccessScope", "DeleteApplicationAccessScope"] {
        let refused = organization.refused(operation, scope.clone()).await;
        assert_eq!(refused, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn an_application_has_twenty_five_access_scopes_at_most() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let scope = |number: u32| with(&named, json!({ "Scope": format!("reports:{number}") }));
    for number in 0..25 {
        organization
            .ok("PutApplicationAccessScope", scope(number))
            .await;
    }
    organization
        .ok("PutApplicationAccessScope", scope(24))
        .await;
    let refused = organization
        .refused("PutApplicationAccessScope", scope(25))
        .await;
    assert_eq!(refused, "ValidationException");
}

#[tokio::test]
async fn an_authentication_method_is_put_got_listed_and_deleted() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let iam = with(&named, json!({ "AuthenticationMethodType": "IAM" }));
    let method = json!({ "Iam": { "ActorPolicy": policy() } });
    let put = with(&iam, json!({ "AuthenticationMethod": method }));
    organization
        .ok("PutApplicationAuthenticationMethod", put.clone())
        .await;
    let got = organization
        .ok("GetApplicationAuthenticationMethod", iam.clone())
        .await;
    assert_eq!(got, json!({ "AuthenticationMethod": method }));
    let listed = organization
        .ok("ListApplicationAuthenticationMethods", named.clone())
        .await;
    assert_eq!(
        listed["AuthenticationMethods"],
        json!([{ "AuthenticationMethodType": "IAM", "AuthenticationMethod": method }])
    );
    organization
        .ok("DeleteApplicationAuthenticationMethod", iam.clone())
        .await;
    for operation in [
        "GetApplicationAuthenticationMethod",
        "DeleteApplicationAuthenticationMethod",
    ] {
        let refused = organization.refused(operation, iam.clone()).await;
        assert_eq!(refused, "ResourceNotFoundException");
    }
    let strange = json!({ "AuthenticationMethod": { "Iam": { "ActorPolicy": "allow" } } });
    assert_eq!(
        organization
            .refused("PutApplicationAuthenticationMethod", with(&iam, strange))
            .await,
        "ValidationException"
    );
}

/// DynamoDB nests 32 levels and has other numbers; JSON does not care.
#[tokio::test]
async fn an_actor_policy_is_kept_as_it_was_given() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let iam = with(&named, json!({ "AuthenticationMethodType": "IAM" }));
    let mut odd = policy();
    let deep = (0..20).fold(json!([]), |inner, _| json!([inner]));
    let numbers = json!([1.5, -0.0, 1e200, 1e-200, 12_345_678_901_234_567_890_u64]);
    odd["Id"] = json!([numbers, null, "", { "": {} }, deep]);
    let method = json!({ "Iam": { "ActorPolicy": odd } });
    let put = with(&iam, json!({ "AuthenticationMethod": method }));
    organization
        .ok("PutApplicationAuthenticationMethod", put)
        .await;
    let got = organization
        .ok("GetApplicationAuthenticationMethod", iam)
        .await;
    assert_eq!(got["AuthenticationMethod"], method);
}

#[tokio::test]
async fn each_grant_is_put_got_listed_and_deleted() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let issuer = create_issuer(&organization).await;
    for (kind, grant) in grants(&issuer) {
        let put = with(&named, json!({ "GrantType": kind, "Grant": grant }));
        organization.ok("PutApplicationGrant", put).await;
        let got = with(&named, json!({ "GrantType": kind }));
        let got = organization.ok("GetApplicationGrant", got).await;
        assert_eq!(got, json!({ "Grant": grant }));
    }
    let listed = organization
        .ok("ListApplicationGrants", named.clone())
        .await;
    let expected: Vec<_> = grants(&issuer)
        .into_iter()
        .map(|(kind, grant)| json!({ "GrantType": kind, "Grant": grant }))
        .collect();
    assert_eq!(listed, json!({ "Grants": expected }));
    for (kind, _) in grants(&issuer) {
        let grant = with(&named, json!({ "GrantType": kind }));
        organization
            .ok("DeleteApplicationGrant", grant.clone())
            .await;
        for operation in ["GetApplicationGrant", "DeleteApplicationGrant"] {
            let refused = organization.refused(operation, grant.clone()).await;
            assert_eq!(refused, "ResourceNotFoundException");
        }
    }
    let listed = organization.ok("ListApplicationGrants", named).await;
    assert_eq!(listed, json!({ "Grants": [] }));
}

#[tokio::test]
async fn a_grant_that_could_not_be_used_is_refused() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let issuer = create_issuer(&organization).await;
    let code = "authorization_code";
    let bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let authorized = json!({ "TrustedTokenIssuerArn": issuer, "AuthorizedAudiences": ["a"] });
    let (instance, _) = issuer.as_str().unwrap().split_once("/tti-").unwrap();
    let unknown = format!("{instance}/tti-00000000-0000-4000-8000-000000000000");
    let uris: Vec<_> = (0..11)
        .map(|number| format!("https://example.com/{number}"))
        .collect();
    for (kind, grant, expected) in [
        (code, json!({ "RefreshToken": {} }), "ValidationException"),
        (
            "refresh_token",
            json!({ "TokenExchange": {} }),
            "ValidationException",
        ),
        (
            code,
            json!({ "AuthorizationCode": {} }),
            "ValidationException",
        ),
        (
            code,
            json!({ "AuthorizationCode": { "RedirectUris": ["http://example.com/"] } }),
            "ValidationException",
        ),
        (
            code,
            json!({ "AuthorizationCode": { "RedirectUris": uris } }),
            "ValidationException",
        ),
        (bearer, json!({ "JwtBearer": {} }), "ValidationException"),
        (
            bearer,
            json!({ "JwtBearer": { "AuthorizedTokenIssuers": [{ "TrustedTokenIssuerArn": issuer }] } }),
            "ValidationException",
        ),
        (
            bearer,
            json!({ "JwtBearer": { "AuthorizedTokenIssuers": [authorized, authorized] } }),
            "ValidationException",
        ),
        (
            bearer,
            json!({ "JwtBearer": { "AuthorizedTokenIssuers": [{ "TrustedTokenIssuerArn": unknown, "AuthorizedAudiences": ["a"] }] } }),
            "ResourceNotFoundException",
        ),
    ] {
        let put = with(&named, json!({ "GrantType": kind, "Grant": grant }));
        let refused = organization
            .refused("PutApplicationGrant", put.clone())
            .await;
        assert_eq!(refused, expected, "{put}");
    }
    assert_eq!(organization.stored_application(&named).await.revision, 1);
}

#[tokio::test]
async fn configurations_are_put_and_got() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let assignment = json!({ "AssignmentRequired": false });
    organization
        .ok(
            "PutApplicationAssignmentConfiguration",
            with(&named, assignment.clone()),
        )
        .await;
    let got = organization
        .ok("GetApplicationAssignmentConfiguration", named.clone())
        .await;
    assert_eq!(got, assignment);
    let session = json!({ "UserBackgroundSessionApplicationStatus": "DISABLED" });
    for more in [session.clone(), json!({})] {
        organization
            .ok("PutApplicationSessionConfiguration", with(&named, more))
            .await;
    }
    let got = organization
        .ok("GetApplicationSessionConfiguration", named)
        .await;
    assert_eq!(got, session);
}

#[tokio::test]
async fn what_is_open_to_everybody_is_in_the_list_and_bounded() {
    let organization = Organization::new().await;
    let open = async || {
        let open = organization.world.access.open_applications();
        open.await.unwrap().len()
    };
    let named = organization.create_application("Reports").await;
    let put = |named: &Value, required: bool| {
        let input = with(named, json!({ "AssignmentRequired": required }));
        organization.call("PutApplicationAssignmentConfiguration", input)
    };
    let status = |status: &str| {
        organization.ok(
            "UpdateApplication",
            with(&named, json!({ "Status": status })),
        )
    };
    put(&named, false).await.unwrap();
    assert_eq!(open().await, 1);
    status("DISABLED").await;
    assert_eq!(open().await, 0);
    status("ENABLED").await;
    assert_eq!(open().await, 1);
    put(&named, true).await.unwrap();
    assert_eq!(open().await, 0);
    put(&named, false).await.unwrap();
    organization.ok("DeleteApplication", named).await;
    assert_eq!(open().await, 0);

    for number in 0..200 {
        let named = organization.create_application(&number.to_string()).await;
        put(&named, false).await.unwrap();
    }
    let one_more = organization.create_application("one more").await;
    let (code, _) = put(&one_more, false).await.unwrap_err();
    assert_eq!(code, "ValidationException");
}

/// Everything as large as it may be is still one item of DynamoDB, which takes 400 KB.
#[tokio::test]
async fn an_application_that_is_as_large_as_can_be_is_kept() {
    let organization = Organization::new().await;
    let wide = |characters: usize| "\u{1f600}".repeat(characters);
    let letter = |characters: usize| "\u{20000}".repeat(characters);
    let named = organization.create_application(&wide(100)).await;
    let tags: Vec<_> = (0..50)
        .map(|number| json!({ "Key": format!("{number:02}{}", letter(126)), "Value": letter(256) }))
        .collect();
    let tag = json!({ "ResourceArn": named["ApplicationArn"], "Tags": tags });
    organization.ok("TagResource", tag).await;
    let target = organization.instance_arn();
    for number in 0..25 {
        let scope = format!("{number:02}{0}:{1}:{1}", "s".repeat(48), "s".repeat(50));
        let scope = json!({ "Scope": scope, "AuthorizedTargets": vec![&target; 10] });
        organization
            .ok("PutApplicationAccessScope", with(&named, scope))
            .await;
    }
    let mut policy = policy();
    policy["Id"] = "i".repeat(10_000).into();
    let method = json!({ "AuthenticationMethodType": "IAM", "AuthenticationMethod": { "Iam": { "ActorPolicy": policy } } });
    organization
        .ok("PutApplicationAuthenticationMethod", with(&named, method))
        .await;
    let uris: Vec<_> = (0..10)
        .map(|number| format!("https://example.com/{number}{}", "u".repeat(2027)))
        .collect();
    let code = json!({ "GrantType": "authorization_code", "Grant": { "AuthorizationCode": { "RedirectUris": uris } } });
    organization
        .ok("PutApplicationGrant", with(&named, code))
        .await;
    let mut issuers = Vec::new();
    for number in 0..10 {
        let input = json!({
            "InstanceArn": organization.instance_arn(),
            "Name": format!("Issuer{number}"),
            "TrustedTokenIssuerType": "OIDC_JWT",
            "TrustedTokenIssuerConfiguration": { "OidcJwtConfiguration": {
                "IssuerUrl": format!("https://{number}.example.com"),
                "ClaimAttributePath": "email",
                "IdentityStoreAttributePath": "emails.value",
                "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
            }},
        });
        let created = organization.ok("CreateTrustedTokenIssuer", input).await;
        issuers.push(json!({
            "TrustedTokenIssuerArn": created["TrustedTokenIssuerArn"],
            "AuthorizedAudiences": vec![wide(512); 10],
        }));
    }
    let bearer = json!({
        "GrantType": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "Grant": { "JwtBearer": { "AuthorizedTokenIssuers": issuers } },
    });
    organization
        .ok("PutApplicationGrant", with(&named, bearer))
        .await;
    let stored = organization.stored_application(&named).await;
    let size = serde_json::to_string(&stored).unwrap().len();
    assert!((300_000..400_000).contains(&size), "{size}");
}
