//! The table `directory`: users, groups and who is in which, with a claim item for everything that must be unique.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `USER#<id>` | `PROFILE` | a user; a tombstone once deleted |
//! | `USER#<id>` | `GROUP#<id>` | a membership, listed by group |
//! | `GROUP#<id>` | `PROFILE` | a group; a tombstone once deleted |
//! | `MEMBERSHIP#<id>` | `MEMBERSHIP` | which user and group a membership id joins |
//! | `CLAIM#<kind>#<value>` | `CLAIM` | whose the value is |

mod claims;
mod groups;
mod memberships;
mod principals;
mod users;

pub use claims::{Claim, fold};
pub use groups::Group;
pub use memberships::Membership;
pub use users::{Address, Contact, ExternalId, Name, Photo, Profile, User};

use super::{Audit, Error, Item, Table, table};
use crate::ids::{GroupId, UserId};

/// The directory of an instance.
#[derive(Debug, Clone)]
pub struct Directory {
    table: Table,
}

/// A user with the groups that they are a member of: one read.
#[derive(Debug, Clone)]
pub struct UserWithGroups {
    /// The user.
    pub user: User,
    /// The groups, deleted ones among them: whether a group still is, its own item says.
    pub groups: Vec<GroupId>,
}

impl Directory {
    /// The directory in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// A user and their memberships, in one strongly consistent read. A deleted user is not found.
    pub async fn find_user_with_groups(
        &self,
        id: &UserId,
    ) -> Result<Option<UserWithGroups>, Error> {
        let items = self.table.partition(&users::key(id), "").await?;
        let mut user = None;
        let mut groups = Vec::new();
        for item in items {
            match table::text(&item, "sk") {
                Some(users::PROFILE) => user = Some(self.table.read::<User>(item)?),
                _ => groups.extend(self.read_membership(item, id)),
            }
        }
        Ok(user
            .filter(|user| user.deleted_at.is_none())
            .map(|user| UserWithGroups { user, groups }))
    }

    /// The group that `item` makes `user` a member of. A sort key alone makes nobody one: a function that may write some
    /// attributes of a user could leave such an item.
    fn read_membership(&self, item: Item, user: &UserId) -> Option<GroupId> {
        let sort_key = table::text(&item, "sk")?.to_owned();
        let membership: Membership = self.table.read(item).ok()?;
        let joins = membership.user == *user && groups::key(&membership.group) == sort_key;
        joins.then_some(membership.group)
    }

    fn read_page<T: serde::de::DeserializeOwned>(
        &self,
        page: super::Page<Item>,
        present: impl Fn(&T) -> bool,
    ) -> Result<super::Page<T>, Error> {
        let mut items = Vec::with_capacity(page.items.len());
        for item in page.items {
            let record = self.table.read(item)?;
            if present(&record) {
                items.push(record);
            }
        }
        Ok(super::Page {
            items,
            next: page.next,
        })
    }
}

/// An audit table and the record that a change is committed with.
#[derive(Clone, Copy)]
pub struct Recorded<'a> {
    /// Where the record goes.
    pub audit: &'a Audit,
    /// The record.
    pub record: &'a super::audit::Record,
}

impl Recorded<'_> {
    pub(crate) async fn commit(self, transaction: super::Transaction) -> Result<(), Error> {
        self.audit.commit(transaction, self.record).await
    }
}
