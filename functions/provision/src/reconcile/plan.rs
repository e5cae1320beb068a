//! The changes that turn a found role into the wanted one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{FoundRole, INLINE_POLICY_NAME, WantedRole, same_document};

/// IAM's default quota of managed policies of a role.
const MOST_POLICIES: usize = 10;

/// One call to IAM. Each of them may be made again without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Make the role, without its policies.
    Create(NewRole),
    /// Give it this trust policy.
    UpdateTrust(String),
    /// Give it this description and duration.
    Update {
        description: String,
        max_session_seconds: i32,
    },
    /// Give it these tags.
    Tag(BTreeMap<String, String>),
    /// Take the managed policy with this ARN away.
    Detach(String),
    /// Take the inline policy of this name away.
    DeleteInlinePolicy(String),
    /// Let the managed policy with this ARN bound it.
    PutBoundary(String),
    /// Let nothing bound it.
    DeleteBoundary,
    /// Give it the managed policy with this ARN.
    Attach(String),
    /// Give it this inline policy.
    PutInlinePolicy(String),
    /// Delete the role, which has no policies any more.
    Delete,
}

/// A role that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewRole {
    pub(crate) trust: String,
    pub(crate) description: String,
    pub(crate) max_session_seconds: i32,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) boundary: Option<String>,
}

/// For audit records: the IAM operation and its object, never a policy's text.
impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(_) => formatter.write_str("CreateRole"),
            Self::UpdateTrust(_) => formatter.write_str("UpdateAssumeRolePolicy"),
            Self::Update { .. } => formatter.write_str("UpdateRole"),
            Self::Tag(_) => formatter.write_str("TagRole"),
            Self::Detach(arn) => write!(formatter, "DetachRolePolicy {arn}"),
            Self::DeleteInlinePolicy(name) => write!(formatter, "DeleteRolePolicy {name}"),
            Self::PutBoundary(arn) => write!(formatter, "PutRolePermissionsBoundary {arn}"),
            Self::DeleteBoundary => formatter.write_str("DeleteRolePermissionsBoundary"),
            Self::Attach(arn) => write!(formatter, "AttachRolePolicy {arn}"),
            Self::PutInlinePolicy(_) => write!(formatter, "PutRolePolicy {INLINE_POLICY_NAME}"),
            Self::Delete => formatter.write_str("DeleteRole"),
        }
    }
}

/// The calls, in their order, after which the role is as it is wanted, or gone.
pub(crate) fn plan(wanted: Option<&WantedRole>, found: Option<&FoundRole>) -> Vec<Change> {
    match (wanted, found) {
        (None, None) => Vec::new(),
        (None, Some(found)) => remove(found),
        (Some(wanted), None) => create(wanted),
        (Some(wanted), Some(found)) => update(wanted, found),
    }
}

fn create(wanted: &WantedRole) -> Vec<Change> {
    let role = Change::Create(NewRole {
        trust: wanted.trust.clone(),
        description: wanted.description.clone(),
        max_session_seconds: wanted.max_session_seconds,
        tags: wanted.tags.clone(),
        boundary: wanted.boundary.clone(),
    });
    let attached = wanted.policies.iter().cloned().map(Change::Attach);
    let inline = wanted.inline_policy.clone().map(Change::PutInlinePolicy);
    std::iter::once(role)
        .chain(attached)
        .chain(inline)
        .collect()
}

fn update(wanted: &WantedRole, found: &FoundRole) -> Vec<Change> {
    let mut changes = Vec::new();
    if !same_document(&wanted.trust, &found.trust) {
        changes.push(Change::UpdateTrust(wanted.trust.clone()));
    }
    let description = wanted.description.clone();
    if description != found.description || wanted.max_session_seconds != found.max_session_seconds {
        changes.push(Change::Update {
            description,
            max_session_seconds: wanted.max_session_seconds,
        });
    }
    // Others may have tagged the role too: that is theirs.
    let tagged = wanted
        .tags
        .iter()
        .all(|(key, value)| found.tags.get(key) == Some(value));
    if !tagged {
        changes.push(Change::Tag(wanted.tags.clone()));
    }
    // A boundary is set before anything is allowed that it is to bound, and goes after what it was to bound has gone.
    if let Some(boundary) = &wanted.boundary
        && found.boundary.as_ref() != Some(boundary)
    {
        changes.push(Change::PutBoundary(boundary.clone()));
    }
    changes.extend(exchange(wanted, found));
    if wanted.boundary.is_none() && found.boundary.is_some() {
        changes.push(Change::DeleteBoundary);
    }
    changes
}

