//! Entering an account: the service role, the bootstrap role, the SAML provider, and what is not ours.

use jiff::SignedDuration;
use vestibule_shared::arn;
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::{
    Account, AccountStatus, AssignmentState, Place, RequestStatus, Task,
};

use crate::fake_aws::MANAGEMENT;
use crate::harness::{Harness, PROD};

#[tokio::test]
async fn the_bootstrap_role_is_used_once() {
    let harness = Harness::new().await;
    harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    harness.aws.with(|state| {
        state
            .accounts
            .get_mut(PROD)
            .unwrap()
            .roles
            .remove("OrganizationAccountAccessRole")
    });
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let request = harness
        .assign(&harness.group(), &harness.place_of(&other))
        .await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn the_service_role_may_touch_only_what_is_vestibules() {
    let harness = Harness::new().await;
    harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let role = harness.aws.role(PROD, "VestibuleServiceRole");
    assert_eq!(role.path, "/vestibule/");
    let trust: serde_json::Value = serde_json::from_str(&role.trust).unwrap();
    insta::assert_json_snapshot!("service-role-trust", trust);
    let policy: serde_json::Value =
        serde_json::from_str(&role.inline["VestibuleServicePolicy"]).unwrap();
    insta::assert_json_snapshot!("service-role-policy", policy);
}

#[tokio::test]
async fn an_account_that_is_slow_to_learn_is_waited_for() {
    let harness = Harness::new().await;
    harness
        .aws
        .with(|state| state.propagation = SignedDuration::from_secs(20));
    let request = harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
    assert_eq!(harness.role().attached.len(), 1);
}

#[tokio::test]
async fn a_missing_bootstrap_role_is_named_and_nothing_stays() {
    let harness = Harness::new().await;
    harness
        .aws
        .with(|state| state.accounts.get_mut(PROD).unwrap().roles.clear());
    let request = harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let reason = harness.reason(&request).await;
    assert!(
        reason.contains("OrganizationAccountAccessRole") && reason.contains(PROD),
        "{reason}"
    );
    assert_eq!(
        harness.state(&harness.group(), &harness.place()).await,
        None
    );
    assert_eq!(harness.provisioned(&harness.place()).await, None);
    let failed = harness
        .records()
        .await
        .into_iter()
        .find(|record| record.error_code.is_some());
    assert_eq!(
        failed.unwrap().error_code.as_deref(),
        Some("BootstrapRoleNotUsable")
    );
}

#[tokio::test]
async fn a_service_role_of_another_version_is_brought_up_to_date() {
    let harness = Harness::new().await;
    harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let current = harness.aws.role(PROD, "VestibuleServiceRole");
    let outdate = || {
        harness.aws.with(|state| {
            let account = state.accounts.get_mut(PROD).unwrap();
            let role = account.roles.get_mut("VestibuleServiceRole").unwrap();
            role.tags
                .insert("vestibule:policy".to_owned(), "0123456789abcdef".to_owned());
        });
    };
    outdate();
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    harness
        .assign(&harness.group(), &harness.place_of(&other))
        .await;
    harness.run_through().await;
    assert_eq!(
        harness.aws.role(PROD, "VestibuleServiceRole").tags,
        current.tags
    );

    // Where that cannot be done, what is there is used.
    outdate();
    harness.aws.with(|state| {
        state
            .accounts
            .get_mut(PROD)
            .unwrap()
            .roles
            .remove("OrganizationAccountAccessRole")
    });
    let third = harness
        .world
        .create_permission_set("Billing")
        .await
        .unwrap();
    let request = harness
        .assign(&harness.group(), &harness.place_of(&third))
        .await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn a_service_role_of_somebody_elses_is_left_alone() {
    let harness = Harness::new().await;
    harness.aws.with(|state| {
        let account = state.accounts.get_mut(PROD).unwrap();
        let mut role = account.roles["OrganizationAccountAccessRole"].clone();
        role.trust = r#"{"Statement":[]}"#.to_owned();
        account
            .roles
            .insert("VestibuleServiceRole".to_owned(), role);
    });
    let before = harness.aws.role(PROD, "VestibuleServiceRole");
    let request = harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let reason = harness.reason(&request).await;
    assert!(
        reason.contains("VestibuleServiceRole") && reason.contains("left as it is"),
        "{reason}"
    );
    assert_eq!(harness.aws.role(PROD, "VestibuleServiceRole"), before);
}

#[tokio::test]
async fn a_role_with_our_name_that_is_not_ours_is_left_alone() {
    for path in ["/", "/vestibule/"] {
        let harness = Harness::new().await;
        harness.aws.with(|state| {
            let account = state.accounts.get_mut(PROD).unwrap();
            let mut role = account.roles["OrganizationAccountAccessRole"].clone();
            path.clone_into(&mut role.path);
            account.roles.insert(harness.role_name(), role);
        });
        let before = harness.role();
        let request = harness.assign(&harness.group(), &harness.place()).await;
        harness.run_through().await;
        let reason = harness.reason(&request).await;
        assert!(
            reason.contains(&harness.role_name()) && reason.contains("left as it is"),
            "{reason}"
        );
        assert_eq!(harness.role(), before);
        assert_eq!(harness.provisioned(&harness.place()).await, None);
    }
}

#[tokio::test]
async fn the_provider_gets_new_metadata_with_the_next_change() {
    let harness = Harness::new().await;
    harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let account = &harness.sample.accounts[1].id;
    let provider_arn = arn::provider(account, &harness.sample.instance.id);
    let metadata = || {
        harness.aws.with(|state| {
            state.accounts[PROD].providers[&provider_arn]
                .metadata
                .clone()
        })
    };
    assert!(metadata().contains(&harness.sample.instance.entity_id));

    let mut instance = harness.sample.instance.clone();
    instance.public_origin = "https://sso.example.com".to_owned();
    instance.revision += 1;
    let record = harness.world.record();
    let change = (&harness.sample.instance, &instance);
    let access = &harness.world.access;
    access
        .replace_instance(change, harness.world.recorded(&record))
        .await
        .unwrap();
    harness.aws.take_calls();
    harness.provision(Task::Provision(harness.place())).await;
    harness.run_through().await;
    assert!(metadata().contains("https://sso.example.com/saml/sso"));
    let calls = harness.aws.take_calls();
    assert!(
        calls.contains(&format!("{PROD} UpdateSAMLProvider")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn a_provider_with_our_name_that_is_not_ours_is_left_alone() {
    let harness = Harness::new().await;
    harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    harness.aws.with(|state| {
        for provider in state.accounts.get_mut(PROD).unwrap().providers.values_mut() {
            provider.tags.clear();
            provider.metadata = "<EntityDescriptor entityID=\"https://other.example\"/>".to_owned();
        }
    });
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let request = harness
        .assign(&harness.group(), &harness.place_of(&other))
        .await;
    harness.run_through().await;
    let reason = harness.reason(&request).await;
    assert!(reason.contains("SAML provider"), "{reason}");
}

#[tokio::test]
async fn the_management_account_is_managed_only_where_that_was_asked_for() {
    let mut harness = Harness::new().await;
    let account = Account {
        id: AccountId::parse(MANAGEMENT).unwrap(),
        name: "management".to_owned(),
        email: "management@example.com".to_owned(),
        status: AccountStatus::Active,
    };
    harness.world.put_account(&account).await.unwrap();
    let place = Place {
        account: account.id.clone(),
        permission_set: harness.sample.permission_set.id.clone(),
    };
    let refused = harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    let reason = harness.reason(&refused).await;
    assert!(reason.contains("ManageManagementAccount"), "{reason}");
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());

    harness.context.manage_management_account = true;
    let done = harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.status(&done).await, RequestStatus::Succeeded);
    let calls = harness.aws.take_calls();
    assert!(
        calls
            .iter()
            .all(|call| call.starts_with(MANAGEMENT) && !call.contains("Assume"))
    );
    assert!(
        harness
            .aws
            .find_role(MANAGEMENT, &harness.role_name())
            .is_some()
    );
    assert!(
        harness
            .aws
            .find_role(MANAGEMENT, "VestibuleServiceRole")
            .is_none()
    );
}

#[tokio::test]
async fn a_closed_account_takes_no_assignments_and_keeps_none() {
    let harness = Harness::new().await;
    harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let closed = Account {
        status: AccountStatus::Suspended,
        ..harness.sample.accounts[1].clone()
    };
    harness.world.put_account(&closed).await.unwrap();
    harness.aws.take_calls();

    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let request = harness
        .assign(&harness.group(), &harness.place_of(&other))
        .await;
    let removal = harness.unassign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    assert!(harness.reason(&request).await.contains("suspended"));
    assert_eq!(harness.status(&removal).await, RequestStatus::Succeeded);
    assert_eq!(harness.provisioned(&harness.place()).await, None);
    assert_eq!(
        harness
            .state(&harness.group(), &harness.place_of(&other))
            .await,
        None::<AssignmentState>
    );
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
}
