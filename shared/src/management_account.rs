//! Who could change Vestibule itself: whoever is let into the management account.

use crate::ids::{AccountId, Principal, UserId};
use crate::store::Error;
use crate::store::access::Access;
use crate::store::directory::Directory;
use crate::store::table::futures_join;

/// Whether the user is assigned to the management account, by themselves or by a group, whatever becomes of the assignment
/// at the moment: from there somebody could change Vestibule itself.
pub async fn is_assigned(
    (directory, access): (&Directory, &Access),
    management_account: &AccountId,
    user: &UserId,
) -> Result<bool, Error> {
    let found = directory.find_user_with_groups(user).await?;
    let groups = found.map(|found| found.groups).unwrap_or_default();
    let principals: Vec<Principal> = groups
        .into_iter()
        .map(Principal::Group)
        .chain([Principal::User(user.clone())])
        .collect();
    let account = Some(management_account);
    let assignments = principals
        .iter()
        .map(|principal| access.assignments_of(principal, account));
    let assignments = futures_join(assignments).await?;
    Ok(assignments
        .iter()
        .any(|assignments| !assignments.is_empty()))
}
