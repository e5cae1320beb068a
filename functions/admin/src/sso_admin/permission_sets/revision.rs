//! Changing a permission set: a new revision, which reaches accounts only when it is provisioned.

use serde_json::Value;
use vestibule_shared::store::access::{Content, PermissionSet};

use super::Named;
use super::deletion::find_active;
use crate::Error;
use crate::call::Call;
use crate::sso_admin::retry;

/// After how many revisions those that nobody uses any more are removed.
const BETWEEN_REMOVALS: u64 = 8;

/// Writes what `decide` makes of the newest revision as a new one. `decide` is asked again when somebody else was first.
pub(crate) async fn revise(
    call: &Call<'_>,
    named: &Named,
    parameters: Value,
    decide: impl Fn(&PermissionSet) -> Result<Content, Error>,
) -> Result<(), Error> {
    let (parameters, decide) = (&parameters, &decide);
    retry(|| async move {
        let before = find_active(call, named).await?;
        let content = decide(&before)?;
        let record = call.record(parameters.clone());
        if content == before.content {
            return Ok(call.context.audit.write(&record).await?);
        }
        let after = PermissionSet {
            revision: before.revision + 1,
            content,
            ..before.clone()
        };
        let access = &call.context.access;
        access
            .revise_permission_set((&before, &after), call.recorded(&record))
            .await?;
        if after.revision.is_multiple_of(BETWEEN_REMOVALS)
            && let Err(error) = access.delete_idle_revisions(&after).await
        {
            // What was asked for is done; these go the next time.
            tracing::warn!(%error, "old revisions of a permission set were not removed");
        }
        Ok(())
    })
    .await
}
