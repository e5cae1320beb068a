//! What the tables let one expect of a permission set's role in an account. Pure.

use jiff::{SignedDuration, Timestamp};
use vestibule_shared::store::access::{Assignment, AssignmentState, Provisioned};

/// For how long after a change IAM may still show the role as it was.
const SETTLING: SignedDuration = SignedDuration::from_secs(120);

/// What is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expectation {
    /// The role as this revision wants it.
    Role(u64),
    /// No role.
    Nothing,
    /// That cannot be said: somebody is at it, or its request has failed and said so.
    Unknown,
}

/// What is expected at a place with this record and these assignments, and with work that is not done, if `has_work`.
pub(super) fn expectation(
    provisioned: &Provisioned,
    assignments: &[Assignment],
    (has_work, now): (bool, Timestamp),
) -> Expectation {
    let settling = provisioned
        .provisioned_at
        .is_some_and(|moment| now < moment + SETTLING);
    if has_work || settling {
        return Expectation::Unknown;
    }
    let wanted = |assignment: &Assignment| assignment.state != AssignmentState::Deleting;
    if !assignments.iter().any(wanted) {
        return Expectation::Nothing;
    }
    provisioned
        .revision
        .map_or(Expectation::Unknown, Expectation::Role)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use vestibule_shared::ids::{AccountId, PermissionSetId, Principal, RequestId};
    use vestibule_shared::store::access::Place;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn provisioned(revision: Option<u64>) -> Provisioned {
        Provisioned {
            place: Place {
                account: AccountId::parse("111111111111").unwrap(),
                permission_set: PermissionSetId::parse("ps-0123456789abcdef").unwrap(),
            },
            demand: 1,
            revision,
            session_seconds: None,
            relay_state: None,
            fingerprint: None,
            policies: BTreeSet::new(),
            provisioned_at: Some(NOW - SETTLING),
        }
    }

    fn assignment(state: AssignmentState) -> Assignment {
        let group = "0123456789-01234567-89ab-4def-8123-456789abcdef";
        Assignment {
            principal: Principal::parse("GROUP", group).unwrap(),
            place: provisioned(None).place,
            state,
            sources: BTreeSet::new(),
            request: RequestId::parse("01234567-89ab-4def-8123-456789abcdef").unwrap(),
            created_at: NOW,
        }
    }

    #[test]
    fn a_role_is_expected_as_it_was_provisioned_for_whom_it_is_wanted() {
        let active = [assignment(AssignmentState::Active)];
        let expected = |revision, assignments: &[Assignment]| {
            expectation(&provisioned(revision), assignments, (false, NOW))
        };
        assert_eq!(expected(Some(3), &active), Expectation::Role(3));
        assert_eq!(expected(None, &active), Expectation::Unknown);
        assert_eq!(expected(Some(3), &[]), Expectation::Nothing);
        let deleting = [assignment(AssignmentState::Deleting)];
        assert_eq!(expected(Some(3), &deleting), Expectation::Nothing);
    }

    #[test]
    fn nothing_is_expected_of_what_is_being_changed_or_was_a_moment_ago() {
        let record = provisioned(Some(3));
        assert_eq!(expectation(&record, &[], (true, NOW)), Expectation::Unknown);
        let before = NOW - SignedDuration::from_secs(1);
        assert_eq!(
            expectation(&record, &[], (false, before)),
            Expectation::Unknown
        );
    }
}
