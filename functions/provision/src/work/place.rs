//! One place, a permission set in an account: what its assignments want now, whether the role there is so, and what that
//! makes of the assignments and of whoever asked.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use vestibule_shared::store::Error as StoreError;
use vestibule_shared::store::access::{
    AccountStatus, Assignment, AssignmentState, Content, CustomerManagedPolicy, PermissionSet,
    Place, Provisioned, Task, Work,
};

use super::failed;
use crate::drift;
use crate::error::Error;
use crate::failure::Failure;
use crate::iam::{self, Past};
use crate::reconcile::{RoleIdentity, WantedRole, customer_managed, fingerprint, policy_arn};
use crate::turn::Turn;

/// How often a record is written again that was asked for in between.
const ATTEMPTS: u32 = 5;

/// What the tables say of a place.
pub(super) struct Situation {
    pub(super) provisioned: Option<Provisioned>,
    pub(super) assignments: Vec<Assignment>,
}

/// What became of the role that nothing wants.
pub(super) enum Role {
    /// It is not there.
    Gone,
    /// It could not be removed.
    Left(Failure),
}

/// Does `works`, which are all on `place`.
pub(super) async fn attend(turn: &Turn<'_>, place: &Place, works: &[Work]) -> Result<(), Error> {
    let situation = Situation::read(turn, place).await?;
    let made = if situation.is_wanted() {
        make(turn, place, works, &situation).await
    } else if situation.provisioned.is_none() && works.iter().any(is_repair) {
        remove_left_over(turn, place).await
    } else {
        match remove(turn, place, &situation).await {
            Ok(Role::Gone) => Ok(()),
            Ok(Role::Left(failure)) => Err(failure.into()),
            Err(other) => Err(other),
        }
    };
    match made {
        Ok(()) => succeed(turn, (place, works), &situation).await,
        Err(Error::Unanswered { operation, cause }) => {
            turn.fell_silent();
            let (hopeless, hopeful) = failed::by_hope(turn, works);
            if !hopeless.is_empty() {
                let failure = Failure::unanswered(&turn.account, operation, &cause);
                failed::settle(turn, place, &hopeless, failure).await?;
            }
            if hopeful.is_empty() {
                Ok(())
            } else {
                Err(Error::Unanswered { operation, cause })
            }
        }
        Err(Error::Failed(failure)) => failed::settle(turn, place, works, failure).await,
        Err(other) => Err(other),
    }
}

impl Situation {
    /// The record first: whatever assignment is asked for afterwards changes it, and so is noticed when it is written.
    pub(super) async fn read(turn: &Turn<'_>, place: &Place) -> Result<Self, Error> {
        let access = &turn.context.access;
        Ok(Self {
            provisioned: access.find_provisioned(place).await?,
            assignments: access.assignments_at(place).await?,
        })
    }

    /// Whether anybody is to be let in.
    fn is_wanted(&self) -> bool {
        let wanted = |assignment: &Assignment| assignment.state != AssignmentState::Deleting;
        self.assignments.iter().any(wanted)
    }

    pub(super) fn in_state(&self, state: AssignmentState) -> impl Iterator<Item = &Assignment> {
        self.assignments
            .iter()
            .filter(move |assignment| assignment.state == state)
    }
}

/// Makes the role as it is wanted, unless it is known to be, and notes it.
async fn make(
    turn: &Turn<'_>,
    place: &Place,
    works: &[Work],
    situation: &Situation,
) -> Result<(), Error> {
    let context = turn.context;
    check_account(turn).await?;
    let set = context
        .access
        .find_permission_set(&place.permission_set)
        .await?;
    let set = set.ok_or_else(|| Failure::no_permission_set(&place.account))?;
    let mut provisioned = situation
        .provisioned
        .clone()
        .ok_or(StoreError::NotFound(Provisioned::KIND))?;
    let (revision, content) = revision(turn, &set, works, provisioned.revision).await?;
    let instance = &turn.identity.instance;
    let wanted = WantedRole::new((instance, &place.account), &set, &content);
    let fingerprint = fingerprint(&wanted, &turn.identity.metadata)?;
    let verified = works.iter().any(|work| work.task.verifies());

    let policies = if verified || provisioned.fingerprint.as_ref() != Some(&fingerprint) {
        let policies = apply((turn, place), &provisioned, (&set, &content), &wanted).await?;
        // As it has left the record: what is noted now is to be written even where the role was as it should be.
        provisioned.fingerprint = None;
        policies
    } else {
        provisioned.policies.clone()
    };
    let now = context.clock.now();
    note(turn, &provisioned, |record| {
        if record.fingerprint.as_ref() != Some(&fingerprint) {
            record.provisioned_at = Some(now);
        }
        record.revision = Some(revision);
        record.session_seconds = Some(content.session_seconds);
        record.relay_state.clone_from(&content.relay_state);
        record.policies.clone_from(&policies);
        record.fingerprint = Some(fingerprint.clone());
    })
    .await
}

