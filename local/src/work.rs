//! What the program asks of the provisioning function by itself: to do again what an emulator has forgotten. And waiting for
//! what was asked for.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::{Instant, sleep};
use vestibule_shared::ids::{PermissionSetId, RequestId};
use vestibule_shared::store::access::{
    Access, Place, Provisioned, Request, RequestKind, RequestStatus, Task, Work,
};
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::directory::Recorded;
use vestibule_shared::store::{self, PageToken};

use crate::functions::Ground;
use crate::problem::Problem;
use crate::progress::Progress;

/// Who acts in the records of what the program does by itself.
pub(crate) const LOCAL: &str = "vestibule-local";
const PAGE: i32 = 100;
const PAUSE: Duration = Duration::from_millis(100);
/// How long the program waits for provisioning before it says that it is ready all the same.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long an account is kept from others while its record is changed.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
const LEASE_ATTEMPTS: u32 = 700;

/// A record of what the program does by itself.
pub(crate) fn record(ground: &Ground, (source, name): (&str, &str)) -> Record {
    let origin = Origin {
        address: LOCAL.to_owned(),
        user_agent: None,
    };
    let moment = (ground.clock.now(), &ground.random);
    Record::new((source, name), &Actor::System(LOCAL), &origin, moment)
}

/// Has every role made again: the emulator starts with none. Answers the requests under which that is done.
pub async fn provision_again(ground: &Ground) -> Result<Vec<RequestId>, Problem> {
    let access = Access::new(ground.table("AccessTable")?);
    let unread = "what was provisioned cannot be read";
    let provisioned = provisioned(&access)
        .await
        .map_err(Problem::because(unread))?;
    let mut places: BTreeMap<PermissionSetId, Vec<Place>> = BTreeMap::new();
    for record in provisioned {
        let place = record.place.clone();
        let asked = "what was provisioned cannot be asked for again";
        forget_fingerprint(&access, ground, record)
            .await
            .map_err(Problem::because(asked))?;
        let set = place.permission_set.clone();
        places.entry(set).or_default().push(place);
    }
    let mut requests = Vec::new();
    for (set, places) in places {
        let asked = "what was provisioned cannot be asked for again";
        let request = ask(&access, ground, (set, places)).await;
        requests.push(request.map_err(Problem::because(asked))?);
    }
    Ok(requests)
}

async fn provisioned(access: &Access) -> Result<Vec<Provisioned>, store::Error> {
    let mut found = Vec::new();
    let mut from: Option<PageToken> = None;
    loop {
        let sets = access.list_permission_sets(PAGE, from.as_ref()).await?;
        for set in sets.items {
            let mut from: Option<PageToken> = None;
            loop {
                let accounts = access.list_provisioned_accounts(&set.id, PAGE, from.as_ref());
                let accounts = accounts.await?;
                found.extend(accounts.items);
                from = accounts.next;
                if from.is_none() {
                    break;
                }
            }
        }
        from = sets.next;
        if from.is_none() {
            return Ok(found);
        }
    }
}

/// With the fingerprint of what is there no more, the provisioning function would find nothing to do.
async fn forget_fingerprint(
    access: &Access,
    ground: &Ground,
    record: Provisioned,
) -> Result<(), store::Error> {
    let account = &record.place.account;
    for _ in 0..LEASE_ATTEMPTS {
        let now = ground.clock.now();
        let Some(lease) = access.take_lease(account, now, LEASE).await? else {
            sleep(PAUSE).await;
            continue;
        };
        let found = access.find_provisioned(&record.place).await?;
        let written = match found {
            Some(found) => {
                let forgotten = Provisioned {
                    fingerprint: None,
                    ..found
                };
                access.record_provisioned(&lease, &forgotten).await
            }
            None => Ok(()),
        };
        access.release_lease(&lease).await?;
        match written {
            // Somebody has asked for the place in between.
            Err(store::Error::Conflict(_)) => sleep(PAUSE).await,
            written => return written,
        }
    }
    Err(store::Error::Conflict("the lease"))
}

async fn ask(
    access: &Access,
    ground: &Ground,
    (set, places): (PermissionSetId, Vec<Place>),
) -> Result<RequestId, store::Error> {
    let everywhere = Task::Expand {
        permission_set: set,
    };
    let made_by = (&ground.random, ground.clock.now());
    let request = Request {
        total: Some(places.len() as u64),
        ..Request::new(RequestKind::Provision, &everywhere, made_by)
    };
    // Tidying leaves each account at the revision that it was pinned to.
    let work = places.into_iter().map(Task::Tidy);
    let mut work = work.map(|task| Work::new(&request, task));
    if let Some(first) = work.next() {
        let audit = ground
            .audit()
            .map_err(|problem| store::Error::Unavailable(problem.into()))?;
        let record = record(ground, ("sso.amazonaws.com", "ProvisionPermissionSet"));
        let recorded = Recorded {
            audit: &audit,
            record: &record,
        };
        access.create_request(&request, &first, recorded).await?;
    }
    for work in work {
        access.create_work(&work).await?;
    }
    Ok(request.id)
}

/// Waits until what was asked for is done, and warns of what failed or takes too long.
pub async fn wait_for(ground: &Ground, requests: &[RequestId], what: &str) -> Result<(), Problem> {
    if requests.is_empty() {
        return Ok(());
    }
    let access = Access::new(ground.table("AccessTable")?);
    let progress = Progress::show(what);
    let begun = Instant::now();
    for (done, id) in requests.iter().enumerate() {
        progress.detail(&format!("{done} of {}", requests.len()));
        loop {
            let found = access.find_request(id).await;
            let found = found.map_err(Problem::because("a request cannot be read"))?;
            match found {
                Some(request) if request.status == RequestStatus::InProgress => {}
                Some(request) if request.status == RequestStatus::Failed => {
                    let reason = request.failure_reason.unwrap_or_default();
                    tracing::warn!(reason, "not everything could be provisioned");
                    break;
                }
                _ => break,
            }
            if begun.elapsed() > PATIENCE {
                tracing::warn!("the roles in the accounts are not all there yet");
                return Ok(());
            }
            sleep(PAUSE).await;
        }
    }
    Ok(())
}
