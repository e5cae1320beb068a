//! One run of the check: as many accounts as there is time for. The item that says how far the check is can be held by one
//! run at a time; a run that dies is taken over once it must be dead.

use futures_util::{StreamExt, stream as futures};
use jiff::{SignedDuration, Timestamp};
use vestibule_shared::edge;
use vestibule_shared::store::Error as StoreError;
use vestibule_shared::store::PageToken;
use vestibule_shared::store::access::{Account, DriftCheck, DriftRequest};

use super::round::{self, Tally};
use super::{account, requests};
use crate::error::Error;
use crate::{Context, Identity};

/// How many accounts are looked at at the same time, each at its own pace.
const AT_ONCE: usize = 4;
const AT_ONCE_I32: i32 = 4;
/// How long a run begins new accounts, and how long it begins new roles in one. With the patience of the last role both fit
/// into the function's time in template.yaml.
const RUN: SignedDuration = SignedDuration::from_mins(4);
const ACCOUNT: SignedDuration = SignedDuration::from_mins(7);
/// The longest that Lambda lets a run live.
const LIFE: SignedDuration = SignedDuration::from_mins(15);

/// A run that holds the check.
struct Run<'a> {
    context: &'a Context,
    identity: Identity,
    /// As the table has it.
    check: DriftCheck,
    until: Timestamp,
}

/// Goes on with the check, if there is anything to look at and nobody else does.
pub(crate) async fn handle(context: &Context) -> Result<(), Error> {
    let found = context.access.find_drift_check().await?;
    let check = found.clone().unwrap_or_default();
    let now = context.clock.now();
    if check.held_until.is_some_and(|until| now < until) || !has_work(context, &check).await? {
        return Ok(());
    }
    let identity = context.identity().await?;
    let held = moved(check, Some(now + LIFE));
    let access = &context.access;
    match access.replace_drift_check(found.as_ref(), &held).await {
        Err(StoreError::Conflict(_)) => return Ok(()),
        outcome => outcome?,
    }
    let mut run = Run {
        context,
        identity,
        check: held,
        until: now + RUN,
    };
    match run.go_on().await {
        Err(Error::Store(StoreError::Conflict(DriftCheck::KIND))) => {
            tracing::warn!("another run has taken over the drift check");
            Ok(())
        }
        outcome => outcome,
    }
}

/// Whether anything is to be looked at. Most of the time this is all that is read.
async fn has_work(context: &Context, check: &DriftCheck) -> Result<bool, Error> {
    if !requests::find(context, 1).await?.due.is_empty() {
        return Ok(true);
    }
    Ok(check.round.is_some() || is_due(context, check).await?)
}

async fn is_due(context: &Context, check: &DriftCheck) -> Result<bool, Error> {
    let requested = context.access.is_drift_round_requested().await?;
    // An instance that is not enabled has nothing to look at.
    let Some(instance) = context.access.find_instance().await? else {
        return Ok(false);
    };
    let now = context.clock.now();
    Ok(round::is_due(check, instance.created_at, (requested, now)))
}

/// The next state of the check, held until then.
fn moved(check: DriftCheck, held_until: Option<Timestamp>) -> DriftCheck {
    DriftCheck {
        revision: check.revision + 1,
        held_until,
        ..check
    }
}

