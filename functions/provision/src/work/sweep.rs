//! The schedule: work that is still there, because its stream records were handed over as often as they are, or because the
//! function died. Reads tables only, until it finds some.

use jiff::SignedDuration;

use super::{WorkKey, attend};
use crate::Context;
use crate::error::Error;
use crate::turn::Held;

/// Younger work is the stream's.
const LEFT_OVER: SignedDuration = SignedDuration::from_secs(60);

const PAGE: i32 = 100;

pub(crate) async fn handle(context: &Context) -> Result<(), Error> {
    let before = context.clock.now() - LEFT_OVER;
    let mut keys = Vec::new();
    let mut from = None;
    loop {
        let page = context.access.list_work(PAGE, from.as_ref()).await?;
        let left_over = page.items.iter().filter(|work| work.created_at <= before);
        keys.extend(left_over.map(|work| {
            let (pk, sk) = work.keys();
            WorkKey { pk, sk }
        }));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    let identity = context.identity().await?;
    let found = keys.len();
    let undone = attend(context, &identity, keys, Held::Leave).await.len();
    tracing::info!(found, undone, "left-over work was attended to");
    Ok(())
}
