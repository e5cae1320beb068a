//! A role as IAM has it. Policy documents come URL-encoded (RFC 3986); lists come in pages.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Role;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::calls::{Call, CallError, NO_SUCH_ENTITY};
use crate::reconcile::{FoundRole, INLINE_POLICY_NAME};
use crate::turn::Turn;

/// IAM's own, for a role that does not say.
const DEFAULT_SESSION_SECONDS: i32 = 3600;

/// The role of this name, whosever it is.
pub(crate) async fn find(
    turn: &Turn<'_>,
    client: &Client,
    name: &str,
) -> Result<Option<FoundRole>, CallError> {
    let Some(mut found) = find_bare(turn, client, name).await? else {
        return Ok(None);
    };
    // Of a role elsewhere in the account no more is asked: it is not ours, and we may not.
    if found.path == vestibule_shared::arn::ROLE_PATH {
        found.policies = policies(turn, client, name).await?;
        found.other_inline_policies = inline_policy_names(turn, client, name).await?;
        if found.other_inline_policies.remove(INLINE_POLICY_NAME) {
            found.inline_policy = Some(inline_policy(turn, client, name).await?);
        }
    }
    Ok(Some(found))
}

/// The same without its policies, by one call: enough to say whose it is.
pub(crate) async fn find_bare(
    turn: &Turn<'_>,
    client: &Client,
    name: &str,
) -> Result<Option<FoundRole>, CallError> {
    let look = || client.get_role().role_name(name).send();
    let role = match turn.ask("iam:GetRole", Call::PLAIN, look).await {
        Ok(answer) => answer.role,
        Err(error) if error.is(NO_SUCH_ENTITY) => None,
        Err(other) => return Err(other),
    };
    let Some(role) = role else {
        return Ok(None);
    };
    // Of a role that was made a moment ago IAM may know only a part.
    if let Ok(moment) = Timestamp::from_second(role.create_date().secs()) {
        turn.made(moment);
    }
    Ok(Some(without_policies(&role)))
}

fn without_policies(role: &Role) -> FoundRole {
    let tags = role.tags().iter();
    FoundRole {
        path: role.path().to_owned(),
        trust: decoded(role.assume_role_policy_document().unwrap_or_default()),
        description: role.description().unwrap_or_default().to_owned(),
        max_session_seconds: role
            .max_session_duration()
            .unwrap_or(DEFAULT_SESSION_SECONDS),
        tags: tags
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect(),
        policies: BTreeSet::new(),
        inline_policy: None,
        other_inline_policies: BTreeSet::new(),
        boundary: role
            .permissions_boundary()
            .and_then(|boundary| boundary.permissions_boundary_arn())
            .map(str::to_owned),
    }
}

async fn policies(
    turn: &Turn<'_>,
    client: &Client,
    name: &str,
) -> Result<BTreeSet<String>, CallError> {
    let mut policies = BTreeSet::new();
    let mut marker = None;
    loop {
        let list = || {
            let call = client.list_attached_role_policies().role_name(name);
            call.set_marker(marker.clone()).send()
        };
        let page = turn
            .ask("iam:ListAttachedRolePolicies", Call::ON_ROLE, list)
            .await?;
        let attached = page.attached_policies.unwrap_or_default();
        policies.extend(attached.into_iter().filter_map(|policy| policy.policy_arn));
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(policies);
        }
    }
}

async fn inline_policy_names(
    turn: &Turn<'_>,
    client: &Client,
    name: &str,
) -> Result<BTreeSet<String>, CallError> {
    let mut names = BTreeSet::new();
    let mut marker = None;
    loop {
        let list = || {
            let call = client.list_role_policies().role_name(name);
            call.set_marker(marker.clone()).send()
        };
        let page = turn
            .ask("iam:ListRolePolicies", Call::ON_ROLE, list)
            .await?;
        names.extend(page.policy_names);
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(names);
        }
    }
}

async fn inline_policy(turn: &Turn<'_>, client: &Client, name: &str) -> Result<String, CallError> {
    let look = || {
        let call = client.get_role_policy().role_name(name);
        call.policy_name(INLINE_POLICY_NAME).send()
    };
    let answer = turn.ask("iam:GetRolePolicy", Call::ON_ROLE, look).await?;
    Ok(decoded(&answer.policy_document))
}

pub(super) fn decoded(document: &str) -> String {
    percent_decode_str(document)
        .decode_utf8_lossy()
        .into_owned()
}
