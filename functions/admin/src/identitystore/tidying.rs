//! What is left of a deleted user or group: memberships and assignments of applications, which are void, and assignments
//! of accounts, whose roles the provisioner has to look at. Nothing of it lets anybody in any more, so it may be interrupted and done again.

use futures_util::future::try_join_all;
use vestibule_shared::ids::Principal;
use vestibule_shared::store::Page;
use vestibule_shared::store::access::AssignmentState;

use crate::call::Call;
use crate::{Error, sso_admin};

const PAGE: i32 = 100;
const AT_ONCE: usize = 8;

/// Removes what belongs to a deleted principal.
pub(super) async fn tidy(call: &Call<'_>, principal: &Principal) -> Result<(), Error> {
    memberships(call, principal).await?;
    sso_admin::applications::forget_assignments_of(call, principal).await?;
    let mut assignments = call.context.access.assignments_of(principal, None).await?;
    assignments.retain(|assignment| assignment.state != AssignmentState::Deleting);
    for some in assignments.chunks(AT_ONCE) {
        let removals: Vec<_> = some
            .iter()
            .map(|assignment| sso_admin::assignments::remove(call, assignment))
            .collect();
        try_join_all(removals).await?;
    }
    Ok(())
}

async fn memberships(call: &Call<'_>, principal: &Principal) -> Result<(), Error> {
    let directory = &call.context.directory;
    let mut from = None;
    loop {
        let Page { items, next } = match principal {
            Principal::User(user) => {
                directory
                    .list_memberships(user, PAGE, from.as_ref())
                    .await?
            }
            Principal::Group(group) => directory.list_members(group, PAGE, from.as_ref()).await?,
        };
        directory.forget_memberships(&items).await?;
        match next {
            Some(next) => from = Some(next),
            None => return Ok(()),
        }
    }
}
