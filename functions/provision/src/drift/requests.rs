//! Accounts that are looked at out of their turn, and what becomes of one that could not be looked at.

use jiff::{SignedDuration, Timestamp};
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::DriftRequest;

use crate::Context;
use crate::error::Error;

/// How often an account is tried.
const ATTEMPTS: u32 = 3;
/// How long an account that could not be looked at is left alone.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct Requests {
    /// Those whose time has come, as many as were asked for.
    pub(super) due: Vec<DriftRequest>,
    /// Whether a round has to wait for any.
    pub(super) hold_up_the_round: bool,
}

/// At most `most` requests that are due now.
pub(super) async fn find(context: &Context, most: usize) -> Result<Requests, Error> {
    let now = context.clock.now();
    let mut requests = Requests::default();
    let mut from = None;
    loop {
        let page = context.access.list_drift_requests(from.as_ref()).await?;
        requests.hold_up_the_round |= page.items.iter().any(|request| request.of_round);
        let room = most - requests.due.len();
        let due = page
            .items
            .into_iter()
            .filter(|request| request.due_at <= now);
        requests.due.extend(due.take(room));
        from = page.next;
        if from.is_none() || requests.due.len() >= most {
            return Ok(requests);
        }
    }
}

/// Has an account tried again later that could not be looked at; `None` when that was tried often enough.
pub(super) fn again(
    account: &AccountId,
    before: Option<&DriftRequest>,
    now: Timestamp,
) -> Option<DriftRequest> {
    let attempts = before.map_or(0, |request| request.attempts) + 1;
    (attempts < ATTEMPTS).then(|| DriftRequest {
        account: account.clone(),
        due_at: now + PAUSE,
        attempts,
        // Without an earlier request it was its turn.
        of_round: before.is_none_or(|request| request.of_round),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_tried_three_times() {
        let now = Timestamp::constant(1_800_000_000, 0);
        let account = AccountId::parse("111111111111").unwrap();
        let second = again(&account, None, now).unwrap();
        assert_eq!(second.due_at, now + PAUSE);
        assert!(second.of_round);
        let third = again(&account, Some(&second), second.due_at).unwrap();
        assert_eq!(again(&account, Some(&third), third.due_at), None);
    }

    #[test]
    fn no_round_waits_for_what_was_asked_for_besides() {
        let now = Timestamp::constant(1_800_000_000, 0);
        let asked = DriftRequest {
            account: AccountId::parse("111111111111").unwrap(),
            due_at: now,
            attempts: 0,
            of_round: false,
        };
        assert!(!again(&asked.account, Some(&asked), now).unwrap().of_round);
    }
}
