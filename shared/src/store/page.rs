//! Pages of a list, and the opaque tokens that lead from one to the next.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::table::text;
use super::{Error, Item};

/// A part of a list, and where the next one begins.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The records of this page; may be empty although more follow.
    pub items: Vec<T>,
    /// What to pass for the next page; `None` at the end.
    pub next: Option<PageToken>,
}

impl<T> Page<T> {
    /// The same page with every record turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(turn).collect(),
            next: self.next,
        }
    }
}

/// An opaque place in a list: base64url of the last key that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    /// A token as a client sent it back. It is checked when it is used.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text for the client.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn encode(key: &Item) -> Self {
        let mut fields: Vec<(&String, &String)> = key
            .iter()
            .filter_map(|(name, value)| value.as_s().ok().map(|text| (name, text)))
            .collect();
        fields.sort();
        let json = serde_json::to_vec(&fields).unwrap_or_default();
        Self(URL_SAFE_NO_PAD.encode(json))
    }

    /// The key to go on from, if the token names a place in the list of `partition`. DynamoDB answers an invalid one as
    /// an error of ours, so everything is looked at here: a client can send any text.
    pub(super) fn decode(&self, partition: &str, value: &str, prefix: &str) -> Result<Item, Error> {
        let bytes = URL_SAFE_NO_PAD
            .decode(&self.0)
            .map_err(|_| Error::InvalidPageToken)?;
        let fields: Vec<(String, String)> =
            serde_json::from_slice(&bytes).map_err(|_| Error::InvalidPageToken)?;
        let names = fields.iter().map(|(name, _)| name.as_str());
        let complete = match partition {
            "pk" => names.eq(["pk", "sk"]),
            _ => names.eq(["listing_pk", "listing_sk", "pk", "sk"]),
        };
        // DynamoDB's limit for the shorter of its keys; none of ours is empty.
        let possible = fields
            .iter()
            .all(|(_, text)| (1..=1024).contains(&text.len()));
        let key: Item = fields
            .into_iter()
            .map(|(name, text)| (name, AttributeValue::S(text)))
            .collect();
        // A token of another list must not become a way to look into it.
        let same_list = text(&key, partition) == Some(value)
            && text(&key, "sk").is_some_and(|sk| sk.starts_with(prefix));
        if complete && possible && same_list {
            Ok(key)
        } else {
            Err(Error::InvalidPageToken)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::table::key;

    proptest! {
        #[test]
        fn no_page_token_makes_the_reader_panic_or_leaves_its_list(text in "[A-Za-z0-9_=%-]{0,80}|\\PC{0,20}") {
            if let Ok(key) = PageToken::parse(&text).decode("pk", "USER#a", "GROUP#") {
                prop_assert_eq!(super::text(&key, "pk"), Some("USER#a"));
            }
        }

        #[test]
        fn a_page_token_leads_back_to_its_key(sk in "GROUP#\\PC{1,40}") {
            let place = key("USER#a", &sk);
            let token = PageToken::parse(PageToken::encode(&place).as_str());
            prop_assert_eq!(token.decode("pk", "USER#a", "GROUP#").unwrap(), place);
            prop_assert!(token.decode("pk", "USER#b", "GROUP#").is_err());
            prop_assert!(token.decode("pk", "USER#a", "PROFILE").is_err());
        }
    }
}
