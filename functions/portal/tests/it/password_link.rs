//! One-time links.

use std::sync::Arc;

use http::StatusCode;
use jiff::SignedDuration;
use vestibule_shared::ids::Principal;
use vestibule_shared::store::access::{Account, AccountStatus, PasswordPolicy, Place};
use vestibule_shared::token::Token;

use crate::fixture::{Answer, Organization, PASSWORD};

#[tokio::test]
async fn a_link_sets_the_first_password_and_works_once() {
    let organization = Organization::new().await;
    let alice = &organization.sample.user.id;
    let path = organization.invite(alice).await;
    let mut browser = organization.browser();
    for _ in 0..2 {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "looking does not use it up");
    }
    let answer = browser.set_password(&path, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.says("Your password is set"));
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    let answer = browser.sign_in("alice", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);

    let [record] = &organization.recorded("UpdatePassword").await[..] else {
        panic!("one record");
    };
    assert!(!serde_json::to_string(record).unwrap().contains("Horse"));
}

#[tokio::test]
async fn of_many_who_use_a_link_at_once_one_sets_the_password() {
    let organization = Organization::new().await;
    let path = organization.invite(&organization.sample.user.id).await;
    let page = organization.browser().get(&path).await;
    let csrf = page.field("csrf").to_owned();
    let attempts = (0..8).map(|number| {
        let (mut browser, path, csrf) = (organization.browser(), path.clone(), csrf.clone());
        let password = format!("{PASSWORD}{number}");
        async move {
            let fields = [
                ("csrf", csrf.as_str()),
                ("password", &password),
                ("repeated", &password),
            ];
            browser.post(&path, &fields).await.status
        }
    });
    let statuses = futures_util::future::join_all(attempts).await;
    let set = statuses.iter().filter(|status| **status == StatusCode::OK);
    assert_eq!(set.count(), 1, "{statuses:?}");
    let others = statuses.iter().filter(|status| status.is_client_error());
    assert_eq!(others.count(), 7, "{statuses:?}");
}

#[tokio::test]
async fn a_new_password_voids_the_links_from_before_it() {
    let organization = Organization::new().await;
    let alice = &organization.sample.user.id;
    let lost = organization.invite(alice).await;
    let mut open = organization.browser();
    let csrf = open.get(&lost).await.field("csrf").to_owned();
    organization.give_password(alice, PASSWORD).await;

    let fields = [
        ("csrf", csrf.as_str()),
        ("password", "Another-Horse-8"),
        ("repeated", "Another-Horse-8"),
    ];
    for answer in [open.get(&lost).await, open.post(&lost, &fields).await] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.says("This link does not work"));
    }
    let answer = organization.browser().sign_in("alice", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    organization.give_password(alice, "Another-Horse-8").await;
}

