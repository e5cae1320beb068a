//! What the portal's address asks for besides the portal: a search, a page of the list, or where a shortcut link leads.

use url::form_urlencoded;

/// What is typed into a search is cut there.
const LONGEST_QUERY: usize = 100;
/// A console's address is cut off whole when it is longer.
const LONGEST_DESTINATION: usize = 2048;

/// The query of `/start/`. What is not understood is left out: the page is shown all the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct StartQuery {
    /// Words to search for.
    pub(crate) words: String,
    /// Which page of the list, from 1.
    pub(crate) page: usize,
    /// The account of a shortcut link that names no permission set.
    pub(crate) account: Option<String>,
    /// Where in the console the shortcut link leads.
    pub(crate) destination: Option<String>,
}

impl StartQuery {
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let mut parsed = Self {
            page: 1,
            ..Self::default()
        };
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "q" => parsed.words = value.trim().chars().take(LONGEST_QUERY).collect(),
                "page" => parsed.page = value.parse().unwrap_or(1).max(1),
                "account_id" if is_account(&value) => parsed.account = Some(value.into_owned()),
                "destination" if (1..=LONGEST_DESTINATION).contains(&value.len()) => {
                    parsed.destination = Some(value.into_owned());
                }
                _ => {}
            }
        }
        parsed
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_shortcut_link_and_a_search_are_read() {
        let query = StartQuery::parse(Some(
            "q=+dev+&page=2&destination=https%3A%2F%2Fx&account_id=1",
        ));
        assert_eq!(query.words, "dev");
        assert_eq!(query.page, 2);
        assert_eq!(query.account, None);
        assert_eq!(query.destination.as_deref(), Some("https://x"));
    }

    proptest! {
        #[test]
        fn any_query_is_read_as_something(query in "\\PC{0,200}") {
            let parsed = StartQuery::parse(Some(&query));
            prop_assert!(parsed.page >= 1 && parsed.words.chars().count() <= LONGEST_QUERY);
        }
    }
}
