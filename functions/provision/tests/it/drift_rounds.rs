//! When the look at accounts happens, and that it comes to its end whatever happens to it.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use jiff::SignedDuration;
use vestibule_provision::{Pause, handle};
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::{AccountStatus, DifferenceCode as Code};

use crate::drift::{event, organization};
use crate::fake_aws::Fault;
use crate::harness::{Harness, PROD};

#[tokio::test]
async fn a_round_begins_once_a_day_and_one_account_is_looked_at_when_somebody_asks() {
    let harness = organization().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    harness.check().await;
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());

    harness.ask_for_check(Some(PROD)).await;
    harness.check().await;
    assert_eq!(harness.codes().await, [Code::DescriptionChanged]);
    let calls = harness.aws.take_calls();
    assert!(
        calls
            .iter()
            .all(|call| call.contains(PROD) || call.contains("AssumeRole"))
    );
    let check = harness.world.access.find_drift_check().await.unwrap();
    assert_eq!(check.unwrap().last_completed, None);

    harness.world.advance(SignedDuration::from_hours(24));
    let round = harness.finish_round().await;
    assert_eq!((round.checked, round.drifted), (2, 1));
    harness.aws.take_calls();
    harness.world.advance(SignedDuration::from_hours(23));
    harness.check().await;
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
    harness.world.advance(SignedDuration::from_hours(1));
    assert!(harness.finish_round().await.started_at > round.started_at);
}

#[tokio::test]
async fn an_account_that_is_throttled_or_taken_is_tried_again_later() {
    let harness = organization().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    harness.aws.break_operation("GetRole", Fault::Throttled);
    harness.ask_for_check(None).await;
    harness.check().await;
    harness.aws.heal();
    let check = harness
        .world
        .access
        .find_drift_check()
        .await
        .unwrap()
        .unwrap();
    assert!(check.round.unwrap().listed, "the round waits");
    assert_eq!(harness.codes().await, []);
    let round = harness.finish_round().await;
    assert_eq!((round.checked, round.failed, round.drifted), (2, 0, 1));

    let (now, long) = (harness.world.clock.now(), SignedDuration::from_mins(15));
    let account = AccountId::parse(PROD).unwrap();
    let lease = harness.world.access.take_lease(&account, now, long);
    lease.await.unwrap().unwrap();
    harness.change_role(|role| role.description.clear());
    let round = harness.round().await;
    assert_eq!((round.checked, round.failed, round.drifted), (2, 0, 0));
}

#[tokio::test]
async fn an_account_that_can_never_be_looked_at_does_not_hold_up_the_round() {
    let harness = organization().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    harness.round().await;
    harness.aws.break_operation("GetRole", Fault::Unavailable);
    let round = harness.round().await;
    assert_eq!((round.checked, round.failed), (2, 2));
    assert_eq!(
        harness.codes().await,
        [Code::DescriptionChanged],
        "it is still known"
    );
}

#[tokio::test]
async fn a_check_that_dies_is_taken_over() {
    let harness = organization().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    // Not every one of them, but those before a call and those after it, in all that is done.
    for polls in (1..).step_by(7) {
        harness.ask_for_check(None).await;
        let mut work = pin!(handle(&harness.context, event()));
        let mut polled = 0;
        let done = std::future::poll_fn(|context| {
            if polled == polls {
                return Poll::Ready(false);
            }
            polled += 1;
            work.as_mut().poll(context).map(|_| true)
        });
        let done = done.await;
        // Until then the dead have their hold.
        harness.world.advance(SignedDuration::from_mins(16));
        if !done {
            let round = harness.finish_round().await;
            assert_eq!((round.checked, round.failed, round.drifted), (2, 0, 1));
        }
        assert_eq!(harness.codes().await, [Code::DescriptionChanged]);
        if done {
            assert!(polls > 60, "only {polls} moments");
            return;
        }
    }
}

#[tokio::test]
async fn many_accounts_are_looked_at_in_several_runs_without_hurry() {
    const PLACES: usize = 30;
    let mut harness = organization().await;
    for number in 0..PLACES {
        let place = harness.new_place(number).await;
        harness.assign(&harness.group(), &place).await;
    }
    harness.run_through().await;
    harness.world.advance(SignedDuration::from_mins(10));
    for number in [3, PLACES - 1] {
        let account = format!("30000000{number:04}");
        harness.aws.with(|state| {
            let account = state.accounts.get_mut(&account).unwrap();
            account.roles.remove(&harness.role_name());
        });
    }
    harness.aws.take_calls();
    let passing = harness.world.clone();
    let paused = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&paused);
    harness.context.pause = Pause::new(move |pause| {
        counted.fetch_max(u64::try_from(pause.as_millis()).unwrap(), Ordering::Relaxed);
        passing.advance(SignedDuration::from_secs(10));
        std::future::ready(())
    });
    harness.ask_for_check(None).await;
    let mut runs = 0;
    loop {
        harness.check().await;
        runs += 1;
        let check = harness.world.access.find_drift_check().await.unwrap();
        let check = check.unwrap();
        if let Some(round) = check.last_completed {
            assert_eq!((round.checked, round.drifted), (PLACES as u64 + 2, 2));
            break;
        }
    }
    assert!(runs > 1, "{runs} runs");
    assert_eq!(paused.load(Ordering::Relaxed), 200, "milliseconds");
    let found = harness.drift().await;
    let missing: Vec<&str> = found.iter().map(|drift| drift.account.as_str()).collect();
    assert_eq!(missing, ["300000000003", "300000000029"]);
}

#[tokio::test]
async fn of_an_account_that_left_nothing_is_told_any_more() {
    let harness = organization().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    harness.round().await;
    let mut account = harness.sample.accounts[1].clone();
    account.status = AccountStatus::Suspended;
    harness.world.put_account(&account).await.unwrap();
    harness.aws.take_calls();
    assert_eq!(harness.round().await.drifted, 0);
    assert_eq!(harness.drift().await, []);
    let calls = harness.aws.take_calls();
    assert!(!calls.iter().any(|call| call.contains(PROD)), "{calls:?}");
}

/// An account whose administrator has made roles under our path, and hides a change of ours among them.
async fn crowded(roles: usize) -> Harness {
    let harness = organization().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    let mut theirs = harness.role();
    theirs.tags.clear();
    harness.change(|account| {
        for number in 0..roles {
            let name = format!("VestibuleSSO_Theirs_1{number:015x}");
            account.roles.insert(name, theirs.clone());
        }
    });
    harness
}

#[tokio::test]
async fn other_peoples_roles_cost_one_call_each() {
    let harness = crowded(250).await;
    let round = harness.round().await;
    assert_eq!((round.checked, round.failed, round.drifted), (2, 0, 1));
    assert_eq!(harness.codes().await, [Code::DescriptionChanged]);
}

#[tokio::test]
async fn what_was_found_before_there_was_no_more_time_is_told() {
    let harness = crowded(700).await;
    let round = harness.round().await;
    assert_eq!((round.checked, round.failed, round.drifted), (2, 1, 2));
    assert_eq!(
        harness.codes().await,
        [Code::AccountNotReadable, Code::DescriptionChanged]
    );
}