/// First what comes, as far as there is room, and then what goes: where something cannot be given, people keep what they have.
fn exchange(wanted: &WantedRole, found: &FoundRole) -> Vec<Change> {
    let mut changes: Vec<Change> = other_inline_policies(found).collect();
    let attached = wanted.policies.difference(&found.policies);
    let mut attached: Vec<Change> = attached.cloned().map(Change::Attach).collect();
    let room = MOST_POLICIES.saturating_sub(found.policies.len());
    let without_room = attached.split_off(room.min(attached.len()));
    changes.extend(attached);
    if let Some(wanted) = &wanted.inline_policy {
        let same = |found: &String| same_document(wanted, found);
        if !found.inline_policy.as_ref().is_some_and(same) {
            changes.push(Change::PutInlinePolicy(wanted.clone()));
        }
    }
    changes.extend(detached(found, &wanted.policies));
    if wanted.inline_policy.is_none() && found.inline_policy.is_some() {
        changes.push(Change::DeleteInlinePolicy(INLINE_POLICY_NAME.to_owned()));
    }
    changes.extend(without_room);
    changes
}

/// IAM deletes only a role without policies.
fn remove(found: &FoundRole) -> Vec<Change> {
    let mut changes: Vec<Change> = detached(found, &BTreeSet::new()).collect();
    changes.extend(other_inline_policies(found));
    if found.inline_policy.is_some() {
        changes.push(Change::DeleteInlinePolicy(INLINE_POLICY_NAME.to_owned()));
    }
    changes.push(Change::Delete);
    changes
}

fn detached(found: &FoundRole, kept: &BTreeSet<String>) -> impl Iterator<Item = Change> {
    let gone: Vec<String> = found.policies.difference(kept).cloned().collect();
    gone.into_iter().map(Change::Detach)
}

