//! Reading records back, the newest first: a day at a time, from all of its partitions at once.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};

use super::{Audit, Record, SHARDS, Stored};
use crate::store::table::{futures_join, text};
use crate::store::{Error, Item};

/// A record as it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where it stands among all records: these compare as the records' times do.
    pub order: String,
    /// The record.
    pub record: Record,
    /// All of it as JSON, in CloudTrail's shape.
    pub json: String,
}

/// What was read of a day.
#[derive(Debug, Default)]
pub struct Stretch {
    /// The records, the newest first. None that is newer than the last of them is missing.
    pub found: Vec<Found>,
    /// Whether there may be older ones.
    pub more: bool,
}

/// Some of the records of one partition, the newest first.
struct Shard {
    found: Vec<Found>,
    more: bool,
}

/// How an order begins that is of this moment.
pub(super) fn moment(time: Timestamp) -> String {
    format!("{time:.9}")
}

impl Audit {
    /// How long records are kept.
    #[must_use]
    pub fn retention(&self) -> SignedDuration {
        self.retention
    }

    /// The order that all records from `time` on have or come after.
    #[must_use]
    pub fn order_from(time: Timestamp) -> String {
        moment(time)
    }

    /// The order that all records up to and including `time` come before.
    #[must_use]
    pub fn order_until(time: Timestamp) -> String {
        // Between a moment and its record's id stands `#`, which comes before `$`.
        format!("{}$", moment(time))
    }

    /// The newest records of a day whose order is not below `from` and is below `before`. Each of the day's 16 partitions is
    /// asked for `limit` at most.
    pub async fn newest(
        &self,
        day: jiff::civil::Date,
        (from, before): (&str, &str),
        limit: i32,
    ) -> Result<Stretch, Error> {
        let shards = SHARDS.iter().map(|shard| {
            let partition = format!("{day}#{}", char::from(*shard));
            self.newest_of(partition, (from, before), limit)
        });
        Ok(merge(futures_join(shards).await?))
    }

    async fn newest_of(
        &self,
        partition: String,
        (from, before): (&str, &str),
        limit: i32,
    ) -> Result<Shard, Error> {
        // DynamoDB refuses an interval that ends before it begins.
        if before <= from {
            return Ok(Shard {
                found: Vec::new(),
                more: false,
            });
        }
        let string = |text: &str| AttributeValue::S(text.to_owned());
        let answer = self
            .table
            .client()
            .query()
            .table_name(self.table.name())
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :before")
            .expression_attribute_values(":pk", string(&partition))
            .expression_attribute_values(":from", string(from))
            .expression_attribute_values(":before", string(before))
            .scan_index_forward(false)
            // One more, because the interval has its end in it.
            .limit(limit + 1)
            .send()
            .await
            .map_err(Error::unavailable)?;
        let items = answer.items.unwrap_or_default().into_iter();
        let found = items
            .filter(|item| text(item, "sk") != Some(before))
            .map(|item| self.found(item));
        Ok(Shard {
            found: found.collect::<Result<_, _>>()?,
            more: answer.last_evaluated_key.is_some(),
        })
    }

    fn found(&self, item: Item) -> Result<Found, Error> {
        let order = text(&item, "sk").unwrap_or_default().to_owned();
        let stored: Stored = self.table.read(item)?;
        Ok(Found {
            order,
            json: serde_json::to_string(&stored).unwrap_or_default(),
            record: stored.record,
        })
    }
}

/// The records of all partitions in one order. Where one of them was not read to its end, the others' records are dropped
/// from there on: some of the first's may stand before them.
fn merge(shards: Vec<Shard>) -> Stretch {
    let unread = shards.iter().filter(|shard| shard.more);
    let horizon = unread
        .map(|shard| shard.found.last().map(|found| found.order.clone()))
        .max();
    let more = horizon.is_some();
    let horizon = horizon.flatten().unwrap_or_default();
    let mut found: Vec<Found> = shards.into_iter().flat_map(|shard| shard.found).collect();
    found.retain(|found| found.order >= horizon);
    found.sort_by(|one, other| other.order.cmp(&one.order));
    Stretch { found, more }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;
    use crate::store::audit::{Actor, Origin};

    fn found(order: &str) -> Found {
        let moment = (Timestamp::UNIX_EPOCH, &Random::new(|bytes| bytes.fill(7)));
        let record = Record::new(("s", "e"), &Actor::Unknown, &Origin::default(), moment);
        Found {
            order: order.to_owned(),
            record,
            json: String::new(),
        }
    }

    fn merged(shards: &[(&[&str], bool)]) -> (Vec<String>, bool) {
        let shards = shards.iter().map(|(orders, more)| Shard {
            found: orders.iter().map(|order| found(order)).collect(),
            more: *more,
        });
        let stretch = merge(shards.collect());
        let orders = stretch.found.into_iter().map(|found| found.order);
        (orders.collect(), stretch.more)
    }

    #[test]
    fn partitions_that_were_read_to_their_ends_are_merged_whole() {
        let (orders, more) = merged(&[(&["5", "2"], false), (&[], false), (&["4", "1"], false)]);
        assert_eq!(orders, ["5", "4", "2", "1"]);
        assert!(!more);
    }

    #[test]
    fn nothing_is_told_that_something_unread_may_stand_before() {
        let (orders, more) = merged(&[(&["9", "6"], true), (&["8", "3"], true), (&["7"], false)]);
        assert_eq!(orders, ["9", "8", "7", "6"]);
        assert!(more);
    }
}
