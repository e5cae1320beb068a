//! What is asked for while a place is being made, at each of its moments in turn.

use std::cell::Cell;

use vestibule_shared::ids::{Principal, RequestId};
use vestibule_shared::store::access::{AssignmentState, Place, RequestStatus};

use crate::harness::Harness;

/// More moments than anything here has.
const MOST: usize = 500;

/// Nobody is assigned, and nothing is left: neither role nor record.
async fn check_gone(harness: &Harness, place: &Place, moment: usize) {
    let role = harness
        .aws
        .find_role(place.account.as_str(), &harness.role_name());
    assert_eq!(role, None, "after moment {moment}");
    assert_eq!(harness.provisioned(place).await, None);
    let left = harness.world.access.assignments_at(place).await.unwrap();
    assert_eq!(left, []);
}

/// Whoever was told that they are let in is, and whoever was told that they are not is not.
async fn check_told(harness: &Harness, place: &Place, who: (&Principal, &RequestId)) {
    let (principal, request) = who;
    let told = harness.status(request).await;
    let expected = match harness.state(principal, place).await {
        Some(AssignmentState::Active) => RequestStatus::Succeeded,
        None => RequestStatus::Failed,
        other => panic!("{principal:?} is {other:?}"),
    };
    assert_eq!(told, expected, "{principal:?} at {place:?}");
}

/// Lets the permission set have a policy that no account has, or lets it go.
async fn want_missing(harness: &Harness, wanted: bool) {
    let arn = "arn:aws:iam::aws:policy/Missing".to_owned();
    let revise = harness.revise(|set| {
        let policies = &mut set.content.managed_policies;
        if wanted {
            policies.insert(arn, "Missing".to_owned());
        } else {
            policies.remove(&arn);
        }
    });
    revise.await;
}

#[tokio::test]
async fn a_removal_that_comes_while_the_role_is_made_removes_it() {
    let harness = Harness::new().await;
    let group = harness.group();
    for moment in 0..MOST {
        let place = harness.new_place(moment).await;
        let assign = harness.assign(&group, &place).await;
        let meanwhile = async { drop(harness.unassign(&group, &place).await) };
        let came = Box::pin(harness.run_while(moment, meanwhile)).await;
        harness.run_through().await;
        check_gone(&harness, &place, moment).await;
        assert_eq!(harness.status(&assign).await, RequestStatus::Succeeded);
        if !came {
            assert!(moment > 20);
            return;
        }
    }
    panic!("it had no end");
}

#[tokio::test]
async fn the_last_removal_while_the_one_before_is_tidied_up_after_removes_the_role() {
    let harness = Harness::new().await;
    let (group, user) = (harness.group(), harness.user());
    for moment in 0..MOST {
        let place = harness.new_place(moment).await;
        harness.assign(&group, &place).await;
        harness.assign(&user, &place).await;
        harness.run_through().await;
        harness.unassign(&group, &place).await;
        let meanwhile = async { drop(harness.unassign(&user, &place).await) };
        let came = Box::pin(harness.run_while(moment, meanwhile)).await;
        harness.run_through().await;
        check_gone(&harness, &place, moment).await;
        if !came {
            assert!(moment > 5);
            return;
        }
    }
    panic!("it had no end");
}

#[tokio::test]
async fn whoever_comes_while_a_place_is_made_is_let_in_by_their_own_request_alone() {
    let harness = Harness::new().await;
    let (group, user) = (harness.group(), harness.user());
    for moment in 0..MOST {
        let place = harness.new_place(moment).await;
        let first = harness.assign(&group, &place).await;
        let second = Cell::new(None);
        let meanwhile = async { second.set(Some(harness.assign(&user, &place).await)) };
        let came = Box::pin(harness.run_while(moment, meanwhile)).await;
        want_missing(&harness, true).await;
        harness.run_through().await;
        check_told(&harness, &place, (&group, &first)).await;
        let second = second.take().unwrap();
        check_told(&harness, &place, (&user, &second)).await;
        assert_eq!(harness.status(&second).await, RequestStatus::Failed);
        want_missing(&harness, false).await;
        if !came {
            return;
        }
    }
    panic!("it had no end");
}

#[tokio::test]
async fn whoever_was_let_in_before_a_death_is_told_so_whatever_comes_after() {
    let harness = Harness::new().await;
    let group = harness.group();
    for point in 0..MOST {
        let place = harness.new_place(point).await;
        let request = harness.assign(&group, &place).await;
        let done = harness.run_until_killed(point).await;
        want_missing(&harness, true).await;
        harness.finish().await;
        check_told(&harness, &place, (&group, &request)).await;
        want_missing(&harness, false).await;
        if done {
            return;
        }
    }
    panic!("it had no end");
}
