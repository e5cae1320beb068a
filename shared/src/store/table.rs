//! One DynamoDB table with the keys `pk` and `sk`, the index `listing` (`listing_pk`, `listing_sk`) and
//! items that are read into types.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, KeysAndAttributes, Put, ReturnValue, Select,
    TransactWriteItem, Update,
};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Error, Page, PageToken, Pauses};

/// An item as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// The most keys DynamoDB takes in one batch.
const BATCH: usize = 100;
/// More items than a page ever has: DynamoDB ends one at 1 MB.
const UNLIMITED: i32 = 100_000;
/// How often a batch asks again for what DynamoDB left unread.
const BATCH_ATTEMPTS: usize = 8;

/// A table and the client that reaches it.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// The table called `name`.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// The client, for what this type has no verb for.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads one item, strongly consistent.
    pub async fn find<T: DeserializeOwned>(&self, pk: &str, sk: &str) -> Result<Option<T>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key(pk, sk)))
            .consistent_read(true)
            .send()
            .await
            .map_err(Error::unavailable)?;
        answer.item.map(|item| self.read(item)).transpose()
    }

    /// Reads any number of items, strongly consistent, batches in parallel; those that are not there are left out.
    pub async fn find_many<T: DeserializeOwned>(
        &self,
        keys: &[(String, String)],
    ) -> Result<Vec<T>, Error> {
        let mut unique: Vec<&(String, String)> = keys.iter().collect();
        unique.sort();
        unique.dedup();
        let batches = unique.chunks(BATCH).map(|batch| self.find_batch(batch));
        let found = futures_join(batches).await?;
        found
            .into_iter()
            .flatten()
            .map(|item| self.read(item))
            .collect()
    }

    async fn find_batch(&self, batch: &[&(String, String)]) -> Result<Vec<Item>, Error> {
        let mut wanted: Vec<Item> = batch.iter().map(|(pk, sk)| key(pk, sk)).collect();
        let mut found = Vec::with_capacity(wanted.len());
        let mut pauses = Pauses::new();
        for attempt in 0..BATCH_ATTEMPTS {
            if attempt > 0 {
                pauses.pause().await;
            }
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(true)
                .build()
                .map_err(Error::unavailable)?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.name, keys)
                .send()
                .await
                .map_err(Error::unavailable)?;
            found.extend(answer.responses.unwrap_or_default().into_values().flatten());
            wanted = answer
                .unprocessed_keys
                .unwrap_or_default()
                .into_values()
                .flat_map(|keys| keys.keys)
                .collect();
            if wanted.is_empty() {
                return Ok(found);
            }
        }
        Err(Error::unavailable("a batch stayed unread"))
    }

    /// One page of a partition of the table itself, strongly consistent: the items whose `sk` begins with `prefix`.
    pub async fn page(
        &self,
        pk: &str,
        prefix: &str,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Item>, Error> {
        let mut query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .limit(limit)
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .set_exclusive_start_key(
                from.map(|token| token.decode("pk", pk, prefix))
                    .transpose()?,
            );
        query = if prefix.is_empty() {
            query.key_condition_expression("pk = :pk")
        } else {
            query
                .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
                .expression_attribute_values(":sk", AttributeValue::S(prefix.to_owned()))
        };
        let answer = query.send().await.map_err(Error::unavailable)?;
        Ok(Page {
            items: answer.items.unwrap_or_default(),
            next: answer.last_evaluated_key.as_ref().map(PageToken::encode),
        })
    }

    /// The whole partition, page after page. For partitions that are bounded by what one record can have.
    pub async fn partition(&self, pk: &str, prefix: &str) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let page = self.page(pk, prefix, UNLIMITED, from.as_ref()).await?;
            items.extend(page.items);
            match page.next {
                Some(next) => from = Some(next),
                None => return Ok(items),
            }
        }
    }

    /// The sort keys in a partition that begin with `prefix`, and nothing else of their items: however large these are.
    pub async fn sort_keys(&self, pk: &str, prefix: &str) -> Result<Vec<String>, Error> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .expression_attribute_values(":sk", AttributeValue::S(prefix.to_owned()))
            .projection_expression("sk")
            .into_paginator()
            .items()
            .send();
        let mut keys = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(Error::unavailable)?;
            keys.extend(text(&item, "sk").map(str::to_owned));
        }
        Ok(keys)
    }

    /// How many items a partition has, `most` at the most, strongly consistent. `most` such items are less than a megabyte.
    pub async fn count(&self, pk: &str, most: i32) -> Result<i32, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .limit(most)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .select(Select::Count)
            .send()
            .await
            .map_err(Error::unavailable)?;
        Ok(answer.count)
    }

    /// One page of a list on the index, in the order of `listing_sk`. Eventually consistent: it lists, it does not decide.
    pub async fn listing(
        &self,
        listing: &str,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Item>, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .index_name("listing")
            .limit(limit)
            .key_condition_expression("listing_pk = :listing")
            .expression_attribute_values(":listing", AttributeValue::S(listing.to_owned()))
            .set_exclusive_start_key(
                from.map(|token| token.decode("listing_pk", listing, ""))
                    .transpose()?,
            )
            .send()
            .await
            .map_err(Error::unavailable)?;
        Ok(Page {
            items: answer.items.unwrap_or_default(),
            next: answer.last_evaluated_key.as_ref().map(PageToken::encode),
        })
    }

    /// Writes an item whatever was there.
    pub async fn put(&self, item: Item) -> Result<(), Error> {
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .send()
            .await
            .map_err(Error::unavailable)?;
        Ok(())
    }

    /// Writes an item if none has its key; `kind` names it in the error.
    pub async fn create(&self, item: Item, kind: &'static str) -> Result<(), Error> {
        let outcome = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        match outcome {
            Ok(_) => Ok(()),
            Err(error) => match error.into_service_error() {
                refused if refused.is_conditional_check_failed_exception() => {
                    Err(Error::AlreadyExists(kind))
                }
                other => Err(Error::unavailable(other)),
            },
        }
    }

    /// Deletes an item if it is there.
    pub async fn delete(&self, pk: &str, sk: &str) -> Result<(), Error> {
        self.client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key(pk, sk)))
            .send()
            .await
            .map_err(Error::unavailable)?;
        Ok(())
    }

    /// Takes an item out: of any number of callers at the same time, exactly one gets it.
    pub async fn take<T: DeserializeOwned>(&self, pk: &str, sk: &str) -> Result<Option<T>, Error> {
        let answer = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key(pk, sk)))
            // Not for the item's sake but for the race's: only a condition is promised to hold for one caller.
            .condition_expression("attribute_exists(pk)")
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        match answer {
            Ok(answer) => answer.attributes.map(|item| self.read(item)).transpose(),
            Err(error) => match error.into_service_error() {
                gone if gone.is_conditional_check_failed_exception() => Ok(None),
                other => Err(Error::unavailable(other)),
            },
        }
    }

    /// Reads an item into its type.
    pub fn read<T: DeserializeOwned>(&self, item: Item) -> Result<T, Error> {
        let key = text(&item, "pk").unwrap_or_default().to_owned();
        serde_dynamo::from_item(item).map_err(|source| Error::Corrupt {
            table: self.name.clone(),
            key,
            source: source.into(),
        })
    }

    /// A record as an item under its keys.
    pub fn item<T: Serialize>(&self, pk: &str, sk: &str, record: &T) -> Result<Item, Error> {
        let mut item: Item = serde_dynamo::to_item(record).map_err(|source| Error::Corrupt {
            table: self.name.clone(),
            key: pk.to_owned(),
            source: source.into(),
        })?;
        item.extend(key(pk, sk));
        Ok(item)
    }

    /// A put for a transaction; build on it with a condition if it has one.
    #[must_use]
    pub fn transact_put(&self, item: Item) -> aws_sdk_dynamodb::types::builders::PutBuilder {
        Put::builder().table_name(&self.name).set_item(Some(item))
    }

    /// An update for a transaction.
    #[must_use]
    pub fn transact_update(
        &self,
        pk: &str,
        sk: &str,
    ) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder()
            .table_name(&self.name)
            .set_key(Some(key(pk, sk)))
    }

    /// A delete for a transaction.
    #[must_use]
    pub fn transact_delete(
        &self,
        pk: &str,
        sk: &str,
    ) -> aws_sdk_dynamodb::types::builders::DeleteBuilder {
        Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key(pk, sk)))
    }

    /// A condition on an item that the transaction does not change.
    #[must_use]
    pub fn transact_check(
        &self,
        pk: &str,
        sk: &str,
    ) -> aws_sdk_dynamodb::types::builders::ConditionCheckBuilder {
        ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(key(pk, sk)))
    }
}