/// Makes the role with its policies, and answers which of these may be of our making.
async fn apply(
    (turn, place): (&Turn<'_>, &Place),
    provisioned: &Provisioned,
    (set, content): (&PermissionSet, &Content),
    wanted: &WantedRole,
) -> Result<BTreeSet<CustomerManagedPolicy>, Error> {
    let instance = &turn.identity.instance;
    let named = customer_managed(content);
    let (mut kept, gone): (BTreeSet<_>, BTreeSet<_>) = provisioned
        .policies
        .iter()
        .cloned()
        .partition(|policy| named.contains(policy));
    if instance.create_customer_managed_policies {
        kept.extend(named);
    }
    // From here on nobody may take the role for what it was, nor forget what may have been made for it.
    note(turn, provisioned, |record| {
        record.fingerprint = None;
        record.policies.extend(kept.iter().cloned());
    })
    .await?;
    let (client, subject) = (turn.iam().await?, turn.subject(place));
    let role = RoleIdentity::of(&instance.id, set);
    if !wanted.documents.is_empty() {
        iam::check_owner((turn, client), &role).await?;
        iam::keep_policies((turn, client), &wanted.documents, &subject).await?;
    }
    let past = match provisioned.revision {
        Some(_) => Past::Made,
        None => Past::Unheard,
    };
    iam::bring_about((turn, client), (&role, past), Some(wanted), &subject).await?;
    iam::delete_policies((turn, client), &arns(place, &gone), &subject).await?;
    Ok(kept)
}

fn arns(place: &Place, policies: &BTreeSet<CustomerManagedPolicy>) -> Vec<String> {
    let arn = |policy| policy_arn(&place.account, policy);
    policies.iter().map(arn).collect()
}

fn is_repair(work: &Work) -> bool {
    matches!(work.task, Task::Repair(_))
}

/// Removes the role of a place that no record is of: only somebody who has seen it asks for that.
async fn remove_left_over(turn: &Turn<'_>, place: &Place) -> Result<(), Error> {
    check_account(turn).await?;
    drift::remove_left_over(turn, place).await
}

/// Removes the role, unless it is known not to be there.
pub(super) async fn remove(
    turn: &Turn<'_>,
    place: &Place,
    situation: &Situation,
) -> Result<Role, Error> {
    let Some(provisioned) = &situation.provisioned else {
        return Ok(Role::Gone);
    };
    let set = turn
        .context
        .access
        .find_permission_set(&place.permission_set)
        .await?;
    // An account that is closed has nothing that is worth a failure, nor has a permission set that is gone.
    let Some(set) = set else {
        return Ok(Role::Gone);
    };
    match check_account(turn).await {
        Ok(()) => {}
        Err(Error::Failed(_)) => return Ok(Role::Gone),
        Err(other) => return Err(other),
    }
    note(turn, provisioned, |record| record.fingerprint = None).await?;
    let client = match turn.enter().await {
        Ok(client) => client,
        // Where no role was ever made, none is left behind by not looking.
        Err(Error::Failed(_)) if provisioned.revision.is_none() => return Ok(Role::Gone),
        Err(Error::Failed(failure)) => return Ok(Role::Left(failure)),
        Err(other) => return Err(other),
    };
    match take_away((turn, client), (provisioned, &set)).await {
        Ok(()) => Ok(Role::Gone),
        Err(Error::Failed(failure)) => Ok(Role::Left(failure)),
        Err(other) => Err(other),
    }
}

/// Removes the role, and after it the policies that were made for it.
async fn take_away(
    (turn, client): (&Turn<'_>, &Client),
    (provisioned, set): (&Provisioned, &PermissionSet),
) -> Result<(), Error> {
    let place = &provisioned.place;
    let role = RoleIdentity::of(&turn.identity.instance.id, set);
    let subject = turn.subject(place);
    iam::bring_about((turn, client), (&role, Past::Made), None, &subject).await?;
    let policies = arns(place, &provisioned.policies);
    iam::delete_policies((turn, client), &policies, &subject).await
}

/// Lets in who is to be let in, forgets who is not, and says so to whoever asked. It was all done for `situation`: whoever has
/// come or gone since has work of their own, for which the place may have to change once more.
async fn succeed(
    turn: &Turn<'_>,
    (place, works): (&Place, &[Work]),
    situation: &Situation,
) -> Result<(), Error> {
    let access = &turn.context.access;
    for assignment in situation.in_state(AssignmentState::Pending) {
        let asked = works.iter().find(|work| work.request == assignment.request);
        if let Some(work) = asked {
            let lease = (turn.lease(), work);
            unless_changed(access.activate_assignment(lease, assignment).await)?;
        }
    }
    clear_away(turn, situation).await?;
    if works.iter().any(|work| work.task.verifies()) {
        drift::forget(turn, place, situation.is_wanted()).await?;
    }
    for work in works {
        access.finish_work(work, None).await?;
    }
    Ok(())
}

/// Removes the assignments that are to go and, where none is left, the record of the place, whose role has gone before:
/// `situation` is the one that this was decided on.
pub(super) async fn clear_away(turn: &Turn<'_>, situation: &Situation) -> Result<(), Error> {
    let access = &turn.context.access;
    for assignment in situation.in_state(AssignmentState::Deleting) {
        unless_changed(access.remove_assignment(turn.lease(), assignment).await)?;
    }
    match &situation.provisioned {
        Some(provisioned) if !situation.is_wanted() => {
            unless_changed(access.forget_provisioned(turn.lease(), provisioned).await)
        }
        _ => Ok(()),
    }
}

/// What somebody has changed in between has its own work.
pub(super) fn unless_changed(outcome: Result<(), StoreError>) -> Result<(), Error> {
    match outcome.map_err(Error::from) {
        Err(Error::Store(StoreError::Conflict(_))) => Ok(()),
        outcome => outcome,
    }
}

/// The revision that the role is to carry: the newest where that was asked for, or else the one that it is pinned to.
async fn revision(
    turn: &Turn<'_>,
    set: &PermissionSet,
    works: &[Work],
    pinned: Option<u64>,
) -> Result<(u64, Content), Error> {
    let newest = works.iter().any(|work| work.task.carries_newest());
    let pinned = pinned.filter(|pinned| !newest && *pinned != set.revision);
    if let Some(pinned) = pinned
        && let Some(content) = turn.context.access.find_revision(&set.id, pinned).await?
    {
        return Ok((pinned, content));
    }
    Ok((set.revision, set.content.clone()))
}

/// Changes the record of a place, whose demand may be raised at any time, if that changes anything.
async fn note(
    turn: &Turn<'_>,
    provisioned: &Provisioned,
    change: impl Fn(&mut Provisioned),
) -> Result<(), Error> {
    let access = &turn.context.access;
    let mut before = provisioned.clone();
    for _ in 0..ATTEMPTS {
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        match access.record_provisioned(turn.lease(), &after).await {
            Err(StoreError::Conflict(Provisioned::KIND)) => {
                let found = access.find_provisioned(&provisioned.place).await?;
                before = found.ok_or(StoreError::NotFound(Provisioned::KIND))?;
            }
            outcome => return Ok(outcome?),
        }
    }
    Err(StoreError::Conflict(Provisioned::KIND).into())
}

async fn check_account(turn: &Turn<'_>) -> Result<(), Error> {
    let account = turn.context.access.find_account(&turn.account).await?;
    let state = match account.map(|account| account.status) {
        Some(AccountStatus::Active) => return Ok(()),
        Some(AccountStatus::Suspended) => "is suspended or closed",
        None => "is not known in the organization",
    };
    Err(Failure::account(&turn.account, state).into())
}
