//! What people have granted to programs, in the table `sessions`:
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `GRANTFLOW#<hash>` | `FLOW` | a request for consent, bound to the browser it began in |
//! | `AUTHORIZATIONCODE#<hash>` | `CODE` | an authorization code, and once redeemed what it made |
//! | `DEVICE#<hash>` | `DEVICE` | a device authorization, by its device code |
//! | `USERCODE#<code>` | `USERCODE` | which device shows that user code |
//! | `FAMILY#<id>` | `FAMILY` | a sign-in of a program, listed by user: gone means that all of its tokens are void |
//! | `ACCESSTOKEN#<hash>`, `REFRESHTOKEN#<hash>` | `TOKEN` | whose token it is |
//! | `ASSERTION#<digest>` | `USED` | that a token of an issuer outside was exchanged already |
//!
//! Everything expires, and whoever reads it decides on that. A redeemed code is kept for an hour: it must be known again.

mod application;
mod code;
mod device;
mod family;
mod flow;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use vestibule_shared::store::audit::{Audit, Record};
use vestibule_shared::store::sessions::Sessions;
use vestibule_shared::store::transaction::Unmet;
use vestibule_shared::store::{Error, Item, Table, Transaction, table};
use vestibule_shared::token::TokenHash;

pub(crate) use application::{ApplicationGrant, ApplicationTokens, UsedAssertion};
pub(crate) use code::AuthorizationCode;
pub(crate) use device::{Device, DeviceState, NewDevice};
pub(crate) use family::{Family, FamilyId, Grant, HeldToken, NewTokens};
pub(crate) use flow::{Asked, Decision, Flow};

/// How long a redeemed code is known beyond its expiry.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// A person's agreement, as codes carry it until they are redeemed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Approval {
    /// Who agreed.
    pub(crate) user: vestibule_shared::ids::UserId,
    /// When they signed in to the session in which they agreed: whatever ends all of their sessions from before some moment
    /// ends all that came of it. Signing out of that one session does not.
    pub(crate) authenticated_at: Timestamp,
    /// The session in which they agreed, where an application asked: one that may not go on in the background ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<TokenHash>,
}

/// The grants in the table `sessions`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grants<'a> {
    table: &'a Table,
    audit: &'a Audit,
}

impl<'a> Grants<'a> {
    pub(crate) fn new(sessions: &'a Sessions, audit: &'a Audit) -> Self {
        Self {
            table: sessions.table(),
            audit,
        }
    }

    async fn commit(self, transaction: Transaction, record: &Record) -> Result<(), Error> {
        self.audit.commit(transaction, record).await
    }

    /// Adds a new item that DynamoDB deletes some time after `ttl`.
    fn add_new<T: Serialize>(
        self,
        transaction: &mut Transaction,
        (pk, sk): (&str, &str),
        (record, ttl): (&T, Timestamp),
    ) -> Result<(), Error> {
        self.add_new_item(transaction, self.item((pk, sk), (record, ttl))?)
    }

    fn add_new_item(self, transaction: &mut Transaction, item: Item) -> Result<(), Error> {
        let put = self
            .table
            .transact_put(item)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the grant"))
    }

    fn item<T: Serialize>(
        self,
        (pk, sk): (&str, &str),
        (record, ttl): (&T, Timestamp),
    ) -> Result<Item, Error> {
        let mut item = self.table.item(pk, sk, record)?;
        table::expire(&mut item, ttl);
        Ok(item)
    }
}