fn other_inline_policies(found: &FoundRole) -> impl Iterator<Item = Change> {
    let names = found.other_inline_policies.clone().into_iter();
    names.map(Change::DeleteInlinePolicy)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::collection::{btree_map, btree_set};
    use proptest::option;
    use proptest::prelude::*;
    use vestibule_shared::arn::ROLE_PATH;

    use super::*;
    use crate::reconcile::fingerprint;

    /// Does to a role what IAM would, refusing what IAM refuses.
    fn apply(role: Option<FoundRole>, change: &Change) -> Option<FoundRole> {
        if let Change::Create(new) = change {
            assert_eq!(role, None, "a role is made only where there is none");
            return Some(FoundRole {
                path: ROLE_PATH.to_owned(),
                trust: new.trust.clone(),
                description: new.description.clone(),
                max_session_seconds: new.max_session_seconds,
                tags: new.tags.clone(),
                policies: BTreeSet::new(),
                inline_policy: None,
                other_inline_policies: BTreeSet::new(),
                boundary: new.boundary.clone(),
            });
        }
        let mut role = role.expect("only what is there is changed");
        match change {
            Change::Create(_) => unreachable!(),
            Change::UpdateTrust(trust) => role.trust.clone_from(trust),
            Change::Update {
                description,
                max_session_seconds,
            } => {
                role.description.clone_from(description);
                role.max_session_seconds = *max_session_seconds;
            }
            Change::Tag(tags) => role.tags.extend(tags.clone()),
            Change::Detach(arn) => assert!(role.policies.remove(arn)),
            Change::PutBoundary(arn) => role.boundary = Some(arn.clone()),
            Change::DeleteBoundary => assert!(role.boundary.take().is_some()),
            Change::Attach(arn) => {
                assert!(role.policies.insert(arn.clone()));
                assert!(role.policies.len() <= MOST_POLICIES);
            }
            Change::PutInlinePolicy(document) => role.inline_policy = Some(document.clone()),
            Change::DeleteInlinePolicy(name) if name == INLINE_POLICY_NAME => {
                assert!(role.inline_policy.take().is_some());
            }
            Change::DeleteInlinePolicy(name) => assert!(role.other_inline_policies.remove(name)),
            Change::Delete => {
                assert!(role.policies.is_empty() && role.inline_policy.is_none());
                assert!(role.other_inline_policies.is_empty());
                return None;
            }
        }
        Some(role)
    }

    fn policies() -> impl Strategy<Value = BTreeSet<String>> {
        btree_set("arn:aws:iam::aws:policy/[A-D][a-c]", 0..=MOST_POLICIES)
    }

    fn document() -> impl Strategy<Value = String> {
        "[A-C]".prop_map(|action| {
            format!(r#"{{"Statement":{{"Effect":"Allow","Action":"s3:{action}","Resource":"*"}}}}"#)
        })
    }

    fn boundary() -> impl Strategy<Value = Option<String>> {
        option::of("arn:aws:iam::aws:policy/[E-F]")
    }

    fn wanted() -> impl Strategy<Value = WantedRole> {
        let tags = btree_map("vestibule:[a-b]", "[a-c]", 2);
        (
            document(),
            "[a-c]{0,2}",
            tags,
            policies(),
            option::of(document()),
            boundary(),
        )
            .prop_map(
                |(trust, description, tags, policies, inline_policy, boundary)| WantedRole {
                    trust,
                    description,
                    max_session_seconds: 43200,
                    tags,
                    policies,
                    inline_policy,
                    boundary,
                    documents: BTreeMap::new(),
                },
            )
    }

    fn found() -> impl Strategy<Value = FoundRole> {
        let inline = (option::of(document()), btree_set("[a-c]", 0..3));
        let tags = btree_map("(vestibule|team):[a-b]", "[a-c]", 0..4);
        (
            document(),
            "[a-c]{0,2}",
            3600..3602,
            tags,
            policies(),
            inline,
            boundary(),
        )
            .prop_map(
                |(trust, description, seconds, tags, policies, inline, boundary)| FoundRole {
                    path: ROLE_PATH.to_owned(),
                    trust,
                    description,
                    max_session_seconds: seconds,
                    tags,
                    policies,
                    inline_policy: inline.0,
                    other_inline_policies: inline.1,
                    boundary,
                },
            )
    }

    proptest! {
        #[test]
        fn applying_the_plan_gives_what_is_wanted_and_planning_again_gives_nothing(
            wanted in option::of(wanted()),
            found in option::of(found()),
        ) {
            let changes = plan(wanted.as_ref(), found.as_ref());
            let foreign: BTreeMap<_, _> = found.iter().flat_map(|found| found.tags.clone())
                .filter(|(key, _)| key.starts_with("team:")).collect();
            let after = changes.iter().fold(found, apply);
            prop_assert_eq!(plan(wanted.as_ref(), after.as_ref()), Vec::new());
            prop_assert_eq!(after.is_some(), wanted.is_some());
            let (Some(after), Some(wanted)) = (after, wanted) else { return Ok(()) };
            prop_assert_eq!(&after.policies, &wanted.policies);
            prop_assert_eq!(&after.inline_policy, &wanted.inline_policy);
            prop_assert_eq!(&after.boundary, &wanted.boundary);
            prop_assert!(after.other_inline_policies.is_empty());
            prop_assert_eq!(after.max_session_seconds, wanted.max_session_seconds);
            for (key, value) in wanted.tags.iter().chain(&foreign) {
                prop_assert!(after.tags.get(key) == Some(value) || wanted.tags.contains_key(key));
            }
        }

        #[test]
        fn a_plan_that_was_broken_off_anywhere_is_taken_up_again(
            wanted in option::of(wanted()),
            found in option::of(found()),
            done in 0_usize..12,
        ) {
            let changes = plan(wanted.as_ref(), found.as_ref());
            let broken_off = changes.iter().take(done).fold(found, apply);
            let rest = plan(wanted.as_ref(), broken_off.as_ref());
            prop_assert!(rest.len() <= changes.len());
            let after = rest.iter().fold(broken_off, apply);
            prop_assert_eq!(plan(wanted.as_ref(), after.as_ref()), Vec::new());
        }

        #[test]
        fn nothing_is_allowed_that_neither_the_old_nor_the_new_boundary_bounds(
            wanted in wanted(),
            found in found(),
        ) {
            let changes = plan(Some(&wanted), Some(&found));
            let place = |searched: fn(&Change) -> bool| changes.iter().position(searched);
            let grants = |change: &Change| matches!(change, Change::Attach(_) | Change::PutInlinePolicy(_));
            let first_grant = place(grants);
            if let (Some(put), Some(first)) = (place(|change| matches!(change, Change::PutBoundary(_))), first_grant) {
                prop_assert!(put < first);
            }
            if let Some(gone) = place(|change| matches!(change, Change::DeleteBoundary)) {
                prop_assert_eq!(gone, changes.len() - 1);
            }
        }

        #[test]
        fn nothing_is_taken_away_while_there_is_room_for_what_is_given(
            wanted in wanted(),
            found in found(),
        ) {
            let union = wanted.policies.union(&found.policies).count();
            prop_assume!(union <= MOST_POLICIES);
            let changes = plan(Some(&wanted), Some(&found));
            let gives = |change: &Change| matches!(change, Change::Attach(_) | Change::PutInlinePolicy(_));
            let takes = |change: &Change| match change {
                Change::Detach(_) => true,
                Change::DeleteInlinePolicy(name) => name == INLINE_POLICY_NAME,
                _ => false,
            };
            if let (Some(given), Some(taken)) = (changes.iter().rposition(gives), changes.iter().position(takes)) {
                prop_assert!(given < taken);
            }
        }

        #[test]
        fn fingerprints_differ_when_roles_do(one in wanted(), other in wanted()) {
            let print = |wanted: &WantedRole| fingerprint(wanted, "metadata").unwrap();
            prop_assert_eq!(one == other, print(&one) == print(&other));
        }

        #[test]
        fn no_audit_record_repeats_a_policy(wanted in wanted()) {
            for change in plan(Some(&wanted), None) {
                prop_assert!(!change.to_string().contains("Statement"));
            }
        }
    }

    #[test]
    fn a_change_of_the_provider_changes_the_fingerprint() {
        let wanted = WantedRole {
            trust: String::new(),
            description: String::new(),
            max_session_seconds: 43200,
            tags: BTreeMap::new(),
            policies: BTreeSet::new(),
            inline_policy: None,
            boundary: None,
            documents: BTreeMap::new(),
        };
        let print = |metadata| fingerprint(&wanted, metadata).unwrap();
        assert_eq!(print("one").len(), 64);
        assert_ne!(print("one"), print("other"));
    }
}
