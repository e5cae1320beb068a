//! What people see: the pages of every function, their one layout, style and security headers.
//!
//! A function fills a page's struct and hands it to [`Pages::respond`]; the page itself says which forms it may
//! send where, so that nobody can forget the Content-Security-Policy.

mod access_keys;
mod accounts;
pub mod assets;
mod consent;
mod error;
mod notice;
mod onward;
mod password;
mod policy;
mod post_form;
#[cfg(test)]
mod samples;
mod sign_in;

pub use access_keys::{AccessKeysPage, KeyBlocks};
pub use accounts::{AccountRow, AccountsPage, ApplicationList, ApplicationRow, PermissionSetRow};
pub use consent::{ConsentPage, UserCodePage};
pub use error::ErrorPage;
pub use notice::NoticePage;
pub use onward::OnwardPage;
pub use password::{PasswordPage, PasswordRule};
pub use policy::{FormAction, Page, Pages};
pub use post_form::PostFormPage;
pub use sign_in::SignInPage;

/// The person who is signed in, as the header of a page shows them.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// The name that people call them.
    pub display_name: &'a str,
    /// The name they sign in with.
    pub user_name: &'a str,
    /// The token that the sign-out form must send back.
    pub csrf: &'a str,
}

impl Viewer<'_> {
    /// The first letters of the first and the last word of the display name.
    fn initials(&self) -> String {
        let mut words = self
            .display_name
            .split_whitespace()
            .filter_map(|word| word.chars().next());
        let first = words.next();
        first
            .into_iter()
            .chain(words.next_back())
            .flat_map(char::to_uppercase)
            .collect()
    }
}

/// What the AWS CLI must be told so that it signs in here.
#[derive(Clone, Copy, Debug)]
pub struct CliSettings<'a> {
    /// The start URL of the instance, as the AWS CLI accepts it.
    pub start_url: &'a str,
    /// The region of the instance.
    pub region: &'a str,
    /// The origin that serves the portal and OIDC APIs.
    pub endpoint: &'a str,
}

/// `1 account`, `2 accounts`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_name() {
        for (display_name, initials) in [
            ("Amira Okafor", "AO"),
            ("cher", "C"),
            ("", ""),
            ("Åsa b. öst", "ÅÖ"),
        ] {
            assert_eq!(
                Viewer {
                    display_name,
                    user_name: "",
                    csrf: ""
                }
                .initials(),
                initials
            );
        }
    }
}
