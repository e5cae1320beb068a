//! Claim items: a value that only one user or group may have, compared after NFKC and case folding.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::Directory;
use crate::ids::{GroupId, UserId};
use crate::store::transaction::Unmet;
use crate::store::{Error, Transaction};

const CLAIM: &str = "CLAIM";
/// DynamoDB takes 2048 bytes in a partition key.
const LONGEST_KEY: usize = 1024;

/// Something that must be unique.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// A user name, per instance.
    UserName(String),
    /// An e-mail address of a user, per instance.
    Email(String),
    /// A group's display name, per instance.
    GroupName(String),
    /// An identity source's own id of a user.
    UserExternalId {
        /// The issuer of the id.
        issuer: String,
        /// The id, compared exactly.
        id: String,
    },
    /// An identity source's own id of a group.
    GroupExternalId {
        /// The issuer of the id.
        issuer: String,
        /// The id, compared exactly.
        id: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Claimed {
    owner: String,
}

/// The form in which names are compared: NFKC, then lower case, then NFKC again, so that folding is stable.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

impl Claim {
    /// The partition key of the claim. Values too long for a key are claimed by their SHA-256.
    pub(super) fn key(&self) -> String {
        let key = self.readable_key();
        if key.len() <= LONGEST_KEY {
            return key;
        }
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key.as_bytes());
        format!(
            "CLAIM#SHA256#{}",
            data_encoding::HEXLOWER.encode(hash.as_ref())
        )
    }

    fn readable_key(&self) -> String {
        match self {
            Self::UserName(name) => format!("CLAIM#USERNAME#{}", fold(name)),
            Self::Email(address) => format!("CLAIM#EMAIL#{}", fold(address)),
            Self::GroupName(name) => format!("CLAIM#GROUPNAME#{}", fold(name)),
            // The length keeps an issuer that contains the separator from meeting another's ids.
            Self::UserExternalId { issuer, id } => {
                format!("CLAIM#USEREXTERNALID#{}#{issuer}#{id}", issuer.len())
            }
            Self::GroupExternalId { issuer, id } => {
                format!("CLAIM#GROUPEXTERNALID#{}#{issuer}#{id}", issuer.len())
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::UserName(_) => "the user name",
            Self::Email(_) => "the e-mail address",
            Self::GroupName(_) => "the group name",
            Self::UserExternalId { .. } | Self::GroupExternalId { .. } => "the external id",
        }
    }
}

impl Directory {
    /// Adds the writes that turn the claims `before` of `owner` into `after`.
    pub(super) fn change_claims(
        &self,
        transaction: &mut Transaction,
        owner: &str,
        (before, after): (&[Claim], &[Claim]),
    ) -> Result<(), Error> {
        let keys = |claims: &[Claim]| claims.iter().map(Claim::key).collect::<Vec<_>>();
        let (before_keys, after_keys) = (keys(before), keys(after));
        for (claim, key) in after.iter().zip(&after_keys) {
            if before_keys.contains(key) {
                continue;
            }
            let claimed = Claimed {
                owner: owner.to_owned(),
            };
            let put = self
                .table
                .transact_put(self.table.item(key, CLAIM, &claimed)?)
                .condition_expression("attribute_not_exists(pk)")
                .build();
            transaction.add(put, Unmet::AlreadyExists(claim.kind()))?;
        }
        for key in before_keys.iter().filter(|key| !after_keys.contains(key)) {
            let delete = self.table.transact_delete(key, CLAIM).build();
            transaction.add(delete, Unmet::Conflict("the record"))?;
        }
        Ok(())
    }

    /// Which user has `claim`: one read.
    pub async fn find_user_id(&self, claim: &Claim) -> Result<Option<UserId>, Error> {
        let claimed: Option<Claimed> = self.table.find(&claim.key(), CLAIM).await?;
        Ok(claimed.and_then(|claimed| UserId::parse(&claimed.owner).ok()))
    }

    /// Which group has `claim`: one read.
    pub async fn find_group_id(&self, claim: &Claim) -> Result<Option<GroupId>, Error> {
        let claimed: Option<Claimed> = self.table.find(&claim.key(), CLAIM).await?;
        Ok(claimed.and_then(|claimed| GroupId::parse(&claimed.owner).ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_look_alike_after_folding_are_the_same_claim() {
        assert_eq!(fold("ＡＬＩＣＥ"), fold("alice"));
        assert_eq!(fold("Ångström"), fold("ångstro\u{308}m"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
