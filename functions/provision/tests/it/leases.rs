//! One reconciler an account at a time, and what is left over.

use jiff::SignedDuration;
use vestibule_shared::store::access::{AssignmentState, RequestStatus};

use crate::harness::Harness;

#[tokio::test]
async fn while_somebody_else_works_in_an_account_its_work_is_handed_over_again() {
    let harness = Harness::new().await;
    let place = harness.place();
    let request = harness.assign(&harness.group(), &place).await;
    let access = &harness.world.access;
    let (now, long) = (harness.world.clock.now(), SignedDuration::from_mins(10));
    let lease = access
        .take_lease(&place.account, now, long)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(harness.run().await.failures.len(), 1);
    assert_eq!(harness.status(&request).await, RequestStatus::InProgress);
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());

    access.release_lease(&lease).await.unwrap();
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn somebody_who_is_done_soon_is_waited_for() {
    let harness = Harness::new().await;
    let place = harness.place();
    let request = harness.assign(&harness.group(), &place).await;
    let access = &harness.world.access;
    let (now, short) = (harness.world.clock.now(), SignedDuration::from_secs(3));
    access
        .take_lease(&place.account, now, short)
        .await
        .unwrap()
        .unwrap();
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn whoever_was_thought_dead_writes_no_result() {
    let harness = Harness::new().await;
    let place = harness.place();
    let (assignment, work) = harness
        .world
        .request_assignment(&harness.group(), &place)
        .await
        .unwrap();
    let access = &harness.world.access;
    let take = || async {
        let now = harness.world.clock.now();
        let minute = SignedDuration::from_mins(1);
        access
            .take_lease(&place.account, now, minute)
            .await
            .unwrap()
            .unwrap()
    };
    let dead = take().await;
    harness.world.advance(SignedDuration::from_mins(2));
    let living = take().await;
    access
        .activate_assignment((&dead, &work), &assignment)
        .await
        .unwrap_err();
    let now = harness.world.clock.now();
    access
        .renew_lease(&dead, now, SignedDuration::from_mins(1))
        .await
        .unwrap_err();
    access
        .renew_lease(&living, now, SignedDuration::from_mins(1))
        .await
        .unwrap();
    access
        .activate_assignment((&living, &work), &assignment)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_schedule_takes_up_what_was_left_over_and_leaves_the_rest() {
    let harness = Harness::new().await;
    let old = harness.assign(&harness.group(), &harness.place()).await;
    harness.world.advance(SignedDuration::from_secs(90));
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let new = harness
        .assign(&harness.group(), &harness.place_of(&other))
        .await;
    harness.sweep().await;
    assert_eq!(harness.status(&old).await, RequestStatus::Succeeded);
    assert_eq!(harness.status(&new).await, RequestStatus::InProgress);
    let state = harness.state(&harness.group(), &harness.place()).await;
    assert_eq!(state, Some(AssignmentState::Active));
}

#[tokio::test]
async fn the_schedule_asks_aws_nothing_while_there_is_nothing_to_do() {
    let harness = Harness::new().await;
    harness.sweep().await;
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
}
