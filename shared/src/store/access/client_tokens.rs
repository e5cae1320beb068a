//! Client tokens: with one a program may send the same creation again without making a second thing. What a token made is
//! written in the transaction that makes it, as `CLIENTTOKEN#<access key>#<operation>#<token>`, and kept for eight hours.
//!
//! A creation that takes one reads it with [`Access::find_client_token`] before it decides anything, answers
//! what an [`Earlier`] call made, and hands the token to the verb of the store that creates, which adds
//! [`Access::use_client_token`] to its transaction. Of two calls at the same time one gets [`Error::Conflict`], looks again and
//! finds what the other has made.

use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Access;
use crate::store::transaction::Unmet;
use crate::store::{Error, Transaction};

const SK: &str = "CLIENTTOKEN";
/// For how long a repetition is known as one.
const LIFETIME: SignedDuration = SignedDuration::from_hours(8);

/// A client token, as one caller gave it to one operation, with a digest of everything else that the request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientToken {
    key: String,
    request: String,
}

/// What an earlier call with the same token was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// The same request: the id or ARN of what it made.
    Same(String),
    /// A request that says something else.
    Different,
}

#[derive(Serialize, Deserialize)]
struct Used {
    request: String,
    created: String,
    /// In seconds of the epoch; the attribute by which DynamoDB deletes the item some time later.
    ttl: i64,
}

impl ClientToken {
    /// The token `given` by the access key `caller` to `operation`; `parameters` is the rest of the request.
    #[must_use]
    pub fn new((caller, operation): (&str, &str), given: &str, parameters: &Value) -> Self {
        // The members of an object are in the order of their names, so that equal requests have equal texts.
        let text = parameters.to_string();
        Self {
            key: format!("CLIENTTOKEN#{caller}#{operation}#{given}"),
            request: HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref()),
        }
    }
}

impl Access {
    /// What an earlier call with this token made, if there was one that is not too long ago.
    pub async fn find_client_token(
        &self,
        token: &ClientToken,
        now: Timestamp,
    ) -> Result<Option<Earlier>, Error> {
        let found: Option<Used> = self.table.find(&token.key, SK).await?;
        Ok(found.filter(|used| now.as_second() < used.ttl).map(|used| {
            if used.request == token.request {
                Earlier::Same(used.created)
            } else {
                Earlier::Different
            }
        }))
    }

    /// Makes `transaction` write that the token made `created`: the commit is [`Error::Conflict`] when another
    /// call with the token came first.
    pub fn use_client_token(
        &self,
        transaction: &mut Transaction,
        (token, created): (&ClientToken, &str),
        now: Timestamp,
    ) -> Result<(), Error> {
        let used = Used {
            request: token.request.clone(),
            created: created.to_owned(),
            ttl: (now + LIFETIME).as_second(),
        };
        let put = self
            .table
            .transact_put(self.table.item(&token.key, SK, &used)?)
            .condition_expression("attribute_not_exists(pk) OR #ttl <= :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()))
            .build();
        transaction.add(put, Unmet::Conflict("the client token"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_members_makes_no_other_request() {
        let token = |parameters: &str| {
            let parameters = serde_json::from_str(parameters).unwrap();
            ClientToken::new(("AKIA", "CreateApplication"), "t", &parameters)
        };
        let first = token(r#"{"a":{"x":1,"y":2},"b":[1,2]}"#);
        assert_eq!(first, token(r#"{"b":[1,2],"a":{"y":2,"x":1}}"#));
        assert_ne!(first, token(r#"{"b":[2,1],"a":{"y":2,"x":1}}"#));
    }

    #[test]
    fn a_token_belongs_to_its_caller_and_its_operation() {
        let token = |caller, operation| ClientToken::new((caller, operation), "t", &json!({}));
        let first = token("AKIA1", "CreateApplication");
        assert_ne!(first.key, token("AKIA2", "CreateApplication").key);
        assert_ne!(first.key, token("AKIA1", "CreateTrustedTokenIssuer").key);
    }
}