impl Run<'_> {
    /// Looks at accounts until none is left or there is no more time: first at those that are out of their turn.
    async fn go_on(&mut self) -> Result<(), Error> {
        while self.context.clock.now() < self.until {
            let requests = requests::find(self.context, AT_ONCE).await?;
            if !requests.due.is_empty() {
                self.attend(requests.due).await?;
                continue;
            }
            match &self.check.round {
                None if is_due(self.context, &self.check).await? => {
                    self.advance(round::begun(&self.check, self.context.clock.now()))
                        .await?;
                }
                Some(round) if !round.listed => {
                    let from = round.from.as_deref().map(PageToken::parse);
                    self.turn_page(from).await?;
                }
                Some(_) if !requests.hold_up_the_round => self.complete().await?,
                _ => break,
            }
        }
        let released = moved(self.check.clone(), None);
        self.replace(released).await
    }

    /// Looks at accounts out of their turn.
    async fn attend(&mut self, due: Vec<DriftRequest>) -> Result<(), Error> {
        let ids: Vec<_> = due.iter().map(|request| request.account.clone()).collect();
        let accounts = self.context.access.find_accounts(&ids).await?;
        let unknown = due
            .iter()
            .filter(|request| !accounts.iter().any(|account| account.id == request.account));
        for request in unknown {
            self.context.access.finish_drift_request(request).await?;
        }
        let before = |account: &Account| {
            let mut due = due.iter();
            due.find(|request| request.account == account.id).cloned()
        };
        let accounts = accounts
            .into_iter()
            .map(|account| (before(&account), account));
        let tally = self.look_at(accounts.collect()).await?;
        if tally == Tally::default() {
            return Ok(());
        }
        self.advance(round::counted(&self.check, tally)).await
    }

    /// Looks at the next accounts of the list.
    async fn turn_page(&mut self, from: Option<PageToken>) -> Result<(), Error> {
        let access = &self.context.access;
        let page = access.list_accounts(AT_ONCE_I32, from.as_ref()).await?;
        let accounts = page.items.into_iter().map(|account| (None, account));
        let tally = self.look_at(accounts.collect()).await?;
        let next = page.next.map(|token| token.as_str().to_owned());
        let counted = round::counted(&self.check, tally);
        self.advance(round::turned(&counted, next)).await
    }

    /// Looks at accounts at the same time, and answers what is to be counted in the round.
    async fn look_at(
        &self,
        accounts: Vec<(Option<DriftRequest>, Account)>,
    ) -> Result<Tally, Error> {
        let looked = futures::iter(accounts)
            .map(|(request, account)| async move { self.look(request.as_ref(), &account).await })
            .buffer_unordered(AT_ONCE);
        let tallies: Vec<Result<Tally, Error>> = looked.collect().await;
        tallies
            .into_iter()
            .try_fold(Tally::default(), |sum, tally| {
                let tally = tally?;
                Ok(Tally {
                    checked: sum.checked + tally.checked,
                    failed: sum.failed + tally.failed,
                    drifted: sum.drifted + tally.drifted,
                })
            })
    }

    /// Looks at one account; where that is not possible now, has it tried again.
    async fn look(
        &self,
        request: Option<&DriftRequest>,
        account: &Account,
    ) -> Result<Tally, Error> {
        let (context, access) = (self.context, &self.context.access);
        let until = context.clock.now() + ACCOUNT;
        let looked = account::check((context, &self.identity), account, until).await;
        if let Some(request) = request {
            access.finish_drift_request(request).await?;
        }
        let counts = u64::from(request.is_none_or(|request| request.of_round));
        let drifted = match looked {
            Ok(looked) if looked.whole => {
                return Ok(Tally {
                    checked: counts,
                    failed: 0,
                    drifted: looked.differing * counts,
                });
            }
            Ok(looked) => {
                tracing::warn!(account = %account.id, "there was no time to look at all of an account");
                looked.differing
            }
            Err(error) => {
                edge::log_failure(&format!("drift in account {}", account.id), &error);
                0
            }
        };
        match requests::again(&account.id, request, context.clock.now()) {
            Some(again) => {
                access.put_drift_request(&again).await?;
                Ok(Tally::default())
            }
            None => Ok(Tally {
                checked: counts,
                failed: counts,
                drifted: drifted * counts,
            }),
        }
    }

    /// Ends the round. What the line says is what the template's metric counts.
    async fn complete(&mut self) -> Result<(), Error> {
        self.advance(round::completed(&self.check, self.context.clock.now()))
            .await?;
        if let Some(round) = &self.check.last_completed {
            tracing::info!(
                to_attend = round.drifted + round.failed,
                drifted = round.drifted,
                accounts_checked = round.checked,
                accounts_failed = round.failed,
                "the drift check is complete"
            );
        }
        Ok(())
    }

    async fn advance(&mut self, next: DriftCheck) -> Result<(), Error> {
        let held_until = self.context.clock.now() + LIFE;
        self.replace(moved(next, Some(held_until))).await
    }

    async fn replace(&mut self, next: DriftCheck) -> Result<(), Error> {
        let access = &self.context.access;
        access.replace_drift_check(Some(&self.check), &next).await?;
        self.check = next;
        Ok(())
    }
}
