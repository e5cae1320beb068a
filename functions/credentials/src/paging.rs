//! Pages of a list that was computed whole. A page's token is the last key that it showed, so that it survives what is
//! added and removed meanwhile.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Error;

const MOST: usize = 100;
/// A token of ours is shorter.
const LONGEST_TOKEN: usize = 4096;
/// With what a key begins in a token.
const MARK: char = '1';

/// What part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paging {
    after: Option<String>,
    size: usize,
}

impl Paging {
    /// Parses `max_result` and `next_token`.
    pub(crate) fn parse(size: Option<&str>, token: Option<&str>) -> Result<Self, Error> {
        let size = match size {
            None => MOST,
            Some(text) => text
                .parse()
                .ok()
                .filter(|size| (1..=MOST).contains(size))
                .ok_or(Error::Request(
                    "ResultSize parameter must be within the valid limits of: 1-100",
                ))?,
        };
        let after = token.filter(|token| !token.is_empty()).map(decode);
        Ok(Self {
            after: after.transpose()?,
            size,
        })
    }

    /// The part of `items`, sorted by `key`, which is never empty, and the token for the next one.
    pub(crate) fn page<T>(
        &self,
        mut items: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> (Vec<T>, Option<String>) {
        items.sort_by_cached_key(&key);
        if let Some(after) = &self.after {
            items.retain(|item| key(item) > *after);
        }
        let more = items.len() > self.size;
        items.truncate(self.size);
        let last = items.last().filter(|_| more).map(key);
        (items, last.map(|last| encode(&last)))
    }
}

/// Never empty, as an empty token asks for the first page.
fn encode(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{MARK}{key}"))
}

fn decode(token: &str) -> Result<String, Error> {
    const INVALID: Error = Error::Request("The next token is not valid");
    if token.len() > LONGEST_TOKEN {
        return Err(INVALID);
    }
    let key = URL_SAFE_NO_PAD.decode(token).map_err(|_| INVALID)?;
    let key = String::from_utf8(key).ok();
    let key = key.and_then(|key| key.strip_prefix(MARK).map(str::to_owned));
    key.ok_or(INVALID)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn read(items: &BTreeSet<String>, size: usize) -> Vec<String> {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let paging = Paging::parse(Some(&size.to_string()), token.as_deref()).unwrap();
            let (page, next) = paging.page(items.iter().cloned().collect(), String::clone);
            assert!(page.len() <= size);
            all.extend(page);
            match next {
                Some(next) => token = Some(next),
                None => return all,
            }
        }
    }

    #[test]
    fn a_size_or_token_of_another_form_is_refused() {
        for size in ["0", "101", "-1", "x", "", "1.0", "99999999999999999999"] {
            assert!(Paging::parse(Some(size), None).is_err(), "{size}");
        }
        for token in ["=", "ü", "_w", "eA", &"a".repeat(5000)] {
            assert!(Paging::parse(None, Some(token)).is_err(), "{token}");
        }
    }

    #[test]
    fn a_page_goes_on_after_what_was_shown_even_if_that_is_gone() {
        let list = |items: &[&str]| {
            items
                .iter()
                .map(|item| (*item).to_owned())
                .collect::<Vec<_>>()
        };
        let first = Paging::parse(Some("2"), None).unwrap();
        let (page, token) = first.page(list(&["c", "a", "b"]), String::clone);
        assert_eq!(page, ["a", "b"]);
        let second = Paging::parse(Some("2"), token.as_deref()).unwrap();
        let (page, token) = second.page(list(&["a", "bb", "c"]), String::clone);
        assert_eq!((page, token), (list(&["bb", "c"]), None));
    }

    proptest! {
        #[test]
        fn pages_of_any_size_are_the_whole_list(items in proptest::collection::btree_set("\\PC{1,6}", 0..30), size in 1usize..=10) {
            prop_assert_eq!(read(&items, size), items.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn no_token_makes_the_parser_panic(size in "\\PC{0,8}", token in "\\PC{0,80}") {
            let _ = Paging::parse(Some(&size), Some(&token));
        }
    }
}
