//! What whoever controls the function may ask of it: enabling, the first access key, invitations.

use serde_json::{Value, json};
use vestibule_admin::{Context, EnableRequest, StackParameters, enable, invoke, refresh_accounts};
use vestibule_shared::store;
use vestibule_shared::store::access::AccountStatus;
use vestibule_shared::store::audit::Actor;
use vestibule_shared::store::keys::{AccessKey, CLIENT_REGISTRATION_SECRET, Role};
use vestibule_shared::store::sessions::PasswordLink;
use vestibule_shared::token::Token;
use vestibule_tables::fixture::World;

use crate::organization::{Organization, context, organizations};

const NONE: StackParameters = StackParameters {
    public_origin: None,
    bootstrap_role: None,
    reopen_first_administrator: false,
};

fn request(public_origin: &str) -> EnableRequest {
    EnableRequest {
        public_origin: public_origin.to_owned(),
        bootstrap_role: None,
        name: None,
    }
}

async fn empty() -> (World, Context) {
    let world = World::empty().await.unwrap();
    let mut context = context(&world);
    context.organizations = organizations(vec![
        json!({ "Id": "999999999999", "Name": "management", "Email": "m@example.com", "State": "ACTIVE" }),
        json!({ "Id": "111111111111", "Name": "dev", "Email": "d@example.com", "Status": "ACTIVE" }),
        json!({ "Id": "222222222222", "Name": "old", "Email": "o@example.com", "State": "SUSPENDED" }),
    ]);
    (world, context)
}

#[tokio::test]
async fn enabling_makes_identity_certificate_secret_and_accounts_once() {
    let (world, context) = empty().await;
    let instance = enable(&context, request("https://sso.example.com"))
        .await
        .unwrap();
    assert_eq!(instance.public_origin, "https://sso.example.com");
    assert_eq!(instance.bootstrap_role, "OrganizationAccountAccessRole");
    assert_eq!(
        instance.entity_id,
        format!("https://vestibule.invalid/{}", instance.id)
    );
    let certificate = world.keys.find_certificate().await.unwrap().unwrap();
    let sealed = world
        .keys
        .find_instance_secret(CLIENT_REGISTRATION_SECRET)
        .await
        .unwrap()
        .unwrap();
    let secret = context
        .sealer
        .open(CLIENT_REGISTRATION_SECRET, &sealed, world.clock.now())
        .await
        .unwrap();
    assert_eq!(secret.len(), 32);
    let accounts = world.access.list_accounts(10, None).await.unwrap().items;
    let accounts: Vec<_> = accounts
        .iter()
        .map(|account| (account.name.as_str(), account.status))
        .collect();
    assert_eq!(
        accounts,
        [
            ("dev", AccountStatus::Active),
            ("old", AccountStatus::Suspended),
            ("management", AccountStatus::Active)
        ]
    );

    let again = enable(&context, request("https://sso.example.com"))
        .await
        .unwrap();
    assert_eq!(again, instance);
    let found = world.keys.find_certificate().await.unwrap().unwrap();
    assert_eq!(found, certificate);

    let moved = EnableRequest {
        bootstrap_role: Some("AWSControlTowerExecution".to_owned()),
        name: Some("corp".to_owned()),
        ..request("https://login.example.com")
    };
    let moved = enable(&context, moved).await.unwrap();
    assert_eq!(moved.id, instance.id);
    assert_eq!(moved.entity_id, instance.entity_id);
    assert_eq!(moved.public_origin, "https://login.example.com");
    assert_eq!(moved.bootstrap_role, "AWSControlTowerExecution");
    assert_eq!(world.access.find_instance().await.unwrap(), Some(moved));
}

