//! Updates of users through the router: what they change, what they refuse, and who was faster.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::identitystore_users::{STORE, create, describe, update};
use crate::organization::Organization;

#[tokio::test]
async fn an_update_is_made_whole_and_counted() {
    let organization = Organization::new().await;
    let id = create(&organization, "liddell").await;
    organization.world.advance(SignedDuration::from_mins(1));
    let updated = organization
        .ok(
            "UpdateUser",
            json!({
                "IdentityStoreId": STORE,
                "UserId": id,
                "Revision": "1",
                "Operations": [
                    {"AttributePath": "name.familyName", "AttributeValue": "Hargreaves"},
                    {"AttributePath": "emails", "AttributeValue": [{"value": "a@example.com", "primary": true}]},
                    {"AttributePath": "title", "AttributeValue": "Mrs"},
                    {"AttributePath": "aws:identitystore:enterprise.division", "AttributeValue": "Oxford"},
                ],
            }),
        )
        .await;
    assert_eq!(updated["Revision"], "2");
    let user = describe(&organization, &id).await;
    assert_eq!(
        user["Name"],
        json!({"GivenName": "Alice", "FamilyName": "Hargreaves"})
    );
    assert_eq!(
        user["Emails"],
        json!([{"Value": "a@example.com", "Primary": true}])
    );
    assert_eq!(user["CreatedAt"], json!(1_767_323_045.0));
    assert_eq!(user["UpdatedAt"], json!(1_767_323_105.0));

    organization
        .ok("UpdateUser", update(&id, "emails", Value::Null))
        .await;
    let user = describe(&organization, &id).await;
    assert_eq!(user.get("Emails"), None);
    assert_eq!(user["Revision"], "3");
    let by_email = json!({"IdentityStoreId": STORE, "AlternateIdentifier": {
        "UniqueAttribute": {"AttributePath": "emails.value", "AttributeValue": "a@example.com"}}});
    assert_eq!(
        organization.refused("GetUserId", by_email).await,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn an_update_that_is_refused_changes_nothing() {
    let organization = Organization::new().await;
    let id = create(&organization, "liddell").await;
    let before = describe(&organization, &id).await;
    for (path, value) in [
        ("userId", json!("x")),
        ("emails.value", json!("a@example.com")),
        ("emails", json!([])),
        ("emails", json!([{"value": 1}])),
        ("emails", json!([{"value": "x", "other": "y"}])),
        ("displayName", json!("")),
        ("displayName", Value::Null),
        ("userName", Value::Null),
        ("userName", json!("AWSAdministrators")),
        ("userName", json!("with space")),
        ("name", json!({"givenName": "Alice"})),
        ("title", json!("x".repeat(1025))),
        ("userStatus", json!("ASLEEP")),
        ("aws:identitystore:enterprise", json!({"salary": "x"})),
        ("aws:identitystore:other", json!({})),
        ("externalIds", json!([{"issuer": "i"}])),
    ] {
        let mut input = update(&id, path, value);
        let operations = input["Operations"].as_array_mut().unwrap();
        operations.insert(
            0,
            json!({"AttributePath": "title", "AttributeValue": "Dr."}),
        );
        assert_eq!(
            organization.refused("UpdateUser", input).await,
            "ValidationException",
            "{path}"
        );
    }
    let (code, body) = organization
        .call("UpdateUser", update(&id, "userName", json!("alice")))
        .await
        .unwrap_err();
    assert_eq!(code, "ConflictException");
    assert_eq!(body["Reason"], "UNIQUENESS_CONSTRAINT_VIOLATION");
    let mut stale = update(&id, "title", json!("Dr."));
    stale["Revision"] = json!("7");
    let (_, body) = organization.call("UpdateUser", stale).await.unwrap_err();
    assert_eq!(body["Reason"], "CONCURRENT_MODIFICATION");
    assert_eq!(describe(&organization, &id).await, before);
    assert!(organization.recorded("UpdateUser").await.is_empty());
}

#[tokio::test]
async fn a_user_who_is_disabled_loses_their_sessions() {
    let organization = Organization::new().await;
    let id = &organization.sample.user.id;
    organization
        .ok(
            "UpdateUser",
            update(id.as_str(), "userStatus", json!("DISABLED")),
        )
        .await;
    let directory = &organization.world.directory;
    let user = directory.find_user(id).await.unwrap().unwrap();
    assert!(!user.active);
    assert_eq!(
        user.sessions_not_before,
        Some(organization.world.clock.now())
    );
    assert_eq!(
        describe(&organization, id.as_str()).await["UserStatus"],
        "DISABLED"
    );
}

#[tokio::test]
async fn parallel_updates_without_a_revision_all_arrive() {
    let organization = Organization::new().await;
    let id = create(&organization, "liddell").await;
    let (first, second) = tokio::join!(
        organization.ok("UpdateUser", update(&id, "title", json!("Dr."))),
        organization.ok("UpdateUser", update(&id, "nickName", json!("Al"))),
    );
    assert_ne!(first["Revision"], second["Revision"]);
    let user = describe(&organization, &id).await;
    assert_eq!(
        (&user["Title"], &user["NickName"]),
        (&json!("Dr."), &json!("Al"))
    );
}
