//! Lists in pages: `MaxResults` and `NextToken`, the same in both protocols.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use vestibule_shared::store::{self, Page, PageToken};

use crate::Error;

/// The most that a page has, and what it has if the caller does not say.
const LARGEST: i32 = 100;
/// How often the table is asked for one page of the answer: a list that is mostly filtered away answers short pages.
const ROUNDS: usize = 10;

/// The members of a request that say which page is wanted; flattened into the request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Paging {
    #[serde(default)]
    max_results: Option<i32>,
    #[serde(default)]
    next_token: Option<String>,
}

/// A page as it is answered.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_token: Option<String>,
}

impl Paging {
    /// The wanted page of what one record holds, in the order of its keys.
    pub(crate) fn slice<T>(&self, all: BTreeMap<String, T>) -> Result<Listed<(String, T)>, Error> {
        let invalid = || Error::from(store::Error::InvalidPageToken);
        let after = self.token().map(|token| {
            let key = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
            String::from_utf8(key).map_err(|_| invalid())
        });
        let after = after.transpose()?;
        let wanted = usize::try_from(self.wanted()).unwrap_or_default();
        let mut rest = all
            .into_iter()
            .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
        let items: Vec<_> = rest.by_ref().take(wanted).collect();
        let last = rest.next().and(items.last());
        Ok(Listed {
            next_token: last.map(|(key, _)| URL_SAFE_NO_PAD.encode(key)),
            items,
        })
    }

    fn wanted(&self) -> i32 {
        self.max_results.unwrap_or(LARGEST).clamp(1, LARGEST)
    }

    fn token(&self) -> Option<&str> {
        self.next_token.as_deref().filter(|token| !token.is_empty())
    }

    /// Reads pages with `read(limit, from)` until there are as many items as wanted. `read` may leave items out.
    pub(crate) async fn gather<T, R, F>(&self, read: R) -> Result<Listed<T>, Error>
    where
        R: Fn(i32, Option<PageToken>) -> F,
        F: Future<Output = Result<Page<T>, store::Error>>,
    {
        let wanted = self.wanted();
        let mut from = self.token().map(PageToken::parse);
        let mut items = Vec::new();
        for _ in 0..ROUNDS {
            let missing = wanted - i32::try_from(items.len()).unwrap_or(wanted);
            if missing <= 0 {
                break;
            }
            let page = read(missing, from).await?;
            items.extend(page.items);
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        Ok(Listed {
            items,
            next_token: from.map(|token| token.as_str().to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers from 0 to 29, of which only every fifth is answered.
    async fn numbers(limit: i32, from: Option<PageToken>) -> Result<Page<i32>, store::Error> {
        let first: i32 = from.map_or(0, |token| token.as_str().parse().unwrap());
        let end = (first + limit).min(30);
        Ok(Page {
            items: (first..end).filter(|number| number % 5 == 0).collect(),
            next: (end < 30).then(|| PageToken::parse(&end.to_string())),
        })
    }

    /// All numbers that are answered, read in pages of `size`.
    async fn read(size: i32) -> Vec<i32> {
        let mut found = Vec::new();
        let mut paging = Paging {
            max_results: Some(size),
            next_token: None,
        };
        loop {
            let page = paging.gather(numbers).await.unwrap();
            assert!(page.items.len() <= usize::try_from(size).unwrap());
            found.extend(page.items);
            if page.next_token.is_none() {
                return found;
            }
            paging.next_token = page.next_token;
        }
    }

    #[tokio::test]
    async fn pages_are_complete_whatever_their_size() {
        for size in 1..=8 {
            assert_eq!(read(size).await, [0, 5, 10, 15, 20, 25], "{size}");
        }
    }
}
