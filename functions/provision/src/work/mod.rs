//! The work items: where they come from, in which order they are done, and what becomes of them.

mod account;
mod expand;
mod failed;
mod place;
mod stream;
mod sweep;

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream as futures};
use jiff::{SignedDuration, Timestamp};
use vestibule_shared::ids::AccountId;

use crate::turn::Held;
use crate::{Context, Identity};

pub(crate) use stream::handle as stream;
pub(crate) use sweep::handle as sweep;

/// How long an event begins new work; template.yaml gives the function longer by more than one place may take.
const EVENT: SignedDuration = SignedDuration::from_mins(10);

/// How many accounts are worked in at the same time. Each has IAM's throttling of its own, and all of them together stay far
/// below STS's.
const ACCOUNTS_AT_ONCE: usize = 32;

/// The keys of a work item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct WorkKey {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

/// Does the work with these keys, account by account, and answers the keys of what is not done.
async fn attend(
    context: &Context,
    identity: &Identity,
    keys: Vec<WorkKey>,
    held: Held,
) -> Vec<WorkKey> {
    let until = context.clock.now() + EVENT;
    let mut partitions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for key in keys {
        partitions.entry(key.pk).or_default().push(key.sk);
    }
    let partitions = from_anywhere(context, partitions.into_iter().collect());
    let undone = futures::iter(partitions).map(|(pk, sort_keys)| async move {
        let undone = attend_partition(context, identity, &pk, &sort_keys, (held, until)).await;
        let keys = undone.into_iter().map(|sk| WorkKey { pk: pk.clone(), sk });
        keys.collect::<Vec<WorkKey>>()
    });
    let undone: Vec<Vec<WorkKey>> = undone.buffer_unordered(ACCOUNTS_AT_ONCE).collect().await;
    undone.into_iter().flatten().collect()
}

/// The same in the same order, but beginning anywhere: what takes all the time there is does not always come first, so that
/// what is behind it has its turn too.
fn from_anywhere<T>(context: &Context, mut items: Vec<T>) -> Vec<T> {
    if items.len() > 1 {
        let number = u64::from_le_bytes(context.random.bytes());
        let length = u64::try_from(items.len()).unwrap_or(u64::MAX);
        items.rotate_left(usize::try_from(number % length).unwrap_or_default());
    }
    items
}

async fn attend_partition(
    context: &Context,
    identity: &Identity,
    pk: &str,
    sort_keys: &[String],
    (held, until): (Held, Timestamp),
) -> Vec<String> {
    let rest = pk.strip_prefix("WORK#").unwrap_or_default();
    match AccountId::parse(rest) {
        Ok(account) => {
            account::attend((context, identity), &account, sort_keys, (held, until)).await
        }
        Err(_) => expand::attend(context, pk, sort_keys, until).await,
    }
}
