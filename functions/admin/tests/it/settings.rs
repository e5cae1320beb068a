//! The settings of the instance: described, changed one by one, and never against somebody else's change unseen.

use serde_json::{Value, json};

use crate::organization::Organization;

async fn described(organization: &Organization) -> Value {
    organization.ok("DescribeSettings", json!({})).await["Settings"].clone()
}

#[tokio::test]
async fn settings_are_described() {
    let organization = Organization::new().await;
    let expected = json!({
        "InstanceArn": organization.instance_arn(),
        "IdentityStoreId": "d-0123456789",
        "PortalUrl": "http://localhost:8080/start/",
        "StartUrl": "https://identitycenter.amazonaws.com/ssoins-0123456789abcdef",
        "DeviceGrantEnabled": true,
        "SessionDurationMinutes": 480,
        "PasswordPolicy": {
            "MinimumLength": 8,
            "RequireLowercase": true,
            "RequireUppercase": true,
            "RequireNumbers": true,
            "RequireSymbols": true,
            "HistoryCount": 3,
        },
        "CreateCustomerManagedPolicies": false,
        "BootstrapRoleName": "OrganizationAccountAccessRole",
        "TrustedAccessEnabled": true,
        "Revision": "1",
    });
    assert_eq!(described(&organization).await, expected);
}

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    let organization = Organization::new().await;
    let before = described(&organization).await;
    for (change, value) in [
        ("DeviceGrantEnabled", json!(false)),
        ("SessionDurationMinutes", json!(15)),
        ("CreateCustomerManagedPolicies", json!(true)),
        ("TrustedAccessEnabled", json!(false)),
    ] {
        let input = json!({ change: value });
        let answer = organization.ok("UpdateSettings", input).await;
        assert_eq!(answer["Settings"][change], value);
    }
    let policy = json!({ "PasswordPolicy": { "MinimumLength": 12, "RequireSymbols": false } });
    organization.ok("UpdateSettings", policy).await;
    let after = described(&organization).await;
    assert_eq!(after["PasswordPolicy"]["MinimumLength"], 12);
    assert_eq!(after["PasswordPolicy"]["RequireSymbols"], false);
    assert_eq!(after["PasswordPolicy"]["HistoryCount"], 3);
    assert_eq!(after["PortalUrl"], before["PortalUrl"]);
    assert_eq!(after["Revision"], "6");
    let recorded = organization.recorded("UpdateSettings").await;
    assert_eq!(recorded.len(), 5);
    let policy = json!({ "passwordPolicy": { "minimumLength": 12, "requireSymbols": false } });
    let mut parameters = recorded.iter().map(|record| &record.request_parameters);
    assert!(parameters.any(|parameters| *parameters == policy));
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_none() {
    let organization = Organization::new().await;
    for input in [json!({}), json!({ "DeviceGrantEnabled": true })] {
        let answer = organization.ok("UpdateSettings", input).await;
        assert_eq!(answer["Settings"]["Revision"], "1");
    }
    assert!(organization.recorded("UpdateSettings").await.is_empty());
}

/// The stack's policy lets nobody assume another role, so that a change could only end provisioning.
#[tokio::test]
async fn the_role_of_the_stack_is_described_and_never_changed() {
    let organization = Organization::new().await;
    let change = json!({ "BootstrapRoleName": "AWSControlTowerExecution" });
    let _ = organization.call("UpdateSettings", change).await;
    let after = described(&organization).await;
    assert_eq!(after["BootstrapRoleName"], "OrganizationAccountAccessRole");
}

#[tokio::test]
async fn a_change_that_expects_another_revision_is_refused() {
    let organization = Organization::new().await;
    let change = |revision: &str, minutes: u32| json!({ "Revision": revision, "SessionDurationMinutes": minutes });
    organization.ok("UpdateSettings", change("1", 60)).await;
    let refused = organization
        .refused("UpdateSettings", change("1", 120))
        .await;
    assert_eq!(refused, "ConflictException");
    assert_eq!(described(&organization).await["SessionDurationMinutes"], 60);
}

#[tokio::test]
async fn changes_of_different_settings_at_once_are_all_made() {
    let organization = Organization::new().await;
    let change = |input| organization.ok("UpdateSettings", input);
    futures_util::join!(
        change(json!({ "DeviceGrantEnabled": false })),
        change(json!({ "SessionDurationMinutes": 60 })),
        change(json!({ "TrustedAccessEnabled": false })),
        change(json!({ "PasswordPolicy": { "HistoryCount": 5 } })),
    );
    let after = described(&organization).await;
    assert_eq!(after["DeviceGrantEnabled"], false);
    assert_eq!(after["SessionDurationMinutes"], 60);
    assert_eq!(after["TrustedAccessEnabled"], false);
    assert_eq!(after["PasswordPolicy"]["HistoryCount"], 5);
}

#[tokio::test]
async fn values_beyond_their_bounds_are_refused() {
    let organization = Organization::new().await;
    for input in [
        json!({ "SessionDurationMinutes": 14 }),
        json!({ "SessionDurationMinutes": 129_601 }),
        json!({ "PasswordPolicy": { "MinimumLength": 7 } }),
        json!({ "PasswordPolicy": { "MinimumLength": 65 } }),
        json!({ "PasswordPolicy": { "HistoryCount": 0 } }),
        json!({ "PasswordPolicy": { "HistoryCount": 11 } }),
        json!({ "Revision": "one" }),
    ] {
        let refused = organization.refused("UpdateSettings", input.clone()).await;
        assert_eq!(refused, "ValidationException", "{input}");
    }
}
