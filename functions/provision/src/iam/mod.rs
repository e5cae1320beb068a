//! A permission set's role in an account, and the policies that are made there for it: read as they are, and changed as
//! planned.

mod change;
mod policies;
mod read;
mod rivals;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use serde_json::{Value, json};

use crate::calls::CallError;
use crate::error::Error;
use crate::failure::Failure;
use crate::reconcile::{Change, RoleIdentity, WantedRole, plan};
use crate::turn::Turn;
use change::RoleInChange;

pub(crate) use policies::{delete_policies, differing_policies, keep_policies};
pub(crate) use read::{find as find_role, find_bare as find_bare_role};

/// Whether a role was ever made, as far as the tables know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Past {
    /// It may be there.
    Made,
    /// To look for it would most likely only say that it is not there. Where it is all the same, IAM refuses to make it, and
    /// then it is looked at.
    Unheard,
}

/// Makes the role as it is wanted, or removes it. `subject` stands in the audit record.
pub(crate) async fn bring_about(
    (turn, client): (&Turn<'_>, &Client),
    (identity, past): (&RoleIdentity, Past),
    wanted: Option<&WantedRole>,
    subject: &Value,
) -> Result<(), Error> {
    let look = AtomicBool::new(past == Past::Made);
    turn.until_consistent(|| {
        let look = look.swap(true, Ordering::Relaxed);
        once((turn, client), (identity, look), wanted, subject)
    })
    .await
}

async fn once(
    (turn, client): (&Turn<'_>, &Client),
    (identity, look): (&RoleIdentity, bool),
    wanted: Option<&WantedRole>,
    subject: &Value,
) -> Result<(), CallError> {
    let found = if look {
        read::find(turn, client, &identity.name).await?
    } else {
        None
    };
    if let Some(found) = &found
        && !identity.owns(found)
    {
        // Where nothing is wanted, nothing of ours is left.
        let Some(_) = wanted else { return Ok(()) };
        return Err(not_ours(turn, identity).into());
    }
    let changes = plan(wanted, found.as_ref());
    let event = match (changes.first(), wanted) {
        (None, _) => return Ok(()),
        (Some(Change::Create(_)), _) => "CreateRole",
        (_, Some(_)) => "UpdateRole",
        (_, None) => "DeleteRole",
    };
    let planned: Vec<String> = changes.iter().map(Change::to_string).collect();
    let details = [
        ("roleName", json!(identity.name)),
        ("changes", json!(planned)),
    ];
    let role = RoleInChange {
        turn,
        client,
        name: &identity.name,
        wanted,
    };
    role.look_for_policies(&changes).await?;
    turn.record(event, with(subject, details)).await?;
    for change in &changes {
        role.make(change).await?;
    }
    Ok(())
}

/// Fails where a role of this name is somebody else's: nothing is then to be made for it either.
pub(crate) async fn check_owner(
    (turn, client): (&Turn<'_>, &Client),
    identity: &RoleIdentity,
) -> Result<(), Error> {
    let found = read::find_bare(turn, client, &identity.name).await;
    match found.map_err(|error| turn.error(error))? {
        Some(found) if !identity.owns(&found) => Err(not_ours(turn, identity)),
        _ => Ok(()),
    }
}

fn not_ours(turn: &Turn<'_>, identity: &RoleIdentity) -> Error {
    let what = format!("a role {}", identity.name);
    Failure::not_ours(&turn.account, &what, &identity.instance).into()
}

/// What a record is about, and more of it.
fn with<const N: usize>(subject: &Value, details: [(&str, Value); N]) -> Value {
    let mut parameters = subject.clone();
    if let Some(members) = parameters.as_object_mut() {
        members.extend(details.map(|(name, value)| (name.to_owned(), value)));
    }
    parameters
}

/// Tags for a call. A tag without key or value cannot be built, and there is none.
pub(crate) fn tags<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Tag> {
    let built = tags
        .into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build());
    built.filter_map(Result::ok).collect()
}

fn tag_list(map: &BTreeMap<String, String>) -> Vec<Tag> {
    tags(
        map.iter()
            .map(|(key, value)| (key.as_str(), value.as_str())),
    )
}

/// The value of a tag.
pub(crate) fn tag_value<'a>(tags: &'a [Tag], key: &str) -> Option<&'a str> {
    tags.iter().find(|tag| tag.key() == key).map(Tag::value)
}
