//! The tables, as the few verbs that functions need. One storage implementation, over the DynamoDB API:
//! `find` answers an `Option`, `list` a page, `create` and `replace` say what they are conditional on.
//!
//! The direction that decides is a base item, read strongly consistent; the index `listing` only lists.

pub mod access;
pub mod audit;
pub mod directory;
pub mod keys;
mod page;
mod pauses;
pub mod sessions;
pub mod table;
pub mod transaction;

use std::error::Error as StdError;

pub use audit::Audit;
pub use page::{Page, PageToken};
pub use pauses::Pauses;
pub use table::{Item, Table};
pub use transaction::Transaction;

/// Why a table could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something with this identity is there already; the text names the kind of thing.
    #[error("{0} exists already")]
    AlreadyExists(&'static str),
    /// What the change builds on is not there, or no longer; the text names the kind of thing.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// Somebody else changed the record in between, or it is in a state that forbids the change.
    #[error("{0} was changed at the same time")]
    Conflict(&'static str),
    /// A page token that this table did not hand out.
    #[error("the page token is not valid")]
    InvalidPageToken,
    /// DynamoDB did not answer, refused, or throttled.
    #[error("the table cannot be reached")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// An item that does not read as what it should be.
    #[error("an item of the table `{table}` cannot be read")]
    Corrupt {
        /// The table's name.
        table: String,
        /// The item's partition key.
        key: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl Error {
    pub(crate) fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}
