//! Access keys by the APIs: made, listed, ended, and never the last of an administrator.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::organization::Organization;

fn key(organization: &Organization) -> Value {
    json!({ "AccessKeyId": organization.key.id })
}

#[tokio::test]
async fn a_key_is_made_for_a_role_and_its_secret_is_told_once() {
    let organization = Organization::new().await;
    let input = json!({ "Role": "Helpdesk", "Description": "Jane, first floor" });
    let made = organization.ok("CreateAccessKey", input).await;
    let (id, secret) = (&made["AccessKeyId"], made["SecretAccessKey"].as_str());
    let secret = secret.unwrap();
    let listed = organization
        .all("ListAccessKeys", "AccessKeys", json!({}), 1)
        .await;
    assert_eq!(listed.len(), 2);
    let found = listed.iter().find(|key| key["AccessKeyId"] == *id).unwrap();
    assert_eq!(found["Role"], "Helpdesk");
    assert_eq!(found["Description"], "Jane, first floor");
    assert_eq!(found["Status"], "Active");
    let maker = format!(
        "arn:aws:iam::999999999999:user/vestibule/{}",
        organization.key.id
    );
    assert_eq!(found["CreatedBy"], maker);
    assert!(!json!(listed).to_string().contains(secret));
    let recorded = organization.recorded("CreateAccessKey").await;
    let record = serde_json::to_string(&recorded).unwrap();
    assert!(record.contains(id.as_str().unwrap()));
    assert!(!record.contains(secret));
    let mut sources: Vec<_> = recorded.iter().map(|record| &record.event_source).collect();
    sources.sort();
    // The first one was made by whoever controls the function.
    assert_eq!(sources, ["sso.amazonaws.com", "vestibule"]);
}

#[tokio::test]
async fn a_key_needs_a_role_that_there_is() {
    let organization = Organization::new().await;
    for input in [
        json!({}),
        json!({ "Role": "Root" }),
        json!({ "Role": "administrator" }),
        json!({ "Role": "Auditor", "Description": "" }),
    ] {
        let refused = organization.refused("CreateAccessKey", input).await;
        assert_eq!(refused, "ValidationException");
    }
}

#[tokio::test]
async fn what_is_no_key_is_not_found() {
    let organization = Organization::new().await;
    for id in ["AKIAAAAAAAAAAAAAAAAA", "ASIAAAAAAAAAAAAAAAAA"] {
        for operation in ["DeactivateAccessKey", "DeleteAccessKey"] {
            let refused = organization
                .refused(operation, json!({ "AccessKeyId": id }))
                .await;
            assert_eq!(refused, "ResourceNotFoundException", "{operation} {id}");
        }
    }
}

#[tokio::test]
async fn the_last_administrator_cannot_remove_themselves() {
    let organization = Organization::new().await;
    // Others are no administrators, or are none any more.
    organization.with_role("Auditor").await;
    let former = organization.with_role("Administrator").await;
    organization.ok("DeactivateAccessKey", key(&former)).await;
    for operation in ["DeactivateAccessKey", "DeleteAccessKey"] {
        let refused = organization.refused(operation, key(&organization)).await;
        assert_eq!(refused, "ConflictException", "{operation}");
    }
    let second = organization.with_role("Administrator").await;
    organization.ok("DeleteAccessKey", key(&organization)).await;
    let refused = second.refused("DeactivateAccessKey", key(&second)).await;
    assert_eq!(refused, "ConflictException");
    second.ok("DeleteAccessKey", key(&former)).await;
}

#[tokio::test]
async fn administrators_that_end_each_other_at_once_leave_one() {
    for operation in ["DeactivateAccessKey", "DeleteAccessKey"] {
        let first = Organization::new().await;
        let mut all = vec![first.with_key(first.key.clone())];
        for _ in 0..4 {
            all.push(first.with_role("Administrator").await);
        }
        // Each ends the next one, the last one the first.
        let next = all.iter().skip(1).chain(&all).take(all.len());
        let ended = all
            .iter()
            .zip(next)
            .map(|(one, next)| one.call(operation, key(next)));
        let ended = join_all(ended).await;
        assert!(ended.iter().any(Result::is_ok));
        let mut left = 0;
        for one in &all {
            left += usize::from(one.call("ListAccessKeys", json!({})).await.is_ok());
        }
        assert!(left > 0, "{operation}");
    }
}

#[tokio::test]
async fn a_key_that_was_ended_stays_so_and_is_recorded_once() {
    let organization = Organization::new().await;
    let other = organization.with_role("Auditor").await;
    for _ in 0..2 {
        organization.ok("DeactivateAccessKey", key(&other)).await;
    }
    assert_eq!(organization.recorded("DeactivateAccessKey").await.len(), 1);
    organization.ok("DeleteAccessKey", key(&other)).await;
    let refused = organization.refused("DeleteAccessKey", key(&other)).await;
    assert_eq!(refused, "ResourceNotFoundException");
}

#[tokio::test]
async fn there_are_a_hundred_keys_and_no_more_until_one_is_deleted() {
    let organization = Organization::new().await;
    let mut last = organization.with_key(organization.key.clone());
    for _ in 1..100 {
        last = organization.with_role("Auditor").await;
    }
    let another = json!({ "Role": "Auditor" });
    let refused = organization
        .refused("CreateAccessKey", another.clone())
        .await;
    assert_eq!(refused, "ServiceQuotaExceededException");
    organization.ok("DeactivateAccessKey", key(&last)).await;
    let refused = organization
        .refused("CreateAccessKey", another.clone())
        .await;
    assert_eq!(refused, "ServiceQuotaExceededException");
    organization.ok("DeleteAccessKey", key(&last)).await;
    organization.ok("CreateAccessKey", another).await;
}
