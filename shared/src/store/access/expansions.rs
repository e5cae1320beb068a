//! Expansions: how far the work for "every account that has this permission set" has become work for each of them. The
//! progress stands in the expansion's own work item and moves in one transaction with the works that it counts, so that an
//! expansion that was broken off neither leaves an account out nor does one twice.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::{Access, Work};
use crate::ids::AccountId;
use crate::store::transaction::Unmet;
use crate::store::{Error, Transaction};

/// How far an expansion is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expansion {
    /// The last account, in the order of their ids, that has its work; `None` at the beginning.
    #[serde(rename = "expanded_to", default)]
    pub to: Option<AccountId>,
    /// How many accounts have their work.
    #[serde(rename = "expanded_count", default)]
    pub count: u64,
}

impl Expansion {
    /// The most accounts that one [`Access::advance_expansion`] takes.
    pub const STEP: usize = 25;
}

impl Access {
    /// How far the expansion `work` is; `None` once it is done.
    pub async fn find_expansion(&self, work: &Work) -> Result<Option<Expansion>, Error> {
        let (pk, sk) = work.keys();
        self.table.find(&pk, &sk).await
    }

    /// Writes work for the next accounts, in the order of their ids and at most [`Expansion::STEP`] of them, and moves the
    /// expansion on from `before`. `Conflict` when somebody else has moved it. Answers how far it is then.
    pub async fn advance_expansion(
        &self,
        work: &Work,
        before: &Expansion,
        next: &[(AccountId, Work)],
    ) -> Result<Expansion, Error> {
        let Some((last, _)) = next.last() else {
            return Ok(before.clone());
        };
        let after = Expansion {
            to: Some(last.clone()),
            count: before.count + u64::try_from(next.len()).unwrap_or_default(),
        };
        let mut transaction = Transaction::new();
        for (_, work) in next {
            self.write_work(&mut transaction, work)?;
        }
        let number = |count: u64| AttributeValue::N(count.to_string());
        let (pk, sk) = work.keys();
        let moved = self
            .table
            .transact_update(&pk, &sk)
            .update_expression("SET expanded_to = :to, expanded_count = :after")
            .expression_attribute_values(":to", AttributeValue::S(last.as_str().to_owned()))
            .expression_attribute_values(":after", number(after.count));
        let moved = match before.count {
            0 => moved.condition_expression(
                "attribute_exists(pk) AND attribute_not_exists(expanded_count)",
            ),
            count => moved
                .condition_expression("expanded_count = :before")
                .expression_attribute_values(":before", number(count)),
        };
        let moved = moved.build();
        transaction.add(moved, Unmet::Conflict("the expansion"))?;
        transaction.commit(self.table.client()).await?;
        Ok(after)
    }
}
