//! Memberships: the item `USER#<id> / GROUP#<id>` that decides, and the one by which its id is found.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::users::PROFILE;
use super::{Directory, Recorded, groups, users};
use crate::ids::{GroupId, MembershipId, UserId};
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction, table};

const MEMBERSHIP: &str = "MEMBERSHIP";
const TIDIED_AT_ONCE: usize = 25;

/// A user in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The id of the membership itself.
    pub id: MembershipId,
    /// Who.
    pub user: UserId,
    /// In which group.
    pub group: GroupId,
    /// Since when.
    pub created_at: Timestamp,
    /// Who added them.
    pub created_by: String,
}

impl Directory {
    /// Adds a user to a group; both must be there.
    pub async fn create_membership(
        &self,
        membership: &Membership,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let (user, group) = (users::key(&membership.user), groups::key(&membership.group));
        let mut item = self.table.item(&user, &group, membership)?;
        table::list_under(&mut item, &group, &user);
        let by_id = self
            .table
            .item(&by_id(&membership.id), MEMBERSHIP, membership)?;
        let mut transaction = Transaction::new();
        for (owner, kind) in [(&user, "the user"), (&group, "the group")] {
            let present = self
                .table
                .transact_check(owner, PROFILE)
                .condition_expression("attribute_exists(pk) AND attribute_not_exists(deleted_at)")
                .build();
            transaction.add(present, Unmet::NotFound(kind))?;
        }
        for item in [item, by_id] {
            let put = self
                .table
                .transact_put(item)
                .condition_expression("attribute_not_exists(pk)")
                .build();
            transaction.add(put, Unmet::AlreadyExists("the membership"))?;
        }
        recorded.commit(transaction).await
    }

    /// Finds the membership of `user` in `group`.
    pub async fn find_membership(
        &self,
        user: &UserId,
        group: &GroupId,
    ) -> Result<Option<Membership>, Error> {
        self.table
            .find(&users::key(user), &groups::key(group))
            .await
    }

    /// Finds a membership by its own id.
    pub async fn find_membership_by_id(
        &self,
        id: &MembershipId,
    ) -> Result<Option<Membership>, Error> {
        self.table.find(&by_id(id), MEMBERSHIP).await
    }

    /// Takes a user out of a group.
    pub async fn delete_membership(
        &self,
        membership: &Membership,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let (user, group) = (users::key(&membership.user), groups::key(&membership.group));
        let mut transaction = Transaction::new();
        for (pk, sk) in [
            (user.as_str(), group.as_str()),
            (by_id(&membership.id).as_str(), MEMBERSHIP),
        ] {
            let delete = self
                .table
                .transact_delete(pk, sk)
                .condition_expression("attribute_exists(pk)")
                .build();
            transaction.add(delete, Unmet::NotFound("the membership"))?;
        }
        recorded.commit(transaction).await
    }

    /// Removes memberships that are void because their user or their group is deleted. The deletion has its record;
    /// this only tidies, and may be done again.
    pub async fn forget_memberships(&self, memberships: &[Membership]) -> Result<(), Error> {
        for batch in memberships.chunks(TIDIED_AT_ONCE) {
            let forgotten: Vec<_> = batch.iter().map(|one| self.forget(one)).collect();
            table::futures_join(forgotten.into_iter()).await?;
        }
        Ok(())
    }

    async fn forget(&self, membership: &Membership) -> Result<(), Error> {
        // The item that leads here goes last, so that whoever is interrupted finds the rest again.
        self.table
            .delete(&by_id(&membership.id), MEMBERSHIP)
            .await?;
        let (user, group) = (users::key(&membership.user), groups::key(&membership.group));
        self.table.delete(&user, &group).await
    }

    /// One page of a group's members, by the index.
    pub async fn list_members(
        &self,
        group: &GroupId,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Membership>, Error> {
        let page = self.table.listing(&groups::key(group), limit, from).await?;
        self.read_page(page, |_: &Membership| true)
    }

    /// One page of a user's memberships, strongly consistent.
    pub async fn list_memberships(
        &self,
        user: &UserId,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Membership>, Error> {
        let page = self
            .table
            .page(&users::key(user), "GROUP#", limit, from)
            .await?;
        self.read_page(page, |_: &Membership| true)
    }
}

fn by_id(id: &MembershipId) -> String {
    format!("MEMBERSHIP#{id}")
}
