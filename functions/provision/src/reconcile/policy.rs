//! A customer managed policy that is made in an account from the document kept with a permission set. IAM API reference,
//! `CreatePolicyVersion`: at most five versions, of which one counts.

use serde::Serialize;
use vestibule_shared::ids::PermissionSetId;
use vestibule_shared::store::access::Content;

use super::same_document;

/// The most versions that IAM keeps of a policy.
const MOST_VERSIONS: usize = 5;

/// A policy as a permission set wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct WantedPolicy {
    pub(crate) name: String,
    /// With slashes at both ends.
    pub(crate) path: String,
    pub(crate) document: String,
    /// The permission set that keeps the document.
    pub(crate) permission_set: PermissionSetId,
}

/// A policy as an account has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FoundPolicy {
    /// Somebody else's: it is used as it is.
    Foreign,
    /// One that this instance has made.
    Ours {
        /// The document that counts.
        document: String,
        /// The permission set that it was made for first, as its tag says.
        made_for: Option<String>,
    },
}

/// A version of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyVersion {
    /// `v` and a number that counts up.
    pub(crate) id: String,
    /// Whether it is the one that counts.
    pub(crate) is_default: bool,
}

/// What is to be done with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PolicyChange {
    /// Make it.
    Create,
    /// Give it the wanted document, unless another permission set lives by the one that it has.
    Revise {
        /// As in [`FoundPolicy::Ours`].
        made_for: Option<String>,
    },
}

/// What makes a policy as it is wanted; `None` where it is, or is not ours to change.
pub(crate) fn plan_policy(
    wanted: &WantedPolicy,
    found: Option<&FoundPolicy>,
) -> Option<PolicyChange> {
    match found {
        None => Some(PolicyChange::Create),
        Some(FoundPolicy::Foreign) => None,
        Some(FoundPolicy::Ours { document, made_for }) => {
            let revise = || PolicyChange::Revise {
                made_for: made_for.clone(),
            };
            (!same_document(&wanted.document, document)).then(revise)
        }
    }
}

/// Whether another permission set, whose role there has `carried`, keeps another document for the policy. It does no more
/// once its newest revision wants the same, or else two could never change a document that they share.
pub(crate) fn is_contrary(wanted: &WantedPolicy, carried: &Content, newest: &Content) -> bool {
    let kept = format!("{}{}", wanted.path, wanted.name);
    let agrees = |content: &Content| {
        let document = content.policy_documents.get(&kept);
        document.map(|document| same_document(&wanted.document, document))
    };
    agrees(carried) == Some(false) && agrees(newest) != Some(true)
}

/// The version that has to go before another one can come: the oldest that does not count.
pub(crate) fn superfluous_version(versions: &[PolicyVersion]) -> Option<&PolicyVersion> {
    let number = |version: &&PolicyVersion| version.id.trim_start_matches('v').parse::<u64>().ok();
    let spare = versions.iter().filter(|version| !version.is_default);
    spare
        .min_by_key(number)
        .filter(|_| versions.len() >= MOST_VERSIONS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn wanted(document: &str) -> WantedPolicy {
        WantedPolicy {
            name: "Deploy".to_owned(),
            path: "/team/".to_owned(),
            document: document.to_owned(),
            permission_set: PermissionSetId::parse("ps-0123456789abcdef").unwrap(),
        }
    }

    /// What another permission set says of the same policy.
    fn content(document: Option<&str>) -> Content {
        let kept = |document: &str| ("/team/Deploy".to_owned(), document.to_owned());
        let policy_documents: BTreeMap<_, _> = document.into_iter().map(kept).collect();
        let content = json!({ "session_seconds": 3600, "session_duration": "PT1H", "policy_documents": policy_documents });
        serde_json::from_value(content).unwrap()
    }

    #[test]
    fn two_permission_sets_are_contrary_until_both_want_the_same() {
        let wanted = wanted(r#"{"Statement":[]}"#);
        let (same, other) = (r#"{ "Statement": [] }"#, "{}");
        let contrary = |carried, newest| is_contrary(&wanted, &content(carried), &content(newest));
        assert!(contrary(Some(other), Some(other)));
        assert!(contrary(Some(other), None));
        assert!(!contrary(Some(other), Some(same)));
        assert!(!contrary(Some(same), Some(other)));
        // It uses what is there, whatever that says.
        assert!(!contrary(None, Some(other)));
    }

    fn versions(ids: &[&str], default: &str) -> Vec<PolicyVersion> {
        let version = |id: &&str| PolicyVersion {
            id: (*id).to_owned(),
            is_default: *id == default,
        };
        ids.iter().map(version).collect()
    }

    #[test]
    fn a_policy_is_made_where_there_is_none_and_revised_where_it_says_something_else() {
        let wanted = wanted(r#"{"Statement":[{"Action":["a","b"]}]}"#);
        let made_for = Some("ps-0123456789abcdef".to_owned());
        let ours = |document: &str| FoundPolicy::Ours {
            document: document.to_owned(),
            made_for: made_for.clone(),
        };
        assert_eq!(plan_policy(&wanted, None), Some(PolicyChange::Create));
        let same = ours(r#"{ "Statement": {"Action": ["b", "a"]} }"#);
        assert_eq!(plan_policy(&wanted, Some(&same)), None);
        let other = ours(r#"{"Statement":[{"Action":["a"]}]}"#);
        let change = plan_policy(&wanted, Some(&other));
        assert_eq!(change, Some(PolicyChange::Revise { made_for }));
    }

    #[test]
    fn somebody_elses_policy_is_used_as_it_is() {
        assert_eq!(
            plan_policy(&wanted("{}"), Some(&FoundPolicy::Foreign)),
            None
        );
    }

    #[test]
    fn only_the_oldest_of_five_versions_goes_and_never_the_one_that_counts() {
        assert_eq!(superfluous_version(&versions(&["v1", "v2"], "v2")), None);
        let five = versions(&["v12", "v9", "v10", "v8", "v11"], "v8");
        assert_eq!(superfluous_version(&five).unwrap().id, "v9");
    }
}
