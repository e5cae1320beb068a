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
    /// The same page with at most `most` items, where an answer holds less than others.
    pub(crate) fn at_most(self, most: i32) -> Self {
        Self {
            max_results: Some(self.wanted().min(most)),
            ..self
        }
    }

    /// The wanted page of what one record holds, in the order of its keys. `list` tells the list from every other, so that no
    /// token of theirs is taken; a token is the last key that was answered, which need not be there any more.
    pub(crate) fn slice<T>(
        &self,
        list: &str,
        all: BTreeMap<String, T>,
    ) -> Result<Listed<(String, T)>, Error> {
        let after = self.token().map(|token| Bookmark::decode(list, token));
        let after = after.transpose()?;
        let wanted = usize::try_from(self.wanted()).unwrap_or_default();
        let mut rest = all
            .into_iter()
            .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
        let items: Vec<_> = rest.by_ref().take(wanted).collect();
        let last = rest.next().and(items.last());
        Ok(Listed {
            next_token: last.map(|(key, _)| Bookmark::encode(list, key)),
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

/// A place in what one record holds: the list, and the key that was answered last.
struct Bookmark;

impl Bookmark {
    fn encode(list: &str, key: &str) -> String {
        let place = serde_json::json!([list, key]);
        URL_SAFE_NO_PAD.encode(place.to_string())
    }

    fn decode(list: &str, token: &str) -> Result<String, Error> {
        let place = URL_SAFE_NO_PAD.decode(token).ok();
        let place = place.and_then(|json| serde_json::from_slice::<(String, String)>(&json).ok());
        match place {
            Some((of, key)) if of == list => Ok(key),
            _ => Err(store::Error::InvalidPageToken.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

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

    fn page(size: i32, token: Option<String>) -> Paging {
        Paging {
            max_results: Some(size),
            next_token: token,
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_or_goes_between_pages_what_stays_is_answered_once(
            all in proptest::collection::btree_set("[a-d]{1,3}", 0..30),
            changed in proptest::collection::vec("[a-d]{1,3}", 0..12),
            size in 1..5,
        ) {
            let mut present = all.clone();
            let mut found = Vec::new();
            let mut token = None;
            let mut changes = changed.iter();
            loop {
                let record = present.iter().map(|key| (key.clone(), 1)).collect();
                let listed = page(size, token).slice("list", record).unwrap();
                found.extend(listed.items.into_iter().map(|(key, _)| key));
                // The key that the token names goes first, then some others come or go.
                if let Some(last) = found.last() {
                    present.remove(last);
                }
                for key in changes.by_ref().take(2) {
                    if !present.remove(key) {
                        present.insert(key.clone());
                    }
                }
                token = listed.next_token;
                if token.is_none() {
                    break;
                }
            }
            let unique: BTreeSet<_> = found.iter().cloned().collect();
            prop_assert_eq!(unique.len(), found.len());
            for key in all.iter().filter(|key| !changed.contains(key)) {
                prop_assert!(unique.contains(key));
            }
        }

        #[test]
        fn no_token_makes_a_slice_panic(token in "[A-Za-z0-9_=%-]{0,80}|\\PC{0,20}") {
            let _ = page(1, Some(token)).slice("list", BTreeMap::from([("a".to_owned(), 1)]));
        }
    }

    #[test]
    fn a_token_of_another_list_is_refused() {
        let record = || BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        let token = page(1, None).slice("one", record()).unwrap().next_token;
        assert!(page(1, token.clone()).slice("other", record()).is_err());
        let rest = page(1, token).slice("one", record()).unwrap();
        assert_eq!(rest.items, [("b".to_owned(), 2)]);
        assert!(rest.next_token.is_none());
    }
}
