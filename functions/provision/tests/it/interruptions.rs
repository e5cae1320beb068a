//! Broken off anywhere: by any call that goes wrong in any way, and by the end of the function at any moment. The next run
//! ends where an undisturbed one would have.

use jiff::SignedDuration;
use vestibule_shared::store::access::{AssignmentState, Place, RequestStatus};

use crate::fake_aws::{Fault, Role};
use crate::harness::Harness;

const INLINE: &str = r#"{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;

const FAULTS: [Fault; 4] = [
    Fault::Throttled,
    Fault::Unavailable,
    Fault::RequestLost,
    Fault::AnswerLost,
];

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

/// Runs until all is done, as the schedule would.
async fn finish(harness: &Harness) {
    for _ in 0..5 {
        // Until then the dead have their lease.
        harness.world.advance(SignedDuration::from_secs(120));
        if harness.works().await.is_empty() {
            return;
        }
        harness.sweep().await;
    }
    panic!("work was left");
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

/// What the role is when nothing goes wrong, and how many calls that takes.
async fn undisturbed(harness: &Harness) -> (Option<Role>, usize) {
    let place = wanted(harness, 9000).await;
    harness.aws.take_calls();
    harness.run_through().await;
    let calls = harness.aws.take_calls().len();
    assert!(calls > 10, "{calls} calls");
    (role(harness, &place), calls)
}

async fn check_wanted(harness: &Harness, place: &Place, expected: Option<&Role>) {
    assert_eq!(role(harness, place).as_ref(), expected);
    let assignment = harness.assignment(&harness.group(), place).await.unwrap();
    assert_eq!(assignment.state, AssignmentState::Active);
    let request = harness.found(&assignment.request).await;
    assert_eq!(
        (request.status, request.succeeded),
        (RequestStatus::Succeeded, 1)
    );
    assert_eq!(harness.provisioned(place).await.unwrap().revision, Some(2));
    // What the record says is true: it is believed.
    harness.aws.take_calls();
    harness.assign(&harness.user(), place).await;
    harness.run_through().await;
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
}

async fn check_unwanted(harness: &Harness, place: &Place) {
    assert_eq!(role(harness, place), None);
    assert_eq!(harness.assignment(&harness.group(), place).await, None);
    assert_eq!(harness.provisioned(place).await, None);
}

#[tokio::test]
async fn a_call_that_goes_wrong_changes_nothing_in_the_end() {
    let harness = organization().await;
    let (expected, calls) = undisturbed(&harness).await;
    let faults = FAULTS
        .into_iter()
        .flat_map(|fault| (0..calls).map(move |call| (fault, call)));
    for (number, (fault, call)) in faults.enumerate() {
        let place = wanted(&harness, number).await;
        harness.aws.fail_call(call, fault);
        harness.run().await;
        finish(&harness).await;
        check_wanted(&harness, &place, expected.as_ref()).await;
    }
}

#[tokio::test]
async fn a_removal_with_a_call_that_goes_wrong_still_removes() {
    let harness = organization().await;
    let place = harness.place();
    unwanted(&harness, &place).await;
    harness.aws.take_calls();
    harness.run_through().await;
    check_unwanted(&harness, &place).await;
    let calls = harness.aws.take_calls().len();
    let faults = FAULTS
        .into_iter()
        .flat_map(|fault| (0..calls).map(move |call| (fault, call)));
    for (fault, call) in faults {
        unwanted(&harness, &place).await;
        harness.aws.fail_call(call, fault);
        harness.run().await;
        finish(&harness).await;
        check_unwanted(&harness, &place).await;
    }
}

#[tokio::test]
async fn a_function_that_dies_at_any_moment_is_taken_over() {
    let harness = organization().await;
    let (expected, calls) = undisturbed(&harness).await;
    for polls in 1.. {
        let place = wanted(&harness, polls).await;
        let done = harness.run_until_killed(polls).await;
        finish(&harness).await;
        check_wanted(&harness, &place, expected.as_ref()).await;
        if done {
            assert!(polls > 2 * calls, "only {polls} moments");
            return;
        }
    }
}

#[tokio::test]
async fn a_removal_that_dies_at_any_moment_is_taken_over() {
    let harness = organization().await;
    let place = harness.place();
    for polls in 1.. {
        unwanted(&harness, &place).await;
        let done = harness.run_until_killed(polls).await;
        finish(&harness).await;
        check_unwanted(&harness, &place).await;
        if done {
            return;
        }
    }
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
    for polls in 1.. {
        let request = harness.assign(&harness.group(), &place).await;
        let done = harness.run_until_killed(polls).await;
        finish(&harness).await;
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
    let (expected, _) = undisturbed(&harness).await;
    let place = harness.place();
    for polls in 1.. {
        unwanted(&harness, &place).await;
        let done = harness.run_until_killed(polls).await;
        harness.world.advance(SignedDuration::from_secs(120));
        let somebody = harness.somebody().await;
        let request = harness.assign(&somebody, &place).await;
        harness.run_through().await;
        assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
        assert_eq!(role(&harness, &place), expected, "after {polls} moments");
        harness.unassign(&somebody, &place).await;
        harness.run_through().await;
        if done {
            return;
        }
    }
}
