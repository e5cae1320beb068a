//! What the tables say is provisioned in an account, by the index.

use vestibule_shared::store::access::Provisioned;

use crate::error::Error;
use crate::turn::Turn;

const PAGE: i32 = 100;

/// The records of the account, a moment ago.
pub(crate) async fn list(turn: &Turn<'_>) -> Result<Vec<Provisioned>, Error> {
    let (access, mut found, mut from) = (&turn.context.access, Vec::new(), None);
    loop {
        let page = access.list_provisioned_sets(&turn.account, PAGE, from.as_ref());
        let page = page.await?;
        found.extend(page.items);
        from = page.next;
        if from.is_none() {
            return Ok(found);
        }
    }
}
