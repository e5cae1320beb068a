//! Guessing is slow, and nobody can keep somebody else out by it.

use http::StatusCode;
use jiff::SignedDuration;

use crate::fixture::{Organization, PASSWORD};

const WRONG: &str = "Wrong-Horse-7";

#[tokio::test]
async fn the_eleventh_attempt_in_a_quarter_of_an_hour_is_not_looked_at() {
    let organization = Organization::with_password().await;
    for name in ["alice", "nobody-at-all"] {
        let mut browser = organization.browser();
        for _ in 0..10 {
            let answer = browser.sign_in(name, WRONG).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
        for _ in 0..2 {
            let refused = browser.sign_in(name, PASSWORD).await;
            assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
            assert!(refused.says("Too many attempts. Try again in"));
            assert!(refused.header("retry-after").parse::<u64>().unwrap() <= 900);
        }
    }
    let records = organization.recorded("CredentialVerification").await;
    let throttled = records
        .iter()
        .filter(|record| record.error_code.as_deref() == Some("TooManyRequestsException"));
    assert_eq!(
        throttled.count(),
        2,
        "one for each name, not for each attempt"
    );

    organization.world.advance(SignedDuration::from_mins(15));
    let mut browser = organization.browser();
    let answer = browser.sign_in("alice", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn parallel_attempts_are_not_more_attempts() {
    let organization = Organization::with_password().await;
    let attempts = (0..30).map(|_| {
        let mut browser = organization.browser();
        async move { browser.sign_in("alice", WRONG).await.status }
    });
    let mut looked_at = 0;
    for status in futures_util::future::join_all(attempts).await {
        looked_at += u32::from(status == StatusCode::FORBIDDEN);
    }
    assert_eq!(looked_at, 10);
}

#[tokio::test]
async fn the_attempts_of_a_name_do_not_tell_whose_address_another_is() {
    let organization = Organization::with_password().await;
    let mut browser = organization.browser();
    for _ in 0..11 {
        browser.sign_in("alice", WRONG).await;
    }
    for name in ["alice@example.com", "nobody@example.com"] {
        let answer = browser.sign_in(name, WRONG).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
    let same = browser.sign_in("ALICE", WRONG).await;
    assert_eq!(same.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_success_is_not_held_against_anybody() {
    let organization = Organization::with_password().await;
    for _ in 0..30 {
        let mut browser = organization.browser();
        let answer = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn strangers_cannot_keep_a_user_out_of_a_browser_that_knows_them() {
    let organization = Organization::with_password().await;
    let mut known = organization.browser();
    known.sign_in("alice", PASSWORD).await;
    known.cookies.remove("vestibule");

    let mut stranger = organization.browser();
    for _ in 0..12 {
        stranger.sign_in("alice", WRONG).await;
    }
    let refused = stranger.sign_in("alice", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    // The same address, even.
    let answer = known.sign_in("alice", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_browser_that_knows_one_user_is_a_stranger_to_another() {
    let organization = Organization::with_password().await;
    let store = &organization.sample.instance.identity_store;
    let bob = organization.world.create_user(store, "bob").await.unwrap();
    organization.give_password(&bob.id, PASSWORD).await;
    let mut browser = organization.browser();
    browser.sign_in("bob", PASSWORD).await;
    browser.cookies.remove("vestibule");
    for _ in 0..10 {
        browser.sign_in("alice", WRONG).await;
    }
    let refused = browser.sign_in("alice", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let mut elsewhere = organization.browser();
    elsewhere.address = "198.51.100.4".to_owned();
    let answer = elsewhere.sign_in("alice", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn while_many_guess_a_new_browser_still_has_one_attempt() {
    let organization = Organization::with_password().await;
    for place in 0..50 {
        let mut stranger = organization.browser();
        stranger.address = format!("203.0.113.{place}");
        stranger.sign_in("alice", WRONG).await;
    }
    let mut stranger = organization.browser();
    let first = stranger.sign_in("alice", WRONG).await;
    assert_eq!(first.status, StatusCode::FORBIDDEN);
    let second = stranger.sign_in("alice", WRONG).await;
    assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS);
    let mut alice = organization.browser();
    alice.address = "2001:db8:5::1".to_owned();
    let answer = alice.sign_in("alice", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn one_place_cannot_try_one_password_on_everybody() {
    let organization = Organization::with_password().await;
    let mut stranger = organization.browser();
    for user in 0..100 {
        let answer = stranger.sign_in(&format!("user-{user}"), WRONG).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    for _ in 0..2 {
        let refused = stranger.sign_in("alice", PASSWORD).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    }
    let records = organization.recorded("CredentialVerification").await;
    let throttled = records
        .iter()
        .filter(|record| record.error_code.as_deref() == Some("TooManyRequestsException"));
    assert_eq!(throttled.count(), 1, "the first one in the window");
}
