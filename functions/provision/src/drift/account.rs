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
use crate::{Context, Identity};

const PAGE: i32 = 100;

/// Looks at an account until `until`, writes down what differs, and answers how much does.
pub(super) async fn check(
    (context, identity): (&Context, &Identity),
    account: &Account,
    until: Timestamp,
) -> Result<u64, Error> {
    let turn = Turn::begin(context, identity, &account.id, Held::Leave).await?;
    let turn = turn.slowly();
    let outcome = match account.status {
        AccountStatus::Active => look(&turn, until).await,
        // Nobody gets in, whatever its roles are.
        AccountStatus::Suspended => Ok(Findings::default()),
    };
    let outcome = match outcome {
        Ok(findings) => settle(&turn, findings).await,
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

async fn look(turn: &Turn<'_>, until: Timestamp) -> Result<Findings, Error> {
    let mut findings = Findings::default();
    let sets = provisioned_sets(turn).await?;
    match look_inside(turn, &sets, (&mut findings, until)).await {
        Ok(()) => {}
        // Where Vestibule has nothing, it may never have been.
        Err(Error::Failed(_)) if sets.is_empty() => return Ok(Findings::default()),
        Err(Error::Failed(failure)) => {
            let found = difference(DifferenceCode::AccountNotReadable, failure.reason);
            let resource = arn::service_role(&turn.account);
            findings.note(DriftSubject::Account, resource, vec![found]);
            findings.leave_the_rest();
        }
        Err(other) => return Err(other),
    }
    Ok(findings)
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
            let found = place::find_role((turn, client), &name).await?;
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
    let mut sets = BTreeSet::new();
    let mut from = None;
    loop {
        let page = turn
            .context
            .access
            .list_provisioned_sets(&turn.account, PAGE, from.as_ref())
            .await?;
        let places = page.items.into_iter().map(|record| record.place);
        sets.extend(places.map(|place| place.permission_set));
        from = page.next;
        if from.is_none() {
            return Ok(sets);
        }
    }
}

fn place_of(turn: &Turn<'_>, set: &PermissionSetId) -> Place {
    Place {
        account: turn.account.clone(),
        permission_set: set.clone(),
    }
}