#[tokio::test]
async fn an_account_that_left_is_suspended() {
    let (world, mut context) = empty().await;
    assert_eq!(refresh_accounts(&context).await.unwrap(), 3);
    context.organizations = organizations(vec![
        json!({ "Id": "999999999999", "Name": "management", "Email": "m@example.com", "State": "ACTIVE" }),
    ]);
    assert_eq!(refresh_accounts(&context).await.unwrap(), 1);
    let left = world
        .access
        .find_account(&"111111111111".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(left.status, AccountStatus::Suspended);
}

#[tokio::test]
async fn what_enabling_changes_is_recorded_and_what_it_finds_as_it_should_be_is_not() {
    let mut organization = Organization::new().await;
    organization.context.organizations = organizations(vec![
        json!({ "Id": "111111111111", "Name": "development", "Email": "d@example.com", "State": "ACTIVE" }),
    ]);
    for _ in 0..2 {
        let request = request("http://localhost:8080");
        enable(&organization.context, request).await.unwrap();
        let secrets = organization.recorded("CreateInstanceSecret").await;
        assert_eq!(secrets.len(), 1);
        let accounts = organization.recorded("UpdateAccount").await;
        let mut accounts: Vec<_> = accounts.iter().map(|one| &one.request_parameters).collect();
        accounts.sort_by_key(|account| account["accountId"].to_string());
        let expected = [
            json!({ "accountId": "111111111111", "name": "development", "status": "ACTIVE" }),
            json!({ "accountId": "222222222222", "name": "prod", "status": "SUSPENDED" }),
        ];
        assert!(accounts.into_iter().eq(&expected));
    }
}

#[tokio::test]
async fn the_first_access_key_is_made_once() {
    let (world, context) = empty().await;
    let event = json!({ "operation": "CreateFirstAccessKey" });
    let key = invoke(&context, &NONE, event.clone()).await.unwrap();
    let id = key["AccessKeyId"].as_str().unwrap();
    assert!(id.starts_with("AKIA") && id.len() == 20);
    assert_eq!(key["SecretAccessKey"].as_str().unwrap().len(), 40);
    let stored = world.keys.find_access_key(id).await.unwrap().unwrap();
    assert!(!format!("{stored:?}").contains(key["SecretAccessKey"].as_str().unwrap()));
    let refused = invoke(&context, &NONE, event).await.unwrap_err();
    assert_eq!(refused.error_type, "ConflictException");
}

#[tokio::test]
async fn there_is_no_first_access_key_where_there_is_one() {
    let organization = Organization::new().await;
    let event = json!({ "operation": "CreateFirstAccessKey" });
    let refused = invoke(&organization.context, &NONE, event)
        .await
        .unwrap_err();
    assert_eq!(refused.error_type, "ConflictException");
}

#[tokio::test]
async fn the_stack_can_let_another_administrator_in() {
    let organization = Organization::new().await;
    let reopened = StackParameters {
        reopen_first_administrator: true,
        ..NONE
    };
    let event = json!({ "operation": "CreateFirstAccessKey" });
    let key = invoke(&organization.context, &reopened, event)
        .await
        .unwrap();
    assert!(key["SecretAccessKey"].is_string());
    let recorded = organization.recorded("CreateReopenedAccessKey").await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(
        recorded[0].response_elements,
        Some(json!({ "accessKeyId": key["AccessKeyId"] }))
    );
}

#[tokio::test]
async fn after_a_key_of_the_reopened_stack_there_is_no_first_one() {
    let (world, context) = empty().await;
    let reopened = StackParameters {
        reopen_first_administrator: true,
        ..NONE
    };
    let event = json!({ "operation": "CreateFirstAccessKey" });
    invoke(&context, &reopened, event).await.unwrap();
    // Not by the list, which may be late, but by the mark.
    let now = world.clock.now();
    let key = AccessKey {
        id: "AKIAAAAAAAAAAAAAAAAA".to_owned(),
        role: Role::Administrator,
        description: None,
        sealed_secret: String::new(),
        active: true,
        created_by: "test".to_owned(),
        created_at: now,
    };
    let record = world.record();
    let recorded = world.recorded(&record);
    let refused = world.keys.create_first_access_key(&key, recorded).await;
    assert!(matches!(refused, Err(store::Error::AlreadyExists(_))));
}

#[tokio::test]
async fn an_access_key_that_was_deactivated_lets_nobody_in_and_is_listed_without_its_secret() {
    let organization = Organization::new().await;
    let context = &organization.context;
    let input = json!({ "InstanceArn": organization.instance_arn() });
    organization.ok("DescribeInstance", input.clone()).await;
    let id = &organization.key.id;
    let list = json!({ "operation": "ListAccessKeys" });
    let listed = invoke(context, &NONE, list.clone()).await.unwrap();
    assert_eq!(listed["AccessKeys"].as_array().unwrap().len(), 1);
    assert_eq!(listed["AccessKeys"][0]["AccessKeyId"], *id);
    assert_eq!(listed["AccessKeys"][0]["Status"], "Active");
    assert!(listed["AccessKeys"][0]["CreateDate"].is_string());
    let stored = organization.world.keys.find_access_key(id).await.unwrap();
    let text = listed.to_string();
    assert!(!text.contains(&organization.key.secret));
    assert!(!text.contains(&stored.unwrap().sealed_secret));

    let end = json!({ "operation": "DeactivateAccessKey", "AccessKeyId": id });
    for _ in 0..2 {
        let ended = invoke(context, &NONE, end.clone()).await.unwrap();
        assert_eq!(ended, json!({ "AccessKeyId": id, "Status": "Inactive" }));
    }
    let refused = organization.refused("DescribeInstance", input).await;
    assert_eq!(refused, "UnrecognizedClientException");
    let listed = invoke(context, &NONE, list).await.unwrap();
    assert_eq!(listed["AccessKeys"][0]["Status"], "Inactive");
    assert_eq!(organization.recorded("DeactivateAccessKey").await.len(), 1);
    assert_eq!(organization.recorded("ListAccessKeys").await.len(), 2);

    // Ending the last one lets nobody new in.
    let first = json!({ "operation": "CreateFirstAccessKey" });
    let refused = invoke(context, &NONE, first).await.unwrap_err();
    assert_eq!(refused.error_type, "ConflictException");
    let unknown =
        json!({ "operation": "DeactivateAccessKey", "AccessKeyId": "AKIAAAAAAAAAAAAAAAAA" });
    let refused = invoke(context, &NONE, unknown).await.unwrap_err();
    assert_eq!(refused.error_type, "ResourceNotFoundException");
}

#[tokio::test]
async fn the_stack_says_what_enabling_leaves_open() {
    let (world, context) = empty().await;
    let stack = StackParameters {
        public_origin: Some("https://sso.example.com".to_owned()),
        bootstrap_role: Some("AWSControlTowerExecution".to_owned()),
        ..NONE
    };
    let event = json!({ "operation": "Enable" });
    let refused = invoke(&context, &NONE, event.clone()).await.unwrap_err();
    assert_eq!(refused.error_type, "ValidationException");
    invoke(&context, &stack, event).await.unwrap();
    let instance = world.access.find_instance().await.unwrap().unwrap();
    assert_eq!(instance.public_origin, "https://sso.example.com");
    assert_eq!(instance.bootstrap_role, "AWSControlTowerExecution");
}

#[tokio::test]
async fn an_invitation_is_a_link_for_one_user() {
    let organization = Organization::new().await;
    let event = json!({ "operation": "Invite", "UserName": "ALICE" });
    let answer = invoke(&organization.context, &NONE, event).await.unwrap();
    let link = answer["Link"].as_str().unwrap();
    let token = link
        .strip_prefix("http://localhost:8080/start/password/")
        .unwrap();
    let hash = Token::parse(token).unwrap().hash();
    let now = organization.world.clock.now();
    let found = organization.world.sessions.find_link(&hash, now);
    let found: PasswordLink = found.await.unwrap().unwrap();
    assert_eq!(found.user, organization.sample.user.id);
    let recorded = organization.recorded("CreatePasswordLink").await;
    assert_eq!(recorded.len(), 1);
    assert!(!serde_json::to_string(&recorded).unwrap().contains(token));

    let unknown =
        vestibule_admin::invite(&organization.context, "bob", &Actor::System("test")).await;
    assert!(unknown.is_err());
}

#[tokio::test]
async fn other_invocations_are_refused() {
    let organization = Organization::new().await;
    for event in [
        json!(null),
        json!({}),
        json!([]),
        json!({ "operation": "Invite" }),
        json!({ "operation": "Invite", "UserName": 1 }),
        json!({ "operation": "Enable", "PublicOrigin": "http://example.com" }),
        json!({ "operation": "Enable", "PublicOrigin": "https://example.com", "Name": "two words" }),
        json!({ "operation": "Enable", "PublicOrigin": "https://example.com", "Other": 1 }),
        json!({ "operation": "DeactivateAccessKey" }),
        json!({ "operation": "Destroy" }),
        json!({ "version": "2.0", "requestContext": {} }),
        json!({ "version": "1.0", "requestContext": {} }),
    ] {
        let refused = invoke(&organization.context, &NONE, event.clone()).await;
        let refused = refused.map(|answer: Value| panic!("{event}: {answer}"));
        assert_eq!(
            refused.unwrap_err().error_type,
            "ValidationException",
            "{event}"
        );
    }
}
