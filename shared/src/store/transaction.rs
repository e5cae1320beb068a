//! A change of several items that happens whole or not at all, and what it means when one of its
//! conditions does not hold.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;

use super::{Error, Pauses};

/// How often a transaction is tried when another one is touching the same items.
const ATTEMPTS: u32 = 8;

/// One write of a transaction.
pub struct Write(pub(crate) TransactWriteItem);

/// What a condition that does not hold is to the caller.
#[derive(Debug, Clone, Copy)]
pub enum Unmet {
    /// The item was expected to be new.
    AlreadyExists(&'static str),
    /// The item was expected to be there.
    NotFound(&'static str),
    /// The item was expected in another state or revision.
    Conflict(&'static str),
}

impl From<Unmet> for Error {
    fn from(unmet: Unmet) -> Self {
        match unmet {
            Unmet::AlreadyExists(kind) => Self::AlreadyExists(kind),
            Unmet::NotFound(kind) => Self::NotFound(kind),
            Unmet::Conflict(kind) => Self::Conflict(kind),
        }
    }
}

/// Writes that are committed together. At most 100 on AWS, 10 where a clause must run on DynamoDB Local.
#[derive(Default)]
pub struct Transaction {
    writes: Vec<TransactWriteItem>,
    unmet: Vec<Unmet>,
}

impl Transaction {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a write; `unmet` is the error when its condition does not hold.
    pub fn add<W: Into<Write>, E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        &mut self,
        write: Result<W, E>,
        unmet: Unmet,
    ) -> Result<(), Error> {
        self.writes
            .push(write.map_err(Error::unavailable)?.into().0);
        self.unmet.push(unmet);
        Ok(())
    }

    /// How many writes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.writes.len()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Commits all writes or none. A clash with another transaction is tried again a few times, here and nowhere else; one
    /// that lasts is `Unavailable`, because it says nothing about the records.
    pub async fn commit(self, client: &Client) -> Result<(), Error> {
        let mut pauses = Pauses::new();
        for _ in 1..ATTEMPTS {
            match self.attempt(client).await {
                Err(Failure::Clash(_)) => pauses.pause().await,
                outcome => return outcome.map_err(Error::from),
            }
        }
        self.attempt(client).await.map_err(Error::from)
    }

    async fn attempt(&self, client: &Client) -> Result<(), Failure> {
        let outcome = client
            .transact_write_items()
            .set_transact_items(Some(self.writes.clone()))
            .send()
            .await;
        match outcome {
            Ok(_) => Ok(()),
            Err(error) => Err(self.explain(error)),
        }
    }

    fn explain(&self, error: SdkError<TransactWriteItemsError>) -> Failure {
        let canceled = match error.into_service_error() {
            TransactWriteItemsError::TransactionCanceledException(canceled) => canceled,
            other => return Error::unavailable(other).into(),
        };
        let reasons = canceled.cancellation_reasons();
        let code = |wanted: &str| {
            reasons
                .iter()
                .position(|reason| reason.code() == Some(wanted))
        };
        if let Some(index) = code("ConditionalCheckFailed") {
            let unmet = self.unmet.get(index).copied();
            return unmet
                .map_or_else(|| Error::unavailable(canceled.clone()), Error::from)
                .into();
        }
        if code("TransactionConflict").is_some() {
            return Failure::Clash(Box::new(canceled));
        }
        Error::unavailable(canceled).into()
    }
}

/// Why an attempt came to nothing.
enum Failure {
    /// Another transaction was touching the same items.
    Clash(Box<TransactionCanceledException>),
    /// Anything else.
    Lasting(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Lasting(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Clash(canceled) => Self::unavailable(canceled),
            Failure::Lasting(error) => error,
        }
    }
}
