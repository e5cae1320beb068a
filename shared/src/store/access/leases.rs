//! Leases: one reconciler an account at a time, with an expiry and a fencing number, so that a reconciler that was
//! thought dead writes no result once another one has begun.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{Access, Provisioned, provisioned};
use crate::ids::AccountId;
use crate::store::transaction::Unmet;
use crate::store::{Error, Transaction, table};

const LEASE: &str = "LEASE";

/// The right to change an account until it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The account.
    pub account: AccountId,
    /// Higher than that of every earlier lease on the account.
    pub fence: u64,
}

impl Lease {
    /// How [`Error::Conflict`] names a lease that has passed to somebody else.
    pub const KIND: &'static str = "the lease";
}

#[derive(Deserialize)]
struct Stored {
    fence: u64,
}

impl Access {
    /// Takes the lease on `account` until `now + duration`; `None` while somebody else has it.
    pub async fn take_lease(
        &self,
        account: &AccountId,
        now: Timestamp,
        duration: SignedDuration,
    ) -> Result<Option<Lease>, Error> {
        let seconds = |moment: Timestamp| AttributeValue::N(moment.as_second().to_string());
        let outcome = self
            .table
            .client()
            .update_item()
            .table_name(self.table.name())
            .set_key(Some(table::key(&key(account), LEASE)))
            .condition_expression("attribute_not_exists(expires) OR expires <= :now")
            .update_expression("SET expires = :expires ADD fence :one")
            .expression_attribute_values(":now", seconds(now))
            .expression_attribute_values(":expires", seconds(now + duration))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match outcome {
            Ok(answer) => {
                let stored: Stored = self.table.read(answer.attributes.unwrap_or_default())?;
                Ok(Some(Lease {
                    account: account.clone(),
                    fence: stored.fence,
                }))
            }
            Err(error) => match error.into_service_error() {
                held if held.is_conditional_check_failed_exception() => Ok(None),
                other => Err(Error::unavailable(other)),
            },
        }
    }

    /// Keeps a lease until `now + duration`. `Conflict` when it has passed to somebody else.
    pub async fn renew_lease(
        &self,
        lease: &Lease,
        now: Timestamp,
        duration: SignedDuration,
    ) -> Result<(), Error> {
        let expires = (now + duration).as_second().to_string();
        let outcome = self
            .table
            .client()
            .update_item()
            .table_name(self.table.name())
            .set_key(Some(table::key(&key(&lease.account), LEASE)))
            .condition_expression("fence = :fence")
            .update_expression("SET expires = :expires")
            .expression_attribute_values(":fence", AttributeValue::N(lease.fence.to_string()))
            .expression_attribute_values(":expires", AttributeValue::N(expires))
            .send()
            .await;
        match outcome {
            Ok(_) => Ok(()),
            Err(error) => match error.into_service_error() {
                passed_on if passed_on.is_conditional_check_failed_exception() => {
                    Err(Error::Conflict(Lease::KIND))
                }
                other => Err(Error::unavailable(other)),
            },
        }
    }

    /// Gives a lease back, unless it has passed to somebody else.
    pub async fn release_lease(&self, lease: &Lease) -> Result<(), Error> {
        let outcome = self
            .table
            .client()
            .update_item()
            .table_name(self.table.name())
            .set_key(Some(table::key(&key(&lease.account), LEASE)))
            .condition_expression("fence = :fence")
            .update_expression("REMOVE expires")
            .expression_attribute_values(":fence", AttributeValue::N(lease.fence.to_string()))
            .send()
            .await;
        match outcome {
            Ok(_) => Ok(()),
            Err(error) => match error.into_service_error() {
                passed_on if passed_on.is_conditional_check_failed_exception() => Ok(()),
                other => Err(Error::unavailable(other)),
            },
        }
    }

    /// Adds the condition that `lease` is still the newest on its account.
    pub(super) fn check_lease(
        &self,
        transaction: &mut Transaction,
        lease: &Lease,
    ) -> Result<(), Error> {
        let check = self
            .table
            .transact_check(&key(&lease.account), LEASE)
            .condition_expression("fence = :fence")
            .expression_attribute_values(":fence", AttributeValue::N(lease.fence.to_string()))
            .build();
        transaction.add(check, Unmet::Conflict(Lease::KIND))
    }

    /// Notes what a place carries now, while `lease` holds.
    pub async fn record_provisioned(
        &self,
        lease: &Lease,
        provisioned: &Provisioned,
    ) -> Result<(), Error> {
        let (pk, sk) = provisioned::keys(&provisioned.place);
        let mut transaction = Transaction::new();
        self.check_lease(&mut transaction, lease)?;
        let mut item = self.table.item(&pk, &sk, provisioned)?;
        table::list_under(
            &mut item,
            &provisioned::listing(&provisioned.place.account),
            provisioned.place.permission_set.as_str(),
        );
        let put = self
            .table
            .transact_put(item)
            .condition_expression("demand = :demand")
            .expression_attribute_values(
                ":demand",
                AttributeValue::N(provisioned.demand.to_string()),
            )
            .build();
        transaction.add(put, Unmet::Conflict(Provisioned::KIND))?;
        transaction.commit(self.table.client()).await
    }

    /// Forgets a place that nothing wants any more, while `lease` holds and nobody has asked for it again.
    pub async fn forget_provisioned(
        &self,
        lease: &Lease,
        provisioned: &Provisioned,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.check_lease(&mut transaction, lease)?;
        self.write_forgotten(&mut transaction, provisioned)?;
        transaction.commit(self.table.client()).await
    }

    /// Adds the end of a place's record, on condition that nobody has asked for the place again.
    pub(super) fn write_forgotten(
        &self,
        transaction: &mut Transaction,
        provisioned: &Provisioned,
    ) -> Result<(), Error> {
        let (pk, sk) = provisioned::keys(&provisioned.place);
        let delete = self
            .table
            .transact_delete(&pk, &sk)
            .condition_expression("demand = :demand")
            .expression_attribute_values(
                ":demand",
                AttributeValue::N(provisioned.demand.to_string()),
            )
            .build();
        transaction.add(delete, Unmet::Conflict(Provisioned::KIND))
    }
}

fn key(account: &AccountId) -> String {
    format!("LEASE#{account}")
}
