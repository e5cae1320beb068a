//! What an assignment becomes when somebody asks for it, or no longer: decided without tables.

use std::collections::BTreeSet;

use vestibule_shared::ids::Principal;
use vestibule_shared::store::access::{Assignment, AssignmentState, Place, Request};

/// The source of an assignment that somebody asked for by itself.
const DIRECT: &str = "direct";

/// What an assignment becomes when somebody asks for it. One that lets its principal in goes on doing so.
pub(in crate::sso_admin) fn assigned(
    before: Option<&Assignment>,
    request: &Request,
    (principal, place): (&Principal, &Place),
) -> Assignment {
    let standing = before.filter(|before| before.state != AssignmentState::Deleting);
    let mut sources = standing.map_or_else(BTreeSet::new, |standing| standing.sources.clone());
    sources.insert(DIRECT.to_owned());
    Assignment {
        principal: principal.clone(),
        place: place.clone(),
        state: standing.map_or(AssignmentState::Pending, |standing| standing.state),
        sources,
        request: request.id.clone(),
        created_at: standing.map_or(request.created_at, |standing| standing.created_at),
    }
}

/// What wants an assignment besides whoever asked for it by itself.
pub(in crate::sso_admin) fn without_direct(sources: &BTreeSet<String>) -> BTreeSet<String> {
    let left = sources.iter().filter(|source| *source != DIRECT);
    left.cloned().collect()
}

/// What an assignment becomes when only `left` still wants it.
pub(in crate::sso_admin) fn unassigned(
    before: &Assignment,
    request: &Request,
    left: BTreeSet<String>,
) -> Assignment {
    let state = if left.is_empty() {
        AssignmentState::Deleting
    } else {
        before.state
    };
    Assignment {
        state,
        sources: left,
        request: request.id.clone(),
        ..before.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use vestibule_shared::Random;
    use vestibule_shared::ids::{AccountId, PermissionSetId, RequestId};
    use vestibule_shared::store::access::{RequestKind, RequestStatus};

    const UUID: &str = "0123456789-01234567-89ab-cdef-0123-456789abcdef";

    fn subject() -> (Principal, Place) {
        let place = Place {
            account: AccountId::parse("111111111111").unwrap(),
            permission_set: PermissionSetId::parse("ps-0123456789abcdef").unwrap(),
        };
        (Principal::parse("USER", UUID).unwrap(), place)
    }

    fn request(byte: u8) -> Request {
        let (principal, place) = subject();
        Request {
            id: RequestId::generate(&Random::new(move |buffer| buffer.fill(byte))),
            kind: RequestKind::Create,
            status: RequestStatus::InProgress,
            permission_set: place.permission_set,
            account: Some(place.account),
            principal: Some(principal),
            failure_reason: None,
            total: Some(1),
            succeeded: 0,
            failed: 0,
            created_at: Timestamp::from_second(i64::from(byte)).unwrap(),
        }
    }

    fn assignment(state: AssignmentState, sources: &[&str]) -> Assignment {
        let (principal, place) = subject();
        Assignment {
            principal,
            place,
            state,
            sources: sources.iter().map(|&source| source.to_owned()).collect(),
            request: request(1).id,
            created_at: request(1).created_at,
        }
    }

    fn again(state: AssignmentState) -> Assignment {
        let (principal, place) = subject();
        let before = assignment(state, &["ou-1"]);
        assigned(Some(&before), &request(2), (&principal, &place))
    }

    #[test]
    fn asking_again_leaves_an_assignment_as_it_is_and_revives_one_that_goes() {
        use AssignmentState::{Active, Deleting, Pending};
        for (before, after, sources, since) in [
            (Active, Active, &["direct", "ou-1"][..], 1),
            (Pending, Pending, &["direct", "ou-1"], 1),
            (Deleting, Pending, &["direct"], 2),
        ] {
            let assigned = again(before);
            assert_eq!(assigned.state, after);
            assert!(assigned.sources.iter().eq(sources));
            assert_eq!(assigned.request, request(2).id);
            assert_eq!(assigned.created_at, request(since).created_at);
        }
    }

    #[test]
    fn an_assignment_goes_when_nothing_wants_it_any_more() {
        let rest = |sources: &[&str]| {
            let before = assignment(AssignmentState::Active, sources);
            unassigned(&before, &request(2), without_direct(&before.sources)).state
        };
        assert_eq!(rest(&["direct"]), AssignmentState::Deleting);
        assert_eq!(rest(&["direct", "ou-1"]), AssignmentState::Active);
    }
}
