//! What differs, in words and as codes. It is what the reconciler would change, and so is read off its plan. Pure.

use vestibule_shared::store::access::{Difference, DifferenceCode};

use crate::reconcile::{Change, FoundRole, INLINE_POLICY_NAME, RoleIdentity, WantedRole, plan};

/// The most differences that are kept of one subject. IAM's quotas allow fewer managed policies, but any number of tiny
/// inline ones.
const MOST: usize = 30;
/// The longest name of somebody else's that is repeated, in characters: IAM's longest ARN of a policy has fewer.
const LONGEST_NAME: usize = 700;

/// A difference with what is to be said of it.
pub(super) fn difference(code: DifferenceCode, message: impl Into<String>) -> Difference {
    Difference {
        code,
        message: message.into(),
    }
}

/// In what the role of a permission set differs from what is wanted; `None` is wanted where nobody is assigned.
pub(super) fn of_role(
    identity: &RoleIdentity,
    wanted: Option<&WantedRole>,
    found: Option<&FoundRole>,
) -> Vec<Difference> {
    match (wanted, found) {
        (None, None) => Vec::new(),
        (Some(_), Some(found)) if !identity.owns(found) => vec![difference(
            DifferenceCode::RoleNotOurs,
            "A role of this name is there that this instance did not make, by its path or its tag. Vestibule does not touch it.",
        )],
        // Somebody else's, where nothing of ours is wanted.
        (None, Some(found)) if !identity.owns(found) => Vec::new(),
        (None, Some(_)) => vec![role_left_over()],
        (Some(_), None) => vec![difference(
            DifferenceCode::RoleMissing,
            "The role is not there.",
        )],
        (Some(wanted), Some(found)) => {
            let changes = plan(Some(wanted), Some(found));
            let differences = changes
                .iter()
                .flat_map(|change| of_change(change, wanted, found));
            bounded(differences.collect())
        }
    }
}

/// Policies that should be made from documents kept with a permission set, and are not there or say something else.
pub(super) fn of_policies(arns: &[String]) -> Vec<Difference> {
    let differences = arns.iter().map(|arn| {
        difference(
            DifferenceCode::CustomerManagedPolicyChanged,
            format!(
                "The policy {} is not there or does not say what its document says.",
                shortened(arn)
            ),
        )
    });
    bounded(differences.collect())
}

/// A role that nothing wants.
pub(super) fn role_left_over() -> Difference {
    difference(
        DifferenceCode::RoleLeftOver,
        "The role is there although nobody is assigned here with the permission set.",
    )
}

fn of_change(change: &Change, wanted: &WantedRole, found: &FoundRole) -> Vec<Difference> {
    use DifferenceCode as Code;
    let one = |code, message: String| vec![difference(code, message)];
    match change {
        Change::Create(_) => one(Code::RoleMissing, "The role is not there.".to_owned()),
        Change::Delete => vec![role_left_over()],
        Change::UpdateTrust(_) => one(
            Code::TrustPolicyChanged,
            "The trust policy was changed: others may become the role than those whom Vestibule lets in.".to_owned(),
        ),
        Change::Update { .. } => of_settings(wanted, found),
        Change::Tag(_) => one(Code::TagsChanged, changed_tags(wanted, found)),
        Change::Attach(arn) => one(
            Code::ManagedPolicyMissing,
            format!("The managed policy {} is not attached.", shortened(arn)),
        ),
        Change::Detach(arn) => one(
            Code::ManagedPolicyExtra,
            format!("The managed policy {} is attached and should not be.", shortened(arn)),
        ),
        Change::PutBoundary(arn) => one(
            Code::PermissionsBoundaryChanged,
            format!("The permissions boundary is not {}.", shortened(arn)),
        ),
        Change::DeleteBoundary => one(
            Code::PermissionsBoundaryChanged,
            "There is a permissions boundary and should be none.".to_owned(),
        ),
        Change::PutInlinePolicy(_) if found.inline_policy.is_none() => one(
            Code::InlinePolicyMissing,
            format!("The inline policy {INLINE_POLICY_NAME} is not there."),
        ),
        Change::PutInlinePolicy(_) => one(
            Code::InlinePolicyChanged,
            format!("The inline policy {INLINE_POLICY_NAME} was changed."),
        ),
        Change::DeleteInlinePolicy(name) => one(
            Code::InlinePolicyExtra,
            format!("The inline policy {} is there and should not be.", shortened(name)),
        ),
    }
}

fn of_settings(wanted: &WantedRole, found: &FoundRole) -> Vec<Difference> {
    let mut differences = Vec::new();
    if wanted.description != found.description {
        differences.push(difference(
            DifferenceCode::DescriptionChanged,
            "The description was changed.",
        ));
    }
    let (should, is) = (wanted.max_session_seconds, found.max_session_seconds);
    if should != is {
        differences.push(difference(
            DifferenceCode::MaxSessionDurationChanged,
            format!("Sessions may last {is} seconds instead of {should}."),
        ));
    }
    differences
}

fn changed_tags(wanted: &WantedRole, found: &FoundRole) -> String {
    let changed = wanted
        .tags
        .iter()
        .filter(|(key, value)| found.tags.get(*key) != Some(value));
    let keys: Vec<&str> = changed.map(|(key, _)| key.as_str()).collect();
    format!(
        "Tags of Vestibule's are missing or changed: {}.",
        keys.join(", ")
    )
}

/// At most as many as are kept; the last of them says how many are not.
fn bounded(mut differences: Vec<Difference>) -> Vec<Difference> {
    if differences.len() > MOST {
        let more = differences.split_off(MOST - 1).len();
        differences.push(difference(
            DifferenceCode::More,
            format!("There are {more} more differences."),
        ));
    }
    differences
}

fn shortened(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}