/// The primary key of an item.
#[must_use]
pub fn key(pk: &str, sk: &str) -> Item {
    Item::from([
        ("pk".to_owned(), AttributeValue::S(pk.to_owned())),
        ("sk".to_owned(), AttributeValue::S(sk.to_owned())),
    ])
}

/// Puts an item into a list of the index. Of `order` the first 900 bytes count: DynamoDB takes 1024 in a sort key.
pub fn list_under(item: &mut Item, listing: &str, order: &str) {
    let order = order.get(..order.floor_char_boundary(900)).unwrap_or(order);
    item.insert(
        "listing_pk".to_owned(),
        AttributeValue::S(listing.to_owned()),
    );
    item.insert("listing_sk".to_owned(), AttributeValue::S(order.to_owned()));
}

/// Lets DynamoDB delete an item some time after `expires_at`. Whoever reads it decides on its expiry all the same.
pub fn expire(item: &mut Item, expires_at: jiff::Timestamp) {
    item.insert(
        "ttl".to_owned(),
        AttributeValue::N(expires_at.as_second().to_string()),
    );
}

/// A text attribute of an item.
#[must_use]
pub fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
}

/// How many reads of one request are under way at once.
const AT_ONCE: usize = 32;

/// Awaits all of them, many at once, and answers in their order; the first error wins.
pub async fn futures_join<T, F>(futures: impl Iterator<Item = F>) -> Result<Vec<T>, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    // Collected first: a closure that is still to be called would have to outlive every await.
    let futures: Vec<F> = futures.collect();
    stream::iter(futures).buffered(AT_ONCE).try_collect().await
}

impl From<Put> for super::transaction::Write {
    fn from(put: Put) -> Self {
        Self(TransactWriteItem::builder().put(put).build())
    }
}
impl From<Update> for super::transaction::Write {
    fn from(update: Update) -> Self {
        Self(TransactWriteItem::builder().update(update).build())
    }
}
impl From<Delete> for super::transaction::Write {
    fn from(delete: Delete) -> Self {
        Self(TransactWriteItem::builder().delete(delete).build())
    }
}
impl From<ConditionCheck> for super::transaction::Write {
    fn from(check: ConditionCheck) -> Self {
        Self(TransactWriteItem::builder().condition_check(check).build())
    }
}
