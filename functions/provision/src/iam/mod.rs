//! A permission set's role in an account: read as it is, and changed as planned.

mod change;
mod read;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use serde_json::{Value, json};

use crate::calls::{CallError, DELETE_CONFLICT, ENTITY_ALREADY_EXISTS, NO_SUCH_ENTITY};
use crate::error::Error;
use crate::failure::Failure;
use crate::reconcile::{Change, RoleIdentity, WantedRole, plan};
use crate::turn::Turn;

/// How often the role is looked at again, where a change is answered by a surprise.
const ROUNDS: u32 = 6;

/// Makes the role as it is wanted, or removes it. `subject` stands in the audit record.
pub(crate) async fn bring_about(
    (turn, client): (&Turn<'_>, &Client),
    identity: &RoleIdentity,
    wanted: Option<&WantedRole>,
    subject: &Value,
) -> Result<(), Error> {
    for round in 0..ROUNDS {
        let outcome = once((turn, client), identity, wanted, subject).await;
        let Err(error) = outcome else {
            return Ok(());
        };
        // Whatever was meant may be done already, or somebody else has done something: what is there now decides.
        let surprise = matches!(error, CallError::Unanswered(..))
            || [NO_SUCH_ENTITY, ENTITY_ALREADY_EXISTS, DELETE_CONFLICT]
                .into_iter()
                .any(|code| error.is(code));
        if !surprise || round + 1 == ROUNDS || !turn.pause(round).await {
            return Err(turn.error(error));
        }
    }
    Ok(())
}

async fn once(
    (turn, client): (&Turn<'_>, &Client),
    identity: &RoleIdentity,
    wanted: Option<&WantedRole>,
    subject: &Value,
) -> Result<(), CallError> {
    let found = read::find(turn, client, &identity.name).await?;
    match &found {
        Some(found) if !identity.owns(found) => {
            // Where nothing is wanted, nothing of ours is left.
            let Some(_) = wanted else { return Ok(()) };
            let what = format!("a role {}", identity.name);
            let failure = Failure::not_ours(&turn.account, &what, &identity.instance);
            return Err(Error::from(failure).into());
        }
        Some(found) => found
            .made_at
            .into_iter()
            .for_each(|moment| turn.made(moment)),
        None => {}
    }
    let changes = plan(wanted, found.as_ref());
    let event = match (changes.first(), wanted) {
        (None, _) => return Ok(()),
        (Some(Change::Create { .. }), _) => "CreateRole",
        (_, Some(_)) => "UpdateRole",
        (_, None) => "DeleteRole",
    };
    let mut parameters = subject.clone();
    if let Some(members) = parameters.as_object_mut() {
        let planned: Vec<String> = changes.iter().map(Change::to_string).collect();
        members.insert("roleName".to_owned(), json!(identity.name));
        members.insert("changes".to_owned(), json!(planned));
    }
    turn.record(event, parameters).await?;
    for change in &changes {
        change::make((turn, client), &identity.name, change).await?;
    }
    Ok(())
}

/// Tags for a call. A tag without key or value cannot be built, and there is none.
pub(crate) fn tags<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Tag> {
    let built = tags
        .into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build());
    built.filter_map(Result::ok).collect()
}

/// The value of a tag.
pub(crate) fn tag_value<'a>(tags: &'a [Tag], key: &str) -> Option<&'a str> {
    tags.iter().find(|tag| tag.key() == key).map(Tag::value)
}
