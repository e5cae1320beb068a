//! One reconciler's turn in one account: the lease, which is kept as long as it lives; how long it waits for AWS; and the
//! account's door, opened once.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::Lease;

use crate::accounts;
use crate::calls::PROPAGATION;
use crate::error::Error;
use crate::failure::Failure;
use crate::{Context, Identity};

/// How long a lease outlives the reconciler that took it. No single call takes as long.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// When a lease that is still in use is renewed.
const RENEWAL: i64 = 20;
/// How long one place may take: IAM's propagation, and something to spare.
const PATIENCE: SignedDuration = SignedDuration::from_secs(180);
/// How long each further place may take once AWS has been silent in the account.
const SHORT_PATIENCE: SignedDuration = SignedDuration::from_secs(20);
/// How often a lease that somebody has is asked for again.
const LEASE_ATTEMPTS: u32 = 4;
/// The pace of calls that are in no hurry, in microseconds: five a second leave most of what IAM lets an account ask to others.
const PACE: i64 = 200_000;

/// Whether to wait for a lease that somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// A little: they may be done soon.
    Wait,
    /// Not at all: they do what we would.
    Leave,
}

/// Why an account does not let us in, for this turn.
#[derive(Debug, Clone)]
enum Shut {
    Failed(Failure),
    Silent {
        operation: &'static str,
        cause: String,
    },
}

impl From<Shut> for Error {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Failed(failure) => failure.into(),
            Shut::Silent { operation, cause } => Self::Unanswered { operation, cause },
        }
    }
}

/// A turn.
pub(crate) struct Turn<'a> {
    pub(crate) context: &'a Context,
    pub(crate) identity: &'a Identity,
    pub(crate) account: AccountId,
    lease: Lease,
    /// When the lease was last renewed, in seconds since the epoch, as the two below are.
    renewed_at: AtomicI64,
    patient_until: AtomicI64,
    unsettled_until: AtomicI64,
    /// When the next call may be made, in microseconds since the epoch, where calls keep a pace.
    next_call: Option<AtomicI64>,
    silent: AtomicBool,
    door: OnceCell<Result<aws_sdk_iam::Client, Shut>>,
    provider: OnceCell<()>,
}

impl<'a> Turn<'a> {
    /// Takes the lease on an account.
    pub(crate) async fn begin(
        context: &'a Context,
        identity: &'a Identity,
        account: &AccountId,
        held: Held,
    ) -> Result<Self, Error> {
        let attempts = if held == Held::Wait {
            LEASE_ATTEMPTS
        } else {
            0
        };
        for attempt in 0..=attempts {
            let now = context.clock.now();
            if let Some(lease) = context.access.take_lease(account, now, LEASE).await? {
                return Ok(Self {
                    context,
                    identity,
                    account: account.clone(),
                    lease,
                    renewed_at: AtomicI64::new(now.as_second()),
                    patient_until: AtomicI64::new((now + PATIENCE).as_second()),
                    unsettled_until: AtomicI64::new(i64::MIN),
                    next_call: None,
                    silent: AtomicBool::new(false),
                    door: OnceCell::new(),
                    provider: OnceCell::new(),
                });
            }
            if attempt < attempts {
                context.pause.wait(Duration::from_secs(1 << attempt)).await;
            }
        }
        Err(Error::Held)
    }

    /// The same, in no hurry.
    pub(crate) fn slowly(self) -> Self {
        Self {
            next_call: Some(AtomicI64::new(i64::MIN)),
            ..self
        }
    }

    /// Waits until the next call may be made.
    pub(crate) async fn keep_pace(&self) {
        let Some(next_call) = &self.next_call else {
            return;
        };
        let now = self.context.clock.now().as_microsecond();
        let then = next_call.load(Ordering::Relaxed).max(now);
        next_call.store(then + PACE, Ordering::Relaxed);
        if let Ok(pause @ 1..) = u64::try_from(then - now) {
            self.context.pause.wait(Duration::from_micros(pause)).await;
        }
    }

    /// The lease that results are written on condition of.
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Gives the lease back. Where that fails it runs out by itself.
    pub(crate) async fn end(self) {
        if let Err(error) = self.context.access.release_lease(&self.lease).await {
            tracing::warn!(account = %self.account, %error, "the lease was not given back");
        }
    }

    /// Lets the next place have its own time: less of it where AWS has been silent, so that those behind have theirs.
    pub(crate) fn take_time(&self) {
        let patience = if self.silent.load(Ordering::Relaxed) {
            SHORT_PATIENCE
        } else {
            PATIENCE
        };
        let until = self.context.clock.now() + patience;
        self.patient_until
            .store(until.as_second(), Ordering::Relaxed);
    }

    /// Notes that AWS has not answered for as long as a place may take.
    pub(crate) fn fell_silent(&self) {
        self.silent.store(true, Ordering::Relaxed);
    }

    /// Keeps the lease, or says that somebody else has it.
    pub(crate) async fn hold(&self) -> Result<(), Error> {
        let now = self.context.clock.now();
        if now.as_second() - self.renewed_at.load(Ordering::Relaxed) < RENEWAL {
            return Ok(());
        }
        self.context
            .access
            .renew_lease(&self.lease, now, LEASE)
            .await?;
        self.renewed_at.store(now.as_second(), Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn has_patience_for(&self, pause: Duration) -> bool {
        let after = self.context.clock.now() + pause;
        after.as_second() <= self.patient_until.load(Ordering::Relaxed)
    }

    /// Notes that something in the account was made at `moment`: refusals may be IAM's propagation for a while.
    pub(crate) fn made(&self, moment: Timestamp) {
        let until = (moment + PROPAGATION).as_second();
        self.unsettled_until.fetch_max(until, Ordering::Relaxed);
    }

    /// Whether something in the account is so new that IAM may not know of it everywhere.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.context.clock.now().as_second() < self.unsettled_until.load(Ordering::Relaxed)
    }

    /// IAM in the account, with the provider there that its roles trust. Entered at the first use, and where the account
    /// does not let us in, or does not answer, it is not asked again.
    pub(crate) async fn iam(&self) -> Result<&aws_sdk_iam::Client, Error> {
        let iam = self.enter().await?;
        self.provider
            .get_or_try_init(|| accounts::ensure_provider(self, iam))
            .await?;
        Ok(iam)
    }

    /// IAM in the account, for what needs no provider.
    pub(crate) async fn enter(&self) -> Result<&aws_sdk_iam::Client, Error> {
        let opened = self.door.get_or_try_init(|| async {
            match accounts::enter(self).await {
                Ok(iam) => Ok(Ok(iam)),
                Err(Error::Failed(failure)) => Ok(Err(Shut::Failed(failure))),
                Err(Error::Unanswered { operation, cause }) => {
                    Ok(Err(Shut::Silent { operation, cause }))
                }
                Err(other) => Err(other),
            }
        });
        match opened.await? {
            Ok(iam) => Ok(iam),
            Err(shut) => Err(shut.clone().into()),
        }
    }
}
