//! What becomes of assignments and requests when a place cannot be made as it is wanted: a creation that failed leaves
//! nothing behind, and a removal that failed leaves a role to tidy, never access.

use jiff::SignedDuration;
use vestibule_shared::store::Error as StoreError;
use vestibule_shared::store::access::{
    Assignment, AssignmentState, Place, Provisioned, Task, Work,
};

use super::place::{Role, Situation, clear_away, remove};
use crate::error::Error;
use crate::failure::Failure;
use crate::turn::Turn;

/// For how long it is worth asking an AWS that does not answer.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(1);

/// Ends `works`, whose place cannot be made, or removed, as it is wanted.
pub(super) async fn settle(
    turn: &Turn<'_>,
    place: &Place,
    works: &[Work],
    failure: Failure,
) -> Result<(), Error> {
    turn.record_failure(place, works, &failure).await?;
    let situation = Situation::read(turn, place).await?;
    let failing = |assignment: &Assignment| {
        let asked_now = works.iter().any(|work| work.request == assignment.request);
        assignment.state == AssignmentState::Pending && asked_now
    };
    let (failing, others): (Vec<_>, Vec<_>) =
        situation.assignments.iter().cloned().partition(failing);
    let still_wanted = others
        .iter()
        .any(|other| other.state != AssignmentState::Deleting);
    let rest = Situation {
        provisioned: situation.provisioned,
        assignments: others,
    };
    let role = if still_wanted {
        None
    } else if failing.is_empty() {
        Some(Role::Left(failure.clone()))
    } else {
        // What was half made for those who now fail goes before they do: as long as they are there, this is taken up again.
        Some(clean_up(turn, place, works, &rest).await?)
    };
    let forget = match &role {
        Some(Role::Gone) => rest.provisioned.as_ref(),
        _ => None,
    };
    end_creations(turn, works, &failing, (&failure, forget)).await?;
    if !matches!(role, Some(Role::Left(_))) {
        clear_away(turn, &rest).await?;
    }
    end_others(turn, works, &failure, role.as_ref()).await
}

/// Takes away the assignments that cannot be made, with their work; with the last of them the record of the place, if
/// nothing else needs it.
async fn end_creations(
    turn: &Turn<'_>,
    works: &[Work],
    failing: &[Assignment],
    (failure, forget): (&Failure, Option<&Provisioned>),
) -> Result<(), Error> {
    let access = &turn.context.access;
    for (index, assignment) in failing.iter().enumerate() {
        let Some(work) = works.iter().find(|work| work.request == assignment.request) else {
            continue;
        };
        let last = index + 1 == failing.len();
        let end = |forget| {
            let lease = (turn.lease(), work);
            access.fail_assignment(lease, assignment, &failure.reason, forget)
        };
        let mut outcome = end(forget.filter(|_| last)).await;
        if matches!(outcome, Err(StoreError::Conflict(Provisioned::KIND))) {
            outcome = end(None).await;
        }
        match outcome.map_err(Error::from) {
            // Changed in between: whoever changed it sees to it. The work is ended with the others.
            Ok(()) | Err(Error::Store(StoreError::Conflict(_) | StoreError::NotFound(_))) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// Ends what is left of `works`. A removal has succeeded where the role is gone, or is still there for others.
async fn end_others(
    turn: &Turn<'_>,
    works: &[Work],
    failure: &Failure,
    role: Option<&Role>,
) -> Result<(), Error> {
    for work in works {
        let failure = match (&work.task, role) {
            (Task::Tidy(_), None | Some(Role::Gone)) => None,
            (Task::Tidy(_), Some(Role::Left(left))) => Some(left),
            _ => Some(failure),
        };
        let reason = failure.map(|failure| failure.reason.as_str());
        turn.context.access.finish_work(work, reason).await?;
    }
    Ok(())
}

/// Those that AWS has not answered for so long that whoever asked is to be told, and those that are worth another try.
pub(super) fn by_hope(turn: &Turn<'_>, works: &[Work]) -> (Vec<Work>, Vec<Work>) {
    let before = turn.context.clock.now() - GIVE_UP;
    let works = works.iter().cloned();
    works.partition(|work| work.created_at < before)
}

/// Removes what was half made. Where AWS does not answer for too long it is left: it lets nobody in, and the next
/// assignment finds it.
async fn clean_up(
    turn: &Turn<'_>,
    place: &Place,
    works: &[Work],
    rest: &Situation,
) -> Result<Role, Error> {
    match remove(turn, place, rest).await {
        Err(Error::Unanswered { operation, cause }) if by_hope(turn, works).1.is_empty() => {
            let made = rest
                .provisioned
                .as_ref()
                .is_some_and(|record| record.revision.is_some());
            let failure = Failure::unanswered(&turn.account, operation, &cause);
            Ok(if made {
                Role::Left(failure)
            } else {
                Role::Gone
            })
        }
        outcome => outcome,
    }
}
