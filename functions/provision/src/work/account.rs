//! One account's share of an event: under the account's lease, place by place.

use std::collections::BTreeMap;

use jiff::Timestamp;
use vestibule_shared::edge;
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::{Place, Work};

use super::{from_anywhere, place};
use crate::error::Error;
use crate::turn::{Held, Turn};
use crate::{Context, Identity};

/// Does the work of an account, and answers the sort keys of what is not done.
pub(super) async fn attend(
    (context, identity): (&Context, &Identity),
    account: &AccountId,
    sort_keys: &[String],
    (held, until): (Held, Timestamp),
) -> Vec<String> {
    // Most of what is handed over again is done: not worth a lease.
    match find(context, account, sort_keys).await {
        Ok(works) if works.is_empty() => return Vec::new(),
        Ok(_) => {}
        Err(error) => return undone(account, &error, sort_keys.to_vec()),
    }
    match Turn::begin(context, identity, account, held).await {
        Ok(turn) => {
            let undone = attend_under_lease(&turn, sort_keys, until).await;
            turn.end().await;
            undone
        }
        Err(error) => undone(account, &error, sort_keys.to_vec()),
    }
}

async fn attend_under_lease(
    turn: &Turn<'_>,
    sort_keys: &[String],
    until: Timestamp,
) -> Vec<String> {
    let works = match find(turn.context, &turn.account, sort_keys).await {
        Ok(works) => works,
        Err(error) => return undone(&turn.account, &error, sort_keys.to_vec()),
    };
    let mut left = Vec::new();
    let places = by_place(works).into_iter().collect();
    for (place, works) in from_anywhere(turn.context, places) {
        let outcome = if turn.context.clock.now() < until {
            turn.take_time();
            place::attend(turn, &place, &works).await
        } else {
            Err(Error::OutOfTime)
        };
        if let Err(error) = outcome {
            let keys = works.iter().map(|work| work.keys().1).collect();
            left.extend(undone(&turn.account, &error, keys));
        }
    }
    left
}

/// The works that are still to be done.
async fn find(
    context: &Context,
    account: &AccountId,
    sort_keys: &[String],
) -> Result<Vec<Work>, Error> {
    let pk = format!("WORK#{account}");
    let mut works = Vec::new();
    for sk in sort_keys {
        works.extend(context.access.find_work(&pk, sk).await?);
    }
    Ok(works)
}

/// What is done for a place is done for all works on it at once.
fn by_place(works: Vec<Work>) -> BTreeMap<Place, Vec<Work>> {
    let mut places: BTreeMap<Place, Vec<Work>> = BTreeMap::new();
    for work in works {
        if let Some(place) = work.task.place() {
            places.entry(place.clone()).or_default().push(work);
        }
    }
    places
}

fn undone(account: &AccountId, error: &Error, keys: Vec<String>) -> Vec<String> {
    match error {
        Error::Held | Error::Superseded | Error::OutOfTime => {
            tracing::info!(%account, reason = %error, "work is left for another time");
        }
        _ => edge::log_failure(&format!("account {account}"), error),
    }
    keys
}