#[tokio::test]
async fn a_link_that_cannot_be_used_says_the_same_whatever_the_reason() {
    let organization = Organization::new().await;
    let expired = organization.invite(&organization.sample.user.id).await;
    organization.world.advance(SignedDuration::from_hours(24));
    let disabled = organization.invite(&organization.sample.user.id).await;
    organization.change_user(|user| user.active = false).await;
    let unknown = format!("/start/password/{}", "a".repeat(43));
    for path in [&expired, &disabled, &unknown, "/start/password/x"] {
        let mut browser = organization.browser();
        let fields = [
            ("csrf", "x"),
            ("password", PASSWORD),
            ("repeated", PASSWORD),
        ];
        for answer in [browser.get(path).await, browser.post(path, &fields).await] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(answer.says("This link does not work"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_helpdesks_link_is_void_once_its_user_is_assigned_to_the_management_account() {
    let organization = Organization::new().await;
    let (alice, world) = (&organization.sample.user.id, &organization.world);
    let [by_helpdesk, by_administrator] = [true, false].map(|by_helpdesk| {
        let token = Token::generate(&world.random);
        let path = format!("/start/password/{}", token.expose());
        (path, token, by_helpdesk)
    });
    for (_, token, by_helpdesk) in [&by_helpdesk, &by_administrator] {
        organization.invite_by(alice, token, *by_helpdesk).await;
    }
    let mut browser = organization.browser();
    let open = browser.get(&by_helpdesk.0).await;
    assert_eq!(open.status, StatusCode::OK);

    let account = Account {
        id: organization.sample.instance.management_account.clone(),
        name: "management".to_owned(),
        email: "m@example.com".to_owned(),
        status: AccountStatus::Active,
    };
    world.put_account(&account).await.unwrap();
    let place = Place {
        account: account.id,
        permission_set: organization.sample.permission_set.id.clone(),
    };
    let group = Principal::Group(organization.sample.group.id.clone());
    world.request_assignment(&group, &place).await.unwrap();
    let fields = [
        ("csrf", open.field("csrf")),
        ("password", PASSWORD),
        ("repeated", PASSWORD),
    ];
    for answer in [
        browser.get(&by_helpdesk.0).await,
        browser.post(&by_helpdesk.0, &fields).await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.says("This link does not work"));
    }
    let answer = browser.set_password(&by_administrator.0, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_password_that_breaks_a_rule_leaves_the_link_as_it_was() {
    let organization = Organization::new().await;
    let path = organization.invite(&organization.sample.user.id).await;
    let mut browser = organization.browser();
    for (password, broken) in [
        ("short-A1", None),
        ("sh-A1", Some("length")),
        ("correct-horse-7", Some("upper")),
        ("I-am-alice-7-I-am", Some("name")),
    ] {
        let form = browser.get(&path).await;
        let fields = [
            ("csrf", form.field("csrf")),
            ("password", password),
            ("repeated", "something else"),
        ];
        let answer = browser.post(&path, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        match broken {
            None => assert!(answer.says("The two passwords are not equal.")),
            Some(rule) => {
                let unmet = format!("data-rule=\"{rule}\" data-state=\"unmet\"");
                assert!(answer.says(&unmet), "{password}");
            }
        }
        assert!(!answer.says(&format!("value=\"{password}\"")), "not echoed");
    }
    assert_eq!(browser.get(&path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_forged_form_sets_no_password() {
    let organization = Organization::new().await;
    let path = organization.invite(&organization.sample.user.id).await;
    let mut browser = organization.browser();
    let form = browser.get(&path).await;
    let csrf = form.field("csrf").to_owned();
    let fields = |csrf| {
        [
            ("csrf", csrf),
            ("password", PASSWORD),
            ("repeated", PASSWORD),
        ]
    };
    let without = browser.post(&path, &fields("")).await;
    assert_eq!(without.status, StatusCode::FORBIDDEN);
    browser.origin = Some("https://evil.example");
    let elsewhere = browser.post(&path, &fields(&csrf)).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    browser.origin = Some("http://localhost:8080");
    let answer = browser.post(&path, &fields(&csrf)).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn the_last_three_passwords_may_not_be_chosen_again() {
    let organization = Organization::new().await;
    let alice = &organization.sample.user.id;
    for number in 1..=3 {
        let password = format!("{PASSWORD}{number}");
        organization.give_password(alice, &password).await;
    }
    let path = organization.invite(alice).await;
    for number in 1..=3 {
        let password = format!("{PASSWORD}{number}");
        let answer = organization.browser().set_password(&path, &password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.says("one of your last passwords"));
    }
    organization
        .give_password(alice, &format!("{PASSWORD}4"))
        .await;
    organization
        .give_password(alice, &format!("{PASSWORD}1"))
        .await;
}

#[tokio::test]
async fn the_instances_policy_says_which_passwords_are_taken() {
    let organization = Organization::new().await;
    let alice = &organization.sample.user.id;
    let path = organization.invite(alice).await;
    organization
        .ask_for(PasswordPolicy {
            minimum_length: 20,
            require_uppercase: false,
            require_symbols: false,
            ..PasswordPolicy::default()
        })
        .await;
    let mut browser = organization.browser();
    let page = browser.get(&path).await;
    assert!(page.says("20 to 64 characters"));
    assert!(page.says(r#"data-minimum-length="20""#));
    assert!(page.says("A digit"));
    assert!(!page.says("A symbol"));
    let refused = browser.set_password(&path, PASSWORD).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("20 to 64 characters"));
    let answer = browser.set_password(&path, "correcthorsebattery7").await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn the_instances_policy_says_how_many_passwords_are_remembered() {
    let organization = Organization::new().await;
    let alice = &organization.sample.user.id;
    let one = PasswordPolicy {
        history_count: 1,
        ..PasswordPolicy::default()
    };
    organization.ask_for(one).await;
    let numbered = |number: u32| format!("{PASSWORD}{number}");
    for number in [1, 2, 1] {
        organization.give_password(alice, &numbered(number)).await;
    }
    // What was forgotten stays so; from now on four are kept.
    let four = PasswordPolicy {
        history_count: 4,
        ..one
    };
    organization.ask_for(four).await;
    for number in [2, 3, 4] {
        organization.give_password(alice, &numbered(number)).await;
    }
    let path = organization.invite(alice).await;
    for number in 1..=4 {
        let password = numbered(number);
        let answer = organization.browser().set_password(&path, &password).await;
        assert!(answer.says("one of your last passwords"), "{number}");
    }
    organization.give_password(alice, &numbered(5)).await;
    organization.give_password(alice, &numbered(1)).await;
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_and_forgets_the_browsers_of_the_old_one() {
    let organization = Organization::with_password().await;
    let mut browser = organization.browser();
    browser.sign_in("alice", PASSWORD).await;
    assert_eq!(browser.get("/start/").await.status, StatusCode::OK);
    organization.world.advance(SignedDuration::from_secs(1));
    organization
        .give_password(&organization.sample.user.id, "Another-Horse-8")
        .await;
    assert_eq!(browser.get("/start/").await.status, StatusCode::SEE_OTHER);
    let old = browser.sign_in("alice", PASSWORD).await;
    assert_eq!(old.status, StatusCode::FORBIDDEN);
    let device = browser.cookies["vestibule-device"].clone();
    browser.sign_in("alice", "Another-Horse-8").await;
    assert_ne!(browser.cookies["vestibule-device"], device);
    assert_eq!(browser.get("/start/").await.status, StatusCode::OK);
}

/// Sends the form of `path` with another password while `change` happens.
async fn set_meanwhile<F: Future<Output = ()>>(
    organization: &Organization,
    path: &str,
    change: impl FnOnce() -> F + Send + 'static,
) -> Answer {
    let mut browser = organization.browser();
    let form = browser.get(path).await;
    let fields = [
        ("csrf", form.field("csrf")),
        ("password", "Another-Horse-8"),
        ("repeated", "Another-Horse-8"),
    ];
    let mut browser = organization.interrupted(browser, change);
    browser.post(path, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_sets_one_password_and_says_that_the_link_is_used() {
    let organization = Arc::new(Organization::new().await);
    let path = organization.invite(&organization.sample.user.id).await;
    let first = (Arc::clone(&organization), path.clone());
    let answer = set_meanwhile(&organization, &path, async move || {
        let answer = first.0.browser().set_password(&first.1, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK);
    });
    assert_eq!(answer.await.status, StatusCode::NOT_FOUND);
    let answer = organization.browser().sign_in("alice", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_void_once_another_was_faster_or_the_user_is_disabled() {
    for disabled in [false, true] {
        let organization = Arc::new(Organization::with_password().await);
        let path = organization.invite(&organization.sample.user.id).await;
        let other = Arc::clone(&organization);
        let answer = set_meanwhile(&organization, &path, async move || {
            if disabled {
                other.change_user(|user| user.active = false).await;
            } else {
                let alice = &other.sample.user.id;
                other.give_password(alice, "Faster-Horse-9").await;
            }
        });
        assert_eq!(answer.await.status, StatusCode::NOT_FOUND);
        let set = organization.recorded("UpdatePassword").await.len();
        assert_eq!(set, if disabled { 1 } else { 2 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_on_after_the_user_was_changed_meanwhile() {
    let organization = Arc::new(Organization::with_password().await);
    let path = organization.invite(&organization.sample.user.id).await;
    let other = Arc::clone(&organization);
    let answer = set_meanwhile(&organization, &path, async move || {
        other
            .change_user(|user| user.profile.title = Some("Chief".to_owned()))
            .await;
    });
    let answer = answer.await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.says("Your account was changed just now."));
    let mut browser = organization.browser();
    let answer = browser.set_password(&path, "Another-Horse-8").await;
    assert_eq!(answer.status, StatusCode::OK);
}
