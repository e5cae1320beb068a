//! One account, looked at under its lease, so that nobody changes it meanwhile.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use jiff::Timestamp;
use vestibule_shared::arn;
use vestibule_shared::ids::PermissionSetId;
use vestibule_shared::store::access::{
    Account, AccountStatus, Difference, DifferenceCode, DriftSubject, Place,
};

use super::differences::{difference, role_left_over};
use super::findings::Findings;
use super::left_over;
use super::place::{self, Expected};
use crate::accounts::{self, ProviderStanding};
use crate::calls::CallError;
use crate::error::Error;
use crate::reconcile::RoleIdentity;
use crate::turn::{Held, Turn};
use crate::{Context, Identity, iam, provisioned};

/// What came of a look at an account.
pub(super) struct Looked {
    /// How much differs, as far as is known.
    pub(super) differing: u64,
    /// Whether everything was looked at.
    pub(super) whole: bool,
}

/// Looks at an account until `until`, and writes down what differs.
pub(super) async fn check(
    (context, identity): (&Context, &Identity),
    account: &Account,
    until: Timestamp,
) -> Result<Looked, Error> {
    let turn = Turn::begin(context, identity, &account.id, Held::Leave).await?;
    let turn = turn.slowly();
    let outcome = match account.status {
        AccountStatus::Active => look(&turn, until).await,
        // Nobody gets in, whatever its roles are.
        AccountStatus::Suspended => Ok((Findings::default(), true)),
    };
    let outcome = match outcome {
        Ok((findings, whole)) => {
            let settled = settle(&turn, findings).await;
            settled.map(|differing| Looked { differing, whole })
        }
        Err(error) => Err(error),
    };
    turn.end().await;
    outcome
}

async fn settle(turn: &Turn<'_>, findings: Findings) -> Result<u64, Error> {
    let access = &turn.context.access;
    let known = access.drift_of(&turn.account).await?;
    let now = turn.context.clock.now();
    let (changes, differing) = findings.changes(&turn.account, &known, now);
    for drift in changes
        .put
        .iter()
        .filter(|drift| drift.first_found_at == now)
    {
        let codes: Vec<_> = drift.differences.iter().map(|found| found.code).collect();
        tracing::warn!(account = %drift.account, resource = %drift.resource, ?codes, "drift was found");
    }
    access.replace_drift(turn.lease(), &changes).await?;
    Ok(differing)
}

/// Answers what was found, and whether everything was looked at.
async fn look(turn: &Turn<'_>, until: Timestamp) -> Result<(Findings, bool), Error> {
    let mut findings = Findings::default();
    let sets = provisioned_sets(turn).await?;
    match look_inside(turn, &sets, (&mut findings, until)).await {
        Ok(()) => {}
        // Where Vestibule has nothing, it may never have been.
        Err(Error::Failed(_)) if sets.is_empty() => return Ok((Findings::default(), true)),
        // What was found is told: nobody hides it by making more than there is time for.
        Err(Error::OutOfTime) => {
            let resource = arn::service_role(&turn.account);
            findings.note(DriftSubject::Account, resource, vec![not_finished()]);
            findings.leave_the_rest();
            return Ok((findings, false));
        }
        Err(Error::Failed(failure)) => {
            let found = difference(DifferenceCode::AccountNotReadable, failure.reason);
            let resource = arn::service_role(&turn.account);
            findings.note(DriftSubject::Account, resource, vec![found]);
            findings.leave_the_rest();
        }
        Err(other) => return Err(other),
    }
    Ok((findings, true))
}

async fn look_inside(
    turn: &Turn<'_>,
    sets: &BTreeSet<PermissionSetId>,
    (findings, until): (&mut Findings, Timestamp),
) -> Result<(), Error> {
    let with_work = turn.context.access.sets_with_work(&turn.account).await?;
    let mut wanted = false;
    let mut all = Vec::new();
    for set in sets {
        let place = place_of(turn, set);
        match place::expected(turn, &place, with_work.contains(set)).await? {
            Some(expected) => {
                wanted |= expected.is_wanted();
                all.push(expected);
            }
            None => findings.leave(DriftSubject::PermissionSet(set.clone())),
        }
    }
    let client = &accounts::look_into(turn).await?;
    if wanted {
        look_at_provider((turn, client), findings).await?;
    }
    look_at_roles((turn, client), &all, (findings, until)).await?;
    look_for_left_over((turn, client), (&with_work, until), findings).await
}

