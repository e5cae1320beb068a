//! IAM that lags behind itself: what was made is not seen yet, and what is gone is seen still.

use jiff::SignedDuration;
use vestibule_shared::store::access::{AssignmentState, CustomerManagedPolicy};

use crate::fake_aws::Fault;
use crate::harness::{Harness, PROD};

/// An organization whose IAM shows what is new after 40 seconds, and what is gone for some.
async fn lagging() -> Harness {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    harness
        .revise(|set| {
            let policy = CustomerManagedPolicy {
                name: "Deploy".to_owned(),
                path: "/team/".to_owned(),
            };
            set.content.customer_managed_policies = vec![policy];
            let document = r#"{"Statement":[]}"#.to_owned();
            set.content
                .policy_documents
                .insert("/team/Deploy".to_owned(), document);
            set.content.inline_policy = Some(r#"{"Statement":[]}"#.to_owned());
        })
        .await;
    harness.aws.with(|state| {
        state.lag = SignedDuration::from_secs(40);
        state.propagation = SignedDuration::from_secs(40);
    });
    harness
}

#[tokio::test]
async fn what_is_not_seen_yet_is_waited_for_whatever_answer_was_lost() {
    let harness = lagging().await;
    let mut calls = None;
    for number in 0.. {
        let place = harness.new_place(number).await;
        let request = harness.assign(&harness.group(), &place).await;
        if number > 0 {
            harness.aws.fail_call(number - 1, Fault::AnswerLost);
        }
        harness.aws.take_calls();
        harness.run_through().await;
        let made = harness.aws.take_calls().len();
        let found = harness.found(&request).await;
        assert_eq!(found.failure_reason, None, "after {number} calls");
        let account = place.account.as_str();
        let role = harness.aws.role(account, &harness.role_name());
        assert_eq!((role.attached.len(), role.inline.len()), (2, 1));
        if number >= *calls.get_or_insert(made) {
            assert!(number > 10);
            return;
        }
    }
}

#[tokio::test]
async fn a_role_that_somebody_made_and_died_is_taken_over_before_it_is_seen() {
    let harness = lagging().await;
    let place = harness.place();
    // The odd ones are much the same: of a change, its record and the change itself follow each other.
    for point in (0..).step_by(2) {
        let request = harness.assign(&harness.group(), &place).await;
        let done = harness.run_until_killed(point).await;
        // As soon as the dead one's lease is over.
        harness.world.advance(SignedDuration::from_secs(61));
        harness.sweep().await;
        assert_eq!(harness.works().await, []);
        let found = harness.found(&request).await;
        assert_eq!(found.failure_reason, None, "after point {point}");
        let state = harness.state(&harness.group(), &place).await;
        assert_eq!(state, Some(AssignmentState::Active));
        assert_eq!(harness.role().attached.len(), 2);
        // The next one finds a ghost of the role that is gone now.
        harness.unassign(&harness.group(), &place).await;
        harness.run_through().await;
        assert_eq!(harness.find_role(), None);
        let policies = harness
            .aws
            .with(|state| state.accounts[PROD].policies.len());
        assert_eq!(policies, 0);
        if done {
            return;
        }
    }
}
