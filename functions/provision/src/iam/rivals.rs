//! Permission sets that keep different documents for one policy of an account. Neither may have the other's permissions:
//! whoever comes second is refused, and the administrator decides.

use std::collections::BTreeSet;

use vestibule_shared::ids::PermissionSetId;
use vestibule_shared::store::access::{PermissionSet, Place, Provisioned};

use crate::error::Error;
use crate::failure::Failure;
use crate::provisioned;
use crate::reconcile::{WantedPolicy, is_contrary};
use crate::turn::Turn;

/// Refuses to change a policy by whose document another permission set's role in the account lives. `made_for` is what the
/// policy's tag says: the list of what is provisioned may lag, and this one is then known all the same.
pub(super) async fn refuse(
    turn: &Turn<'_>,
    (arn, wanted): (&str, &WantedPolicy),
    made_for: Option<&str>,
) -> Result<(), Error> {
    let listed = provisioned::list(turn).await?;
    let others: BTreeSet<PermissionSetId> = listed
        .into_iter()
        .filter(|record| names(record, wanted))
        .map(|record| record.place.permission_set)
        .chain(made_for.and_then(|id| PermissionSetId::parse(id).ok()))
        .filter(|set| *set != wanted.permission_set)
        .collect();
    for other in others {
        if let Some(rival) = rival(turn, wanted, other).await? {
            let access = &turn.context.access;
            let own = access.find_permission_set(&wanted.permission_set).await?;
            let own = own.ok_or_else(|| Failure::no_permission_set(&turn.account))?;
            return Err(Failure::two_documents(&turn.account, arn, (&own, &rival)).into());
        }
    }
    Ok(())
}

/// The permission set `other`, if its role in the account is made with another document.
async fn rival(
    turn: &Turn<'_>,
    wanted: &WantedPolicy,
    other: PermissionSetId,
) -> Result<Option<PermissionSet>, Error> {
    let access = &turn.context.access;
    let place = Place {
        account: turn.account.clone(),
        permission_set: other,
    };
    let record = access.find_provisioned(&place).await?;
    let Some(record) = record.filter(|record| names(record, wanted)) else {
        return Ok(None);
    };
    // What was never made there has no claim.
    let Some(revision) = record.revision else {
        return Ok(None);
    };
    let Some(set) = access.find_permission_set(&place.permission_set).await? else {
        return Ok(None);
    };
    let carried = if revision == set.revision {
        None
    } else {
        access.find_revision(&set.id, revision).await?
    };
    let contrary = is_contrary(
        wanted,
        carried.as_ref().unwrap_or(&set.content),
        &set.content,
    );
    Ok(contrary.then_some(set))
}

fn names(record: &Provisioned, wanted: &WantedPolicy) -> bool {
    let mut policies = record.policies.iter();
    policies.any(|policy| policy.path == wanted.path && policy.name == wanted.name)
}
