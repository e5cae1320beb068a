//! A customer managed policy that is made in an account from the document kept with a permission set. IAM API reference,
//! `CreatePolicyVersion`: at most five versions, of which one counts.

use serde::Serialize;

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
}

/// A policy as an account has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FoundPolicy {
    /// Somebody else's: it is used as it is.
    Foreign,
    /// One that this instance has made, with the document that counts.
    Ours(String),
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PolicyChange {
    /// Make it.
    Create,
    /// Give it the wanted document.
    Revise,
}

/// What makes a policy as it is wanted; `None` where it is, or is not ours to change.
pub(crate) fn plan_policy(
    wanted: &WantedPolicy,
    found: Option<&FoundPolicy>,
) -> Option<PolicyChange> {
    match found {
        None => Some(PolicyChange::Create),
        Some(FoundPolicy::Foreign) => None,
        Some(FoundPolicy::Ours(document)) => {
            (!same_document(&wanted.document, document)).then_some(PolicyChange::Revise)
        }
    }
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
    use super::*;

    fn wanted(document: &str) -> WantedPolicy {
        WantedPolicy {
            name: "Deploy".to_owned(),
            path: "/team/".to_owned(),
            document: document.to_owned(),
        }
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
        let ours = |document: &str| FoundPolicy::Ours(document.to_owned());
        assert_eq!(plan_policy(&wanted, None), Some(PolicyChange::Create));
        let same = ours(r#"{ "Statement": {"Action": ["b", "a"]} }"#);
        assert_eq!(plan_policy(&wanted, Some(&same)), None);
        let other = ours(r#"{"Statement":[{"Action":["a"]}]}"#);
        let change = plan_policy(&wanted, Some(&other));
        assert_eq!(change, Some(PolicyChange::Revise));
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
