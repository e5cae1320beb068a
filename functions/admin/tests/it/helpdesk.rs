//! What a helpdesk does: links with which users choose a password, except for those who could undo everything.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_shared::ids::{AccountId, Principal};
use vestibule_shared::store::access::{Account, AccountStatus, Place};
use vestibule_shared::token::Token;

use crate::organization::Organization;

fn alice(organization: &Organization) -> Value {
    json!({ "UserId": organization.sample.user.id })
}

#[tokio::test]
async fn a_link_is_for_one_user_works_as_long_as_it_says_and_is_told_once() {
    let organization = Organization::new().await;
    let helpdesk = organization.with_role("Helpdesk").await;
    for (operation, hours) in [("InviteUser", 7 * 24), ("CreatePasswordResetLink", 1)] {
        for input in [alice(&organization), json!({ "UserName": "ALICE" })] {
            let made = helpdesk.ok(operation, input).await;
            assert_eq!(made["UserId"], organization.sample.user.id.as_str());
            let link = made["Link"].as_str().unwrap();
            let token = link.strip_prefix("http://localhost:8080/start/password/");
            let token = token.unwrap();
            let hash = Token::parse(token).unwrap().hash();
            let now = organization.world.clock.now();
            let ends = now + SignedDuration::from_hours(hours);
            assert_eq!(made["ExpiresDate"], json!(ends.as_duration().as_secs_f64()));
            let sessions = &organization.world.sessions;
            let second = SignedDuration::from_secs(1);
            let found = sessions.find_link(&hash, ends - second).await.unwrap();
            let found = found.unwrap();
            assert_eq!(found.user, organization.sample.user.id);
            assert!(found.by_helpdesk);
            assert!(sessions.find_link(&hash, ends).await.unwrap().is_none());
            let recorded = organization.recorded(operation).await;
            let text = serde_json::to_string(&recorded).unwrap();
            assert!(!text.contains(token));
            assert!(text.contains(organization.sample.user.id.as_str()));
        }
    }
}

#[tokio::test]
async fn a_link_needs_one_user_who_is_there_and_enabled() {
    let organization = Organization::new().await;
    let both = json!({ "UserId": organization.sample.user.id, "UserName": "alice" });
    let unknown = json!({ "UserId": "0123456789-aaaaaaaa-2222-3333-4444-555555555555" });
    for (input, code) in [
        (json!({}), "ValidationException"),
        (both, "ValidationException"),
        (unknown, "ResourceNotFoundException"),
        (json!({ "UserName": "nobody" }), "ResourceNotFoundException"),
    ] {
        let refused = organization.refused("InviteUser", input.clone()).await;
        assert_eq!(refused, code, "{input}");
    }
    let disable = json!({
        "IdentityStoreId": organization.sample.instance.identity_store,
        "UserId": organization.sample.user.id,
        "Operations": [{ "AttributePath": "userStatus", "AttributeValue": "DISABLED" }],
    });
    organization.ok("UpdateUser", disable).await;
    let refused = organization
        .refused("CreatePasswordResetLink", alice(&organization))
        .await;
    assert_eq!(refused, "ConflictException");
}

#[tokio::test]
async fn a_helpdesk_takes_over_nobody_who_is_assigned_to_the_management_account() {
    let organization = Organization::new().await;
    let helpdesk = organization.with_role("Helpdesk").await;
    let management: AccountId = "999999999999".parse().unwrap();
    let account = Account {
        id: management.clone(),
        name: "management".to_owned(),
        email: "m@example.com".to_owned(),
        status: AccountStatus::Active,
    };
    let world = &organization.world;
    world.put_account(&account).await.unwrap();
    let place = Place {
        account: management,
        permission_set: organization.sample.permission_set.id.clone(),
    };
    // By a group of theirs, and before the assignment counts: it soon will.
    let group = Principal::Group(organization.sample.group.id.clone());
    world.request_assignment(&group, &place).await.unwrap();
    for operation in ["InviteUser", "CreatePasswordResetLink"] {
        let refused = helpdesk.refused(operation, alice(&organization)).await;
        assert_eq!(refused, "AccessDeniedException");
        let [record] = &organization.recorded(operation).await[..] else {
            panic!("whoever tries what they may not is somebody to know of");
        };
        assert_eq!(record.error_code.as_deref(), Some("AccessDenied"));
        let user = organization.sample.user.id.as_str();
        assert_eq!(record.request_parameters["userId"], user);
        organization.ok(operation, alice(&organization)).await;
    }
    let store = &organization.sample.instance.identity_store;
    world.create_user(store, "bob").await.unwrap();
    let bob = json!({ "UserName": "bob" });
    helpdesk.ok("CreatePasswordResetLink", bob).await;
}
