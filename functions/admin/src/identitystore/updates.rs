//! What `UpdateUser`, `UpdateGroup`, `DeleteUser` and `DeleteGroup` have in common: the revision that the caller expects, and
//! what is recorded of a list of operations.

use serde_json::{Value, json};
use vestibule_shared::store;

use super::HIDDEN;
use crate::Error;

/// How often a change that expects no revision is made anew when somebody else was faster.
pub(super) const ATTEMPTS: usize = 4;

/// The `Revision` of a request: what the resource must be for the change to be made.
#[derive(Debug, Clone)]
pub(super) struct Expected(Option<String>);

impl Expected {
    pub(super) fn new(revision: Option<String>) -> Self {
        Self(revision)
    }

    /// Refuses a resource of another revision.
    pub(super) fn check(&self, revision: u64) -> Result<(), Error> {
        match &self.0 {
            Some(expected) if *expected != revision.to_string() => Err(changed()),
            _ => Ok(()),
        }
    }

    /// Whether an attempt failed only because somebody else was faster, and the caller does not mind.
    pub(super) fn allows_another(&self, outcome: &Result<(), store::Error>) -> bool {
        self.0.is_none() && matches!(outcome, Err(store::Error::Conflict(_)))
    }
}

/// The resource is not what it was expected to be.
pub(super) fn changed() -> Error {
    Error::concurrent("The resource has another revision than the expected one.")
}

/// The operations as they are recorded: which attributes, not what they are.
pub(super) fn recorded(operations: &[Value]) -> Value {
    operations
        .iter()
        .map(|operation| json!({ "attributePath": operation.get("AttributePath"), "attributeValue": HIDDEN }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expected_revision_is_the_whole_text() {
        let expected = |text: &str| Expected::new(Some(text.to_owned())).check(12).is_ok();
        assert!(expected("12"));
        for other in ["1", "012", "13", "99999999999999999999999999"] {
            assert!(!expected(other), "{other}");
        }
        assert!(Expected::new(None).check(12).is_ok());
    }

    #[test]
    fn only_who_expects_no_revision_overwrites_what_came_between() {
        let conflict = Err(store::Error::Conflict("the user"));
        assert!(Expected::new(None).allows_another(&conflict));
        assert!(!Expected::new(Some("1".to_owned())).allows_another(&conflict));
        assert!(!Expected::new(None).allows_another(&Ok(())));
        let taken = Err(store::Error::AlreadyExists("the user name"));
        assert!(!Expected::new(None).allows_another(&taken));
    }

    #[test]
    fn values_are_not_recorded() {
        let operations = [json!({"AttributePath": "title", "AttributeValue": "x"})];
        assert_eq!(
            recorded(&operations),
            json!([{"attributePath": "title", "attributeValue": HIDDEN}])
        );
    }
}
