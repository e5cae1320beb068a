//! The table `authenticators`: how people prove who they are. The item `USER#<id> / PASSWORD` holds the hashes of the
//! password and of those before it. Nobody but this function reads it.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_shared::ids::UserId;
use vestibule_shared::store::transaction::Unmet;
use vestibule_shared::store::{self, Table, Transaction};

const PASSWORD: &str = "PASSWORD";

/// The passwords of an instance.
#[derive(Debug, Clone)]
pub struct Authenticators {
    table: Table,
}

/// A user's password, as far as it is known here.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Password {
    /// Counts every change; for optimistic locking.
    revision: u64,
    /// When it was set.
    pub(crate) set_at: Timestamp,
    /// PHC strings of the password and those before it, the newest first.
    hashes: Vec<String>,
    /// What the cookies of the user's known browsers derive from. Another with every password.
    pub(crate) device_secret: String,
}

impl Password {
    /// The hash that a sign-in is checked against.
    pub(crate) fn current(&self) -> Option<&str> {
        self.hashes.first().map(String::as_str)
    }

    /// The hashes of the last `count` passwords as far as they were kept, the present one's first.
    pub(crate) fn remembered(&self, count: usize) -> &[String] {
        self.hashes.get(..count).unwrap_or(&self.hashes)
    }

    /// The record once, at `now`, the password with `hash` has taken the place of `before`; of all passwords the last `kept`
    /// are kept.
    pub(crate) fn after(
        before: Option<&Self>,
        (hash, device_secret): (String, String),
        now: Timestamp,
        kept: usize,
    ) -> Self {
        let older = before.map_or(&[][..], |before| &before.hashes);
        let hashes = std::iter::once(hash).chain(older.iter().cloned());
        Self {
            revision: before.map_or(1, |before| before.revision + 1),
            set_at: now,
            // Never none: the first is the present one.
            hashes: hashes.take(kept.max(1)).collect(),
            device_secret,
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Password");
        shown
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

impl Authenticators {
    /// What is kept in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The password of `user`, if they have one.
    pub(crate) async fn find_password(
        &self,
        user: &UserId,
    ) -> Result<Option<Password>, store::Error> {
        self.table.find(&key(user), PASSWORD).await
    }

    /// Makes `transaction` depend on `password` being as it was read; its commit is [`store::Error::Conflict`] if another has
    /// been set since.
    pub(crate) fn require_unchanged(
        &self,
        transaction: &mut Transaction,
        (user, password): (&UserId, &Password),
    ) -> Result<(), store::Error> {
        let before = AttributeValue::N(password.revision.to_string());
        let check = self
            .table
            .transact_check(&key(user), PASSWORD)
            .condition_expression("revision = :before")
            .expression_attribute_values(":before", before)
            .build();
        transaction.add(check, Unmet::Conflict("the password"))
    }

    /// Makes `transaction` put `after` in the place of the password that was read before; its commit is
    /// [`store::Error::Conflict`] if that has changed since.
    pub(crate) fn replace_password(
        &self,
        transaction: &mut Transaction,
        user: &UserId,
        after: &Password,
    ) -> Result<(), store::Error> {
        let item = self.table.item(&key(user), PASSWORD, after)?;
        let put = self.table.transact_put(item);
        let put = match after.revision {
            ..=1 => put.condition_expression("attribute_not_exists(pk)"),
            revision => {
                let before = AttributeValue::N((revision - 1).to_string());
                put.condition_expression("revision = :before")
                    .expression_attribute_values(":before", before)
            }
        };
        transaction.add(put.build(), Unmet::Conflict("the password"))
    }
}

fn key(user: &UserId) -> String {
    format!("USER#{user}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_passwords_are_remembered_as_are_to_be_the_newest_first() {
        let mut password = None;
        for hash in ["a", "b", "c", "d"] {
            let set = (hash.to_owned(), "secret".to_owned());
            let after = Password::after(password.as_ref(), set, Timestamp::UNIX_EPOCH, 3);
            password = Some(after);
        }
        let password = password.unwrap();
        assert_eq!(password.current(), Some("d"));
        assert_eq!(password.remembered(3), ["d", "c", "b"]);
        assert_eq!(password.remembered(2), ["d", "c"]);
        assert_eq!(password.remembered(9), ["d", "c", "b"]);
        assert_eq!(password.revision, 4);
        assert!(!format!("{password:?}").contains("secret"));
    }
}
