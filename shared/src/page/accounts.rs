//! The portal: a person's AWS accounts and, in each, the permission sets assigned to them; and their applications.

use askama::Template;

use super::{CliSettings, FormAction, Page, Viewer, counted};

/// An AWS account in the list.
#[derive(Clone, Debug)]
pub struct AccountRow {
    /// The twelve digits.
    pub id: String,
    /// The account's name in the organization.
    pub name: String,
    /// The e-mail address of its root user.
    pub email: String,
    /// The permission sets that the person has there.
    pub permission_sets: Vec<PermissionSetRow>,
}

/// A permission set that is assigned in an account.
#[derive(Clone, Debug)]
pub struct PermissionSetRow {
    /// Its name, which the AWS CLI calls the role name.
    pub name: String,
    /// What an administrator says about it.
    pub description: String,
}

impl AccountRow {
    fn counted_sets(&self) -> String {
        counted(
            self.permission_sets.len(),
            "permission set",
            "permission sets",
        )
    }

    /// What the search looks through, in lower case.
    fn searched(&self) -> String {
        let sets = self.permission_sets.iter().map(|set| set.name.as_str());
        let words: Vec<&str> = [self.name.as_str(), &self.id, &self.email]
            .into_iter()
            .chain(sets)
            .collect();
        words.join("\n").to_lowercase()
    }

    /// Whether a search for `query` shows this account.
    #[must_use]
    pub fn matches(&self, query: &str) -> bool {
        has_words_of(&self.searched(), query)
    }
}

/// An application in the list.
#[derive(Clone, Debug)]
pub struct ApplicationRow {
    /// Its name.
    pub name: String,
    /// What an administrator says about it.
    pub description: String,
    /// Where it is opened.
    pub url: String,
}

impl ApplicationRow {
    /// What the search looks through, in lower case.
    fn searched(&self) -> String {
        format!("{}\n{}", self.name, self.description).to_lowercase()
    }

    /// Whether a search for `query` shows this application.
    #[must_use]
    pub fn matches(&self, query: &str) -> bool {
        has_words_of(&self.searched(), query)
    }
}

fn has_words_of(searched: &str, query: &str) -> bool {
    query
        .to_lowercase()
        .split_whitespace()
        .all(|word| searched.contains(word))
}

/// The applications on the page.
#[derive(Clone, Copy, Debug)]
pub struct ApplicationList<'a> {
    /// Those to show: the first that match the search.
    pub shown: &'a [ApplicationRow],
    /// How many match the search.
    pub matching: usize,
    /// How many there are without a search.
    pub total: usize,
}

impl ApplicationList<'_> {
    fn counted(&self, query: &str) -> String {
        let all = counted(self.total, "application", "applications");
        if query.is_empty() {
            all
        } else {
            format!("{} of {all}", self.matching)
        }
    }
}

/// The list of accounts, with the applications.
#[derive(Debug, Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage<'a> {
    /// Who is signed in.
    pub viewer: Viewer<'a>,
    /// The accounts to show: those that match the search, of the page asked for.
    pub accounts: &'a [AccountRow],
    /// How many accounts match the search.
    pub matching: usize,
    /// How many accounts there are without a search.
    pub total: usize,
    /// What is searched for; empty if nothing is.
    pub query: &'a str,
    /// Where in the console a shortcut link leads, once a permission set is chosen.
    pub destination: Option<&'a str>,
    /// Which page of the list this is, from 1.
    pub page: usize,
    /// How many pages there are.
    pub pages: usize,
    /// The applications, all of them on the first page.
    pub applications: ApplicationList<'a>,
    /// What the AWS CLI needs.
    pub cli: CliSettings<'a>,
    /// Something to tell above the list, such as that an account is not among those assigned.
    pub notice: Option<&'a str>,
}

impl AccountsPage<'_> {
    fn counted(&self) -> String {
        let all = counted(self.total, "account", "accounts");
        if self.query.is_empty() {
            all
        } else {
            format!("{} of {all}", self.matching)
        }
    }

    /// Whether everything is on this page, so that a script can search without asking.
    fn complete(&self) -> bool {
        self.accounts.len() == self.total
            && self.applications.shown.len() == self.applications.total
    }

    /// Whether there is nothing but applications.
    fn only_applications(&self) -> bool {
        self.total == 0 && self.applications.total > 0
    }

    fn title(&self) -> &'static str {
        if self.only_applications() {
            "Applications"
        } else {
            "AWS accounts"
        }
    }

    /// What can be searched.
    fn search_label(&self) -> &'static str {
        match (self.total, self.applications.total) {
            (_, 0) => "Search by name, id, e-mail or permission set",
            (0, _) => "Search applications",
            _ => "Search accounts and applications",
        }
    }

    /// Few accounts are shown with their permission sets at once.
    fn opened(&self) -> bool {
        self.accounts.len() <= 2
    }
}

impl Page for AccountsPage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        FormAction::Own
    }

    fn connects(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountRow {
        let set = PermissionSetRow {
            name: "ReadOnly".into(),
            description: String::new(),
        };
        AccountRow {
            id: "123456789012".into(),
            name: "Payments Straße".into(),
            email: "aws+payments@example.com".into(),
            permission_sets: vec![set],
        }
    }

    #[test]
    fn a_search_finds_name_id_address_and_permission_set_in_any_case() {
        for query in [
            "",
            "  ",
            "PAY",
            "456789",
            "+payments@",
            "readonly pay",
            "STRASSE".to_lowercase().replace("ss", "ß").as_str(),
        ] {
            assert!(account().matches(query), "{query}");
        }
        assert!(!account().matches("pay admin"));
    }
}
