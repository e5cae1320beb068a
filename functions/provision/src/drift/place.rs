//! One permission set in an account: its role, held against what the tables let one expect.

use aws_sdk_iam::Client;
use vestibule_shared::arn;
use vestibule_shared::store::access::{Content, DriftSubject, PermissionSet, Place, Provisioned};

use super::differences;
use super::expectation::{Expectation, expectation};
use super::findings::Findings;
use crate::calls::NO_SUCH_ENTITY;
use crate::error::Error;
use crate::iam;
use crate::reconcile::{FoundRole, RoleIdentity, WantedRole};
use crate::turn::Turn;

/// What is to be looked for at a place.
pub(super) struct Expected {
    set: PermissionSet,
    /// `None` where there should be no role.
    content: Option<Content>,
}

/// What is expected at a place whose record the index has; `None` where that cannot be said.
pub(super) async fn expected(
    turn: &Turn<'_>,
    place: &Place,
    has_work: bool,
) -> Result<Option<Expected>, Error> {
    let access = &turn.context.access;
    let (provisioned, assignments) =
        tokio::try_join!(access.find_provisioned(place), access.assignments_at(place))?;
    let Some(provisioned) = provisioned else {
        return Ok(None);
    };
    let now = turn.context.clock.now();
    let expectation = expectation(&provisioned, &assignments, (has_work, now));
    let revision = match expectation {
        Expectation::Unknown => return Ok(None),
        Expectation::Nothing => None,
        Expectation::Role(revision) => Some(revision),
    };
    let Some(set) = access.find_permission_set(&place.permission_set).await? else {
        return Ok(None);
    };
    let content = match revision {
        None => None,
        Some(revision) => match content(turn, &set, &provisioned, revision).await? {
            Some(content) => Some(content),
            None => return Ok(None),
        },
    };
    Ok(Some(Expected { set, content }))
}

/// What the revision says that the place is pinned to.
async fn content(
    turn: &Turn<'_>,
    set: &PermissionSet,
    provisioned: &Provisioned,
    revision: u64,
) -> Result<Option<Content>, Error> {
    if revision == set.revision {
        return Ok(Some(set.content.clone()));
    }
    let access = &turn.context.access;
    let id = &provisioned.place.permission_set;
    Ok(access.find_revision(id, revision).await?)
}

impl Expected {
    /// Whether there should be a role.
    pub(super) fn is_wanted(&self) -> bool {
        self.content.is_some()
    }

    /// Looks at the role, and notes in what it differs.
    pub(super) async fn look(
        &self,
        (turn, client): (&Turn<'_>, &Client),
        findings: &mut Findings,
    ) -> Result<(), Error> {
        let instance = &turn.identity.instance;
        let identity = RoleIdentity::of(&instance.id, &self.set);
        let found = find_role((turn, client), &identity.name).await?;
        let wanted = self
            .content
            .as_ref()
            .map(|content| WantedRole::new((instance, &turn.account), &self.set, content));
        let mut differences = differences::of_role(&identity, wanted.as_ref(), found.as_ref());
        if let Some(wanted) = &wanted {
            let differing = iam::differing_policies((turn, client), &wanted.documents).await;
            let differing = differing.map_err(|error| turn.error(error))?;
            differences.extend(differences::of_policies(&differing));
        }
        findings.note(
            DriftSubject::PermissionSet(self.set.id.clone()),
            arn::role(&turn.account, &self.set.name, &self.set.id),
            differences,
        );
        Ok(())
    }
}

/// The role of this name. One that goes while it is looked at is looked at once more.
async fn find_role(
    (turn, client): (&Turn<'_>, &Client),
    name: &str,
) -> Result<Option<FoundRole>, Error> {
    let found = match iam::find_role(turn, client, name).await {
        Err(error) if error.is(NO_SUCH_ENTITY) => iam::find_role(turn, client, name).await,
        found => found,
    };
    found.map_err(|error| turn.error(error))
}