async fn look_at_roles(
    (turn, client): (&Turn<'_>, &Client),
    all: &[Expected],
    (findings, until): (&mut Findings, Timestamp),
) -> Result<(), Error> {
    for expected in all {
        begin_next(turn, until)?;
        expected.look((turn, client), findings).await?;
    }
    Ok(())
}

async fn look_at_provider(
    (turn, client): (&Turn<'_>, &Client),
    findings: &mut Findings,
) -> Result<(), Error> {
    let standing = accounts::provider_standing(turn, client).await;
    let (code, message) = match standing.map_err(|error| turn.error(error))? {
        ProviderStanding::Current => return Ok(()),
        ProviderStanding::Missing => (
            DifferenceCode::ProviderMissing,
            "The SAML provider is not there: nobody gets into the account.",
        ),
        ProviderStanding::NotOurs => (
            DifferenceCode::ProviderNotOurs,
            "A SAML provider of this name is there that this instance did not make. Vestibule does not touch it.",
        ),
        ProviderStanding::Outdated => (
            DifferenceCode::ProviderMetadataChanged,
            "The SAML provider's metadata is not this instance's: its certificate, or where it is reached, was changed.",
        ),
    };
    let resource = arn::provider(&turn.account, &turn.identity.instance.id);
    findings.note(
        DriftSubject::Provider,
        resource,
        vec![difference(code, message)],
    );
    Ok(())
}

/// Looks for roles that no record in the tables wants.
async fn look_for_left_over(
    (turn, client): (&Turn<'_>, &Client),
    (with_work, until): (&BTreeSet<PermissionSetId>, Timestamp),
    findings: &mut Findings,
) -> Result<(), Error> {
    let named = match left_over::named_for_sets(turn, client).await {
        Ok(named) => named,
        Err(CallError::Refused(..)) => {
            let resource = arn::service_role(&turn.account);
            findings.note(DriftSubject::Account, resource, vec![not_listed()]);
            return Ok(());
        }
        Err(other) => return Err(turn.error(other)),
    };
    let access = &turn.context.access;
    for (set, names) in named {
        let recorded = access.find_provisioned(&place_of(turn, &set)).await?;
        // A place that has a record was looked at by that.
        if recorded.is_some() {
            continue;
        }
        if with_work.contains(&set) {
            findings.leave(DriftSubject::PermissionSet(set));
            continue;
        }
        for name in names {
            begin_next(turn, until)?;
            // What else it has is of no matter.
            let found = iam::find_bare_role(turn, client, &name).await;
            let found = found.map_err(|error| turn.error(error))?;
            let identity = RoleIdentity {
                name,
                instance: turn.identity.instance.id.clone(),
            };
            if found.is_some_and(|found| identity.owns(&found)) {
                let (account, path) = (&turn.account, arn::ROLE_PATH);
                findings.note(
                    DriftSubject::PermissionSet(set.clone()),
                    format!("arn:aws:iam::{account}:role{path}{}", identity.name),
                    vec![role_left_over()],
                );
            }
        }
    }
    Ok(())
}

fn not_finished() -> Difference {
    difference(
        DifferenceCode::AccountNotReadable,
        "There was no time to look at everything: the account has very many roles under Vestibule's path, or answers slowly. \
         Remove roles there that are not Vestibule's. What was found until then is listed.",
    )
}

fn not_listed() -> Difference {
    difference(
        DifferenceCode::RolesNotListed,
        "The roles that nothing wants any more could not be looked for: the service role may not call iam:ListRoles. It is \
         brought up to date when a permission set is provisioned in the account.",
    )
}

/// Lets the next role have its own patience, if there is time.
fn begin_next(turn: &Turn<'_>, until: Timestamp) -> Result<(), Error> {
    if turn.context.clock.now() >= until {
        return Err(Error::OutOfTime);
    }
    turn.take_time();
    Ok(())
}

async fn provisioned_sets(turn: &Turn<'_>) -> Result<BTreeSet<PermissionSetId>, Error> {
    let records = provisioned::list(turn).await?.into_iter();
    Ok(records.map(|record| record.place.permission_set).collect())
}

fn place_of(turn: &Turn<'_>, set: &PermissionSetId) -> Place {
    Place {
        account: turn.account.clone(),
        permission_set: set.clone(),
    }
}
