//! Roles of Vestibule's that nothing wants: known by path, name and tag, whoever has lost the record of them. IAM API
//! reference, `ListRoles`.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use vestibule_shared::arn;
use vestibule_shared::ids::PermissionSetId;
use vestibule_shared::store::access::Place;

use crate::calls::{Call, CallError};
use crate::error::Error;
use crate::iam;
use crate::reconcile::RoleIdentity;
use crate::turn::Turn;

/// The names of all roles that look like permission sets', by the permission set that they are named for. Whose they are
/// only their tags say, which a list does not show.
pub(super) async fn named_for_sets(
    turn: &Turn<'_>,
    client: &Client,
) -> Result<BTreeMap<PermissionSetId, Vec<String>>, CallError> {
    let mut named: BTreeMap<PermissionSetId, Vec<String>> = BTreeMap::new();
    let mut marker = None;
    loop {
        let list = || {
            let call = client.list_roles().path_prefix(arn::ROLE_PATH);
            call.set_marker(marker.clone()).send()
        };
        let page = turn.ask("iam:ListRoles", Call::PLAIN, list).await?;
        for role in page.roles {
            if let Some(set) = arn::permission_set_of_role(role.role_name())
                && role.path() == arn::ROLE_PATH
            {
                named.entry(set).or_default().push(role.role_name);
            }
        }
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(named);
        }
    }
}

/// Removes what is left over of a permission set in an account where no record is of it any more.
pub(crate) async fn remove(turn: &Turn<'_>, place: &Place) -> Result<(), Error> {
    let client = turn.enter().await?;
    let named = named_for_sets(turn, client).await;
    let mut named = named.map_err(|error| turn.error(error))?;
    for name in named.remove(&place.permission_set).unwrap_or_default() {
        let identity = RoleIdentity {
            name,
            instance: turn.identity.instance.id.clone(),
        };
        let role = (&identity, iam::Past::Made);
        iam::bring_about((turn, client), role, None, &turn.subject(place)).await?;
    }
    Ok(())
}
