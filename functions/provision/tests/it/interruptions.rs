//! A function that dies over something that fails, or that is taken back meanwhile. (Whatever else can happen at any moment is
//! in `every_fault`.)

use jiff::SignedDuration;
use vestibule_shared::store::access::{Place, RequestStatus};

use crate::fake_aws::Role;
use crate::harness::Harness;

const INLINE: &str = r#"{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;

/// An organization whose permission set has everything that a role can have.
async fn organization() -> Harness {
    let harness = Harness::new().await;
    harness
        .revise(|set| {
            set.content.inline_policy = Some(INLINE.to_owned());
            for name in ["One", "Two"] {
                let arn = format!("arn:aws:iam::aws:policy/{name}");
                set.content.managed_policies.insert(arn, name.to_owned());
            }
        })
        .await;
    harness
}

/// A place where an assignment is wanted.
async fn wanted(harness: &Harness, number: usize) -> Place {
    let place = harness.new_place(number).await;
    harness.assign(&harness.group(), &place).await;
    place
}

/// Lets a place have one assignment, which is to go.
async fn unwanted(harness: &Harness, place: &Place) {
    harness.assign(&harness.group(), place).await;
    harness.run_through().await;
    harness.unassign(&harness.group(), place).await;
}

/// The role of a place, without what differs from place to place.
fn role(harness: &Harness, place: &Place) -> Option<Role> {
    let account = place.account.as_str();
    let mut role = harness.aws.find_role(account, &harness.role_name())?;
    role.trust = role.trust.replace(account, "ACCOUNT");
    role.created = jiff::Timestamp::UNIX_EPOCH;
    role.visible = jiff::Timestamp::UNIX_EPOCH;
    Some(role)
}

/// What the role is when nothing goes wrong.
async fn undisturbed(harness: &Harness) -> Option<Role> {
    let place = wanted(harness, 9000).await;
    harness.run_through().await;
    role(harness, &place)
}

async fn check_unwanted(harness: &Harness, place: &Place) {
    assert_eq!(role(harness, place), None);
    assert_eq!(harness.assignment(&harness.group(), place).await, None);
    assert_eq!(harness.provisioned(place).await, None);
}

#[tokio::test]
async fn a_failure_that_dies_at_any_moment_is_still_a_failure() {
    let harness = organization().await;
    harness
        .revise(|set| {
            let arn = "arn:aws:iam::aws:policy/Missing".to_owned();
            set.content
                .managed_policies
                .insert(arn, "Missing".to_owned());
        })
        .await;
    let place = harness.place();
    for point in 0.. {
        let request = harness.assign(&harness.group(), &place).await;
        let done = harness.run_until_killed(point).await;
        harness.finish().await;
        assert!(harness.reason(&request).await.contains("Missing"));
        check_unwanted(&harness, &place).await;
        if done {
            return;
        }
    }
}

#[tokio::test]
async fn a_removal_that_dies_and_is_taken_back_makes_the_role_again() {
    let harness = organization().await;
    let expected = undisturbed(&harness).await;
    let place = harness.place();
    for point in 0.. {
        unwanted(&harness, &place).await;
        let done = harness.run_until_killed(point).await;
        harness.world.advance(SignedDuration::from_secs(120));
        let somebody = harness.somebody().await;
        let request = harness.assign(&somebody, &place).await;
        harness.run_through().await;
        assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
        assert_eq!(role(&harness, &place), expected, "after point {point}");
        harness.unassign(&somebody, &place).await;
        harness.run_through().await;
        if done {
            return;
        }
    }
}
